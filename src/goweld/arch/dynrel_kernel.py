"""Relocations that the dynamic linker must see to, and tables that grow by them (ld.dodataState.dynreloc).

All threads look for those relocations; they are few, but for a position independent program's addresses.  One
settles them, in cmd/link's order, by the rules of a processor.
"""

from __future__ import annotations

import cython
from cython.cimports.goweld.codec.goobj_kernel import R_WEAK
from cython.cimports.goweld.model.kinds import (
    K_DATA,
    K_DATA_END,
    K_DYNIMPORT,
    K_GOFUNC,
    K_GOSTRING,
    K_RODATA_END,
    K_TEXT,
    K_TEXT_END,
    K_TYPE,
    R_ADDR,
)
from cython.cimports.goweld.model.live_kernel import A_LINKER_RELOCS, target
from cython.cimports.goweld.model.memory_kernel import Column
from cython.cimports.goweld.model.pool_kernel import run_tasks
from cython.cimports.libc.stdint import uint32_t, uint64_t
from cython.cimports.libc.stdlib import free, realloc

TYPE_CHECKING = False
if TYPE_CHECKING:
    from goweld.model.live_kernel import Live

RANGE = cython.declare(uint32_t, 8192)  # symbols of a task
RELA_WORDS = cython.declare(uint64_t, 6)


def is_import(c, t):
    """Whether a shared library defines the symbol."""
    return cython.cast(cython.bint, t != 0 and c.kind[t] == K_DYNIMPORT)


def is_text(kind):
    return cython.cast(cython.bint, K_TEXT <= kind <= K_TEXT_END)


def find_range(context, index):
    """A task: the relocations of some symbols."""
    s = cython.cast("Scan *", context)
    f = cython.address(s.found[index])
    first = cython.cast(uint32_t, index) * RANGE
    end = first + RANGE if first + RANGE < s.n else s.n
    for i in range(first, end):
        find_in(s, f, s.ids[i])


def find_in(s, f, symbol):
    c = s.c
    r = c.rel[symbol]
    for i in range(c.nrel[symbol]):
        if r[i].size == 0:
            continue
        t = target(c, symbol, cython.address(r[i]))
        if t >= c.n or (t == 0 and r[i].type & R_WEAK):
            continue  # a corrupt one is met again when it is applied
        want = s.wants(c, s.pie, symbol, cython.address(r[i]), t)
        if want != LEFT and not note(f, symbol, i, t, want):
            f.no_memory = True
            return


def note(f, s, reloc, t, want):
    """Keep a relocation; False where there is no memory."""
    if f.n == f.room:
        room = f.room * 2 if f.room else cython.cast(uint64_t, 256)
        grown = cython.cast("Hit *", realloc(f.hits, room * cython.sizeof(Hit)))
        if grown == cython.NULL:
            return False
        f.hits = grown
        f.room = room
    h = cython.address(f.hits[f.n])
    h.symbol = s
    h.reloc = reloc
    h.target = t
    h.want = want
    f.n += 1
    return True


def settle_all(d, settle, f, failed, nfailed):
    """Settle what one task found; how many failures there are."""
    for i in range(f.n):
        h = cython.address(f.hits[i])
        r = cython.address(d.c.rel[h.symbol][h.reloc])
        type = r.type
        why = settle(d, h.symbol, r, h.target)
        if why != DONE:
            if nfailed < MOST:
                failed[nfailed].symbol = h.symbol
                failed[nfailed].type = type
                failed[nfailed].target = h.target
                failed[nfailed].why = why
            nfailed += 1
    return nfailed


def enter(table, s):
    """The number of a symbol's entry, made now if it has none."""
    if table.of[s] == 0:
        table.ids[table.n] = s
        table.n += 1
        table.of[s] = table.n
    return table.of[s]


def add_plt(d, t):
    """Where in .plt the code is that jumps to an imported function."""
    if d.plt.of[t] == 0:
        enter(cython.address(d.dynsym), t)
    return d.plt_head + (enter(cython.address(d.plt), t) - 1) * d.plt_entry


def add_got(d, t, glob_dat):
    """Where in .got the address of a symbol is (ld.AddGotSym)."""
    if d.got.of[t]:
        return (d.got.of[t] - 1) * 8
    number = enter(cython.address(d.dynsym), t)
    off = (enter(cython.address(d.got), t) - 1) * 8
    add_rela(d, d.got_symbol, off, glob_dat, number, 0, 0)
    return off


def add_rela(d, s, off, type, number, t, add):
    """An entry of .rela: what is at `off` in s becomes what the type says of a dynamic symbol, or of t."""
    w = d.rela + d.nrela * RELA_WORDS
    r = d.relocs + 2 * d.nrela
    at = cython.cast("int", d.nrela * 24)
    w[2] = type
    w[3] = number
    r[0].off = at
    r[0].size = 8
    r[0].type = R_ADDR
    r[0].add = off
    r[0].idx = s
    r[1].off = at + 16
    r[1].size = 8
    r[1].type = R_ADDR
    r[1].add = add
    r[1].idx = t
    if t == 0:
        r[1].size = 0  # the addend is a number; nothing is to be applied
        cython.cast("int64_t *", w)[2] = add
    d.nrela += 1


