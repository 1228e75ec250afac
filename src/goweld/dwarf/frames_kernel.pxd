from libc.stdint cimport uint8_t, uint32_t, uint64_t

from goweld.codec.goobj_kernel cimport AuxRecord, RelocRecord
from goweld.model.live_kernel cimport Live, LiveColumns
from goweld.model.memory_kernel cimport Column


cdef struct StackTable:       # how deep the stack is at each PC of a function
    const uint8_t* at         # NULL: the object does not describe the function
    uint32_t size


cpdef uint32_t fill_frames(Live live, uint32_t symbol, Column order, uint32_t count, bint external=*) except *

cdef const uint8_t* stack_table(LiveColumns* c, uint32_t s, uint32_t* size) noexcept nogil
cdef uint64_t find_tables(LiveColumns* c, uint32_t* ids, uint32_t n, StackTable* tables) noexcept nogil
cdef uint8_t* write_frames(LiveColumns* c, uint32_t* ids, uint32_t n, StackTable* tables, uint8_t* to,
                           uint32_t* bad) noexcept nogil
cdef uint32_t refer(uint32_t* ids, uint32_t n, StackTable* tables, const uint8_t* content, uint32_t symbol,
                    RelocRecord* r) noexcept nogil
cdef void put_reference(RelocRecord* r, uint64_t off, uint32_t size, uint32_t type, uint32_t target) noexcept nogil
cdef uint8_t* put_instructions(uint8_t* to, const uint8_t* table, uint32_t size, uint32_t length) noexcept nogil
cdef const uint8_t* get_uvarint(const uint8_t* at, const uint8_t* end, uint32_t* value) noexcept nogil
