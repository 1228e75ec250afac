"""Data symbols: grouped, sorted by kind and size, given places (ld.symtab, ld.dodata, ld.dodataSect)."""

from __future__ import annotations

import cython
from cython.cimports.goweld.codec.pdqsort_kernel import pdqsort
from cython.cimports.goweld.model.kinds import (
    K_COVERAGE_COUNTER,
    K_FIRST_UNALLOCATED,
    K_GCBITS,
    K_GCMASK,
    K_GOFUNC,
    K_GOSTRING,
    K_NOPTRBSS,
    K_PCLNTAB,
    K_RODATA,
    K_RODATA_RELRO,
    K_TEXT_END,
    K_TYPE,
)
from cython.cimports.goweld.model.live_kernel import (
    A_FILE_LOCAL,
    A_FROM_ASM,
    A_INTERIOR,
    A_ITAB,
    A_NOT_IN_SYMTAB,
    A_SPECIAL,
    A_TYPELINK,
    aligned,
    symbol_align,
    target,
)
from cython.cimports.goweld.model.memory_kernel import Column
from cython.cimports.goweld.model.pool_kernel import run_tasks
from cython.cimports.goweld.model.symbols_kernel import gw_prefetch
from cython.cimports.libc.stdint import uint32_t, uint64_t
from cython.cimports.libc.string import memcmp, memcpy, memset

TYPE_CHECKING = False
if TYPE_CHECKING:
    from goweld.model.live_kernel import Live

RANGE = cython.declare(uint32_t, 16384)
AHEAD = cython.declare(uint32_t, 8)  # symbols whose names are fetched before they are read
MOST = cython.declare(uint32_t, 2000000000)  # ld.cutoff
TFLAG_OFFSET = cython.declare(cython.int, 20)
TFLAG_EXTRA_STAR = cython.declare(cython.int, 2)
STR_OFFSET = cython.declare(cython.int, 40)


