from libc.stdint cimport int64_t, uint32_t, uint64_t

from goweld.codec.goobj_kernel cimport AuxRecord, RelocRecord
from goweld.dwarf.units_kernel cimport Units
from goweld.model.live_kernel cimport Live, LiveColumns
from goweld.model.memory_kernel cimport Column


cdef struct FunctionPieces:   # what the compiler says of a function: live ids, 0 where there is none
    uint32_t info
    uint32_t loc
    uint32_t ranges
    uint32_t lines


cdef struct UnitPieces:       # what the linker makes for a unit with text: live ids
    uint32_t base             # its first function; 0: the unit has no text
    uint32_t lines            # head of its line table
    uint32_t ranges           # its own range list
    uint32_t addrs            # its part of .debug_addr; 0: none


cdef struct Finding:
    LiveColumns* c
    uint32_t* ids             # functions, unit by unit; per object, where its own end in there
    uint32_t* ends
    FunctionPieces* found     # in step with ids
    uint32_t* bad             # by object: the first function that is corrupt, or 0


cdef class Pieces:
    cdef readonly Live live
    cdef readonly Units units
    cdef FunctionPieces* function     # in step with units.funcs
    cdef UnitPieces* unit             # by object
    cdef readonly uint32_t abbrev     # .debug_abbrev
    cdef readonly uint32_t bad        # a function whose auxiliary symbols are corrupt, or 0
    cdef list memory
    cdef uint32_t find(self) except *
    cpdef uint32_t make(self, uint32_t kind) except 0
    cpdef uint32_t lines(self, uint32_t obj)
    cpdef uint32_t ranges(self, uint32_t obj)
    cpdef uint32_t addrs(self, uint32_t obj)


cpdef uint64_t place(Live live, Column pieces, uint32_t count, uint32_t sect, uint64_t addr)
cpdef uint64_t total_size(Live live, Column pieces, uint32_t count)


cdef void find_pieces(void* context, int64_t index) noexcept nogil
cdef bint refers(LiveColumns* c, uint32_t info, uint32_t loc) noexcept nogil
cdef bint find_function_pieces(LiveColumns* c, uint32_t s, FunctionPieces* found) noexcept nogil
