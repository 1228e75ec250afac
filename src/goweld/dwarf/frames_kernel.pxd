from libc.stdint cimport int64_t, uint8_t, uint32_t, uint64_t

from goweld.codec.goobj_kernel cimport AuxRecord, FuncInfoHead, RelocRecord
from goweld.model.live_kernel cimport Live, LiveColumns
from goweld.model.memory_kernel cimport Column


cdef struct StackTable:       # how deep the stack is at each PC of a function
    const uint8_t* at         # NULL: the object does not describe the function
    uint32_t size
    bint is_top               # the function has no caller


cdef struct Calls:            # see Arch
    uint32_t size
    uint32_t min_lc
    uint8_t lr


cdef enum:
    FUNC_FLAG_TOP_FRAME = 1   # abi.FuncFlagTopFrame


cpdef uint32_t fill_frames(Live live, uint32_t symbol, Column order, uint32_t count, bytes head, uint32_t call_size,
                           uint8_t lr, uint32_t min_lc, bint external=*) except *

cdef void stack_table(LiveColumns* c, uint32_t s, StackTable* t) noexcept nogil
cdef uint64_t find_tables(LiveColumns* c, uint32_t* ids, uint32_t n, StackTable* tables, uint64_t most) noexcept nogil
cdef uint8_t* write_frames(LiveColumns* c, uint32_t* ids, uint32_t n, StackTable* tables, Calls* calls,
                           uint8_t* to, uint32_t* bad) noexcept nogil
cdef uint32_t refer(uint32_t* ids, uint32_t n, StackTable* tables, const uint8_t* content, uint64_t at,
                    uint32_t symbol, RelocRecord* r) noexcept nogil
cdef void put_reference(RelocRecord* r, uint64_t off, uint32_t size, uint32_t type, uint32_t target) noexcept nogil
cdef uint8_t* put_instructions(uint8_t* to, StackTable* t, Calls* calls, uint32_t length) noexcept nogil
cdef uint8_t* put_return(uint8_t* to, int64_t depth, uint8_t lr) noexcept nogil
cdef const uint8_t* get_uvarint(const uint8_t* at, const uint8_t* end, uint32_t* value) noexcept nogil
