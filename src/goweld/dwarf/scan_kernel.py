"""What the functions' DIEs mention, read unit by unit on all threads: most of what the compiler wrote.

Nothing changes here; what is found is worked on afterwards in cmd/link's order.
"""

from __future__ import annotations

import cython
from cython.cimports.goweld.codec.goobj_kernel import AUX_DWARF_INFO, AUX_DWARF_RANGES
from cython.cimports.goweld.model.kinds import (
    K_DWARF_ABSFCN,
    K_DWARF_FCN,
    K_DWARF_RANGE,
    K_NONE,
    R_DWARFSECREF,
    R_USETYPE,
)
from cython.cimports.goweld.model.live_kernel import A_LINKER, aux_target, live_auxs
from cython.cimports.goweld.model.memory_kernel import Column
from cython.cimports.goweld.model.pool_kernel import run_tasks
from cython.cimports.goweld.model.symbols_kernel import find_name, gw_prefetch, live_of, locate
from cython.cimports.libc.stdint import uint8_t, uint32_t, uint64_t
from cython.cimports.libc.stdlib import realloc
from cython.cimports.libc.string import memcmp, memcpy, memset

NINFO = cython.declare(cython.int, 8)  # the length of "go:info."
NTYPE = cython.declare(cython.int, 5)  # of "type:"
AHEAD = cython.declare(uint32_t, 4)  # functions


def mention(m, id):
    """Append; False where there is no memory."""
    if m.n == m.room:
        wanted = m.room * 2 if m.room else cython.cast(uint32_t, 256)
        grown = cython.cast("uint32_t *", realloc(m.ids, cython.cast(uint64_t, wanted) * 4))
        if grown == cython.NULL:
            return False
        m.ids = grown
        m.room = wanted
    m.ids[m.n] = id
    m.n += 1
    return True


def find_symbols(c, s, die, ranges):
    """A function's DIE and range list (loader.GetFuncDwarfAuxSyms); False where they are not of that kind."""
    a = cython.declare("AuxRecord *", cython.NULL)
    n = live_auxs(c, s, cython.address(a))
    for i in range(n):
        if a[i].type == AUX_DWARF_INFO:
            die[0] = aux_target(c, s, a + i)
            if die[0] >= c.n or c.kind[die[0]] != K_DWARF_FCN:
                return False
        elif a[i].type == AUX_DWARF_RANGES:
            ranges[0] = aux_target(c, s, a + i)
            if ranges[0] >= c.n or c.kind[ranges[0]] != K_DWARF_RANGE:
                return False
    return n >= 0


def find_type(c, info):
    """The raw id of type:T for go:info.T; 0 where there is none or its name is too long."""
    text = cython.declare(uint8_t[LONGEST])
    size = c.nname[info]
    if size <= NINFO or size > LONGEST:
        return 0
    if memcmp(c.name[info], cython.cast("const char *", b"go:info."), NINFO) != 0:
        return 0
    first = cython.cast("uint8_t *", text)
    memcpy(first, c.name[info], size)
    memcpy(first + NINFO - NTYPE, cython.cast("const char *", b"type:"), NTYPE)
    s = c.syms
    return s.entries[find_name(s, first + NINFO - NTYPE, size - NINFO + NTYPE, 0, False)].id


def scan_relocations(t, die, m, recent):
    """List the types and abstract functions that a DIE mentions; False where its object is corrupt."""
    c = t.c
    s = c.syms
    if c.attr[die] & A_LINKER:
        return True
    o = cython.address(s.objects[c.obj[die]])
    r = c.rel[die]
    for _ in range(c.nrel[die]):
        if r.type == R_DWARFSECREF or r.type == R_USETYPE:
            raw = locate(s, o, r.pkg, r.idx)
            if raw >= s.n or raw >= USED_TYPE:
                return False
            target = live_of(s, raw)
            kind = c.kind[target]
            if kind == K_NONE and r.type == R_DWARFSECREF and get(t.type_of + target) == 0:
                # Two threads may both find it: they find the same.
                put(t.type_of + target, find_type(c, target))
            wanted = cython.declare(cython.bint, kind == K_NONE or kind == K_DWARF_ABSFCN)
            if r.type == R_USETYPE:
                raw |= USED_TYPE
                wanted = True
            if wanted and recent[raw % RECENT] != raw:
                recent[raw % RECENT] = raw
                if not mention(m, raw):
                    return False
        r += 1
    return True


def fetch(c, die):
    """Ask for a DIE's first relocations."""
    first = cython.cast("uint8_t *", c.rel[die])
    gw_prefetch(first)
    gw_prefetch(first + 64)
    gw_prefetch(first + 128)


def scan_unit(context, index):
    """One unit's functions."""
    t = cython.cast("ScanState *", context)
    recent = cython.declare(uint32_t[RECENT])
    memset(recent, 0, cython.sizeof(recent))
    obj = t.objects[index]
    m = cython.address(t.mentions[obj])
    for i in range(t.ends[obj - 1], t.ends[obj]):
        if not find_symbols(t.c, t.functions[i], cython.address(t.dies[i]), cython.address(t.ranges[i])):
            t.bad = t.functions[i]
            return
    for i in range(t.ends[obj - 1], t.ends[obj]):
        if i + AHEAD < t.ends[obj]:
            fetch(t.c, t.dies[i + AHEAD])
        if t.dies[i] and not scan_relocations(t, t.dies[i], m, recent):
            t.bad = t.functions[i]


class Scan:
    """What was found in the units of `objects`."""

    def __init__(self, units: object, objects: list[int]) -> None:
        given = cython.cast("Units", units)
        t = cython.address(self.t)
        t.c = cython.address(given.live.c)
        self.memory = []
        count = len(given.funcs)
        t.functions = given.ids
        t.ends = given.first
        t.dies = cython.cast("uint32_t *", self.column(4, count))
        t.ranges = cython.cast("uint32_t *", self.column(4, count))
        t.mentions = cython.cast("Mentions *", self.column(cython.sizeof(Mentions), t.c.syms.nobjects))
        t.type_of = cython.cast("uint32_t *", self.column(4, t.c.n))
        n = len(objects)
        t.objects = cython.cast("uint32_t *", self.column(4, n))
        for i in range(n):
            t.objects[i] = objects[i]
        with cython.nogil:
            run_tasks(b"scan unit", scan_unit, t, n)

    def column(self, itemsize, length):
        memory = Column(itemsize, length)
        self.memory.append(memory)
        return cython.cast(Column, memory).ptr
