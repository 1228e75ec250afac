from libc.stdint cimport int64_t, uint8_t, uint32_t, uint64_t

from goweld.model.live_kernel cimport Live, LiveColumns
from goweld.model.memory_kernel cimport Column


cdef extern from *:
    """
    #include <stdint.h>
    #include <string.h>
    static inline uint64_t gw_leading(const uint8_t* p, uint64_t n) {
        uint64_t v = 0;
        memcpy(&v, p, n < 8 ? n : 8);
        return __builtin_bswap64(v);
    }
    """
    # The first eight bytes of a text as a number: where two differ, the texts compare as they do.
    uint64_t leading "gw_leading" (const uint8_t* p, uint64_t n) noexcept nogil


cdef struct Grouping:
    LiveColumns* c
    bint external             # the host linker wants to know every symbol
    bint dynlinking           # other files may refer to types, itabs and function values


cdef struct TypeKey:          # what decides a type symbol's place
    const uint8_t* string     # a typelink type's string form
    uint64_t length
    uint64_t head[2]          # its first sixteen bytes
    uint8_t rank              # 0 the carrier, 1 typelink types, 2 other types, 3 itabs


cdef struct TypeSort:
    LiveColumns* c
    uint32_t* ids
    TypeKey* keys
    uint32_t zerobase


cdef class DataSymbols:
    cdef readonly Live live
    cdef readonly Column order        # live ids, by kind
    cdef uint32_t first[64]           # per kind, where its ids begin in order
    cdef readonly uint32_t oversized  # a symbol too large for any section, or 0
    cpdef int part_relro(self) except -1
    cdef int collect(self) except -1
    cpdef uint32_t count(self, uint32_t kind)
    cpdef uint32_t at(self, uint32_t kind, uint32_t i)
    cpdef uint32_t total(self)
    cpdef tuple range(self, uint32_t kind, uint32_t end)
    cpdef int sort(self, uint32_t zerobase) except -1
    cpdef tuple sort_types(self, uint32_t carrier, uint32_t zerobase)
    cpdef uint32_t widest(self, uint32_t kind)
    cpdef uint64_t assign(self, uint32_t kind, uint64_t size, uint64_t start, uint32_t sect)


cpdef group(Live live, bint external=*, bint dynlinking=*)
cpdef add_section_addresses(DataSymbols data, list addresses)

cdef void group_range(void* context, int64_t index) noexcept nogil
cdef void group_symbol(Grouping* g, uint32_t s) noexcept nogil
cdef bint has_prefix(LiveColumns* c, uint32_t s, const char* text, uint32_t size) noexcept nogil
cdef void sort_by_size(LiveColumns* c, uint32_t* ids, uint32_t n, uint32_t* scratch, uint32_t zerobase) noexcept nogil
cdef uint64_t size_key(LiveColumns* c, uint32_t s, uint32_t zerobase) noexcept nogil
cdef bint type_string(LiveColumns* c, uint32_t s, TypeKey* key) noexcept nogil
cdef bint type_less(void* context, uint32_t a, uint32_t b) noexcept nogil
cdef bint is_data_symbol(LiveColumns* c, uint32_t s) noexcept nogil
