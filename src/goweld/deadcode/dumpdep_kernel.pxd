from libc.stdint cimport uint8_t, uint32_t

from goweld.model.symbols_kernel cimport Symbols


cpdef bytes name(Symbols symbols, uint32_t raw)
