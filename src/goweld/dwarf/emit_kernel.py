"""The bytes and relocations of the linker's DIEs: types and units (dwctxt.putdie, writeUnitInfo)."""

from __future__ import annotations

import cython
from cython.cimports.goweld.dwarf.dies_kernel import (
    ABBREV_ARRAYRANGE,
    ABBREV_ARRAYTYPE,
    ABBREV_BARE_PTRTYPE,
    ABBREV_BASETYPE,
    ABBREV_CHANTYPE,
    ABBREV_COMPUNIT,
    ABBREV_COMPUNIT_TEXTLESS,
    ABBREV_DOTDOTDOT,
    ABBREV_FUNCTYPE,
    ABBREV_FUNCTYPEOUTPARAM,
    ABBREV_IFACETYPE,
    ABBREV_MAPTYPE,
    ABBREV_NULLTYPE,
    ABBREV_SLICETYPE,
    ABBREV_STRINGTYPE,
    ABBREV_STRUCTFIELD,
    ABBREV_STRUCTTYPE,
    ABBREV_TYPEDECL,
)
from cython.cimports.goweld.model.kinds import (
    K_DWARF_CUINFO,
    K_DWARF_FCN,
    R_ADDR,
    R_ADDROFF,
    R_DWARFSECREF,
)
from cython.cimports.goweld.model.live_kernel import append_symbol
from cython.cimports.goweld.model.symbols_kernel import live_of
from cython.cimports.libc.stdint import uint8_t, uint32_t, uint64_t
from cython.cimports.libc.string import memcpy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from goweld.dwarf.info_kernel import DebugInfo

UNIT_TYPE_COMPILE = cython.declare(cython.int, 1)  # DW_UT_compile
LANGUAGE_GO = cython.declare(cython.int, 22)  # DW_LANG_Go
DIE_BYTES = cython.declare(uint64_t, 48)  # most that a type takes besides its name
FIELD_BYTES = cython.declare(uint64_t, 24)
DIE_RELOCS = cython.declare(uint64_t, 4)


def bytes_bound(t):
    """No fewer bytes than the types take."""
    total = cython.cast(uint64_t, t.n) * DIE_BYTES + t.nfields * FIELD_BYTES
    for i in range(1, t.n):
        total += t.dies[i].nname
    for i in range(t.nfields):
        total += t.fields[i].nname
    return total


def open_symbol(e, sym):
    e.sym = sym
    e.start = e.p
    e.first = e.r


def close_symbol(e):
    """Give the symbol what was written since it was opened."""
    c = e.c
    n = cython.cast(uint32_t, e.p - e.start)
    c.data[e.sym] = e.start
    c.ndata[e.sym] = n
    c.size[e.sym] = n
    c.rel[e.sym] = e.first
    c.nrel[e.sym] = cython.cast(uint32_t, e.r - e.first)


def put(e, value, size):
    """A little-endian number."""
    memcpy(e.p, cython.address(value), size)
    e.p += size


def uleb(e, value):
    while value >= 128:
        e.p[0] = cython.cast(uint8_t, value | 128)
        e.p += 1
        value >>= 7
    e.p[0] = cython.cast(uint8_t, value)
    e.p += 1


def text(e, p, size):
    """A string with its NUL."""
    memcpy(e.p, p, size)
    e.p[size] = 0
    e.p += size + 1


def reference(e, type, size, target):
    """A place for the linker to fill in: the offset or address of a symbol."""
    e.r.off = cython.cast(cython.int, e.p - e.start)
    e.r.size = size
    e.r.type = type
    e.r.add = 0
    e.r.pkg = 0
    e.r.idx = target
    e.r += 1
    put(e, 0, size)


def symbol_of(t, die):
    return t.dies[die].sym


def type_symbol(t, d):
    """What DW_AT_type refers to.

    A map or channel that came too late to be completed still names the type symbol that cmd/link keeps there.
    """
    if d.type:
        return t.dies[d.type].sym
    if d.abbrev == ABBREV_CHANTYPE:
        return live_of(t.c.syms, t.dies[d.elem].raw)
    return live_of(t.c.syms, d.raw)


