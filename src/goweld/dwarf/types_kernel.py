"""DIEs of types from the runtime's type data, in cmd/link's order of making them (dwctxt.defgotype, newtype).

Types are read by raw id: deadcode need not have reached a type that debug information describes.  The graph
of types is walked with a stack of its own, since it may be as deep as there are types.
"""

from __future__ import annotations

import cython
from cython.cimports.goweld.codec.goobj_kernel import sym_data, sym_name, sym_relocs
from cython.cimports.goweld.dwarf.dies_kernel import (
    ABBREV_ARRAYRANGE,
    ABBREV_ARRAYTYPE,
    ABBREV_BARE_PTRTYPE,
    ABBREV_BASETYPE,
    ABBREV_CHANTYPE,
    ABBREV_DOTDOTDOT,
    ABBREV_FUNCTYPE,
    ABBREV_FUNCTYPEOUTPARAM,
    ABBREV_FUNCTYPEPARAM,
    ABBREV_IFACETYPE,
    ABBREV_MAPTYPE,
    ABBREV_NULLTYPE,
    ABBREV_PTRTYPE,
    ABBREV_SLICETYPE,
    ABBREV_STRINGTYPE,
    ABBREV_STRUCTFIELD,
    ABBREV_STRUCTTYPE,
    UNSPECIFIED,
    WHY_CORRUPT,
    WHY_KIND,
    WHY_NOT_A_TYPE,
    Pending,
    enter_raw,
    find_raw,
    grow,
    new_die,
    new_typedef,
    stop,
    take_fields,
)
from cython.cimports.goweld.model.symbols_kernel import content, live_of, local_index, object_at, resolve
from cython.cimports.libc.stdint import int64_t, uint32_t, uint64_t
from cython.cimports.libc.string import memcmp

# Kinds (abi.Kind) that need more than their abbreviation.
KIND_UINTPTR = cython.declare(cython.int, 12)
KIND_ARRAY = cython.declare(cython.int, 17)
KIND_LAST = cython.declare(cython.int, 26)

COMMON_SIZE = cython.declare(cython.int, 48)  # abi.CommonSize(8)
UNCOMMON_SIZE = cython.declare(cython.int, 16)
KIND_OFFSET = cython.declare(cython.int, 23)
TFLAG_OFFSET = cython.declare(cython.int, 20)
TFLAG_UNCOMMON = cython.declare(cython.int, 1)
EMBEDDED = cython.declare(cython.int, 8)  # a flag of a field's name
NTYPE = cython.declare(cython.int, 5)  # the length of "type:"

# Abbreviations of array, chan, func, interface, map, pointer, slice, string, struct, unsafe.Pointer.
COMPOSITE = cython.declare(uint8_t[10])
COMPOSITE[0] = ABBREV_ARRAYTYPE
COMPOSITE[1] = ABBREV_CHANTYPE
COMPOSITE[2] = ABBREV_FUNCTYPE
COMPOSITE[3] = ABBREV_IFACETYPE
COMPOSITE[4] = ABBREV_MAPTYPE
COMPOSITE[5] = ABBREV_PTRTYPE
COMPOSITE[6] = ABBREV_SLICETYPE
COMPOSITE[7] = ABBREV_STRINGTYPE
COMPOSITE[8] = ABBREV_STRUCTTYPE
COMPOSITE[9] = ABBREV_BARE_PTRTYPE


def encoding_of(kind):
    """DW_ATE_* of a basic kind."""
    if kind == 1:
        return 2  # boolean
    if kind <= 6:
        return 5  # signed
    if kind <= KIND_UINTPTR:
        return 7  # unsigned
    return 4 if kind <= 14 else 3  # float, complex_float


def starts_with(name, size, prefix, n):
    return size >= n and memcmp(name, prefix, n) == 0


def has_typedef(name, size):
    """Whether a name is a type's own rather than a description of the type (dwctxt.dotypedef)."""
    if size == 0 or name[0] == b"["[0] or name[0] == b"*"[0]:
        return False
    return not (
        starts_with(name, size, b"map[", 4)
        or starts_with(name, size, b"struct {", 8)
        or starts_with(name, size, b"noalg.struct {", 14)
        or starts_with(name, size, b"chan ", 5)
    )


