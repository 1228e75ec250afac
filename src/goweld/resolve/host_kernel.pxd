from libc.stdint cimport int64_t, uint8_t, uint32_t, uint64_t

from goweld.codec.goobj_kernel cimport GoObj, HostSymbol, RelocRecord, SymRecord
from goweld.model.symbols_kernel cimport SymbolColumns, Symbols


cdef enum:
    DUPLICATE_REFERENCE = 1
    DUPLICATE_DEFINITION = 2
    HAS_CONTENT = 3

    ABI_INTERNAL = 1


cdef struct Place:            # of a symbol in its section
    uint64_t value
    uint32_t li


cpdef uint32_t names_of(Symbols symbols, uint32_t index)
cpdef bind_packages(Symbols symbols, uint32_t index)
cpdef tuple enter(Symbols symbols, uint32_t index)
cpdef list undefined(Symbols symbols)
cpdef blank(Symbols symbols, uint32_t raw, bint imported)
cpdef bint is_placed(Symbols symbols, uint32_t raw)
cpdef uint32_t section_of(Symbols symbols, uint32_t raw)
cpdef int export(Symbols symbols, bytes name, uint32_t raw) except -1

cdef bint is_global(HostSymbol* h) noexcept nogil
cdef uint32_t bind(SymbolColumns* s, GoObj* o, uint32_t li) noexcept nogil
cdef bint lies_in_host(SymbolColumns* s, uint32_t id) noexcept nogil
cdef bint is_blank(SymbolColumns* s, uint32_t id) noexcept nogil
cdef SymRecord* host_record(SymbolColumns* s, uint32_t id) noexcept nogil
cdef void make_common(SymbolColumns* s, uint32_t id, uint32_t raw, uint32_t size) noexcept nogil
cdef uint32_t define(SymbolColumns* s, GoObj* o, uint32_t li, uint32_t id) noexcept nogil
cdef void order_sections(GoObj* o, Place* places, uint32_t* items) noexcept nogil
cdef bint is_before(void* context, uint32_t a, uint32_t b) noexcept nogil
cdef bint lacks(SymbolColumns* s, uint32_t id) noexcept nogil
cdef int undefined_in(SymbolColumns* s, uint32_t k, uint32_t first, uint32_t end, list found) except -1
