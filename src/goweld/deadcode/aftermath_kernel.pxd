from libc.stdint cimport uint32_t, uint64_t

from goweld.codec.goobj_kernel cimport AuxRecord, RelocRecord
from goweld.deadcode.flood_kernel cimport Flood
from goweld.model.symbols_kernel cimport SymbolColumns, Symbols


cpdef finish(Flood flood)
cpdef forget_debug(Flood flood)
cpdef reach_description(Symbols symbols, uint32_t raw)
cpdef bint prune_map_inits(Flood flood, uint32_t noop)

cdef void reach_auxs(SymbolColumns* s, uint32_t id) noexcept nogil
cdef bint calls_dead(SymbolColumns* s, uint32_t id) noexcept nogil