def open_content(t, raw, d):
    """Find a symbol's content and relocations; False where there is none or it is corrupt."""
    s = t.c.syms
    if raw == 0 or raw >= s.first_ref:
        return False
    holder = content(s, raw)
    d.raw = raw
    d.o = cython.address(s.objects[object_at(s, holder)])
    li = local_index(s, d.o, holder)
    d.size = sym_data(d.o, li, cython.address(d.p))
    d.n = sym_relocs(d.o, li, cython.address(d.r))
    d.near = 0
    return d.size > 0 and d.n >= 0


def word_at(d, off):
    """A word of a type's data; objects may leave trailing zeros out."""
    return cython.cast("int64_t *", d.p + off)[0] if off + 8 <= d.size else 0


def target_at(t, d, off):
    """The raw id that a type's relocation at an offset names (ld.decodeRelocSym); there must be one."""
    # They ascend, so the search goes on where it stopped; one that does not is looked for from the start.
    i = d.near
    while i < d.n and d.r[i].off < off:
        i += 1
    if i >= d.n or d.r[i].off != off:
        i = 0
        while i < d.n and d.r[i].off != off:
            i += 1
        if i >= d.n:
            return stop(t, WHY_CORRUPT, d.raw)
    d.near = i
    raw = resolve(t.c.syms, d.o, d.r[i].pkg, d.r[i].idx)
    if raw >= t.c.syms.n:
        return stop(t, WHY_CORRUPT, d.raw)
    return raw


def type_name(t, raw, name, size):
    """The name of the type that a type symbol describes; False where the symbol is none."""
    s = t.c.syms
    if object_at(s, raw) == 0:
        return False
    o = cython.address(s.objects[object_at(s, raw)])
    length = sym_name(o, local_index(s, o, raw), name)
    if length <= NTYPE or memcmp(name[0], cython.cast("const char *", b"type:"), NTYPE) != 0:
        return False
    name[0] += NTYPE
    size[0] = length - NTYPE
    return True


def read_name(t, raw, name, size, embedded):
    """A reflect name: its text and whether it is that of an embedded field (ld.decodetypeName)."""
    d = cython.declare(TypeData)
    name[0] = cython.NULL
    size[0] = 0
    embedded[0] = False
    if raw == 0:
        return True
    if not open_content(t, raw, cython.address(d)):
        return False
    embedded[0] = cython.cast(cython.bint, d.p[0] & EMBEDDED)
    length = cython.cast(uint64_t, 0)
    shift = cython.cast(cython.int, 0)
    i = cython.cast(int64_t, 1)
    while i < d.size and shift < 35:
        byte = d.p[i]
        i += 1
        length |= cython.cast(uint64_t, byte & 127) << shift
        shift += 7
        if byte < 128:
            break
    if length > cython.cast(uint64_t, d.size - i):
        return False
    name[0] = d.p + i
    size[0] = cython.cast(uint32_t, length)
    return True


def define(t, raw):
    """The DIE of a type, made with those of all that it refers to if there is none yet (dwctxt.defgotype)."""
    die = reach(t, raw)
    walk(t)
    return die


def define_known(t, raw, sym):
    """Define a type whose go:info.NAME is a live symbol already."""
    t.known = sym
    define(t, raw)
    t.known = 0


def reach(t, raw):
    """The DIE of a type; if it is new, what it refers to is still pending."""
    if raw == 0:
        return UNSPECIFIED
    die = find_raw(t, raw)
    return die if die else begin(t, raw)


def walk(t):
    """Define what pending types refer to, depth first, as recursion would."""
    more = cython.declare(cython.bint)
    while t.npending and t.why == 0:
        p = cython.address(t.pending[t.npending - 1])
        die = p.die
        slot = p.next
        p.next += 1
        place = reference(t, die, slot, cython.address(more))
        if not more:
            t.npending -= 1
        elif place != cython.NULL:
            found = reach(t, place[0])
            # The tables may have moved meanwhile.
            reference(t, die, slot, cython.address(more))[0] = found


