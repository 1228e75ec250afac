from libc.stdint cimport int64_t, uint8_t, uint32_t, uint64_t

from goweld.codec.goobj_kernel cimport RelocRecord
from goweld.model.live_kernel cimport Live, LiveColumns
from goweld.model.memory_kernel cimport Column


cdef enum:
    NAME_ROOM = 40            # what a name gets behind the function's: sign, 16 digits, "-tramp", 10 digits, NUL


cdef struct Made:             # a trampoline
    uint64_t value            # its address; 0 until the function that needs it is placed
    int64_t add               # it leads to so many bytes behind
    uint32_t target           # this function
    uint32_t kind
    uint32_t number           # of those to one place
    uint32_t next             # another one to the same function, from 1; 0: none


cdef struct Turned:           # a call that goes to a trampoline
    uint32_t caller
    uint32_t reloc
    uint32_t made


cdef struct Insertion:
    LiveColumns* c
    uint32_t* order
    uint32_t n
    uint32_t* package         # by live id: what it is laid out with, from 1; the runtime's packages come first
    uint32_t runtime          # the last of those
    uint32_t* chains          # by live id: a function's first trampoline, from 1
    Made* made
    uint32_t nmade
    uint32_t made_room
    Turned* turned
    uint32_t nturned
    uint32_t turned_room
    uint64_t text             # where text begins
    uint32_t funcalign
    int64_t reach
    uint32_t size             # of a trampoline
    bint shuffled             # packages are not laid out together
    bint forced               # every call to another package gets one
    bint no_memory


cdef class Trampolines:
    cdef Live live
    cdef Insertion t
    cdef list memory
    cpdef int group(self, Column order, list ends, uint32_t runtime) except -1
    cpdef tuple place(self, uint64_t start, uint32_t funcalign, int64_t reach, uint32_t size, bint shuffled, bint forced)
    cpdef Column insert(self, bytes code, uint32_t reloc_type, uint8_t reloc_size, uint32_t sect)
    cdef int name(self, uint32_t i, uint32_t id) except -1
    cdef int turn_calls(self, uint32_t first) except -1
    cdef uint32_t twin_of(self, Made* m) except *


cdef uint64_t place_all(Insertion* t) noexcept nogil
cdef void place_package(Insertion* t, uint32_t first, uint64_t va) noexcept nogil
cdef uint64_t place_function(Insertion* t, uint32_t s, uint64_t va) noexcept nogil
cdef uint32_t package_of(Insertion* t, uint32_t s) noexcept nogil
cdef uint64_t most_bytes(Insertion* t, uint32_t s) noexcept nogil
cdef uint32_t called(LiveColumns* c, uint32_t s, RelocRecord* r) noexcept nogil
cdef bint turn_far(Insertion* t, uint32_t s) noexcept nogil
cdef bint comes_near(Insertion* t, uint32_t s, uint32_t to) noexcept nogil
cdef bint is_far(Insertion* t, uint32_t s, RelocRecord* r, uint32_t to) noexcept nogil
cdef bint reaches(Insertion* t, int64_t distance) noexcept nogil
cdef uint32_t find_or_make(Insertion* t, uint32_t s, uint64_t place, uint32_t to, int64_t add) noexcept nogil
cdef bint keep_turned(Insertion* t, uint32_t s, uint32_t reloc, uint32_t made) noexcept nogil
