from libc.stdint cimport int64_t, uint8_t, uint16_t, uint32_t, uint64_t

from goweld.codec.goobj_kernel cimport R_WEAK, AuxRecord, GoObj, RelocRecord, SymRecord, sym_auxs
from goweld.model.memory_kernel cimport Arena, Column
from goweld.model.pthread cimport (
    pthread_mutex_lock,
    pthread_mutex_t,
    pthread_mutex_unlock,
    shared_count,
    take_number,
)
from goweld.model.symbols_kernel cimport BAD, MISSING, SymbolColumns, Symbols, resolve_live


cdef enum:
    # Live.attr
    A_LOCAL = 1
    A_NOT_IN_SYMTAB = 2
    A_SPECIAL = 4             # its address is not computed with its kind's
    A_FILE_LOCAL = 8          # static: no name leads to it
    A_ABI_INTERNAL = 16       # version 1
    A_FROM_ASM = 32
    A_CONTENT_HASHED = 64
    A_DUPOK = 128
    A_TYPELINK = 256
    A_GOTYPE = 512
    A_ITAB = 1024
    A_NOSPLIT = 2048
    A_LINKER_RELOCS = 4096    # its relocations name live ids
    A_ABI0_TWIN = 8192        # ABI0 text whose name ABIInternal text bears too
    A_LINKER = 16384          # made by the linker: no object, no auxiliary symbols
    A_CLONED = 32768          # from an object, altered by the linker: object flags no longer count
    A_USED_IN_IFACE = 65536
    A_ADOPTED = 131072        # alive because the linker defines it, not because the program reaches it
    A_INTERIOR = 262144       # a place in a host object's section; value counts from there at first
    A_HOST_SECTION = 524288   # a host object's section: li is its index among LiveColumns.parts
    A_HIDDEN = 1048576        # ELF's visibility


cdef struct HostSection:      # a live section of a host object
    uint32_t id
    uint32_t first            # its symbols in LiveColumns.interior, ascending
    uint32_t count


cdef struct LiveColumns:
    SymbolColumns* syms
    uint32_t n                # live ids are 1 .. n - 1; 0 is the dead (or nil) symbol
    uint32_t loaded           # ids below come from before deadcode
    uint32_t room
    uint32_t spare            # of the room, for all symbols but those of debug information
    pthread_mutex_t* still    # held while other threads look at the columns, which must not move then
    uint8_t* block            # what the columns lie in, one behind the other
    uint64_t mapped
    HostSection* parts        # in the order of ids, which is that of host objects and in them
    uint32_t nparts
    uint32_t* interior
    uint32_t noop             # what a weak call to a dead map initialiser calls instead
    const uint8_t** outside   # what other files call a symbol where that is not its name; NULL: no symbol has one
    uint32_t* noutside
    uint32_t outside_room
    # The columns, the widest items first: live_kernel takes these COLUMNS pointers as an array.
    uint64_t* value           # offset in the section, later the address
    const uint8_t** data      # content, in the mapped object or in the arena; shorter than size: zero filled
    RelocRecord** rel
    const uint8_t** name
    uint32_t* attr
    uint32_t* size
    uint32_t* ndata
    uint32_t* nrel
    uint32_t* obj             # defining object = compilation unit; 0: the linker
    uint32_t* li              # local index in that object
    uint32_t* raw             # canonical raw id; 0: none
    uint32_t* nname
    uint16_t* sect            # output section, 0: none
    uint8_t* kind             # linker symbol kind (go127 numbers, sym.SymKind)
    uint8_t* align            # log2 + 1; 0: not set


cdef enum:
    BLOCKS = 64
    COLUMNS = 15


cdef struct Renumbering:
    LiveColumns* c
    uint32_t first[BLOCKS]    # live id of the first symbol of each block of raw ids
    uint32_t bad[BLOCKS]      # its first corrupt object


cdef class Live:
    cdef LiveColumns c
    cdef pthread_mutex_t still
    cdef readonly Symbols symbols
    cdef Arena arena
    cdef dict made            # (name, version) -> id of the symbols the linker made
    cdef list memory          # what symbols' contents lie in, besides the arena
    cpdef uint32_t renumber(self)
    cpdef uint32_t lookup(self, bytes name, uint32_t version=*)
    cpdef uint32_t of(self, uint32_t raw)
    cpdef int set_name(self, uint32_t s, bytes name) except -1
    cpdef uint32_t create(self, bytes name, uint32_t kind, uint32_t version=*) except 0
    cpdef int set_data(self, uint32_t s, bytes content) except -1
    cpdef int set_relocs(self, uint32_t s, list relocs) except -1
    cpdef int reserve_data(self, uint32_t s, uint32_t size) except -1
    cpdef int own_relocs(self, uint32_t s) except -1
    cpdef int own_data(self, uint32_t s) except -1
    cpdef int keep(self, list memory) except -1
    cpdef bytes data(self, uint32_t s)
    cpdef uint32_t data_size(self, uint32_t s)
    cpdef bytes name(self, uint32_t s)
    cpdef uint32_t kind(self, uint32_t s)
    cpdef set_kind(self, uint32_t s, uint32_t kind)
    cpdef uint32_t size(self, uint32_t s)
    cpdef set_size(self, uint32_t s, uint32_t size)
    cpdef uint64_t value(self, uint32_t s)
    cpdef set_value(self, uint32_t s, uint64_t value)
    cpdef uint32_t align(self, uint32_t s)
    cpdef set_align(self, uint32_t s, uint32_t align)
    cpdef uint32_t attr(self, uint32_t s)
    cpdef add_attr(self, uint32_t s, uint32_t bits)
    cpdef drop_attr(self, uint32_t s, uint32_t bits)
    cpdef uint32_t sect(self, uint32_t s)
    cpdef set_sect(self, uint32_t s, uint32_t sect)
    cpdef int set_outside_name(self, uint32_t s, bytes name) except -1
    cpdef int make_outside_room(self) except -1
    cpdef tuple reloc(self, uint32_t s, uint32_t index)
    cpdef str reloc_name(self, uint32_t s, uint32_t index)
    cpdef set_noop(self, uint32_t s)
    cpdef int make_room(self, uint32_t extra) except -1
    cpdef hold_still(self)
    cpdef let_move(self)
    cpdef uint32_t append(self, uint32_t kind)
    cpdef uint32_t object(self, uint32_t s)