def reference(t, die, slot, more):
    """Where a type keeps its slot-th reference, NULL if it has none; `more`: whether there is such a slot."""
    d = cython.address(t.dies[die])
    more[0] = slot == 0
    if d.abbrev == ABBREV_STRUCTTYPE or d.abbrev == ABBREV_FUNCTYPE:
        more[0] = slot < d.nfields
        if not more[0]:
            return cython.NULL
        f = cython.address(t.fields[d.first_field + slot])
        if f.abbrev == ABBREV_DOTDOTDOT:
            return cython.NULL
        return cython.address(f.type)
    if d.abbrev == ABBREV_MAPTYPE:
        more[0] = slot < 2
        return cython.address(d.elem) if slot else cython.address(d.key)
    if d.abbrev == ABBREV_CHANTYPE or d.abbrev == ABBREV_SLICETYPE:
        return cython.address(d.elem)
    return cython.address(d.type)


def begin(t, raw):
    """A new type's DIE, its references raw ids still (the first half of dwctxt.newtype)."""
    d = cython.declare(TypeData)
    name = cython.declare("const uint8_t *", cython.NULL)
    size = cython.declare(uint64_t, 0)
    if not type_name(t, raw, cython.address(name), cython.address(size)):
        return stop(t, WHY_NOT_A_TYPE, raw)
    if not open_content(t, raw, cython.address(d)) or d.size < COMMON_SIZE:
        return stop(t, WHY_CORRUPT, raw)
    kind = d.p[KIND_OFFSET]
    if kind == 0 or kind > KIND_LAST:
        return stop(t, WHY_KIND, raw)
    abbrev = cython.cast(uint32_t, ABBREV_BASETYPE)
    if kind >= KIND_ARRAY:
        abbrev = COMPOSITE[kind - KIND_ARRAY]
    die = new_die(t, abbrev, name, size)
    if die == 0:
        return 0
    new = cython.address(t.dies[die])
    new.raw = raw
    new.runtime = live_of(t.c.syms, raw)
    new.kind = kind
    new.size = word_at(cython.address(d), 0)
    if abbrev == ABBREV_BASETYPE:
        new.encoding = encoding_of(kind)
        enter_raw(t, raw, die)
        return die
    known = die
    if (
        abbrev != ABBREV_CHANTYPE
        and abbrev != ABBREV_MAPTYPE
        and abbrev != ABBREV_STRINGTYPE
        and abbrev != ABBREV_BARE_PTRTYPE
        and has_typedef(name, size)
    ):
        known = new_typedef(t, die)
        if known == 0:
            return 0
        t.dies[known].raw = raw
    if not enter_raw(t, raw, known):
        return 0
    if not refer(t, die, cython.address(d)):
        return stop(t, WHY_CORRUPT, raw)
    return known


def refer(t, die, d):
    """Note what a type refers to, and leave it pending."""
    new = cython.address(t.dies[die])
    if new.abbrev == ABBREV_STRINGTYPE or new.abbrev == ABBREV_BARE_PTRTYPE:
        return True
    if new.abbrev == ABBREV_STRUCTTYPE:
        if not describe_struct(t, die, d):
            return False
    elif new.abbrev == ABBREV_FUNCTYPE:
        if not describe_func(t, die, d):
            return False
    elif new.abbrev == ABBREV_IFACETYPE:
        new.type = t.iface if word_at(d, COMMON_SIZE + 16) else t.eface
    elif new.abbrev == ABBREV_MAPTYPE:
        new.key = target_at(t, d, COMMON_SIZE)
        new.elem = target_at(t, d, COMMON_SIZE + 8)
    elif new.abbrev == ABBREV_CHANTYPE or new.abbrev == ABBREV_SLICETYPE:
        new.elem = target_at(t, d, COMMON_SIZE)
    else:
        new.type = target_at(t, d, COMMON_SIZE)
        if new.abbrev == ABBREV_ARRAYTYPE and not describe_array(t, die, d):
            return False
    if t.npending >= t.pending_room:
        room = cython.address(t.pending_room)
        t.pending = cython.cast("Pending *", grow(t, t.pending, room, cython.sizeof(Pending)))
        if t.npending >= t.pending_room:
            return False
    t.pending[t.npending].die = die
    t.pending[t.npending].next = 0
    t.npending += 1
    return t.why == 0


