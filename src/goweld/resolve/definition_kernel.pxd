from libc.stdint cimport uint8_t, uint32_t

from goweld.codec.goobj_kernel cimport GoObj, SymRecord
from goweld.model.symbols_kernel cimport SymbolColumns, Symbols


cpdef list unsettled(Symbols symbols, list references)
cpdef tuple definition(Symbols symbols, uint32_t raw)
cpdef tuple record(Symbols symbols, uint32_t raw)
cpdef uint32_t holder(Symbols symbols, uint32_t raw)

cdef bint is_allowed(SymbolColumns* s, uint32_t raw, uint32_t k) noexcept nogil
