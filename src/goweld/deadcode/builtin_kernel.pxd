from libc.stdint cimport uint32_t

from goweld.codec.goobj_kernel cimport AuxRecord, RelocRecord
from goweld.model.symbols_kernel cimport Symbols


cpdef int first_missing(Symbols symbols, uint32_t raw)