def emit_die(e, t, d):
    """A type and what is in it.  All abbreviations have what they have in the same order."""
    a = d.abbrev
    put(e, a, 1)
    text(e, d.name, d.nname)
    if a == ABBREV_NULLTYPE:
        return
    sized = cython.declare(
        cython.bint,
        a == ABBREV_ARRAYTYPE
        or a == ABBREV_FUNCTYPE
        or a == ABBREV_SLICETYPE
        or a == ABBREV_STRINGTYPE
        or a == ABBREV_STRUCTTYPE,
    )
    if a == ABBREV_BASETYPE:
        put(e, d.encoding, 1)
        put(e, cython.cast(uint64_t, d.size), 1)
    elif a == ABBREV_ARRAYTYPE or (not sized and a != ABBREV_BARE_PTRTYPE):
        reference(e, R_DWARFSECREF, 4, type_symbol(t, d))
    if a == ABBREV_TYPEDECL:
        return
    if sized:
        uleb(e, cython.cast(uint64_t, d.size))
    if a != ABBREV_BARE_PTRTYPE:
        put(e, d.kind, 1)
    if d.runtime:
        reference(e, R_ADDROFF, 8, d.runtime)
    else:
        put(e, 0, 8)
    if a == ABBREV_MAPTYPE:
        reference(e, R_DWARFSECREF, 4, symbol_of(t, d.key))
    if a == ABBREV_MAPTYPE or a == ABBREV_CHANTYPE or a == ABBREV_SLICETYPE:
        reference(e, R_DWARFSECREF, 4, symbol_of(t, d.elem))
    for i in range(d.first_field, d.first_field + d.nfields):
        emit_field(e, t, cython.address(t.fields[i]))
    if sized or a == ABBREV_IFACETYPE:
        put(e, 0, 1)


def emit_field(e, t, f):
    """A member, parameter or range."""
    put(e, f.abbrev, 1)
    if f.abbrev == ABBREV_DOTDOTDOT:
        return
    if f.abbrev == ABBREV_STRUCTFIELD:
        text(e, f.name, f.nname)
        uleb(e, cython.cast(uint64_t, f.offset))
    elif f.abbrev == ABBREV_FUNCTYPEOUTPARAM:
        put(e, 1, 1)
    reference(e, R_DWARFSECREF, 4, symbol_of(t, f.type))
    if f.abbrev == ABBREV_STRUCTFIELD:
        put(e, f.embedded, 1)
    elif f.abbrev == ABBREV_ARRAYRANGE:
        uleb(e, cython.cast(uint64_t, f.offset))


def emit_types(info: DebugInfo) -> int:
    """Write every type's DIE into its symbol."""
    t = cython.address(info.dies.t)
    e = cython.declare(Emitter)
    e.c = cython.address(info.live.c)
    e.p = cython.cast("uint8_t *", info.column(1, bytes_bound(t)))
    relocs = cython.cast(uint64_t, t.n) * DIE_RELOCS + t.nfields
    e.r = cython.cast("RelocRecord *", info.column(cython.sizeof(RelocRecord), relocs))
    with cython.nogil:
        for i in range(1, t.n):
            open_symbol(cython.address(e), t.dies[i].sym)
            emit_die(cython.address(e), t, cython.address(t.dies[i]))
            close_symbol(cython.address(e))
    return 0


def emit_header(e, dwarf5, abbrev):
    """A unit's header up to its DIE; its length is filled in once it is known."""
    put(e, 0, 4)
    if dwarf5:
        put(e, 5, 2)
        put(e, UNIT_TYPE_COMPILE, 1)
        put(e, 8, 1)
        reference(e, R_DWARFSECREF, 4, abbrev)
    else:
        put(e, 4, 2)
        reference(e, R_DWARFSECREF, 4, abbrev)
        put(e, 8, 1)


