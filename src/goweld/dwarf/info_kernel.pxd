from libc.stdint cimport uint8_t, uint32_t

from goweld.dwarf.types_kernel cimport Types, TypeTable
from goweld.dwarf.units_kernel cimport Units
from goweld.model.live_kernel cimport Live, LiveColumns
from goweld.model.memory_kernel cimport Column


cdef struct Span:             # [first, end) of a list that all units share
    uint32_t first
    uint32_t end


cdef struct SymbolList:       # live ids, the units' one after the other
    uint32_t* ids
    uint32_t n
    uint32_t room
    Span* of                  # by object


cdef class DebugInfo:
    cdef readonly Live live
    cdef readonly Units units
    cdef readonly Types types
    cdef SymbolList functions # subprogram DIEs, in the order of the unit's text (FuncDIEs)
    cdef SymbolList abstract  # abstract subprograms, each in the first unit that refers to it (AbsFnDIEs)
    cdef SymbolList ranges    # PC range lists of those functions that have one (RangeSyms)
    cdef SymbolList variables # variable DIEs, by live id (VarDIEs)