cdef inline const uint8_t* outside_name(LiveColumns* c, uint32_t s, uint32_t* size) noexcept nogil:
    """What the symbol table calls a symbol (loader.SymExtname), before ABIs are told apart."""
    if s < c.outside_room and c.outside[s] != NULL:
        size[0] = c.noutside[s]
        return c.outside[s]
    size[0] = c.nname[s]
    return c.name[s]


cdef inline uint32_t target(LiveColumns* c, uint32_t s, RelocRecord* r) noexcept nogil:
    """The live id that a relocation of s refers to: 0 where that is dead or nil, BAD where the object is corrupt."""
    if c.attr[s] & A_LINKER_RELOCS:
        return r.idx
    return resolve_live(c.syms, c.syms.objects + c.obj[s], r.pkg, r.idx)


cdef inline int live_auxs(LiveColumns* c, uint32_t s, AuxRecord** first) noexcept nogil:
    """The auxiliary symbols of s: their number, or -1 where the object is corrupt."""
    if c.attr[s] & A_LINKER:
        first[0] = NULL
        return 0
    return sym_auxs(c.syms.objects + c.obj[s], c.li[s], first)


cdef inline bint has_aux(LiveColumns* c, uint32_t s, uint8_t type) noexcept nogil:
    """Whether s has an auxiliary symbol of a type."""
    cdef AuxRecord* auxs = NULL
    cdef int i, n = live_auxs(c, s, &auxs)
    for i in range(n):
        if auxs[i].type == type:
            return True
    return False


cdef inline uint32_t aux_target(LiveColumns* c, uint32_t s, AuxRecord* a) noexcept nogil:
    """The live id of an auxiliary symbol of s."""
    return resolve_live(c.syms, c.syms.objects + c.obj[s], a.pkg, a.idx)


cdef void** columns_of(LiveColumns* c) noexcept nogil
cdef uint64_t item_size(int i) noexcept nogil
cdef bint allocate_columns(LiveColumns* c, uint32_t room) noexcept nogil
cdef void free_columns(LiveColumns* c) noexcept nogil
cdef bint grow_columns(LiveColumns* c, uint32_t room) noexcept nogil


cdef inline uint32_t append_symbol(LiveColumns* c, uint32_t kind) noexcept nogil:
    """A new nameless symbol of the linker's own; 0 where there is no room."""
    cdef uint32_t s
    if shared_count(&c.n) >= c.room:
        return 0
    s = take_number(&c.n)
    c.kind[s] = <uint8_t>kind
    c.attr[s] = A_LINKER | A_LINKER_RELOCS | A_NOT_IN_SYMTAB
    return s


cdef inline uint32_t append_beside(LiveColumns* c, uint32_t kind) noexcept nogil:
    """append_symbol beside other work: the columns move where there is no room, once nobody looks at them."""
    cdef bint fine
    if shared_count(&c.n) + c.spare >= c.room:
        pthread_mutex_lock(c.still)
        fine = grow_columns(c, c.n + c.n // 4 + c.spare)
        pthread_mutex_unlock(c.still)
        if not fine:
            return 0
    return append_symbol(c, kind)


cdef inline int64_t aligned(int64_t v, int64_t align) noexcept nogil:
    """v rounded up to a power of two (ld.Rnd)."""
    return (v + align - 1) & -align


cdef inline uint32_t symbol_align(LiveColumns* c, uint32_t s) noexcept nogil:
    """A data symbol's alignment on amd64, remembered (ld.symalign with Minalign 1, Maxalign 32)."""
    cdef uint32_t a = c.align[s]
    cdef uint32_t bits
    if a:
        return <uint32_t>1 << (a - 1)
    bits = 5
    while bits and (<uint32_t>1 << bits) > c.size[s]:
        bits -= 1
    c.align[s] = <uint8_t>(bits + 1)
    return <uint32_t>1 << bits


cdef uint32_t count_live(SymbolColumns* s) noexcept nogil
cdef uint32_t words_of(SymbolColumns* s) noexcept nogil
cdef uint32_t number_live(LiveColumns* c) noexcept nogil
cdef void number_block(void* context, int64_t block) noexcept nogil
cdef void number_duplicates(void* context, int64_t block) noexcept nogil
cdef void describe_host(LiveColumns* c, uint32_t live, GoObj* o, uint32_t li, uint32_t attr) noexcept nogil
cdef uint32_t describe(LiveColumns* c, uint32_t live, uint32_t raw) noexcept nogil
cdef bint bears_twin(LiveColumns* c, uint32_t live, SymRecord* r) noexcept nogil
cdef bint has_text(SymbolColumns* s, uint32_t id) noexcept nogil