def group(live: Live, external: bool = False, dynlinking: bool = False) -> None:
    """Decide which symbols stay out of the symbol table, and move read-only ones into groups by name.

    `external`: the table is for the host linker, and lacks only those that a group's carrier stands for.
    `dynlinking`: other files may refer to types, itabs and function values.
    """
    g = cython.declare(Grouping)
    g.c = cython.address(live.c)
    g.external = external
    g.dynlinking = dynlinking
    with cython.nogil:
        run_tasks(b"group data", group_range, cython.address(g), (g.c.n + RANGE - 1) // RANGE)


def group_range(context, index):
    """A task: some of the symbols.  Reading their names is what it costs."""
    g = cython.cast("Grouping *", context)
    c = g.c
    first = cython.cast(uint32_t, index) * RANGE
    end = first + RANGE if first + RANGE < c.n else c.n
    for s in range(first if first else 1, end):
        if s + AHEAD < c.n:
            gw_prefetch(c.name[s + AHEAD])
        group_symbol(g, s)


def has_prefix(c, s, text, size):
    return c.nname[s] >= size and memcmp(c.name[s], text, size) == 0


def group_symbol(g, s):
    """One step of ld.symtab's loop: kind becomes the group's, and the group's carrier names it."""
    c = g.c
    kind = c.kind[s]
    local = cython.declare(cython.bint, c.attr[s] & (A_FILE_LOCAL | A_FROM_ASM) == A_FILE_LOCAL and c.obj[s])
    if not g.external and (local or kind == K_COVERAGE_COUNTER):
        c.attr[s] |= A_NOT_IN_SYMTAB
    if c.attr[s] & A_SPECIAL:
        return
    if kind == K_NOPTRBSS:
        if has_prefix(c, s, b"type:.gcmask.", 13):
            c.kind[s] = K_GCMASK
            c.attr[s] |= A_NOT_IN_SYMTAB
        return
    if kind != K_RODATA and kind != K_GOFUNC:
        return
    n = c.nname[s]
    if has_prefix(c, s, b"go:string.", 10):
        c.kind[s] = K_GOSTRING
    elif has_prefix(c, s, b"runtime.gcbits.", 15):
        c.kind[s] = K_GCBITS
    elif n >= 3 and memcmp(c.name[s] + n - 3, b"\xc2\xb7f", 3) == 0:
        c.kind[s] = K_GOFUNC
    elif has_prefix(c, s, b"type:", 5) or c.attr[s] & A_ITAB:
        c.kind[s] = K_TYPE
    else:
        return
    if not g.dynlinking or c.kind[s] == K_GOSTRING or c.kind[s] == K_GCBITS:
        c.attr[s] |= A_NOT_IN_SYMTAB


def is_data_symbol(c, s):
    """Whether ld.dodata gives the symbol a place: of a data kind, named, not special, not part of another."""
    apart = cython.declare(cython.bint, c.attr[s] & (A_SPECIAL | A_INTERIOR))
    return K_TEXT_END < c.kind[s] < K_FIRST_UNALLOCATED and not apart and c.nname[s] != 0


def size_key(c, s, zerobase):
    """What ld.dodataSect sorts by before the symbol index: the size, zerobase first of the non-empty."""
    return 1 if s == zerobase else cython.cast(uint64_t, c.size[s]) * 2


def sort_by_size(c, ids, n, scratch, zerobase):
    """Radix sort by size_key, 11 bits at a time and only as many digits as are used; ids ascend already."""
    counts = cython.declare(uint32_t[2048])
    widest = cython.cast(uint64_t, 0)
    for i in range(n):
        widest |= size_key(c, ids[i], zerobase)
    source = ids
    target = scratch
    shift = cython.cast(cython.int, 0)
    while widest >> shift:
        memset(counts, 0, cython.sizeof(counts))
        for i in range(n):
            counts[(size_key(c, source[i], zerobase) >> shift) & 2047] += 1
        total = cython.cast(uint32_t, 0)
        for digit in range(2048):
            here = counts[digit]
            counts[digit] = total
            total += here
        for i in range(n):
            digit = cython.cast(cython.int, (size_key(c, source[i], zerobase) >> shift) & 2047)
            target[counts[digit]] = source[i]
            counts[digit] += 1
        source, target = target, source
        shift += 11
    if source != ids:
        memcpy(ids, source, cython.cast(cython.size_t, n) * 4)


def type_string(c, s, key):
    """The string form of a type, without the star that may precede it (ld.decodetypeStr).

    False: the type is corrupt.
    """
    key.string = cython.NULL
    key.length = 0
    if c.ndata[s] < 48:
        return False
    name = cython.cast(uint32_t, 0)
    r = c.rel[s]
    for i in range(c.nrel[s]):
        if r[i].off == STR_OFFSET:
            name = target(c, s, cython.address(r[i]))
            break
    if name == 0 or name >= c.n:
        return False
    p = c.data[name]
    size = cython.cast(uint64_t, 0)
    shift = cython.cast(cython.int, 0)
    i = cython.cast(uint32_t, 1)
    while i < c.ndata[name] and p[i] & 0x80 and shift < 28:
        size |= cython.cast(uint64_t, p[i] & 0x7F) << shift
        shift += 7
        i += 1
    if i >= c.ndata[name]:
        return False
    size |= cython.cast(uint64_t, p[i] & 0x7F) << shift
    i += 1
    if size > c.ndata[name] - i:
        return False
    if c.data[s][TFLAG_OFFSET] & TFLAG_EXTRA_STAR:
        if size == 0:
            return False
        i += 1
        size -= 1
    key.string = p + i
    key.length = size
    key.head[0] = leading(key.string, size)
    key.head[1] = leading(key.string + 8, size - 8) if size > 8 else 0
    return True


def type_less(context, a, b):
    """The order of type symbols: carrier, typelink types by string, other types by size, itabs by size."""
    t = cython.cast("TypeSort *", context)
    x = cython.address(t.keys[a])
    y = cython.address(t.keys[b])
    if x.rank != y.rank:
        return x.rank < y.rank
    if x.rank == 1:
        if x.head[0] != y.head[0]:
            return x.head[0] < y.head[0]
        if x.head[1] != y.head[1]:
            return x.head[1] < y.head[1]
        shorter = x.length if x.length < y.length else y.length
        order = memcmp(x.string, y.string, shorter)
        if order:
            return order < 0
        return x.length < y.length
    left = size_key(t.c, t.ids[a], t.zerobase)
    right = size_key(t.c, t.ids[b], t.zerobase)
    if left != right:
        return left < right
    return t.ids[a] < t.ids[b]


class DataSymbols:
    """The symbols that get a place in a data section, by kind."""

    def __init__(self, live: Live) -> None:
        self.live = live
        self.collect()

    def part_relro(self) -> None:
        """Give read-only data with relocations a kind of its own.  Before anything is sorted."""
        c = cython.address(self.live.c)
        ids = cython.cast("uint32_t *", self.order.ptr)
        for i in range(self.first[K_RODATA], self.first[K_RODATA + 1]):
            if c.nrel[ids[i]]:
                c.kind[ids[i]] = K_RODATA_RELRO
        self.collect()
        return 0

    def collect(self):
        """Count the symbols of each kind and list them, in the order of ids."""
        memset(self.first, 0, cython.sizeof(self.first))
        c = cython.address(self.live.c)
        n = cython.cast(uint32_t, 0)
        for s in range(1, c.n):
            if is_data_symbol(c, s):
                n += 1
                self.first[c.kind[s] + 1] += 1
                if c.size[s] > MOST and not self.oversized:
                    self.oversized = s
        for kind in range(K_FIRST_UNALLOCATED):
            self.first[kind + 1] += self.first[kind]
        self.order = Column(4, n)
        ids = cython.cast("uint32_t *", self.order.ptr)
        at = cython.declare(uint32_t[64])
        for kind in range(K_FIRST_UNALLOCATED):
            at[kind] = self.first[kind]
        for s in range(1, c.n):
            if is_data_symbol(c, s):
                ids[at[c.kind[s]]] = s
                at[c.kind[s]] += 1
        return 0

    def total(self) -> int:
        return self.first[K_FIRST_UNALLOCATED]

    def count(self, kind: int) -> int:
        """How many symbols of a kind there are."""
        return self.first[kind + 1] - self.first[kind]

    def range(self, kind: int, end: int) -> tuple[int, int]:
        """Where in `order` the symbols of kinds kind .. end - 1 lie: the first, and how many."""
        return self.first[kind], self.first[end] - self.first[kind]

    def at(self, kind: int, i: int) -> int:
        """The i-th symbol of a kind."""
        return cython.cast("uint32_t *", self.order.ptr)[self.first[kind] + i]

    def sort(self, zerobase: int) -> None:
        """Sort every kind but pclntab's, which stays as it was built, and the types'.

        Alignments that depend on sizes are settled here: GC data is still empty, and aligned as such.
        """
        c = cython.address(self.live.c)
        ids = cython.cast("uint32_t *", self.order.ptr)
        scratch = Column(4, self.total())
        spare = cython.cast("uint32_t *", scratch.ptr)
        for kind in range(K_FIRST_UNALLOCATED):
            if kind != K_PCLNTAB and kind != K_TYPE:
                first = self.first[kind]
                sort_by_size(c, ids + first, self.first[kind + 1] - first, spare, zerobase)
        scratch.free()
        for i in range(self.total()):
            symbol_align(c, ids[i])
        return 0

    def sort_types(self, carrier: int, zerobase: int) -> tuple[int, int, int, int]:
        """Sort the types as cmd/link does, ties and all.

        Returns (bytes up to the last typelink type, bytes up to the first itab, bytes of itabs, corrupt type
        or 0); the first two count from 8 bytes before the first symbol.
        """
        c = cython.address(self.live.c)
        n = self.first[K_TYPE + 1] - self.first[K_TYPE]
        ids = cython.cast("uint32_t *", self.order.ptr) + self.first[K_TYPE]
        keys = Column(cython.sizeof(TypeKey), n)
        items = Column(4, n)
        t = cython.declare(TypeSort)
        t.c = c
        t.keys = cython.cast("TypeKey *", keys.ptr)
        t.zerobase = zerobase
        order = cython.cast("uint32_t *", items.ptr)
        copy = Column(4, n)
        t.ids = cython.cast("uint32_t *", copy.ptr)
        memcpy(t.ids, ids, cython.cast(cython.size_t, n) * 4)
        for i in range(n):
            order[i] = i
            attr = c.attr[ids[i]]
            t.keys[i].rank = 2
            if ids[i] == carrier:
                t.keys[i].rank = 0
            elif attr & A_ITAB:
                t.keys[i].rank = 3
            elif attr & A_TYPELINK:
                t.keys[i].rank = 1
                if not type_string(c, ids[i], cython.address(t.keys[i])):
                    return 0, 0, 0, ids[i]
        pdqsort(order, n, type_less, cython.address(t))
        size = cython.cast(uint64_t, 8)
        for i in range(n):
            ids[i] = t.ids[order[i]]
        i = cython.cast(uint32_t, 0)
        while i < n and t.keys[order[i]].rank < 2:
            if t.keys[order[i]].rank == 1:
                size = aligned(size, symbol_align(c, ids[i])) + c.size[ids[i]]
            i += 1
        described = size
        while i < n and t.keys[order[i]].rank == 2:
            size = aligned(size, symbol_align(c, ids[i])) + c.size[ids[i]]
            i += 1
        if i < n:
            size = aligned(size, symbol_align(c, ids[i]))
        itabs = cython.cast(uint64_t, 0)
        while i < n:
            itabs = aligned(itabs, symbol_align(c, ids[i])) + c.size[ids[i]]
            i += 1
        keys.free()
        items.free()
        copy.free()
        return described, size, itabs, 0

    def widest(self, kind: int) -> int:
        """The largest alignment of a kind's symbols; 0 where there are none."""
        c = cython.address(self.live.c)
        ids = cython.cast("uint32_t *", self.order.ptr)
        most = cython.cast(uint32_t, 0)
        for i in range(self.first[kind], self.first[kind + 1]):
            align = symbol_align(c, ids[i])
            if align > most:
                most = align
        return most

    def assign(self, kind: int, size: int, start: int, sect: int) -> int:
        """Place a kind's symbols from `size` on, in a section that begins at `start`; where they end.

        Values are offsets in the section until its address is known.
        """
        c = cython.address(self.live.c)
        ids = cython.cast("uint32_t *", self.order.ptr)
        for i in range(self.first[kind], self.first[kind + 1]):
            s = ids[i]
            size = aligned(size, symbol_align(c, s))
            c.sect[s] = sect
            c.value[s] = size - start
            size += c.size[s]
        return size


def add_section_addresses(data: DataSymbols, addresses: list[int]) -> None:
    """Turn offsets in sections into addresses; `addresses` by section index."""
    c = cython.address(data.live.c)
    ids = cython.cast("uint32_t *", data.order.ptr)
    starts = cython.declare(uint64_t[256])
    for i in range(min(len(addresses), 256)):
        starts[i] = addresses[i]
    for i in range(data.first[K_FIRST_UNALLOCATED]):
        if c.sect[ids[i]]:
            c.value[ids[i]] += starts[c.sect[ids[i]]]
