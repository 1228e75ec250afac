from libc.stdint cimport int64_t, uint8_t, uint32_t, uint64_t

from goweld.codec.goobj_kernel cimport RelocRecord
from goweld.dwarf.dies_kernel cimport Die, DieTable, Field
from goweld.dwarf.info_kernel cimport DebugInfo, SymbolList
from goweld.model.live_kernel cimport LiveColumns
from goweld.model.memory_kernel cimport Column


cdef struct Emitter:          # the symbol being written
    LiveColumns* c
    uint32_t sym
    uint8_t* start
    uint8_t* p
    RelocRecord* first
    RelocRecord* r


cpdef int emit_types(DebugInfo info) except -1
cpdef uint32_t emit_unit(DebugInfo info, uint32_t obj, uint32_t abbrev, uint32_t lines, uint32_t ranges,
                         uint32_t addrs) except 0
cpdef uint32_t chain(DebugInfo info, Column pieces, uint32_t n, uint32_t obj, uint32_t unit) except 0
cpdef uint32_t count_pieces(DebugInfo info) except? 0

cdef uint64_t bytes_bound(DieTable* t) noexcept nogil
cdef void open_symbol(Emitter* e, uint32_t sym) noexcept nogil
cdef void close_symbol(Emitter* e) noexcept nogil
cdef void put(Emitter* e, uint64_t value, uint32_t size) noexcept nogil
cdef void uleb(Emitter* e, uint64_t value) noexcept nogil
cdef void text(Emitter* e, const uint8_t* p, uint64_t size) noexcept nogil
cdef void reference(Emitter* e, uint32_t type, uint32_t size, uint32_t target) noexcept nogil
cdef uint32_t symbol_of(DieTable* t, uint32_t die) noexcept nogil
cdef void emit_die(Emitter* e, DieTable* t, Die* d) noexcept nogil
cdef void emit_field(Emitter* e, DieTable* t, Field* f) noexcept nogil
cdef uint32_t type_symbol(DieTable* t, Die* d) noexcept nogil
cdef void emit_header(Emitter* e, bint dwarf5, uint32_t abbrev) noexcept nogil
cdef uint32_t chain_list(LiveColumns* c, uint32_t* ids, uint32_t n, SymbolList* list, uint32_t obj,
                         uint64_t* size) noexcept nogil
