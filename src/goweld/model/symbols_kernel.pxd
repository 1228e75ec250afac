from libc.stdint cimport uint8_t, uint32_t, uint64_t

from goweld.codec.goobj_kernel cimport (
    HOST_KIND, PKG_BUILTIN, PKG_HASHED, PKG_HASHED64, PKG_NONE, PKG_SELF, AuxRecord, GoObj, SymRecord,
)
from goweld.model.memory_kernel cimport Arena, Column
from goweld.model.objects_kernel cimport Objects


cdef extern from *:
    """
    #include <stdint.h>
    #include <string.h>
    static inline uint64_t gw_mix(uint64_t a, uint64_t b) {
        unsigned __int128 m = (unsigned __int128)(a ^ 0x9e3779b97f4a7c15ull) * (b ^ 0xd6e8feb86659fd93ull);
        return (uint64_t)m ^ (uint64_t)(m >> 64);
    }
    static inline uint64_t gw_hash(const uint8_t* p, uint64_t n) {
        uint64_t h = n, a, b;
        while (n > 16) {
            memcpy(&a, p, 8); memcpy(&b, p + 8, 8);
            h = gw_mix(a ^ h, b);
            p += 16; n -= 16;
        }
        a = b = 0;
        if (n >= 8) { memcpy(&a, p, 8); memcpy(&b, p + n - 8, 8); }
        else if (n >= 4) { uint32_t x, y; memcpy(&x, p, 4); memcpy(&y, p + n - 4, 4); a = x; b = y; }
        else if (n) { a = ((uint64_t)p[0] << 16) | ((uint64_t)p[n >> 1] << 8) | p[n - 1]; }
        return gw_mix(a ^ h, b ^ 0x1b873593cc9e2d51ull);
    }
    static inline uint8_t gw_attr(const uint8_t* p) { return __atomic_load_n(p, __ATOMIC_RELAXED); }
    static inline uint32_t gw_id(const uint32_t* p) { return __atomic_load_n(p, __ATOMIC_RELAXED); }
    static inline void gw_set_id(uint32_t* p, uint32_t id) { __atomic_store_n(p, id, __ATOMIC_RELAXED); }
    static inline void gw_prefetch(const void* p) { __builtin_prefetch(p); }
    """
    uint64_t gw_mix(uint64_t a, uint64_t b) nogil
    uint64_t gw_hash(const uint8_t* p, uint64_t n) nogil
    uint8_t gw_attr(const uint8_t* p) nogil  # while deadcode's threads set bits in it
    # While debug information brings types to life, beside those who look for other symbols.
    uint32_t gw_id(const uint32_t* p) nogil
    void gw_set_id(uint32_t* p, uint32_t id) nogil
    void gw_prefetch(const void* p) nogil


cdef enum:
    RANGE_BITS = 7
    LIVE = 0x80000000         # SymbolColumns.canon: the rest is a live id

    NIL = 0
    BAD = 0xffffffff          # a reference that the object has no right to make
    MISSING = 0xfffffffe      # a builtin that the runtime does not define

    SYM_LOCAL = 1             # Symbols.attr
    SYM_USED_IN_IFACE = 2
    SYM_BLOCKED = 8           # linkname references are restricted
    SYM_CLONED = 16           # size fixed up: cmd/link treats it as its own symbol
    SYM_MOVED = 32            # another raw id holds the content: owner[]

    FOREIGN_HIDDEN = 1        # SymbolColumns.foreign: what host objects and cgo directives say of a symbol
    FOREIGN_DUPOK = 2         # a later definition is passed over
    FOREIGN_TEXT = 4          # a host object defines it as a function
    FOREIGN_WANTED = 8        # a host object refers to it
    FOREIGN_BLANK = 16        # what Go objects define of it does not count: its content is elsewhere
    FOREIGN_IMPORTED = 32     # a shared library has it
    FOREIGN_PLACED = 64       # a section of a host object has it in it


cdef struct NameEntry:
    const uint8_t* name
    uint32_t len
    uint32_t id               # canonical raw id; 0: nobody defines or references it yet


cdef struct IdRange:          # the ids from `first` to the next range's belong to one object
    uint32_t first
    uint32_t object


