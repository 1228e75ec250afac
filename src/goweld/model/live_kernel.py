"""The live symbols, renumbered densely: every stage after deadcode works on these ids.

Live ids ascend with raw ids, so ties broken by index come out as cmd/link's; symbols that the linker makes
get the ids that follow, in the order of their creation.  Id 0 is the dead symbol.
"""

from __future__ import annotations

import cython
from cython.cimports.goweld.codec.goobj_kernel import (
    ABI_STATIC,
    FLAG2_ITAB,
    FLAG_DUPOK,
    FLAG_GOTYPE,
    FLAG_NOSPLIT,
    FLAG_TYPELINK,
    HOST_KIND,
    NOWHERE,
    OBJ_ASSEMBLY,
    sym_data,
    sym_relocs,
)
from cython.cimports.goweld.model.bits import count_bits, lowest_bit
from cython.cimports.goweld.model.kinds import K_DWARF_CUINFO, K_DYNIMPORT
from cython.cimports.goweld.model.memory_kernel import (
    CHECKED,
    Arena,
    Column,
    map_memory,
    room_for,
    unmap_memory,
)
from cython.cimports.goweld.model.pool_kernel import run_tasks
from cython.cimports.goweld.model.pthread import (
    pthread_mutex_init,
    pthread_mutex_lock,
    pthread_mutex_unlock,
    shared_count,
    take_number,
)
from cython.cimports.goweld.model.symbols_kernel import (
    FOREIGN_HIDDEN,
    LIVE,
    SYM_CLONED,
    SYM_LOCAL,
    SYM_USED_IN_IFACE,
    content,
    find_name,
    holds_content,
    kind_in,
    live_of,
    local_index,
    object_at,
    resolve,
    set_live,
)
from cython.cimports.libc.stdint import uint32_t, uint64_t
from cython.cimports.libc.stdlib import calloc, free
from cython.cimports.libc.string import memcpy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from goweld.model.symbols_kernel import Symbols

ROOM = cython.declare(uint32_t, 4096)  # for the symbols the linker makes, besides what the caller asks for
BYTES_EACH = cython.declare(uint64_t, 4 * 8 + 8 * 4 + 2 + 1 + 1)  # of all columns together


def count_live(s):
    """How many symbols are reachable."""
    n = cython.cast(uint32_t, 0)
    for i in range(words_of(s)):
        n += count_bits(cython.cast(uint32_t, s.marks[i]))
    return n


def words_of(s):
    return (s.n >> 5) + 1


