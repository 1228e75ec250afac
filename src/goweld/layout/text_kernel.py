"""The order of functions, and their addresses: loops over the text symbols of every object."""

from __future__ import annotations

import cython
from cython.cimports.goweld.model.hosts_kernel import move_interior
from cython.cimports.goweld.model.kinds import K_NONE, K_UNDEFEXT
from cython.cimports.goweld.model.live_kernel import (
    A_ADOPTED,
    A_CLONED,
    A_DUPOK,
    A_HOST_SECTION,
    A_INTERIOR,
    A_LOCAL,
    target,
)
from cython.cimports.goweld.model.memory_kernel import Column
from cython.cimports.goweld.model.symbols_kernel import live_of, local_index, object_at
from cython.cimports.libc.stdint import uint32_t, uint64_t

TYPE_CHECKING = False
if TYPE_CHECKING:
    from goweld.model.live_kernel import Live


def is_text(kind):
    return 1 <= kind <= 5


def place(t, s):
    """Append a function that is not placed yet, and that the program reaches."""
    if not t.placed[s] and not t.c.attr[s] & A_ADOPTED:
        t.placed[s] = 1
        t.order[t.n] = s
        t.n += 1


def place_part(t, part):
    """Append a section of a host object, then what lies in it."""
    place(t, part.id)
    for i in range(part.count):
        place(t, t.c.interior[part.first + i])


def place_object(t, k, dupok):
    """Append one object's functions: those it alone may define, or the others (loader.AssignTextSymbolOrder).

    The others are those marked dupok and those whose content another object gives.
    """
    c = t.c
    s = c.syms
    o = cython.address(s.objects[k])
    for li in range(o.ndef):
        live = live_of(s, o.pkgbase + li)
        if live and is_text(kind_here(c, live, k, li)) and is_shared(c, live, k, li) == dupok:
            place(t, live)
    for i in range(t.first_text[k], t.first_text[k + 1]):
        live = live_of(s, t.texts[i])
        if live and is_shared(c, live, k, local_index(s, o, t.texts[i])) == dupok:
            place(t, live)


def kind_here(c, live, k, li):
    """The kind that a definition has in its object, which is not read where it is the one that counts."""
    if c.obj[live] == k and c.li[live] == li and not c.attr[live] & A_CLONED:
        return c.kind[live]
    return c.syms.kind_of[c.syms.objects[k].syms[li].type]


def is_shared(c, live, k, li):
    """Whether a definition is dupok, or its symbol's content comes from another one or the linker."""
    return c.obj[live] != k or c.li[live] != li or c.attr[live] & (A_CLONED | A_DUPOK) != 0


def order_text(live: Live, libraries: list[list[int]], first: list[int]) -> tuple[Column, int, list[int]]:
    """The order of text, as live ids, their count, where each library ends.

    Host objects' comes first, then `first`, then library by library.

    `libraries` are lists of object indices in the order of layout.  A dupok function lies with the first
    library that holds a copy, whichever copy counts.
    """
    t = cython.declare(TextOrder)
    c = cython.address(live.c)
    symbols = cython.cast(Symbols, live.symbols)
    placed = Column(1, c.room)
    order = Column(4, c.room)
    firsts = Column(4, c.syms.nobjects + 1)
    t.c = c
    t.n = 0
    t.placed = cython.cast("uint8_t *", placed.ptr)
    t.order = cython.cast("uint32_t *", order.ptr)
    t.texts = cython.cast("uint32_t *", symbols.texts.ptr)
    t.first_text = cython.cast("uint32_t *", firsts.ptr)
    at = cython.cast(uint32_t, 0)
    for k in range(1, c.syms.nobjects):
        while at < symbols.ntexts and object_at(c.syms, t.texts[at]) < k:
            at += 1
        t.first_text[k] = at
    t.first_text[c.syms.nobjects] = symbols.ntexts
    for i in range(c.nparts):
        if is_text(c.kind[c.parts[i].id]):
            place_part(cython.address(t), cython.address(c.parts[i]))
    for id in first:
        place(cython.address(t), id)
    ends = []
    for objects in libraries:
        for index in objects:
            place_object(cython.address(t), index, False)
        for index in objects:
            place_object(cython.address(t), index, True)
        ends.append(t.n)
    placed.free()
    return order, t.n, ends


