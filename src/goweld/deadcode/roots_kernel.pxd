from libc.stdint cimport uint32_t

from goweld.codec.goobj_kernel cimport RelocRecord
from goweld.deadcode.flood_kernel cimport Flood


cpdef mark_all(Flood flood)
cpdef mark_targets(Flood flood, uint32_t raw)
