from libc.stdint cimport int64_t, uint8_t, uint32_t, uint64_t

from goweld.model.live_kernel cimport HostSection, LiveColumns, Live
from goweld.model.memory_kernel cimport Column
from goweld.model.symbols_kernel cimport Symbols


cdef enum:
    MIN_FUNC = 16             # abi.MINFUNC: findfunctab needs functions this far apart


cdef inline uint32_t room_of(uint32_t size) noexcept nogil:
    """What a function of that size takes."""
    return size if size > MIN_FUNC else <uint32_t>MIN_FUNC


cdef struct TextOrder:
    LiveColumns* c
    uint32_t* texts           # raw ids of text outside the package symbols, by object
    uint32_t* first_text      # per object, where its texts begin; nobjects + 1 entries
    uint8_t* placed           # per live id
    uint32_t* order
    uint32_t n



cpdef tuple order_text(Live live, list libraries, list first)
cpdef uint32_t sort_by_kind(Live live, Column order, uint32_t n) except *
cpdef leave_undefined(Live live, Column order, uint32_t n)
cpdef tuple assign_addresses(Live live, Column order, uint32_t n, uint64_t start, uint32_t funcalign,
                             uint32_t sect)

cdef bint undefined(LiveColumns* c, uint32_t s) noexcept nogil
cpdef tuple leave_out(Live live, Column order, uint32_t n, bint interiors)
cpdef uint32_t fixed(Live live, Column order, uint32_t n)
cdef void place(TextOrder* t, uint32_t s) noexcept nogil
cdef bint is_text(uint32_t kind) noexcept nogil
cdef void place_part(TextOrder* t, HostSection* part) noexcept nogil
cdef void place_object(TextOrder* t, uint32_t k, bint dupok) noexcept nogil
cdef bint is_shared(LiveColumns* c, uint32_t live, uint32_t k, uint32_t li) noexcept nogil
cdef int kind_here(LiveColumns* c, uint32_t live, uint32_t k, uint32_t li) noexcept nogil
