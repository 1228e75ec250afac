# What one thread of the flood knows, and how threads mark symbols side by side.

from libc.stdint cimport int64_t, uint8_t, uint32_t, uint64_t
from libc.stdlib cimport realloc

from goweld.codec.goobj_kernel cimport FLAG2_ITAB, FLAG_REFLECT_METHOD, R_WEAK, GoObj, RelocRecord
from goweld.deadcode.signatures cimport SigSet, Text
from goweld.model.calls cimport is_direct_call
from goweld.model.symbols_kernel cimport (
    SYM_CLONED, SYM_USED_IN_IFACE, SymbolColumns, content, local_index, object_at,
)


cdef extern from *:
    """
    #include <time.h>
    /* What several threads may change at once.  Where only one runs, plain memory does. */
    static inline uint64_t gw_set(uint64_t* p, uint64_t bits, int shared) {
        if (shared) return __atomic_fetch_or(p, bits, __ATOMIC_SEQ_CST);
        uint64_t old = *p;
        *p = old | bits;
        return old;
    }
    static inline uint64_t gw_drop(uint64_t* p, uint64_t bits, int shared) {
        if (shared) return __atomic_fetch_and(p, ~bits, __ATOMIC_SEQ_CST);
        uint64_t old = *p;
        *p = old & ~bits;
        return old;
    }
    static inline void gw_set_attr(uint8_t* p, uint8_t bits, int shared) {
        if (shared) __atomic_fetch_or(p, bits, __ATOMIC_SEQ_CST);
        else *p |= bits;
    }
    static inline uint64_t gw_peek(const uint64_t* p) { return __atomic_load_n(p, __ATOMIC_SEQ_CST); }
    static inline uint8_t gw_peek_attr(const uint8_t* p) { return __atomic_load_n(p, __ATOMIC_SEQ_CST); }
    static inline int64_t gw_add(int64_t* p, int64_t n) { return __atomic_add_fetch(p, n, __ATOMIC_SEQ_CST); }
    static inline int64_t gw_count(const int64_t* p) { return __atomic_load_n(p, __ATOMIC_SEQ_CST); }
    static inline void gw_nap(void) {
        struct timespec t = {0, 20000};
        nanosleep(&t, 0);
    }
    """
    uint64_t set_bits "gw_set" (uint64_t* p, uint64_t bits, bint shared) nogil
    uint64_t drop_bits "gw_drop" (uint64_t* p, uint64_t bits, bint shared) nogil
    void set_attr "gw_set_attr" (uint8_t* p, uint8_t bits, bint shared) nogil
    uint64_t peek "gw_peek" (const uint64_t* p) nogil
    uint8_t peek_attr "gw_peek_attr" (const uint8_t* p) nogil
    int64_t add_count "gw_add" (int64_t* p, int64_t n) nogil
    int64_t get_count "gw_count" (const int64_t* p) nogil
    void nap "gw_nap" () nogil


cdef enum:
    MARKS_IN_WORD = 32        # of Symbols.marks: the upper half says which are to be visited
    NODES = 64
    CLOSE = 64                # words

    WHY_CORRUPT = 1
    WHY_MISSING_BUILTIN = 2
    WHY_METHODS = 3
    WHY_USEIFACE = 4
    WHY_NOT_INTERFACE = 5
    WHY_MEMORY = 6


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


cdef struct IdList:
    uint32_t* ids
    uint64_t n
    uint64_t room


cdef struct Node:             # a symbol to visit
    uint32_t raw
    uint32_t li
    GoObj* object             # that holds its content


cdef struct Worker:           # what a thread finds out by itself
    FloodState* f
    uint32_t cursor           # the word of marks that is looked at next
    uint32_t nnodes
    Node nodes[NODES]         # symbols to visit next
    uint64_t npushed          # symbols marked since it was set to 0
    Method* methods           # set aside
    uint64_t nmethods
    uint64_t methods_room
    SigSet called             # interface methods
    SigSet named              # names called through generic interfaces or MethodByName
    IdList pkginits           # package initialisers
    IdList clones             # symbols whose auxiliary symbols are not followed
    bint reflect_seen
    uint32_t bad              # the least symbol where something is wrong
    uint32_t why


