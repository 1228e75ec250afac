"""The second pass over text where calls may not reach: addresses again, and trampolines (ld.textaddress).

A function's trampolines follow it, and later functions use them too.  What lies in a package is placed for
the time being, with all the trampolines it could have, when the package's first function is.
"""

from __future__ import annotations

import cython
from cython.cimports.goweld.codec.goobj_kernel import R_WEAK, RelocRecord
from cython.cimports.goweld.layout.text_kernel import room_of
from cython.cimports.goweld.model.calls import is_direct_call
from cython.cimports.goweld.model.kinds import K_NONE
from cython.cimports.goweld.model.live_kernel import (
    A_ABI0_TWIN,
    A_ABI_INTERNAL,
    A_FILE_LOCAL,
    A_LINKER,
    A_LINKER_RELOCS,
    append_symbol,
    target,
)
from cython.cimports.goweld.model.memory_kernel import Column
from cython.cimports.libc.stdint import int64_t, uint32_t, uint64_t
from cython.cimports.libc.stdio import snprintf
from cython.cimports.libc.stdlib import free, realloc
from cython.cimports.libc.string import memcpy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from goweld.model.live_kernel import Live


def place_all(t):
    """Place all functions and the trampolines that they need; the end of text."""
    for i in range(t.n):
        t.c.value[t.order[i]] = 0
    va = t.text
    package = cython.cast(uint32_t, 0)
    laid = cython.cast(uint32_t, 0)
    for i in range(t.n):
        s = t.order[i]
        p = package_of(t, s)
        if p and p != package:
            package = p
            place_package(t, i, va)
        va = place_function(t, s, va)
        if not turn_far(t, s):
            t.no_memory = True
            return va
        while laid < t.nmade:
            va = (va + t.funcalign - 1) & ~cython.cast(uint64_t, t.funcalign - 1)
            t.made[laid].value = va
            va += room_of(t.size)
            laid += 1
    return va


def place_package(t, first, va):
    """Place what follows in the same package as if every call in it had a trampoline."""
    package = package_of(t, t.order[first])
    for i in range(first, t.n):
        s = t.order[i]
        if package_of(t, s) != package:
            return
        va = place_function(t, s, va) + most_bytes(t, s)


def place_function(t, s, va):
    """Give a function its address; where it ends (ld.assignAddress)."""
    c = t.c
    align = (cython.cast(uint32_t, 1) << c.align[s]) >> 1
    if align < t.funcalign:
        align = t.funcalign
    va = (va + align - 1) & ~cython.cast(uint64_t, align - 1)
    c.value[s] = va
    return va + room_of(c.size[s])


def package_of(t, s):
    """The package a function is laid out with; 0: the linker made it."""
    return t.package[s]


def most_bytes(t, s):
    """The size of all trampolines that a function could need (ld.maxSizeTrampolines)."""
    n = cython.cast(uint64_t, 0)
    for i in range(t.c.nrel[s]):
        if is_direct_call(t.c.rel[s][i].type & ~R_WEAK):
            n += t.size
    return n


def called(c, s, r):
    """What a call calls; a dead map initialiser's goes elsewhere."""
    to = target(c, s, r)
    return c.noop if to == 0 and r.type & R_WEAK else to


def turn_far(t, s):
    """Give a function's calls trampolines where they need them; false: no memory (ld.trampoline)."""
    c = t.c
    for i in range(c.nrel[s]):
        r = c.rel[s] + i
        if not is_direct_call(r.type & ~R_WEAK):
            continue
        to = called(c, s, r)
        # What is wrong with the others is said when they are relocated.
        if to == 0 or to >= c.n or c.kind[to] == K_NONE:
            continue
        if (c.value[to] == 0 and comes_near(t, s, to)) or not is_far(t, s, r, to):
            continue
        made = find_or_make(t, s, c.value[s] + cython.cast(uint64_t, r.off), to, r.add)
        if made == 0 or not keep_turned(t, s, i, made - 1):
            return False
    return True


