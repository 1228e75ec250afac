from libc.stdint cimport uint32_t

from goweld.codec.goobj_kernel cimport RelocRecord
from goweld.model.symbols_kernel cimport SymbolColumns, Symbols


cpdef tuple read(Symbols symbols, uint32_t raw)

cdef int dependencies(SymbolColumns* s, uint32_t raw, uint32_t* found, uint32_t room) noexcept nogil