cdef struct SymbolColumns:
    GoObj* objects
    uint32_t nobjects
    uint32_t n                # raw ids are 1 .. n - 1
    uint32_t first_hashed     # package definitions lie below
    uint32_t first_ref        # Go objects' definitions lie below
    uint32_t first_made       # Go objects' references lie below
    uint32_t first_host       # the ids of host objects, which number their symbols one after the other
    uint32_t end_host
    uint32_t* canon           # raw id -> the first occurrence's; LIVE and the live id where it has one
    uint32_t* raw_of          # live id -> canonical raw id; after deadcode
    uint32_t* owner           # the raw id whose content counts, where attr says SYM_MOVED
    IdRange* ranges           # ascending, none empty; the last is object 0's: what the linker makes
    uint32_t* range_of        # id >> RANGE_BITS -> the range of the first id with those bits
    uint8_t* align            # log2 + 1, as cmd/link's loader keeps it; 0: none
    uint8_t* attr
    uint8_t* foreign          # NULL where there are neither host objects nor cgo directives
    uint64_t* marks           # a word for 32 raw ids: deadcode has reached them, has yet to visit them
    uint32_t* builtins
    uint32_t nbuiltin
    uint8_t kind_of[256]      # object symbol kind -> linker symbol kind
    uint64_t* slots           # open addressing: tag in the upper half, entry in the lower; 0: free
    uint64_t slot_mask
    NameEntry* entries        # [0] is unused
    uint32_t nentries
    bint name_types           # types' names are entered even where no other object refers to them by name
    uint32_t* fix_size        # pairs (raw id, size): loader.sizeFixups
    uint32_t nfix


cdef class Symbols:
    cdef readonly Objects objects
    cdef SymbolColumns c
    cdef Column texts         # raw ids of text definitions outside the package symbols, in load order
    cdef readonly uint32_t ntexts
    cdef list memory
    cdef dict made            # names of the symbols the linker makes before deadcode
    cdef uint64_t room        # for how many raw ids there is memory
    cdef Arena arena
    cdef void* column(self, uint64_t itemsize, uint64_t length) except NULL
    cdef void* sparse_column(self, uint64_t itemsize, uint64_t length) except NULL
    cdef uint32_t number(self) noexcept
    cdef uint32_t numbered    # host objects that have ids
    cdef int index_objects(self) except -1
    cdef int index_names(self, uint64_t wanted) except -1
    cpdef uint32_t number_hosts(self) except? 0
    cpdef int want(self, bytes name, uint32_t version) except -1
    cpdef uint32_t lookup(self, bytes name, uint32_t version)
    cpdef uint32_t create(self, bytes name, uint32_t version=*) except 0
    cpdef bint reached(self, uint32_t raw)
    cpdef reach(self, uint32_t raw)
    cpdef uint32_t kind(self, uint32_t raw)
    cpdef uint32_t size(self, uint32_t raw)
    cdef SymRecord* record(self, uint32_t raw) noexcept
    cpdef bytes data(self, uint32_t raw)
    cpdef uint32_t gotype(self, uint32_t raw)
    cpdef bint is_defined(self, uint32_t raw)
    cpdef bytes name(self, uint32_t raw)
    cpdef uint32_t object_of(self, uint32_t raw)


cdef inline uint32_t object_at(SymbolColumns* s, uint32_t raw) noexcept nogil:
    """The object that a raw id belongs to; 0: the linker's own."""
    cdef IdRange* r = s.ranges + s.range_of[raw >> RANGE_BITS]
    while r[1].first <= raw:
        r += 1
    return r.object


cdef inline uint32_t local_id(GoObj* o, uint32_t li) noexcept nogil:
    """The raw id of an object's symbol by its local index."""
    if li < o.ndef:
        return o.pkgbase + li
    if li < o.nalldef:
        return o.hbase + (li - o.ndef)
    return o.rbase + (li - o.nalldef)


cdef inline uint32_t local_index(SymbolColumns* s, GoObj* o, uint32_t raw) noexcept nogil:
    """The local index of a raw id in the object that holds it."""
    if raw < s.first_hashed:
        return raw - o.pkgbase
    if raw < s.first_ref:
        return raw - o.hbase + o.ndef
    return raw - o.rbase + o.nalldef


cdef inline uint32_t locate(SymbolColumns* s, GoObj* o, uint32_t pkg, uint32_t idx) noexcept nogil:
    """The raw id that a symbol reference names, not yet the canonical one; NIL, or BAD, or MISSING."""
    cdef GoObj* other
    if pkg == PKG_SELF:
        if idx < o.ndef:
            return o.pkgbase + idx
    elif pkg < o.npkg:
        if pkg == 0:
            return NIL if idx == 0 else BAD
        other = s.objects + o.pkgs[pkg]
        if idx < other.ndef:
            return other.pkgbase + idx
    elif pkg == PKG_NONE:
        if idx < o.nnamed:
            return o.hbase + o.nhashed64 + o.nhashed + idx
        idx -= o.nnamed
        if idx < o.nref:
            return o.rbase + idx
    elif pkg == PKG_HASHED:
        if idx < o.nhashed:
            return o.hbase + o.nhashed64 + idx
    elif pkg == PKG_HASHED64:
        if idx < o.nhashed64:
            return o.hbase + idx
    elif pkg == PKG_BUILTIN:
        if idx < s.nbuiltin:
            idx = s.builtins[idx]
            return idx if idx else MISSING
    elif pkg == 0 and idx == 0:
        return NIL
    return BAD