def describe_struct(t, die, d):
    """The fields of a struct."""
    name = cython.declare("const uint8_t *", cython.NULL)
    size = cython.declare(uint64_t, 0)
    n = word_at(d, COMMON_SIZE + 16)
    at = cython.cast(int64_t, COMMON_SIZE + 32)
    if d.p[TFLAG_OFFSET] & TFLAG_UNCOMMON:
        at += UNCOMMON_SIZE
    if n < 0 or n > (d.size - at + 23) // 24:
        return False
    first = take_fields(t, cython.cast(uint32_t, n))
    if t.why:
        return False
    t.dies[die].first_field = first
    t.dies[die].nfields = cython.cast(uint32_t, n)
    for i in range(n):
        f = cython.address(t.fields[first + i])
        f.abbrev = ABBREV_STRUCTFIELD
        label = target_at(t, d, at)
        if not read_name(
            t, label, cython.address(f.name), cython.address(f.nname), cython.address(f.embedded)
        ):
            return False
        f.type = target_at(t, d, at + 8)
        # cmd/link keeps 32 bits.
        f.offset = cython.cast(cython.int, word_at(d, at + 16))
        if f.nname == 0 and f.type and type_name(t, f.type, cython.address(name), cython.address(size)):
            f.name = name
            f.nname = cython.cast(uint32_t, size)
        at += 24
    return True


def describe_func(t, die, d):
    """The parameters and results of a function type."""
    if d.size < COMMON_SIZE + 4:
        return False
    ins = cython.cast("uint16_t *", d.p + COMMON_SIZE)[0]
    outs = cython.cast("uint16_t *", d.p + COMMON_SIZE + 2)[0]
    variadic = outs >> 15
    outs &= 0x7FFF
    at = cython.cast(int64_t, COMMON_SIZE + 8)
    if d.p[TFLAG_OFFSET] & TFLAG_UNCOMMON:
        at += UNCOMMON_SIZE
    n = cython.cast(uint32_t, ins + variadic + outs)
    first = take_fields(t, n)
    if t.why:
        return False
    t.dies[die].first_field = first
    t.dies[die].nfields = n
    for i in range(n):
        f = cython.address(t.fields[first + i])
        if variadic and i == ins:
            f.abbrev = ABBREV_DOTDOTDOT
            continue
        f.abbrev = ABBREV_FUNCTYPEPARAM if i < ins else ABBREV_FUNCTYPEOUTPARAM
        f.type = target_at(t, d, at)
        at += 8
    return True


def describe_array(t, die, d):
    """The range of an array; its type is known already."""
    first = take_fields(t, 1)
    if t.why:
        return False
    t.dies[die].first_field = first
    t.dies[die].nfields = 1
    t.fields[first].abbrev = ABBREV_ARRAYRANGE
    t.fields[first].type = t.uintptr
    t.fields[first].offset = word_at(d, COMMON_SIZE + 16)
    return True


def define_builtins(t, pointer, uintptr):
    """The DIEs that others need: of no type, of unsafe.Pointer and of uintptr, given their type symbols."""
    s = t.c.syms
    new_die(t, ABBREV_NULLTYPE, cython.cast("const uint8_t *", b"<unspecified>"), 13)
    die = new_die(t, ABBREV_BARE_PTRTYPE, cython.cast("const uint8_t *", b"unsafe.Pointer"), 14)
    if die == 0:
        return False
    t.dies[die].raw = pointer
    t.dies[die].runtime = live_of(s, pointer)
    enter_raw(t, pointer, die)
    die = new_die(t, ABBREV_BASETYPE, cython.cast("const uint8_t *", b"uintptr"), 7)
    if die == 0:
        return False
    t.dies[die].raw = uintptr
    t.dies[die].runtime = live_of(s, uintptr)
    t.dies[die].kind = KIND_UINTPTR
    t.dies[die].size = 8
    t.dies[die].encoding = encoding_of(KIND_UINTPTR)
    t.uintptr = die
    return enter_raw(t, uintptr, die)