def settle_address(d, s, r, t, glob_dat, relative):
    """An address: known only to the dynamic linker where the program may lie anywhere."""
    c = d.c
    if is_text(c.kind[s]):
        r.add += add_got(d, t, glob_dat)
        r.idx = d.got_symbol
        return DONE
    kind = c.kind[s]
    readonly = cython.cast(cython.bint, K_GOSTRING <= kind <= K_RODATA_END or K_TYPE <= kind <= K_GOFUNC)
    if not d.pie and not readonly and not K_DATA <= kind <= K_DATA_END:
        return NOT_OURS
    if r.size != 8:
        return WRONG_SIZE
    add_rela(d, s, r.off, relative, 0, t, r.add)
    return DONE


class Rules:
    """A processor's: which relocations concern the dynamic linker, and what becomes of them."""


class DynamicRelocations:
    """Find them among symbols in order, then settle them.

    `plt_head` and `plt_entry` are the bytes of the processor's .plt before its entries, and of each.
    """

    def __init__(
        self, live: Live, rules: Rules, pie: bool, plt: int, got: int, plt_head: int, plt_entry: int
    ) -> None:
        self.live = live
        self.rules = rules
        self.memory = []
        self.runs = []
        self.d.c = cython.address(self.live.c)
        self.d.pie = pie
        self.d.plt_symbol = plt
        self.d.got_symbol = got
        self.d.plt_head = plt_head
        self.d.plt_entry = plt_entry

    def find(self, ids: Column, count: int) -> None:
        """Look through the relocations of `count` symbols."""
        tasks = (count + RANGE - 1) // RANGE
        found = Column(cython.sizeof(Found), tasks if tasks else 1)
        self.runs.append(found)
        s = cython.declare(Scan)
        s.c = self.d.c
        s.pie = self.d.pie
        s.wants = self.rules.wants
        s.ids = cython.cast("uint32_t *", ids.ptr)
        s.n = count
        s.found = cython.cast("Found *", found.ptr)
        with cython.nogil:
            run_tasks(b"find dynamic relocations", find_range, cython.address(s), tasks)
        for i in range(tasks):
            if s.found[i].no_memory:
                raise MemoryError
            self.nhits += s.found[i].n
        return 0

    def settle(self, rela: int, exported: list[int]) -> list[list[int]]:
        """Make the entries; `exported` are the first symbols of the dynamic symbol table.

        Lists of live ids: the dynamic symbols, those with an entry in .plt, those with one in .got.  `rela`
        is the symbol that gets the entries of .rela.
        """
        self.make_writable()
        self.make_room(rela, len(exported))
        for s in exported:
            enter(cython.address(self.d.dynsym), s)
        for run in self.runs:
            column = cython.cast(Column, run)
            found = cython.cast("Found *", column.ptr)
            for i in range(column.length):
                with cython.nogil:
                    self.nfailed = settle_all(
                        cython.address(self.d),
                        self.rules.settle,
                        cython.address(found[i]),
                        self.failed,
                        self.nfailed,
                    )
                free(found[i].hits)
            column.free()
        c = self.d.c
        c.size[rela] = cython.cast(uint32_t, self.d.nrela * 24)
        c.ndata[rela] = cython.cast(uint32_t, self.d.nrela * 24)
        c.nrel[rela] = cython.cast(uint32_t, self.d.nrela * 2)
        return [
            self.entries(cython.address(self.d.dynsym)),
            self.entries(cython.address(self.d.plt)),
            self.entries(cython.address(self.d.got)),
        ]

    def failures(self) -> list[tuple[int, int, int, int]]:
        """What could not be settled, or some of it: (symbol, relocation's type, target, why)."""
        found = []
        for i in range(min(self.nfailed, MOST)):
            f = cython.address(self.failed[i])
            found.append((f.symbol, f.type, f.target, f.why))
        return found

    def make_writable(self):
        """Have copies of what is to be changed: objects are mapped as they are."""
        for run in self.runs:
            column = cython.cast(Column, run)
            found = cython.cast("Found *", column.ptr)
            for i in range(column.length):
                for j in range(found[i].n):
                    h = cython.address(found[i].hits[j])
                    if h.want >= CHANGED and not self.d.c.attr[h.symbol] & A_LINKER_RELOCS:
                        self.live.own_relocs(h.symbol)
                    if h.want >= REWRITTEN:
                        self.live.own_data(h.symbol)
        return 0

    def make_room(self, rela, exports):
        """Memory for as many entries as there can be."""
        d = cython.address(self.d)
        n = self.nhits
        self.lay_out(cython.address(d.dynsym), n + exports)
        self.lay_out(cython.address(d.plt), n)
        self.lay_out(cython.address(d.got), n)
        words = Column(4, RELA_WORDS * n + 1)
        relocs = Column(cython.sizeof(RelocRecord), 2 * n + 1)
        self.memory += [words, relocs]
        self.live.keep(self.memory)
        d.rela = cython.cast("uint32_t *", words.ptr)
        d.relocs = cython.cast("RelocRecord *", relocs.ptr)
        d.c.data[rela] = cython.cast("const uint8_t *", d.rela)
        d.c.rel[rela] = d.relocs
        d.c.attr[rela] |= A_LINKER_RELOCS
        return 0

    def lay_out(self, table, n):
        """Memory for a table of n entries."""
        ids = Column(4, n + 1)
        of = Column(4, self.d.c.n, True)
        self.memory += [ids, of]
        table.ids = cython.cast("uint32_t *", ids.ptr)
        table.of = cython.cast("uint32_t *", of.ptr)
        return 0

    def entries(self, table):
        return [table.ids[i] for i in range(table.n)]