cdef inline uint32_t canonical(SymbolColumns* s, uint32_t raw) noexcept nogil:
    """The raw id of a symbol's first occurrence."""
    cdef uint32_t id = gw_id(s.canon + raw)
    return s.raw_of[id ^ LIVE] if id & LIVE else id


cdef inline uint32_t live_of(SymbolColumns* s, uint32_t raw) noexcept nogil:
    """The live id of a raw id; 0 where that is dead."""
    cdef uint32_t id = gw_id(s.canon + raw)
    return id ^ LIVE if id & LIVE else 0


cdef inline void set_live(SymbolColumns* s, uint32_t raw, uint32_t live) noexcept nogil:
    """Give a raw id its live id."""
    gw_set_id(s.canon + raw, LIVE | live)


cdef inline uint32_t resolve(SymbolColumns* s, GoObj* o, uint32_t pkg, uint32_t idx) noexcept nogil:
    """The canonical raw id that a symbol reference means (loader.resolve); NIL, BAD or MISSING."""
    cdef uint32_t raw = locate(s, o, pkg, idx)
    # Package definitions are canonical.
    return canonical(s, raw) if s.first_hashed <= raw < MISSING else raw


cdef inline uint32_t resolve_live(SymbolColumns* s, GoObj* o, uint32_t pkg, uint32_t idx) noexcept nogil:
    """The live id that a symbol reference means: 0 where that is dead or nil, else BAD or MISSING."""
    cdef uint32_t raw = locate(s, o, pkg, idx)
    return live_of(s, raw) if raw < MISSING else raw


cdef inline uint32_t content(SymbolColumns* s, uint32_t raw) noexcept nogil:
    """The raw id that holds a canonical symbol's content."""
    return s.owner[raw] if gw_attr(s.attr + raw) & SYM_MOVED else raw


cdef inline bint holds_content(SymbolColumns* s, uint32_t holder) noexcept nogil:
    """Whether an id that `content` gave lies in an object that defines it."""
    return holder < s.first_ref or s.first_host <= holder < s.end_host


cdef inline uint32_t kind_in(SymbolColumns* s, GoObj* o, SymRecord* r) noexcept nogil:
    """The linker kind that an object gives a symbol."""
    return r.type - HOST_KIND if o.host != NULL else s.kind_of[r.type]


cdef inline bint is_reached(SymbolColumns* s, uint32_t raw) noexcept nogil:
    """Whether deadcode has reached a canonical symbol."""
    return s.marks[raw >> 5] >> (raw & 31) & 1


cdef inline void move_content(SymbolColumns* s, uint32_t raw, uint32_t owner) noexcept nogil:
    """Say that another raw id holds a canonical symbol's content."""
    s.owner[raw] = owner
    s.attr[raw] |= SYM_MOVED


cdef inline void add_range(SymbolColumns* s, uint32_t* n, uint32_t first, uint32_t count, uint32_t k) noexcept nogil:
    """Say that `count` ids from `first` belong to object k."""
    if count:
        s.ranges[n[0]].first = first
        s.ranges[n[0]].object = k
        n[0] += 1


cdef inline uint64_t name_tag(uint64_t h, uint32_t version) noexcept nogil:
    """What a slot says of a name, besides its entry."""
    return (h & <uint64_t>0xfffffffe00000000) | (<uint64_t>version << 32)


cdef inline uint32_t likely_entry(SymbolColumns* s, uint64_t h, uint32_t version) noexcept nogil:
    """The entry of a name if it lies in the slot where the search begins, and if the hash tells; else 0."""
    cdef uint64_t slot = s.slots[(h >> 33) & s.slot_mask]
    return <uint32_t>slot if slot >> 32 == name_tag(h, version) >> 32 else 0


cdef void grow_names(SymbolColumns* s) noexcept nogil
cdef uint32_t find_name(SymbolColumns* s, const uint8_t* name, uint64_t size, uint32_t version,
                        bint insert) noexcept nogil
cdef uint32_t find_hashed(SymbolColumns* s, const uint8_t* name, uint64_t size, uint64_t h, uint32_t version,
                          bint insert) noexcept nogil