def comes_near(t, s, to):
    """Whether a function that has no address yet will lie near."""
    if t.shuffled:
        return False
    here, there = package_of(t, s), package_of(t, to)
    if here and here == there and t.c.kind[s] == t.c.kind[to]:
        return True
    return cython.cast(cython.bint, 0 < here <= t.runtime and 0 < there <= t.runtime)


def is_far(t, s, r, to):
    """Whether a call cannot reach what it calls, or may not (arm64.trampoline)."""
    c = t.c
    if c.value[to] == 0:
        return True
    here = package_of(t, s)
    if t.forced and (here == 0 or here != package_of(t, to)):
        return True
    return not reaches(t, cython.cast(int64_t, c.value[to] - c.value[s]) + r.add - r.off)


def reaches(t, distance):
    return cython.cast(cython.bint, -t.reach <= distance < t.reach)


def find_or_make(t, s, place, to, add):
    """A trampoline that a call at `place` in s reaches, made now if there is none: its index from 1, or 0."""
    number = cython.cast(uint32_t, 0)
    last = cython.cast(uint32_t, 0)
    at = t.chains[to]
    while at:
        m = t.made + (at - 1)
        if m.add == add:
            if m.value == 0 or reaches(t, cython.cast(int64_t, m.value - place)):
                return at
            number += 1
        last = at
        at = m.next
    if t.nmade == t.made_room:
        room = t.made_room * 2 + 256
        grown = cython.cast("Made *", realloc(t.made, room * cython.sizeof(Made)))
        if grown == cython.NULL:
            return 0
        t.made = grown
        t.made_room = room
    m = t.made + t.nmade
    m.value = 0
    m.add = add
    m.target = to
    m.kind = t.c.kind[s]
    m.number = number
    m.next = 0
    t.nmade += 1
    if last:
        t.made[last - 1].next = t.nmade
    else:
        t.chains[to] = t.nmade
    return t.nmade


def keep_turned(t, s, reloc, made):
    """Remember that a call goes to a trampoline; false: no memory."""
    if t.nturned == t.turned_room:
        room = t.turned_room * 2 + 256
        grown = cython.cast("Turned *", realloc(t.turned, room * cython.sizeof(Turned)))
        if grown == cython.NULL:
            return False
        t.turned = grown
        t.turned_room = room
    u = t.turned + t.nturned
    u.caller = s
    u.reloc = reloc
    u.made = made
    t.nturned += 1
    return True