def number_live(c):
    """Fill in the columns and the map from raw id to live id; the first corrupt object, or 0."""
    r = cython.declare(Renumbering)
    r.c = c
    s = c.syms
    live = cython.cast(uint32_t, 1)
    for block in range(BLOCKS):
        r.first[block] = live
        for i in range(words_of(s) * block // BLOCKS, words_of(s) * (block + 1) // BLOCKS):
            live += count_bits(cython.cast(uint32_t, s.marks[i]))
    run_tasks(b"number", number_block, cython.address(r), BLOCKS)
    for block in range(BLOCKS):
        if r.bad[block]:
            return r.bad[block]
    run_tasks(b"number duplicates", number_duplicates, cython.address(r), BLOCKS)
    c.n = live
    c.loaded = live
    for i in range(s.nfix):
        c.size[live_of(s, s.fix_size[2 * i])] = s.fix_size[2 * i + 1]
    c.size[0] = 0
    return 0


def number_block(context, block):
    """Number and describe what is reachable in one range of raw ids."""
    r = cython.cast("Renumbering *", context)
    s = r.c.syms
    words = cython.cast(uint64_t, words_of(s))
    live = r.first[block]
    r.bad[block] = 0
    for i in range(words * block // BLOCKS, words * (block + 1) // BLOCKS):
        bits = cython.cast(uint32_t, s.marks[i])
        while bits:
            raw = (i << 5) + lowest_bit(bits)
            bits &= bits - 1
            set_live(s, raw, live)
            bad = describe(r.c, live, raw)
            if bad:
                r.bad[block] = bad
                return
            live += 1


def number_duplicates(context, block):
    """Give the numbers of the first occurrences to the others, in one range of raw ids."""
    s = cython.cast("Renumbering *", context).c.syms
    n = cython.cast(uint64_t, s.n - s.first_hashed)
    start = s.first_hashed + n * block // BLOCKS
    for raw in range(start, s.first_hashed + n * (block + 1) // BLOCKS):
        first = s.canon[raw]
        if not first & LIVE and s.canon[first] & LIVE:
            s.canon[raw] = s.canon[first]


def describe(c, live, raw):
    """The columns of one live symbol; its object where that is corrupt, else 0."""
    s = c.syms
    holder = content(s, raw)
    k = object_at(s, holder)
    attr = cython.cast(uint32_t, 0)
    if s.attr[raw] & SYM_LOCAL:
        attr |= A_LOCAL
    if s.attr[raw] & SYM_USED_IN_IFACE:
        attr |= A_USED_IN_IFACE
    if s.foreign != cython.NULL and s.foreign[raw] & FOREIGN_HIDDEN:
        attr |= A_HIDDEN
    c.align[live] = s.align[raw]
    c.raw[live] = raw
    if k == 0:
        c.attr[live] = attr | A_LINKER | A_LINKER_RELOCS
        return 0
    o = cython.address(s.objects[k])
    li = local_index(s, o, holder)
    r = o.syms + li
    c.obj[live] = k
    c.li[live] = li
    if cython.cast(uint64_t, r.name_off) + r.name_len > o.length:
        return k
    c.name[live] = o.base + r.name_off
    c.nname[live] = r.name_len
    if r.abi == ABI_STATIC:
        # Not so the local symbols of host objects (loader.IsFileLocal): those are hidden.
        if o.host == cython.NULL or li < o.host.nsections:
            attr |= A_FILE_LOCAL
    elif r.abi == 1:
        attr |= A_ABI_INTERNAL
    if o.host != cython.NULL:
        describe_host(c, live, o, li, attr)
        return 0
    if li >= o.nalldef:
        # Referenced, defined by nobody: for cmd/link an external symbol without content or object.
        c.attr[live] = attr | A_LINKER | A_LINKER_RELOCS
        c.obj[live] = 0
        return 0
    c.kind[live] = s.kind_of[r.type]
    c.size[live] = r.size
    if o.flags & OBJ_ASSEMBLY:
        attr |= A_FROM_ASM
    if r.flag & FLAG_DUPOK:
        attr |= A_DUPOK
    if o.ndef + o.nhashed64 <= li < o.ndef + o.nhashed64 + o.nhashed:
        attr |= A_CONTENT_HASHED
    if s.attr[raw] & SYM_CLONED:
        attr |= A_CLONED
    else:
        if r.flag & FLAG_TYPELINK:
            attr |= A_TYPELINK
        if r.flag & FLAG_GOTYPE:
            attr |= A_GOTYPE
        if r.flag & FLAG_NOSPLIT:
            attr |= A_NOSPLIT
        if r.flag2 & FLAG2_ITAB:
            attr |= A_ITAB
    if bears_twin(c, live, r):
        attr |= A_ABI0_TWIN
    c.attr[live] = attr
    ndata = sym_data(o, li, cython.address(c.data[live]))
    nrel = sym_relocs(o, li, cython.address(c.rel[live]))
    # A unit's name and producer have no size.
    if ndata < 0 or nrel < 0 or (ndata > r.size and c.kind[live] != K_DWARF_CUINFO):
        return k
    c.ndata[live] = cython.cast(uint32_t, ndata)
    c.nrel[live] = nrel
    return 0


def describe_host(c, live, o, li, attr):
    """The columns of a host object's symbol, but for its relocations: like one of the linker's own."""
    r = o.syms + li
    h = cython.address(o.host.symbols[li])
    c.attr[live] = attr | A_LINKER | A_LINKER_RELOCS
    c.obj[live] = 0
    c.kind[live] = r.type - HOST_KIND
    c.size[live] = r.size
    if bears_twin(c, live, r):
        c.attr[live] |= A_ABI0_TWIN
    if li < o.host.nsections:
        c.attr[live] |= A_HOST_SECTION
        c.ndata[live] = cython.cast(uint32_t, sym_data(o, li, cython.address(c.data[live])))
    elif h.outer != NOWHERE:
        c.attr[live] |= A_INTERIOR
        c.value[live] = h.value
    if c.raw[live] < c.syms.first_ref:
        # A Go object declares it: it is of that compilation unit, and a variable of some Go type.
        k = object_at(c.syms, c.raw[live])
        c.obj[live] = k
        c.li[live] = local_index(c.syms, cython.address(c.syms.objects[k]), c.raw[live])
        c.attr[live] = (c.attr[live] | A_CLONED) & ~A_LINKER


def bears_twin(c, live, r):
    """Whether an ABI0 function's name is also that of an ABIInternal one."""
    if not 1 <= c.kind[live] <= 5 or r.abi or r.name_len == 0:
        return False
    entry = find_name(c.syms, c.name[live], r.name_len, 1, False)
    return entry and has_text(c.syms, c.syms.entries[entry].id)


def has_text(s, id):
    """Whether a canonical raw id is defined as text."""
    holder = content(s, id)
    if id == 0 or not holds_content(s, holder):
        return False
    o = cython.address(s.objects[object_at(s, holder)])
    kind = kind_in(s, o, o.syms + local_index(s, o, holder))
    return cython.cast(cython.bint, 1 <= kind <= 5)


def columns_of(c):
    """The pointers to the columns, as an array."""
    return cython.cast("void **", cython.address(c.value))


def item_size(i):
    """The bytes of an item of the i-th column."""
    return 8 if i < 4 else 4 if i < 12 else 2 if i < 13 else 1


def allocate_columns(c, room):
    """Columns for `room` symbols, one behind the other so that they share huge pages; False: no memory.

    In the checked build each is memory of its own.
    """
    n = (cython.cast(uint64_t, room) + 63) & ~cython.cast(uint64_t, 63)
    c.room = room
    c.mapped = room_for(BYTES_EACH * n, False)
    c.block = cython.NULL if CHECKED else cython.cast("uint8_t *", map_memory(c.mapped, False))
    rest = c.block
    for i in range(COLUMNS):
        columns_of(c)[i] = calloc(n, item_size(i)) if CHECKED else rest
        if columns_of(c)[i] == cython.NULL:
            return False
        rest += item_size(i) * n
    c.syms.raw_of = c.raw
    return True


def free_columns(c):
    """Give the columns back."""
    if not CHECKED:
        unmap_memory(c.block, c.mapped)
        return
    for i in range(COLUMNS):
        free(columns_of(c)[i])


def grow_columns(c, room):
    """Move the columns to where there is room; False where there is no memory."""
    old = c[0]
    if not allocate_columns(c, room):
        c[0] = old
        return False
    for i in range(COLUMNS):
        memcpy(columns_of(c)[i], columns_of(cython.address(old))[i], item_size(i) * old.n)
    free_columns(cython.address(old))
    return True


class Live:
    """The live symbols' columns.  `extra`: how many symbols the linker may make beyond the usual."""

    def __init__(self, symbols: Symbols, extra: int = 0) -> None:
        self.symbols = symbols
        c = cython.address(self.c)
        c.syms = cython.address(self.symbols.c)
        self.arena = Arena()
        self.made = {}
        self.memory = []
        pthread_mutex_init(cython.address(self.still), cython.NULL)
        c.still = cython.address(self.still)
        c.spare = ROOM + cython.cast(uint32_t, extra)
        n = count_live(c.syms) + 1
        # Types' debug information mostly has room in a sixteenth; where it has not, the columns move.
        if not allocate_columns(c, n + n // 16 + c.spare):
            raise MemoryError

    def make_room(self, extra: int) -> None:
        """Room for the usual and `extra` more symbols; moves columns, so that nobody may look at them."""
        c = cython.address(self.c)
        room = c.n + ROOM + cython.cast(uint32_t, extra)
        if room > c.room and not grow_columns(c, room):
            raise MemoryError
        return 0

    def hold_still(self) -> None:
        """Keep the columns where they are until let_move, whatever is appended beside."""
        pthread_mutex_lock(self.c.still)

    def let_move(self) -> None:
        """Nobody looks at the columns but who appends."""
        pthread_mutex_unlock(self.c.still)

    def append(self, kind: int) -> int:
        """A new nameless symbol, made beside what else goes on; 0 where there is no memory."""
        with cython.nogil:
            return append_beside(cython.address(self.c), kind)

    def renumber(self) -> int:
        """Number the reachable symbols and fill in the columns; the first corrupt object, or 0."""
        c = cython.address(self.c)
        with cython.nogil:
            bad = number_live(c)
        return bad

    def __len__(self) -> int:
        return self.c.n

    def lookup(self, name: bytes, version: int = 0) -> int:
        """The live id of a name; 0 where the symbol is dead or unknown."""
        id = self.made.get((name, version), 0)
        return id if id else live_of(self.c.syms, self.symbols.lookup(name, version))

    def of(self, raw: int) -> int:
        """The live id of a raw id; 0 where that is dead."""
        return live_of(self.c.syms, raw)

    def create(self, name: bytes, kind: int, version: int = 0) -> int:
        """The symbol of that name, made if there is none, and of that kind (loader.CreateSymForUpdate)."""
        c = cython.address(self.c)
        id = cython.cast(uint32_t, self.lookup(name, version))
        if id == 0:
            if shared_count(cython.address(c.n)) >= c.room:
                raise OverflowError("more symbols made than announced")
            id = take_number(cython.address(c.n))
            c.attr[id] = A_LINKER | A_LINKER_RELOCS
            if version == 1:
                c.attr[id] |= A_ABI_INTERNAL
            self.made[name, version] = id
        self.set_name(id, name)
        if c.kind[id] == K_DYNIMPORT and kind != K_DYNIMPORT:
            c.align[id] = 0
        c.kind[id] = kind
        return id

    def set_name(self, s: int, name: bytes) -> None:
        """Name a symbol that has no name."""
        c = cython.address(self.c)
        if len(name) and c.name[s] == cython.NULL:
            kept = self.arena.take(len(name))
            memcpy(kept, cython.cast("const char *", name), len(name))
            c.name[s] = kept
            c.nname[s] = len(name)
        return 0

    def set_data(self, s: int, content: bytes) -> None:
        """Replace a symbol's content and size."""
        self.reserve_data(s, len(content))
        memcpy(cython.cast("uint8_t *", self.c.data[s]), cython.cast("const char *", content), len(content))
        return 0

    def reserve_data(self, s: int, size: int) -> None:
        """Give a symbol zeroed content of its own for a kernel to fill in."""
        self.c.data[s] = self.arena.take(size)
        self.c.ndata[s] = size
        self.c.size[s] = size
        return 0

    def set_relocs(self, s: int, relocs: list[tuple[int, int, int, int, int]]) -> None:
        """Replace a symbol's relocations: (offset, size, type, addend, live id of the target) each."""
        c = cython.address(self.c)
        records = cython.cast("RelocRecord *", self.arena.take(23 * len(relocs) + 1))
        i = 0
        for off, size, kind, add, symbol in relocs:
            records[i].off = off
            records[i].size = size
            records[i].type = kind
            records[i].add = add
            records[i].pkg = 0
            records[i].idx = symbol
            i += 1
        c.rel[s] = records
        c.nrel[s] = cython.cast(uint32_t, i)
        c.attr[s] |= A_LINKER_RELOCS
        return 0

    def own_relocs(self, s: int) -> None:
        """Have relocations that may be changed: a copy that names live ids."""
        c = cython.address(self.c)
        n = c.nrel[s]
        copy = cython.cast("RelocRecord *", self.arena.take(cython.sizeof(RelocRecord) * n + 1))
        for i in range(n):
            copy[i] = c.rel[s][i]
            copy[i].pkg = 0
            copy[i].idx = target(c, s, cython.address(c.rel[s][i]))
        c.rel[s] = copy
        c.attr[s] |= A_LINKER_RELOCS
        return 0

    def own_data(self, s: int) -> None:
        """Have content that may be changed."""
        copy = self.arena.take(self.c.ndata[s])
        memcpy(copy, self.c.data[s], self.c.ndata[s])
        self.c.data[s] = copy
        return 0

    def keep(self, memory: list[Column]) -> None:
        """Let memory that symbols' contents lie in live as long as the symbols."""
        self.memory += memory
        return 0

    def data(self, s: int) -> bytes:
        """A symbol's content as the object or the linker gave it."""
        return cython.cast("const char *", self.c.data[s])[: self.c.ndata[s]]

    def data_size(self, s: int) -> int:
        """The bytes of content; the rest of the symbol's size is zero."""
        return self.c.ndata[s]

    def name(self, s: int) -> bytes:
        return cython.cast("const char *", self.c.name[s])[: self.c.nname[s]]

    def kind(self, s: int) -> int:
        return self.c.kind[s]

    def set_kind(self, s: int, kind: int) -> None:
        self.c.kind[s] = kind

    def size(self, s: int) -> int:
        return self.c.size[s]

    def set_size(self, s: int, size: int) -> None:
        self.c.size[s] = size

    def value(self, s: int) -> int:
        return self.c.value[s]

    def set_value(self, s: int, value: int) -> None:
        self.c.value[s] = value

    def align(self, s: int) -> int:
        """The alignment in bytes; 0 where none was asked for."""
        return (1 << self.c.align[s]) >> 1

    def set_align(self, s: int, align: int) -> None:
        self.c.align[s] = align.bit_length()

    def attr(self, s: int) -> int:
        return self.c.attr[s]

    def add_attr(self, s: int, bits: int) -> None:
        self.c.attr[s] |= bits

    def drop_attr(self, s: int, bits: int) -> None:
        self.c.attr[s] &= ~bits

    def sect(self, s: int) -> int:
        return self.c.sect[s]

    def set_sect(self, s: int, sect: int) -> None:
        self.c.sect[s] = sect

    def object(self, s: int) -> int:
        """The object (compilation unit) that defines the symbol; 0: the linker."""
        return self.c.obj[s]

    def set_outside_name(self, s: int, name: bytes) -> None:
        """Have other files know a symbol by another name (loader.SetSymExtname)."""
        c = cython.address(self.c)
        if s >= c.outside_room:
            self.make_outside_room()
        kept = self.arena.take(len(name) + 1)
        memcpy(kept, cython.cast("const char *", name), len(name))
        c.outside[s] = kept
        c.noutside[s] = len(name)
        return 0

    def make_outside_room(self) -> None:
        """Let every symbol there is room for have such a name."""
        c = cython.address(self.c)
        if c.outside_room < c.room:
            names = Column(8, c.room, True)
            sizes = Column(4, c.room, True)
            if c.outside_room:
                memcpy(names.ptr, c.outside, 8 * cython.cast(uint64_t, c.outside_room))
                memcpy(sizes.ptr, c.noutside, 4 * cython.cast(uint64_t, c.outside_room))
            self.memory += [names, sizes]
            c.outside = cython.cast("const uint8_t **", names.ptr)
            c.noutside = cython.cast("uint32_t *", sizes.ptr)
            c.outside_room = c.room
        return 0

    def reloc(self, s: int, index: int) -> tuple[int, int, int, int, int, int]:
        """A relocation's (offset, size, type, addend, package index, symbol index)."""
        r = cython.address(self.c.rel[s][index])
        return r.off, r.size, r.type, r.add, r.pkg, r.idx

    def reloc_name(self, s: int, index: int) -> str:
        """The name of what a relocation refers to, dead symbols included."""
        c = cython.address(self.c)
        r = cython.address(c.rel[s][index])
        if c.attr[s] & A_LINKER_RELOCS:
            return self.name(r.idx).decode("utf-8", "replace") if r.idx < c.n else "?"
        raw = resolve(c.syms, cython.address(c.syms.objects[c.obj[s]]), r.pkg, r.idx)
        return self.symbols.name(raw).decode("utf-8", "replace") if raw < c.syms.n else "?"

    def set_noop(self, s: int) -> None:
        """What weak calls to dead functions call instead; 0: nothing."""
        self.c.noop = s
