from libc.stdint cimport int32_t, int64_t, uint8_t, uint16_t, uint32_t, uint64_t

from goweld.codec.goobj_kernel cimport AuxRecord, RelocRecord
from goweld.model.live_kernel cimport Live, LiveColumns
from goweld.model.memory_kernel cimport Column


cdef enum:
    CYCLE = 32767             # the height of a function that calls itself
    INDIRECT = 0xfffffffd     # stands for what an indirect call calls

    ON_STACK = -1             # a function's calls must be walked to know its height
    CORRUPT = -2
    SPLITS = -3               # the function checks the stack itself


cdef struct Walk:             # one function: its stack pointer table and its calls, side by side
    uint32_t sym
    bint done
    bint start
    int32_t value             # bytes the stack has grown by in [pc, next_pc)
    uint32_t pc
    uint32_t next_pc
    const uint8_t* p
    const uint8_t* end
    RelocRecord* rel
    uint32_t nrel
    uint32_t ri
    int64_t highest           # with the calls
    int64_t local             # without them
    int64_t growth            # at the call that is being looked into


cdef struct Check:
    LiveColumns* c
    uint32_t n                # live ids that there were
    uint16_t* heights         # height + 1 of every function already visited
    Walk* stack
    uint32_t depth
    uint32_t room
    uint32_t morestack
    uint32_t pc_scale
    int call_size
    uint32_t bad              # the function whose object is corrupt


cpdef list over_limit(Live live, Column order, uint32_t count, int limit, int call_size, uint32_t pc_scale)
cpdef tuple growths(Live live, uint32_t s, uint32_t morestack, int call_size, uint32_t pc_scale)
cpdef list direct_calls(Live live, Column order, uint32_t count)

cdef uint32_t count_nosplit(LiveColumns* c, uint32_t* ids, uint32_t count) noexcept nogil
cdef uint32_t check_all(Check* k, uint32_t* ids, uint32_t count, int limit, uint32_t* failed) noexcept nogil
cdef int height(Check* k, uint32_t s) noexcept nogil
cdef int enter(Check* k, uint32_t s) noexcept nogil
cdef int prepare(Check* k, uint32_t s, Walk* w) noexcept nogil
cdef int next_call(Check* k, Walk* w, uint32_t* target) noexcept nogil
cdef bint advance(Check* k, Walk* w) noexcept nogil
cdef bint varint(Walk* w, uint64_t* value) noexcept nogil
cdef uint32_t called(LiveColumns* c, uint32_t s, RelocRecord* r) noexcept nogil