class Trampolines:
    """The trampolines of a link: `group`, `place`, then `insert`."""

    def __init__(self, live: Live, order: Column, count: int) -> None:
        self.live = live
        t = cython.address(self.t)
        t.c = cython.address(self.live.c)
        t.order = cython.cast("uint32_t *", cython.cast(Column, order).ptr)
        t.n = count
        packages = Column(4, t.c.n)
        chains = Column(4, t.c.n)
        self.memory = [order, packages, chains]
        t.package = cython.cast("uint32_t *", packages.ptr)
        t.chains = cython.cast("uint32_t *", chains.ptr)

    def __dealloc__(self):
        free(self.t.made)
        free(self.t.turned)

    def group(self, order: Column, ends: list[int], runtime: int) -> None:
        """Say which functions are laid out together: package by package, as they end; first the runtime's."""
        t = cython.address(self.t)
        ids = cython.cast("uint32_t *", order.ptr)
        t.runtime = runtime
        number = cython.cast(uint32_t, 0)
        at = cython.cast(uint32_t, 0)
        for end in ends:
            number += 1
            while at < cython.cast(uint32_t, end):
                t.package[ids[at]] = number
                at += 1
        return 0

    def place(
        self, start: int, funcalign: int, reach: int, size: int, shuffled: bool, forced: bool
    ) -> tuple[int, int]:
        """Place everything: the end of text, and how many trampolines are in it.  See Insertion."""
        t = cython.address(self.t)
        t.text = start
        t.funcalign = funcalign
        t.reach = reach
        t.size = size
        t.shuffled = shuffled
        t.forced = forced
        with cython.nogil:
            end = place_all(t)
        if t.no_memory:
            raise MemoryError
        return end, t.nmade

    def insert(self, code: bytes, reloc_type: int, reloc_size: int, sect: int) -> Column:
        """Make the trampolines' symbols and turn the calls to them; the new order of functions.

        There must be room for the symbols.
        """
        t = cython.address(self.t)
        c = t.c
        first = c.n
        arena = self.live.arena
        content = arena.take(len(code))
        memcpy(content, cython.cast("const char *", code), len(code))
        relocs = cython.cast("RelocRecord *", arena.take(cython.sizeof(RelocRecord) * t.nmade + 1))
        for i in range(t.nmade):
            m = t.made + i
            id = append_symbol(c, m.kind)
            c.attr[id] = A_LINKER | A_LINKER_RELOCS | (c.attr[m.target] & (A_FILE_LOCAL | A_ABI_INTERNAL))
            c.value[id] = m.value
            c.sect[id] = sect
            c.data[id] = content
            c.ndata[id] = c.size[id] = len(code)
            r = relocs + i
            r.off = 0
            r.size = reloc_size
            r.type = reloc_type
            r.add = m.add
            r.pkg = 0
            r.idx = m.target
            c.rel[id] = r
            c.nrel[id] = 1
            self.name(i, id)
            if c.attr[m.target] & A_ABI0_TWIN and self.twin_of(m):
                c.attr[id] |= A_ABI0_TWIN
        self.turn_calls(first)
        merged = Column(4, t.n + t.nmade)
        to = cython.cast("uint32_t *", merged.ptr)
        at = cython.cast(uint32_t, 0)
        for i in range(t.n):
            while at < t.nmade and t.made[at].value < c.value[t.order[i]]:
                to[i + at] = first + at
                at += 1
            to[i + at] = t.order[i]
        while at < t.nmade:
            to[t.n + at] = first + at
            at += 1
        return merged

    def name(self, i, id):
        """Name a trampoline by the function, how far behind its start it leads, and a number."""
        c = self.t.c
        m = self.t.made + i
        size = c.nname[m.target]
        to = cython.cast("char *", self.live.arena.take(size + NAME_ROOM))
        memcpy(to, c.name[m.target], size)
        negative = cython.declare(cython.bint, m.add < 0)
        distance = cython.cast("unsigned long long", -m.add if negative else m.add)
        sign = cython.cast("const char *", b"-" if negative else b"+")
        size += snprintf(to + size, NAME_ROOM, b"%s%llx-tramp%u", sign, distance, m.number)
        c.name[id] = cython.cast("const uint8_t *", to)
        c.nname[id] = size
        return 0

    def twin_of(self, m):
        """Whether the function of the other ABI has a trampoline of the same name."""
        twin = cython.cast(uint32_t, self.live.lookup(self.live.name(m.target), 1))
        at = self.t.chains[twin] if twin else 0
        while at:
            other = self.t.made + (at - 1)
            if other.add == m.add and other.number == m.number:
                return at
            at = other.next
        return 0

    def turn_calls(self, first):
        """Give each function with turned calls relocations of its own, which name live ids."""
        t = cython.address(self.t)
        c = t.c
        i = cython.cast(uint32_t, 0)
        while i < t.nturned:
            s = t.turned[i].caller
            old = c.rel[s]
            new = cython.cast(
                "RelocRecord *", self.live.arena.take(cython.sizeof(RelocRecord) * c.nrel[s] + 1)
            )
            memcpy(new, old, cython.sizeof(RelocRecord) * c.nrel[s])
            for j in range(c.nrel[s]):
                to = target(c, s, old + j)
                # What is dead stays so, and is told from what is no reference at all.
                new[j].pkg = 1 if to == 0 and (old[j].pkg or old[j].idx) else 0
                new[j].idx = to
            while i < t.nturned and t.turned[i].caller == s:
                r = new + t.turned[i].reloc
                r.idx = first + t.turned[i].made
                r.pkg = 0
                r.add = 0
                i += 1
            c.rel[s] = new
            c.attr[s] |= A_LINKER_RELOCS
        return 0