def sort_by_kind(live: Live, order: Column, n: int) -> int:
    """Stable by symbol kind: plain text, then the FIPS text between its brackets (ld.textaddress).

    A symbol that is not text, or 0: equal hashes can give a function another symbol's content.
    """
    c = cython.address(live.c)
    ids = cython.cast("uint32_t *", order.ptr)
    copy = Column(4, n)
    sorted = cython.cast("uint32_t *", copy.ptr)
    at = cython.cast(uint32_t, 0)
    bad = cython.cast(uint32_t, 0)
    with cython.nogil:
        for kind in range(1, 6):
            for i in range(n):
                if c.kind[ids[i]] == kind:
                    sorted[at] = ids[i]
                    at += 1
        for i in range(n if at < n else 0):
            if not is_text(c.kind[ids[i]]):
                bad = ids[i]
        for i in range(at):
            ids[i] = sorted[i]
    copy.free()
    return bad


def undefined(c, s):
    """Whether nobody defines a symbol that is not the linker's own either."""
    return c.kind[s] == K_NONE and not c.attr[s] & A_LOCAL


def leave_undefined(live: Live, order: Column, n: int) -> None:
    """Leave to the host linker what functions refer to and nobody defines (ld.Link.addexport)."""
    c = cython.address(live.c)
    ids = cython.cast("uint32_t *", order.ptr)
    with cython.nogil:
        s = cython.cast(uint32_t, 1)
        while s < c.n and not undefined(c, s):
            s += 1
        for i in range(n if s < c.n else 0):
            for j in range(c.nrel[ids[i]]):
                t = target(c, ids[i], c.rel[ids[i]] + j)
                if 0 < t < c.n and undefined(c, t):
                    c.kind[t] = K_UNDEFEXT


def assign_addresses(
    live: Live, order: Column, n: int, start: int, funcalign: int, sect: int
) -> tuple[int, int]:
    """Give each function its address; the end of the last, and the section's alignment (ld.assignAddress)."""
    c = cython.address(live.c)
    ids = cython.cast("uint32_t *", order.ptr)
    va = start
    widest = funcalign
    with cython.nogil:
        for i in range(n):
            s = ids[i]
            if c.attr[s] & A_INTERIOR:
                continue
            align = (cython.cast(uint32_t, 1) << c.align[s]) >> 1
            if align < funcalign:
                align = funcalign
            if align > widest:
                widest = align
            va = (va + align - 1) & ~cython.cast(uint64_t, align - 1)
            c.value[s] = va
            c.sect[s] = sect
            if c.attr[s] & A_HOST_SECTION:
                move_interior(c, s)
            va += room_of(c.size[s])
    return va, widest


def leave_out(live: Live, order: Column, n: int, interiors: bool) -> tuple[Column, int]:
    """The order of text without what lies in host objects' sections, or else without those that have such."""
    c = cython.address(live.c)
    ids = cython.cast("uint32_t *", order.ptr)
    found = Column(4, n)
    rest = cython.cast("uint32_t *", found.ptr)
    count = cython.cast(uint32_t, 0)
    for i in range(n):
        s = ids[i]
        if c.attr[s] & A_INTERIOR and interiors:
            continue
        if c.attr[s] & A_HOST_SECTION and not interiors and c.parts[c.li[s]].count:
            continue
        rest[count] = s
        count += 1
    return found, count


def fixed(live: Live, order: Column, n: int) -> int:
    """How many functions -randlayout leaves at the beginning: those of host objects (ld.textaddress)."""
    c = cython.address(live.c)
    ids = cython.cast("uint32_t *", order.ptr)
    count = cython.cast(uint32_t, 0)
    while count < n:
        attr = c.attr[ids[count]]
        if not attr & A_INTERIOR and not (attr & A_HOST_SECTION and c.parts[c.li[ids[count]]].count):
            break
        count += 1
    return count