cdef struct FloodState:
    SymbolColumns* s
    uint32_t nwords           # of s.marks
    bint ordered              # least id first, as cmd/link marks, and edges recorded: for -dumpdep
    bint shared               # several threads work
    bint dynlink              # Go code in other files may use any type, and call any method
    bint linkshared           # other libraries define some types
    bint plugins              # the program can open plugins
    int64_t active            # of them, those that may find more
    Worker* workers
    uint32_t nworkers
    Edge* edges
    uint64_t nedges
    uint64_t edges_room
    uint32_t override         # a symbol whose references the linker replaces
    uint32_t made_from        # first id the linker made
    uint32_t* made            # per made symbol (override last): first and count in made_targets
    uint32_t* made_targets
    uint32_t nmade


cdef inline bint fail(Worker* w, uint32_t raw, uint32_t why) noexcept nogil:
    """Remember the least symbol where something is wrong.  The flood goes on, so that it is always the same."""
    if w.why == 0 or raw <= w.bad:
        w.bad = raw
        w.why = why
    return False


cdef inline void* grow(Worker* w, void* p, uint64_t* room, uint64_t itemsize) noexcept nogil:
    """Twice the room for an array; as it was, and a failure noted, where there is no memory."""
    cdef uint64_t wanted = room[0] * 2 if room[0] else 4096
    cdef void* grown = realloc(p, wanted * itemsize)
    if grown == NULL:
        fail(w, 0, WHY_MEMORY)
        return p
    room[0] = wanted
    return grown


cdef inline bint append(Worker* w, IdList* list, uint32_t id) noexcept nogil:
    """Append to a list; False where there is no memory."""
    if list.n == list.room:
        list.ids = <uint32_t*>grow(w, list.ids, &list.room, 4)
        if list.n == list.room:
            return False
    list.ids[list.n] = id
    list.n += 1
    return True


cdef inline uint32_t edge_flags(SymbolColumns* s, uint32_t raw) noexcept nogil:
    """What -dumpdep says of a symbol: 1 used in an interface, 2 calls a reflect method."""
    cdef uint32_t flags = 0
    cdef uint32_t holder
    cdef GoObj* o
    if raw:
        if s.attr[raw] & SYM_USED_IN_IFACE:
            flags |= 1
        if raw < s.first_ref and not s.attr[raw] & SYM_CLONED:
            holder = content(s, raw)
            o = &s.objects[object_at(s, holder)]
            if o.syms[local_index(s, o, holder)].flag & FLAG_REFLECT_METHOD:
                flags |= 2
    return flags


cdef inline void record(Worker* w, uint32_t raw, uint32_t parent) noexcept nogil:
    """Keep an edge of the spanning tree for -dumpdep."""
    cdef FloodState* f = w.f
    if f.nedges == f.edges_room:
        f.edges = <Edge*>grow(w, f.edges, &f.edges_room, sizeof(Edge))
        if f.nedges == f.edges_room:
            return
    f.edges[f.nedges].source = parent
    f.edges[f.nedges].target = raw
    f.edges[f.nedges].flags = edge_flags(f.s, parent) | (edge_flags(f.s, raw) << 2)
    f.nedges += 1


cdef inline void push_again(Worker* w, uint32_t raw, uint32_t parent) noexcept nogil:
    """Mark a symbol reachable, and to be visited though it may have been."""
    cdef FloodState* f = w.f
    cdef uint64_t bit = <uint64_t>1 << (raw & 31)
    set_bits(f.s.marks + (raw >> 5), bit | bit << 32, f.shared)
    w.npushed += 1
    if f.ordered:
        if raw >> 5 < w.cursor:
            w.cursor = raw >> 5
        record(w, raw, parent)


cdef inline void push(Worker* w, uint32_t raw, uint32_t parent) noexcept nogil:
    """Mark a symbol reachable, and to be visited unless it was marked before (deadcodePass.mark)."""
    if raw and not peek(w.f.s.marks + (raw >> 5)) >> (raw & 31) & 1:
        push_again(w, raw, parent)


cdef inline void reach(SymbolColumns* s, uint32_t id) noexcept nogil:
    """Mark a symbol without following it, once the threads are done."""
    s.marks[id >> 5] |= <uint64_t>1 << (id & 31)


cdef inline bint is_strong(FloodState* f, Node* node, uint32_t kind) noexcept nogil:
    """Whether a weak relocation counts as any other.

    Plugins share package initialisation with the program, so none may lack map initialisers; and nobody can
    tell which methods another library calls by an itab.
    """
    if f.plugins and is_direct_call(kind & ~R_WEAK):
        return True
    return f.linkshared and node.object.syms[node.li].flag2 & FLAG2_ITAB
