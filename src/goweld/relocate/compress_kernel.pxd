from libc.stdint cimport int64_t, uint8_t, uint32_t, uint64_t

from goweld.model.live_kernel cimport LiveColumns
from goweld.model.memory_kernel cimport Column
from goweld.relocate.apply_kernel cimport Failure, Place, Relocation, Runs


cdef enum:
    MOST_KEPT = 16            # failures of each section


cdef struct Packed:           # a section to compress
    uint32_t* ids
    uint32_t n
    uint64_t addr
    uint8_t* out
    uint64_t room
    int64_t size              # of the stream, or -1: it does not fit
    uint32_t nfailures
    Failure failures[16]


cdef struct Packing:
    Place* place
    Packed* list
    int64_t n
    int64_t nearly            # those that may be compressed early: the first of the list
    int64_t next              # of those
    Runs* runs                # written by whoever finds no section left
    bint no_memory


cdef class Compression:
    cdef Packing b
    cdef readonly Relocation relocation
    cdef list memory
    cpdef int add(self, Column pieces, uint32_t count, uint64_t addr, Column out, uint64_t first,
                  bint early) except -1
    cpdef int pack_early(self) except -1
    cpdef int run(self, int file) except -1
    cpdef list sizes(self)
    cpdef list failures(self)


cdef void pack_one(Packing* b, int64_t i) noexcept nogil
cdef void pack_rest(Packing* b) noexcept nogil
cdef void pack_or_write(void* context, int64_t index) noexcept nogil
cdef bint pack(Packing* b, Packed* p) noexcept nogil
cdef uint64_t widest(LiveColumns* c, uint32_t* ids, uint32_t n) noexcept nogil
