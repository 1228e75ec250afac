"""Host objects' symbols among all others (the second half of loadelf.Load)."""

from __future__ import annotations

import cython
from cython.cimports.goweld.codec.goobj_kernel import (
    HOST_GLOBAL,
    HOST_KIND,
    HOST_LOCAL,
    HOST_NONE,
    HOST_SECTION,
    HOST_WEAK,
    NOWHERE,
    sym_data,
    sym_relocs,
)
from cython.cimports.goweld.codec.pdqsort_kernel import pdqsort
from cython.cimports.goweld.model.kinds import K_TEXT, K_XREF
from cython.cimports.goweld.model.memory_kernel import Column
from cython.cimports.goweld.model.symbols_kernel import (
    FOREIGN_BLANK,
    FOREIGN_DUPOK,
    FOREIGN_HIDDEN,
    FOREIGN_IMPORTED,
    FOREIGN_PLACED,
    FOREIGN_TEXT,
    FOREIGN_WANTED,
    SYM_CLONED,
    canonical,
    content,
    find_name,
    holds_content,
    local_index,
    move_content,
    object_at,
    resolve,
)
from cython.cimports.libc.stdint import uint32_t

TYPE_CHECKING = False
if TYPE_CHECKING:
    from goweld.model.symbols_kernel import Symbols


def is_global(h):
    return h.role == HOST_GLOBAL or h.role == HOST_WEAK


def names_of(symbols: Symbols, index: int) -> int:
    """Announce the names of a host object; the first of the entries that are new."""
    s = cython.address(symbols.c)
    first = s.nentries
    o = cython.address(s.objects[index])
    for li in range(o.nalldef):
        if is_global(cython.address(o.host.symbols[li])):
            find_name(s, o.base + o.syms[li].name_off, o.syms[li].name_len, 0, True)
            if o.syms[li].type == HOST_KIND + K_TEXT:
                find_name(s, o.base + o.syms[li].name_off, o.syms[li].name_len, ABI_INTERNAL, True)
    return first


def bind_packages(symbols: Symbols, first: int) -> None:
    """Let names that entered late, from the entry `first` on, lead to package definitions."""
    s = cython.address(symbols.c)
    for k in range(1, s.nobjects):
        o = cython.address(s.objects[k])
        for li in range(o.ndef):
            r = o.syms + li
            if r.name_len and r.abi <= ABI_INTERNAL:
                entry = find_name(s, o.base + r.name_off, r.name_len, r.abi, False)
                if entry >= first and s.entries[entry].id == 0:
                    s.entries[entry].id = o.pkgbase + li


def blank(symbols: Symbols, raw: int, imported: bool) -> None:
    """Say that what Go objects define of a symbol is nothing: a host object has it, or a shared library."""
    symbols.c.foreign[raw] |= FOREIGN_BLANK | (FOREIGN_IMPORTED if imported else 0)


def is_placed(symbols: Symbols, raw: int) -> bool:
    """Whether a host object defines a symbol."""
    s = cython.address(symbols.c)
    return s.foreign[raw] & FOREIGN_WANTED != 0 and not is_blank(s, raw)


def section_of(symbols: Symbols, raw: int) -> int:
    """The section, by raw id, that holds what a host object defines a symbol as (loader.OuterSym)."""
    s = cython.address(symbols.c)
    holder = content(s, raw)
    o = cython.address(s.objects[object_at(s, holder)])
    return o.hbase + o.host.symbols[local_index(s, o, holder)].outer


def export(symbols: Symbols, name: bytes, raw: int) -> int:
    """Let a name lead host objects to a Go symbol (loader.AddCgoExport); what it led to before."""
    s = cython.address(symbols.c)
    symbols.want(name, 0)
    first = cython.cast("const char *", name)
    entry = find_name(s, cython.cast("const uint8_t *", first), len(name), 0, False)
    before = s.entries[entry].id
    s.entries[entry].id = raw
    return before


def enter(symbols: Symbols, index: int) -> tuple[int, int, int]:
    """Enter a host object's symbols; (why, raw id, canonical id) of a definition that may not be, or 0s."""
    s = cython.address(symbols.c)
    o = cython.address(s.objects[index])
    places = Column(cython.sizeof(Place), o.nalldef)
    items = Column(4, o.nalldef)
    why = cython.cast(uint32_t, 0)
    for li in range(o.nalldef):
        h = cython.address(o.host.symbols[li])
        raw = o.hbase + li
        s.canon[raw] = raw
        if li < o.host.nsections:
            align = o.syms[li].align
            while align:
                s.align[raw] += 1
                align >>= 1
            continue
        if h.role == HOST_NONE or h.role == HOST_SECTION:
            h.outer = NOWHERE
            continue
        id = bind(s, o, li)
        if h.common:
            make_common(s, id, raw, o.syms[li].size)
        elif h.outer != NOWHERE:
            why = define(s, o, li, id)
            if why:
                return why, raw, id
    order_sections(o, cython.cast("Place *", places.ptr), cython.cast("uint32_t *", items.ptr))
    places.free()
    items.free()
    return 0, 0, 0


def bind(s, o, li):
    """The canonical id of a symbol (loadelf.readelfsym)."""
    h = cython.address(o.host.symbols[li])
    raw = o.hbase + li
    id = raw
    if h.role != HOST_LOCAL:
        entry = find_name(s, o.base + o.syms[li].name_off, o.syms[li].name_len, 0, True)
        if s.entries[entry].id == 0:
            s.entries[entry].id = raw
        id = s.entries[entry].id
        s.canon[raw] = id
        if h.hidden and h.role == HOST_GLOBAL or h.role == HOST_WEAK and lies_in_host(s, id):
            s.foreign[id] |= FOREIGN_DUPOK
    if h.hidden:
        s.foreign[id] |= FOREIGN_HIDDEN
    s.foreign[id] |= FOREIGN_WANTED
    return id


