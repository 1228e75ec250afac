"""What debug sections are put together from: the compiler's symbols of functions, the linker's of units."""

from __future__ import annotations

import cython
from cython.cimports.goweld.codec.goobj_kernel import (
    AUX_DWARF_INFO,
    AUX_DWARF_LINES,
    AUX_DWARF_LOC,
    AUX_DWARF_RANGES,
)
from cython.cimports.goweld.model.kinds import (
    K_DWARF_ADDR,
    K_DWARF_FCN,
    K_DWARF_LINES,
    K_DWARF_LOC,
    K_DWARF_RANGE,
    K_DWARF_SECT,
    R_DWARFSECREF,
)
from cython.cimports.goweld.model.live_kernel import append_symbol, aux_target, live_auxs, target
from cython.cimports.goweld.model.memory_kernel import Column
from cython.cimports.goweld.model.pool_kernel import run_tasks
from cython.cimports.libc.stdint import uint64_t

TYPE_CHECKING = False
if TYPE_CHECKING:
    from goweld.dwarf.units_kernel import Units
    from goweld.model.live_kernel import Live
    from goweld.model.memory_kernel import Column as Ids


class Pieces:
    """The pieces of every unit; making them makes the units' symbols, still empty, and that of .debug_abbrev.

    `version` is DWARF's: 4 has no .debug_addr.
    """

    def __init__(self, units: Units, version: int) -> None:
        self.units = units
        self.live = self.units.live
        c = cython.address(self.live.c)
        n = self.units.first[c.syms.nobjects - 1]
        functions = Column(cython.sizeof(FunctionPieces), n)
        unit_pieces = Column(cython.sizeof(UnitPieces), c.syms.nobjects)
        self.memory = [functions, unit_pieces]
        self.function = cython.cast("FunctionPieces *", functions.ptr)
        self.unit = cython.cast("UnitPieces *", unit_pieces.ptr)
        self.bad = self.find()
        self.abbrev = self.make(K_DWARF_SECT)
        for k in range(1, c.syms.nobjects):
            if self.units.count(k):
                u = cython.address(self.unit[k])
                u.base = self.units.function(k, 0)
                u.lines = self.make(K_DWARF_LINES)
                u.ranges = self.make(K_DWARF_RANGE)
                if version == 5:
                    u.addrs = self.make(K_DWARF_ADDR)

    def find(self):
        """Find every function's pieces; the first function that is corrupt, or 0."""
        t = cython.declare(Finding)
        n = self.live.c.syms.nobjects
        bad = Column(4, n)
        t.c = cython.address(self.live.c)
        t.ids = self.units.ids
        t.ends = self.units.first
        t.found = self.function
        t.bad = cython.cast("uint32_t *", cython.cast(Column, bad).ptr)
        with cython.nogil:
            run_tasks(b"find pieces", find_pieces, cython.address(t), n - 1)
        for k in range(n):
            if t.bad[k]:
                return t.bad[k]
        return 0

    def make(self, kind: int) -> int:
        """A new nameless symbol."""
        s = append_symbol(cython.address(self.live.c), kind)
        if s == 0:
            raise OverflowError("more symbols made than announced")
        return s

    def lines(self, obj: int) -> int:
        """The head of a unit's line table; 0 where it has no text."""
        return self.unit[obj].lines

    def ranges(self, obj: int) -> int:
        """A unit's own range list; 0 where it has no text."""
        return self.unit[obj].ranges

    def addrs(self, obj: int) -> int:
        """A unit's part of .debug_addr; 0 where it has none."""
        return self.unit[obj].addrs


def place(live: Live, pieces: Ids, count: int, sect: int, addr: int) -> int:
    """Lay `count` pieces end to end from an address, in a section; where they end."""
    c = cython.address(live.c)
    ids = cython.cast("uint32_t *", pieces.ptr)
    with cython.nogil:
        for i in range(count):
            c.sect[ids[i]] = sect
            c.value[ids[i]] = addr
            addr += c.size[ids[i]]
    return addr


def total_size(live: Live, pieces: Ids, count: int) -> int:
    """The bytes of `count` pieces."""
    c = cython.address(live.c)
    ids = cython.cast("uint32_t *", pieces.ptr)
    total = cython.cast(uint64_t, 0)
    with cython.nogil:
        for i in range(count):
            total += c.size[ids[i]]
    return total


def find_pieces(context, index):
    """What the compiler says of each function of one unit."""
    t = cython.cast("Finding *", context)
    for i in range(t.ends[index], t.ends[index + 1]):
        if not find_function_pieces(t.c, t.ids[i], t.found + i):
            t.bad[index + 1] = t.ids[i]
            return


def find_function_pieces(c, s, found):
    """A function's symbols for DWARF (loader.GetFuncDwarfAuxSyms); false where they do not fit together."""
    auxs = cython.declare("AuxRecord *", cython.NULL)
    count = live_auxs(c, s, cython.address(auxs))
    for i in range(count):
        kind = auxs[i].type
        if kind < AUX_DWARF_INFO or kind > AUX_DWARF_LINES:
            continue
        t = aux_target(c, s, auxs + i)
        if t >= c.n:
            return False
        if kind == AUX_DWARF_INFO and c.kind[t] == K_DWARF_FCN:
            found.info = t
        elif kind == AUX_DWARF_LOC and c.kind[t] == K_DWARF_LOC:
            found.loc = t
        elif kind == AUX_DWARF_RANGES and c.kind[t] == K_DWARF_RANGE:
            found.ranges = t
        elif kind == AUX_DWARF_LINES and c.kind[t] == K_DWARF_LINES:
            found.lines = t
        else:
            return False
    if count < 0 or found.info == 0:
        return False
    return found.loc == 0 or c.size[found.loc] == 0 or refers(c, found.info, found.loc)


def refers(c, info, loc):
    """Whether a DIE refers to its function's locations: cmd/link finds them by that (ld.collectUnitLocs)."""
    for i in range(c.nrel[info]):
        r = c.rel[info] + i
        if r.type == R_DWARFSECREF and target(c, info, r) == loc:
            return True
    return False
