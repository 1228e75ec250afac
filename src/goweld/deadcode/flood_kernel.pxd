from libc.stdint cimport int32_t, int64_t, uint8_t, uint16_t, uint32_t, uint64_t

from goweld.codec.goobj_kernel cimport AuxRecord, GoObj, RelocRecord
from goweld.deadcode.signatures cimport SigSet, Text
from goweld.model.memory_kernel cimport Column
from goweld.model.symbols_kernel cimport SymbolColumns, Symbols


cdef extern from *:
    """
    static inline int gw_lowest_bit(unsigned long long bits) { return __builtin_ctzll(bits); }
    """
    int lowest_bit "gw_lowest_bit" (unsigned long long bits) nogil


cdef struct Method:           # deadcode.methodref
    uint64_t hash             # of name and type
    uint64_t name_hash
    Text name
    uint32_t type             # canonical raw id of the method's function type
    uint32_t source           # the receiver's type
    RelocRecord* relocs       # its three R_METHODOFF relocations


cdef struct Edge:
    uint32_t source
    uint32_t target
    uint32_t flags            # 1: source used in interface, 2: source reflect method, 4, 8: the same of target


cdef struct FloodState:
    SymbolColumns* s
    uint64_t* pending         # bits by raw id
    uint64_t npending
    uint32_t nwords
    uint32_t cursor           # the word of `pending` that is looked at next
    bint ordered              # least id first, as cmd/link marks, and edges recorded: for -dumpdep
    bint reflect_seen
    Method* methods
    uint64_t nmethods
    uint64_t methods_room
    SigSet called             # interface methods
    SigSet named              # names called through generic interfaces or MethodByName
    Edge* edges
    uint64_t nedges
    uint64_t edges_room
    uint32_t* pkginits
    uint64_t npkginits
    uint64_t pkginits_room
    uint32_t bad              # the symbol whose object is corrupt
    uint32_t why
    uint32_t override         # a symbol whose references the linker replaces
    uint32_t made_from        # first id the linker made
    uint32_t* made            # per made symbol (override last): first and count in made_targets
    uint32_t* made_targets
    uint32_t nmade


cdef enum:
    WHY_CORRUPT = 1
    WHY_MISSING_BUILTIN = 2
    WHY_METHODS = 3
    WHY_USEIFACE = 4
    WHY_NOT_INTERFACE = 5
    WHY_MEMORY = 6


cdef class Flood:
    cdef readonly Symbols symbols
    cdef FloodState f
    cdef list memory
    cpdef mark(self, uint32_t raw)
    cpdef run(self)
    cpdef int refer(self, dict targets, uint32_t override) except -1
    cpdef bint keep_methods(self)
    cpdef bint prune_map_inits(self, uint32_t noop)
    cpdef list recorded(self)


cdef void push(FloodState* f, uint32_t raw, uint32_t parent) noexcept nogil
cdef uint32_t pop(FloodState* f) noexcept nogil
cdef void record(FloodState* f, uint32_t raw, uint32_t parent) noexcept nogil
cdef uint32_t edge_flags(SymbolColumns* s, uint32_t raw) noexcept nogil
cdef void* grow(void* p, uint64_t* room, uint64_t itemsize, FloodState* f) noexcept nogil
cdef void flood(FloodState* f) noexcept nogil
cdef bint fail(FloodState* f, uint32_t raw, uint32_t why) noexcept nogil
cdef bint visit(FloodState* f, uint32_t raw) noexcept nogil
cdef bint follow(FloodState* f, uint32_t raw, GoObj* o, RelocRecord* r, int n, bint is_type,
                 bint used, uint32_t* nmethods) noexcept nogil
cdef bint follow_made(FloodState* f, uint32_t raw, uint32_t slot) noexcept nogil
cdef bint use_in_iface(FloodState* f, uint32_t raw, uint32_t id) noexcept nogil
cdef bint add_methods(FloodState* f, uint32_t raw, GoObj* o, uint32_t li, RelocRecord* r, int n,
                      uint32_t nmethods) noexcept nogil
cdef bint type_name(FloodState* f, uint32_t id, Text* name) noexcept nogil
cdef bint iface_method(FloodState* f, uint32_t raw, uint32_t id, int64_t off) noexcept nogil
cdef uint32_t itab_type(FloodState* f, uint32_t id) noexcept nogil
cdef uint64_t kind_size(uint32_t kind) noexcept nogil
cdef uint64_t keep(FloodState* f) noexcept nogil
cdef bint is_exported(Text name) noexcept nogil
cdef bint is_gotype(SymbolColumns* s, uint32_t id) noexcept nogil
cdef bint symbol_text(FloodState* f, uint32_t id, Text* text) noexcept nogil
cdef uint32_t reloc_at(SymbolColumns* s, GoObj* o, RelocRecord* r, int n, int64_t off, int near) noexcept nogil
cdef void reach_alone(SymbolColumns* s, uint32_t id) noexcept nogil
cdef void reach_auxs(SymbolColumns* s, GoObj* o, uint32_t li) noexcept nogil
