from libc.stdint cimport int64_t, uint8_t, uint32_t, uint64_t

from goweld.codec.goobj_kernel cimport RelocRecord
from goweld.dwarf.pieces_kernel cimport FunctionPieces, Pieces, UnitPieces
from goweld.model.live_kernel cimport LiveColumns
from goweld.model.memory_kernel cimport Column


cdef struct Range:            # PCs that a unit has to itself, counted from its first function
    int64_t start
    int64_t end
    uint32_t next             # the unit's next range; 0: none


cdef struct UnitRanges:
    uint32_t first            # its first range; 0: none
    uint32_t last
    uint32_t count
    uint32_t rank             # of units without text: their packages' order
    uint32_t nslot            # functions that its part of .debug_addr lists
    uint32_t bad              # a symbol with a reference that it cannot make


cdef struct RangeState:
    LiveColumns* c
    UnitRanges* units         # by object
    Range* ranges             # [0] is unused
    uint32_t nrange
    uint32_t* slots           # by live id: one more than the function's place in its unit's part of .debug_addr
    FunctionPieces* functions # in step with the units' functions; per object, where its own end in there
    uint32_t* ends
    UnitPieces* unit_pieces   # by object


cdef class UnitOrder:
    cdef readonly Pieces pieces
    cdef readonly Column order        # objects, in the order in which DWARF has their units
    cdef readonly uint32_t count
    cdef readonly Column slots        # see RangeState.slots
    cdef readonly Column starts       # by object: the address of the unit's first function
    cdef readonly uint32_t bad        # a unit whose functions are not described, or 0
    cdef RangeState t
    cdef list memory
    cdef void* column(self, uint64_t itemsize, uint64_t length) except NULL
    cpdef uint32_t write_addresses(self, bint external=*) except *
    cpdef tuple write_ranges(self, uint32_t header, int version)
    cpdef tuple collect_locations(self, uint32_t header)
    cpdef tuple collect_addresses(self, uint32_t header)


cdef uint32_t drop_strangers(uint32_t* ids, uint32_t count, uint32_t n) noexcept nogil
cdef void find_ranges(RangeState* t, UnitPieces* units, uint32_t* ids, uint32_t n) noexcept nogil
cdef bint unit_less(void* context, uint32_t a, uint32_t b) noexcept nogil
cdef void number_unit(void* context, int64_t index) noexcept nogil
cdef uint32_t put_addresses(RangeState* t, uint64_t* entries, RelocRecord* relocs) noexcept nogil
cdef uint32_t assign_slots(RangeState* t, uint32_t unit, uint32_t s) noexcept nogil
cdef void give_slot(RangeState* t, uint32_t unit, uint32_t s) noexcept nogil
cdef uint8_t* put_range_list(RangeState* t, uint32_t base, UnitRanges* u, uint8_t* to) noexcept nogil
cdef uint8_t* put_pairs(RangeState* t, UnitRanges* u, uint8_t* to) noexcept nogil
