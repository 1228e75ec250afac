from libc.stdint cimport int64_t, uint8_t, uint32_t, uint64_t

from goweld.codec.goobj_kernel cimport AuxRecord, GoObj, RelocRecord
from goweld.dwarf.dies_kernel cimport Dies, DieTable
from goweld.dwarf.scan_kernel cimport Scan
from goweld.dwarf.units_kernel cimport Units
from goweld.model.live_kernel cimport Live, LiveColumns
from goweld.model.memory_kernel cimport Arena, Column


cdef struct Span:             # [first, end) of a list that all units share
    uint32_t first
    uint32_t end


cdef struct SymbolList:       # live ids, the units' one after the other
    uint32_t* ids
    uint32_t n
    uint32_t room
    Span* of                  # by object


cdef struct Finding:          # symbols that may be variables, each range's from its first id on
    LiveColumns* c
    uint32_t* ids
    uint32_t* counts          # by range


cdef class DebugInfo:
    cdef readonly Live live
    cdef readonly Units units
    cdef readonly Dies dies
    cdef Scan scan
    cdef readonly list order      # objects: the units in the order of loading
    cdef readonly dict packages   # object -> the unit's package path
    cdef readonly dict producers  # object -> what its unit was compiled by and with
    cdef readonly dict names      # object -> the name in its package clause
    cdef readonly dict constants  # object -> live id of its constants' DIEs; only where there are some
    cdef readonly uint32_t runtime  # the object whose unit holds the types
    cdef readonly bint dwarf5
    cdef SymbolList functions     # subprogram DIEs, in the order of the unit's text (FuncDIEs)
    cdef SymbolList abstract      # abstract subprograms, each in the first unit that refers to it (AbsFnDIEs)
    cdef SymbolList ranges        # range lists of those functions that have one (RangeSyms)
    cdef SymbolList variables     # variable DIEs, by live id (VarDIEs)
    cdef uint32_t* found          # what may be variables, by live id
    cdef uint32_t nfound
    cdef uint32_t* unit_of        # while variables are collected: the object of each
    cdef uint8_t* listed          # per live id: whether it is in `abstract`
    cdef Arena arena
    cdef list memory
    cdef void* column(self, uint64_t itemsize, uint64_t length) except NULL
    cpdef add_unit(self, uint32_t obj, bytes package, bytes producer, bytes name, uint32_t constants)
    cpdef bint is_empty(self, uint32_t obj)
    cpdef bint define_builtins(self, uint32_t eface, uint32_t iface, uint32_t pointer, uint32_t uintptr)
    cpdef bint define(self, uint32_t raw)
    cpdef bint read_functions(self, list objects)
    cpdef int find_variables(self) except -1
    cpdef bint visit_functions(self)
    cpdef bint visit_variables(self)
    cpdef list functions_of(self, uint32_t obj)
    cpdef list ranges_of(self, uint32_t obj)
    cpdef list abstract_of(self, uint32_t obj)
    cpdef list variables_of(self, uint32_t obj)


cdef list listed_of(SymbolList* list, uint32_t obj)
cdef bint add(DieTable* t, SymbolList* list, uint32_t id) noexcept nogil
cdef bint visit_unit(DieTable* t, DebugInfo info, uint32_t obj, uint32_t constants) noexcept nogil
cdef bint follow(DieTable* t, DebugInfo info, uint32_t raw) noexcept nogil
cdef bint import_types(DieTable* t, uint32_t s) noexcept nogil
cdef bint import_type(DieTable* t, uint32_t s, uint32_t raw, uint32_t type) noexcept nogil
cdef bint is_variable_kind(uint32_t kind) noexcept nogil
cdef void find_variables(void* context, int64_t index) noexcept nogil
cdef bint is_dictionary(LiveColumns* c, uint32_t s) noexcept nogil
cdef bint visit_data(DieTable* t, DebugInfo info, uint32_t s) noexcept nogil
cdef bint visit_dictionary(DieTable* t, uint32_t s) noexcept nogil
cdef uint32_t revive(DieTable* t, uint32_t raw) noexcept nogil
cdef void sort_variables(SymbolList* list, uint32_t* unit_of, uint32_t* sorted, uint32_t nobjects) noexcept nogil
