from libc.stdint cimport int64_t, uint8_t, uint16_t, uint32_t, uint64_t

from goweld.codec.goobj_kernel cimport AuxRecord, GoObj, RelocRecord
from goweld.deadcode.marking cimport FloodState, Method, Node, Worker
from goweld.deadcode.signatures cimport Text
from goweld.model.symbols_kernel cimport SymbolColumns, Symbols


cdef class Flood:
    cdef readonly Symbols symbols
    cdef FloodState f
    cdef list memory
    cpdef mark(self, uint32_t raw)
    cpdef run(self, bint threads)
    cpdef int refer(self, dict targets, uint32_t override) except -1
    cpdef uint64_t keep_methods(self)
    cpdef list recorded(self)


cdef void flood(void* state, int64_t index) noexcept nogil
cdef bint find_word(Worker* w, uint32_t n) noexcept nogil
cdef void sweep(Worker* w) noexcept nogil
cdef void collect(Worker* w, uint64_t bits) noexcept nogil
cdef void visit_collected(Worker* w) noexcept nogil
cdef bint locate_node(SymbolColumns* s, uint32_t raw, Node* node) noexcept nogil
cdef bint visit(Worker* w, Node* node) noexcept nogil
cdef void follow_section(Worker* w, Node* node) noexcept nogil
cdef bint visit_auxs(Worker* w, Node* node) noexcept nogil
cdef bint follow(Worker* w, Node* node, RelocRecord* r, int n, bint used, uint32_t* nmethods) noexcept nogil
cdef bint follow_special(Worker* w, uint32_t raw, uint32_t id, RelocRecord* r) noexcept nogil
cdef bint follow_used(Worker* w, uint32_t raw, uint32_t id) noexcept nogil
cdef void follow_made(Worker* w, uint32_t raw, uint32_t slot) noexcept nogil
cdef void use_in_iface(Worker* w, uint32_t raw, uint32_t id) noexcept nogil
cdef bint add_methods(Worker* w, Node* node, RelocRecord* r, int n, uint32_t nmethods) noexcept nogil
cdef bint add_method(Worker* w, Node* node, RelocRecord* r, uint32_t name_id, uint32_t type_id) noexcept nogil
cdef bint iface_method(Worker* w, uint32_t raw, uint32_t id, int64_t off) noexcept nogil
cdef bint gather(FloodState* f) noexcept nogil
cdef void keep(FloodState* f) noexcept nogil
cdef void keep_some(Worker* w, Method* methods, uint64_t* n) noexcept nogil
cdef bint is_exported(Text name) noexcept nogil