def is_blank(s, id):
    """Whether no object defines a symbol so far."""
    holder = content(s, id)
    if not holds_content(s, holder) or s.foreign[id] & FOREIGN_BLANK and holder < s.first_ref:
        return True
    o = cython.address(s.objects[object_at(s, holder)])
    return o.host != cython.NULL and o.syms[local_index(s, o, holder)].type == HOST_KIND + K_XREF


def host_record(s, id):
    """The record that a host object has of a symbol it defines; else NULL."""
    holder = content(s, id)
    if not s.first_host <= holder < s.end_host:
        return cython.NULL
    o = cython.address(s.objects[object_at(s, holder)])
    return o.syms + local_index(s, o, holder)


def lies_in_host(s, id):
    """Whether a section of a host object has the symbol in it (loader.OuterSym)."""
    return cython.cast(cython.bint, s.foreign[id] & FOREIGN_PLACED)


def make_common(s, id, raw, size):
    """A common symbol: as large as the largest, in no section unless it is defined."""
    if is_blank(s, id):
        if id != raw:
            move_content(s, id, raw)
        return
    r = host_record(s, id)
    if r == cython.NULL:
        holder = content(s, id)
        q = cython.address(s.objects[object_at(s, holder)])
        if q.syms[local_index(s, q, holder)].size < size:
            s.fix_size[2 * s.nfix] = id
            s.fix_size[2 * s.nfix + 1] = size
            s.nfix += 1
            s.attr[id] |= SYM_CLONED
    elif r.size < size:
        r.size = size


def define(s, o, li, id):
    """A definition; 0, or why it may not be.  One that is passed over lies nowhere."""
    h = cython.address(o.host.symbols[li])
    raw = o.hbase + li
    flags = s.foreign[id]
    if lies_in_host(s, id):
        if not flags & FOREIGN_DUPOK:
            return DUPLICATE_REFERENCE
        h.outer = NOWHERE
        return 0
    holder = content(s, id)
    if holder < s.first_ref:
        data = cython.declare("const uint8_t *", cython.NULL)
        q = cython.address(s.objects[object_at(s, holder)])
        if sym_data(q, local_index(s, q, holder), cython.address(data)):
            return HAS_CONTENT
    if o.syms[li].type == HOST_KIND + K_TEXT:
        if flags & FOREIGN_TEXT and not flags & FOREIGN_DUPOK:
            return DUPLICATE_DEFINITION
        s.foreign[id] |= FOREIGN_TEXT
    s.foreign[id] |= FOREIGN_PLACED
    s.foreign[id] &= ~FOREIGN_IMPORTED
    if id != raw:
        move_content(s, id, raw)
    return 0


def is_before(context, a, b):
    """By place; of several at one place the last comes first (loader.AddInteriorSym, loader.SortSub)."""
    places = cython.cast("Place *", context)
    if places[a].value != places[b].value:
        return cython.cast(cython.bint, places[a].value < places[b].value)
    return cython.cast(cython.bint, places[a].li > places[b].li)


def order_sections(o, places, items):
    """Link the symbols of each section in the order of their places."""
    n = cython.cast(uint32_t, 0)
    for li in range(o.host.nsections, o.nalldef):
        if o.host.symbols[li].outer != NOWHERE:
            items[n] = n
            places[n].value = o.host.symbols[li].value
            places[n].li = li
            n += 1
    pdqsort(items, n, is_before, places)
    i = n
    while i:
        i -= 1
        li = places[items[i]].li
        outer = o.host.symbols[li].outer
        o.host.symbols[li].next = o.host.symbols[outer].next
        o.host.symbols[outer].next = li


def lacks(s, id):
    """Whether a host object refers to a symbol that nothing defines (sym.SXREF)."""
    wanted = cython.cast(cython.bint, s.foreign[id] & FOREIGN_WANTED and not s.foreign[id] & FOREIGN_IMPORTED)
    return wanted and is_blank(s, id)


def undefined(symbols: Symbols) -> list[tuple[int, int]]:
    """References that nothing satisfies, as (raw id, object), in the order of their sources.

    (loader.UndefinedRelocTargets.)  Go objects are looked at only where they refer to such a symbol.
    """
    s = cython.address(symbols.c)
    missing = False
    named = False
    for raw in range(s.first_host, s.end_host):
        id = canonical(s, raw)
        if lacks(s, id):
            missing = True
            if id < s.first_made:
                named = True
    found: list[tuple[int, int]] = []
    if named:
        for k in range(1, s.nobjects):
            undefined_in(s, k, 0, s.objects[k].ndef, found)
        for k in range(1, s.nobjects):
            undefined_in(s, k, s.objects[k].ndef, s.objects[k].nalldef, found)
    if missing:
        for k in range(s.nobjects, s.nobjects + symbols.objects.nhosts):
            undefined_in(s, k, 0, s.objects[k].host.nsections, found)
    return found


def undefined_in(s, k, first, end, found):
    """The same in some definitions of one object."""
    r = cython.declare("RelocRecord *", cython.NULL)
    o = cython.address(s.objects[k])
    for li in range(first, end):
        for i in range(sym_relocs(o, li, cython.address(r))):
            id = resolve(s, o, r[i].pkg, r[i].idx)
            if id < s.n and lacks(s, id):
                found.append((id, k))
    return 0