def emit_unit(info: DebugInfo, obj: int, abbrev: int, lines: int, ranges: int, addrs: int) -> int:
    """The symbol of a unit's header and DIE, given those that it refers to."""
    e = cython.declare(Emitter)
    p = cython.address(e)
    e.c = cython.address(info.live.c)
    package = cython.cast(bytes, info.packages[obj])
    producer = cython.cast(bytes, info.producers[obj])
    name = cython.cast(bytes, info.names[obj])
    sym = append_symbol(e.c, K_DWARF_CUINFO)
    if sym == 0:
        raise OverflowError("more symbols made than announced")
    e.p = info.arena.take(len(package) + len(producer) + len(name) + 64)
    e.r = cython.cast("RelocRecord *", info.arena.take(5 * cython.sizeof(RelocRecord)))
    has_text = cython.declare(cython.bint, info.units.count(obj) != 0)
    open_symbol(p, sym)
    emit_header(p, info.dwarf5, abbrev)
    put(p, ABBREV_COMPUNIT if has_text else ABBREV_COMPUNIT_TEXTLESS, 1)
    text(p, cython.cast("const uint8_t *", cython.cast("const char *", package)), len(package))
    put(p, LANGUAGE_GO, 1)
    if has_text:
        reference(p, R_DWARFSECREF, 4, lines)
        reference(p, R_ADDR, 8, info.units.function(obj, 0))
        reference(p, R_DWARFSECREF, 4, ranges)
    text(p, cython.cast("const uint8_t *", b"."), 1)
    text(p, cython.cast("const uint8_t *", cython.cast("const char *", producer)), len(producer))
    text(p, cython.cast("const uint8_t *", cython.cast("const char *", name)), len(name))
    if has_text and info.dwarf5:
        reference(p, R_DWARFSECREF, 4, addrs)
    close_symbol(p)
    return sym


def count_pieces(info: DebugInfo) -> int:
    """How many symbols .debug_info has at most."""
    units = cython.cast(uint32_t, 3 * len(info.order))
    lists = info.functions.n + info.abstract.n + info.variables.n
    return units + lists + info.dies.t.n


def chain_list(c, ids, n, list, obj, size):
    """Append a unit's part of a list to the pieces; how many there are then."""
    for i in range(list.of[obj].first, list.of[obj].end):
        ids[n] = list.ids[i]
        size[0] += c.ndata[list.ids[i]]
        n += 1
    return n


def chain(info: DebugInfo, pieces: Column, n: int, obj: int, unit: int) -> int:
    """Append a unit to the `n` pieces so far, and give its header its length; how many there are then."""
    c = cython.address(info.live.c)
    t = cython.address(info.dies.t)
    ids = cython.cast("uint32_t *", pieces.ptr)
    size = cython.declare(uint64_t, c.ndata[unit])
    ids[n] = unit
    n += 1
    n = chain_list(c, ids, n, cython.address(info.abstract), obj, cython.address(size))
    n = chain_list(c, ids, n, cython.address(info.functions), obj, cython.address(size))
    constants = cython.cast(uint32_t, info.constants.get(obj, 0))
    if constants:
        ids[n] = constants
        size += c.ndata[constants]
        n += 1
    n = chain_list(c, ids, n, cython.address(info.variables), obj, cython.address(size))
    if obj == info.runtime:
        for i in range(1, t.n):
            ids[n] = t.dies[i].sym
            size += c.ndata[t.dies[i].sym]
            n += 1
    end = append_symbol(c, K_DWARF_FCN)
    if end == 0:
        raise OverflowError("more symbols made than announced")
    c.data[end] = info.arena.take(1)
    c.ndata[end] = c.size[end] = 1
    ids[n] = end
    size += 1
    length = cython.declare(uint32_t, cython.cast(uint32_t, size - 4))
    memcpy(cython.cast("uint8_t *", c.data[unit]), cython.address(length), 4)
    return n + 1
