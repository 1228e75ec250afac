"""One canonical id per symbol (loader.LoadSyms): hashed definitions by content, named ones by name.

Each pass walks the objects in load order, so the first occurrence of a symbol becomes its id.  Every function
returns 0 or the index of the first corrupt object; the caller makes the error.
"""

from __future__ import annotations

import cython
from cython.cimports.goweld.codec.goobj_kernel import (
    ABI_STATIC,
    FLAG2_LINKNAME,
    FLAG2_LINKNAME_STD,
    FLAG2_USED_IN_IFACE,
    FLAG2_WASM_EXPORT,
    FLAG_DUPOK,
    FLAG_GOTYPE,
    FLAG_LOCAL,
    OBJ_ASSEMBLY,
    OBJ_STD,
    sym_data,
)
from cython.cimports.goweld.model.kinds import K_NONE
from cython.cimports.goweld.model.memory_kernel import Column
from cython.cimports.goweld.model.pool_kernel import run_tasks
from cython.cimports.goweld.model.symbols_kernel import (
    SYM_BLOCKED,
    SYM_CLONED,
    SYM_LOCAL,
    SYM_USED_IN_IFACE,
    content,
    find_name,
    gw_mix,
    gw_prefetch,
    local_index,
    move_content,
    resolve,
)
from cython.cimports.libc.stdint import uint8_t, uint32_t, uint64_t
from cython.cimports.libc.string import memchr

TYPE_CHECKING = False
if TYPE_CHECKING:
    from goweld.model.symbols_kernel import Symbols

FRESH = cython.declare(uint32_t, 0xFFFFFFFF)  # a named-block symbol that no name leads to
ABI_INTERNAL = cython.declare(cython.int, 1)
MOST_ALIGN = cython.declare(uint32_t, 1 << 15)  # obj.LSym holds it in 16 bits


def table_size(entries: int) -> int:
    """The power of two that keeps a hash table at most two thirds full."""
    size = 1024
    while size * 2 < entries * 3:
        size *= 2
    return size


def enter_definitions(symbols: Symbols) -> int:
    """Enter the content-hashed definitions and the names; the first corrupt object, or 0.

    Hashes and names have nothing in common, so each has its thread.
    """
    s = cython.address(symbols.c)
    nshort = cython.cast(uint64_t, 0)
    nlong = cython.cast(uint64_t, 0)
    for i in range(1, s.nobjects):
        nshort += s.objects[i].nhashed64
        nlong += s.objects[i].nhashed
    short_table = Column(cython.sizeof(HashSlot), table_size(nshort))
    table = Column(cython.sizeof(HashSlot), table_size(nlong))
    symbols.texts = Column(4, s.first_ref - s.first_hashed, True)
    e = cython.declare(Entering)
    e.s = s
    e.short_table = cython.cast("HashSlot *", short_table.ptr)
    e.short_mask = cython.cast(uint64_t, short_table.length - 1)
    e.table = cython.cast("HashSlot *", table.ptr)
    e.mask = cython.cast(uint64_t, table.length - 1)
    e.texts = cython.cast("uint32_t *", symbols.texts.ptr)
    e.ntexts = 0
    with cython.nogil:
        run_tasks(b"enter definitions", enter_some, cython.address(e), 2)
    symbols.ntexts = e.ntexts
    short_table.free()
    table.free()
    return e.bad[0] if e.bad[0] else e.bad[1]


def enter_some(context, index):
    """A task: 0 the hashes, 1 the names."""
    e = cython.cast("Entering *", context)
    if index == 0:
        e.bad[0] = hashed_of(
            e.s, e.short_table, e.short_mask, e.table, e.mask, e.texts, cython.address(e.ntexts)
        )
    else:
        e.bad[1] = names_of(e.s)


def hashed_of(s, short_table, short_mask, table, mask, texts, ntexts):
    """Equal hashes are one symbol, whose largest copy counts; the first corrupt object, or 0.

    Open addressing over whole hashes; a hash is its own hash value.  Cost: one miss per definition.
    """
    for k in range(1, s.nobjects):
        o = cython.address(s.objects[k])
        raw = o.hbase
        r = o.syms + o.ndef
        for i in range(o.pkgbase, o.pkgbase + o.ndef):
            s.object[i] = k
        for i in range(o.hbase, o.hbase + o.nalldef - o.ndef):
            s.object[i] = k
        for i in range(o.rbase, o.rbase + o.nref):
            s.object[i] = k
        short_keys = cython.cast("uint64_t *", o.hash64)
        for i in range(o.nhashed64):
            if not is_sound(s, o, r):
                return k
            id = enter(s, short_table, short_mask, short_keys[i], 0, raw, r.size)
            note_definition(s, id, r)
            raw += 1
            r += 1
        keys = cython.cast("uint64_t *", o.hash)
        for i in range(o.nhashed):
            if i + 12 < o.nhashed:
                gw_prefetch(cython.address(table[keys[2 * i + 24] & mask]))
            if not is_sound(s, o, r):
                return k
            id = enter(s, table, mask, keys[2 * i], keys[2 * i + 1], raw, r.size)
            note_definition(s, id, r)
            if s.kind_of[r.type] - 1 < 5:
                texts[ntexts[0]] = raw
                ntexts[0] += 1
            raw += 1
            r += 1
        for i in range(o.nnamed):
            if s.kind_of[r.type] - 1 < 5:
                texts[ntexts[0]] = raw
                ntexts[0] += 1
            raw += 1
            r += 1
    return 0


def enter(s, table, mask, low, high, raw, size):
    """The canonical id of a hashed definition (the hashed64Def and hashedDef cases of loader.addSym)."""
    i = (low if high else gw_mix(low, 1)) & mask
    while True:
        slot = cython.address(table[i])
        if slot.id == 0:
            slot.low = low
            slot.high = high
            slot.id = raw
            slot.size = size
            s.canon[raw] = raw
            return raw
        if slot.low == low and slot.high == high:
            if size > slot.size:
                slot.size = size
                move_content(s, slot.id, raw)
            s.canon[raw] = slot.id
            return slot.id
        i = (i + 1) & mask


def is_sound(s, o, r):
    """Whether a definition's record is one that cmd/link could go on with."""
    return cython.cast(
        cython.bint,
        (s.kind_of[r.type] != K_NONE or (r.type == 0 and r.name_len))
        and r.align <= MOST_ALIGN
        and r.align & (r.align - 1) == 0
        and not r.flag2 & FLAG2_WASM_EXPORT
        and has_sound_name(o, r),
    )


def has_sound_name(o, r):
    """Whether a symbol's name lies in its object and its ABI exists (loader.abiToVer)."""
    return cython.cast(
        cython.bint,
        (r.abi <= ABI_INTERNAL or r.abi == ABI_STATIC)
        and cython.cast(uint64_t, r.name_off) + r.name_len <= o.length,
    )


def note_definition(s, id, r):
    """What any copy of a definition adds to its symbol (loader.preloadSyms): largest alignment, two flags."""
    if r.align:
        bits = cython.cast(uint8_t, 0)
        align = r.align
        while align:
            align >>= 1
            bits += 1
        if bits > s.align[id]:
            s.align[id] = bits
    if r.flag & FLAG_LOCAL:
        s.attr[id] |= SYM_LOCAL
    if r.flag2 & FLAG2_USED_IN_IFACE:
        s.attr[id] |= SYM_USED_IN_IFACE


def is_unnamed_or_static(r):
    """Whether no name leads to the symbol."""
    return r.name_len == 0 or r.abi == ABI_STATIC


def names_of(s):
    """Give each named definition and reference the entry of its name; the first corrupt object, or 0.

    Only non-package names are entered; package names, the many, at most probe.  canon[] holds the entry.

    Debug information finds types by name: where there is to be some, those of packages are entered as well.
    An ABI0 function's name is entered for ABIInternal too: symbol table and linkname rules ask for that twin.
    """
    for k in range(1, s.nobjects):
        o = cython.address(s.objects[k])
        li = o.ndef + o.nhashed64 + o.nhashed
        while li < o.nalldef + o.nref:
            r = o.syms + li
            raw = o.hbase + (li - o.ndef) if li < o.nalldef else o.rbase + (li - o.nalldef)
            if not (is_sound(s, o, r) if li < o.nalldef else has_sound_name(o, r)):
                return k
            if is_unnamed_or_static(r):
                s.canon[raw] = FRESH
            else:
                s.canon[raw] = find_name(s, o.base + r.name_off, r.name_len, r.abi, True)
                if li < o.nalldef and r.abi == 0 and is_text(s.kind_of[r.type]):
                    find_name(s, o.base + r.name_off, r.name_len, ABI_INTERNAL, True)
            li += 1
    for k in range(1, s.nobjects):
        o = cython.address(s.objects[k])
        for li in range(o.ndef):
            r = o.syms + li
            if not is_sound(s, o, r):
                return k
            if r.abi == 0 and is_text(s.kind_of[r.type]) and r.name_len:
                find_name(s, o.base + r.name_off, r.name_len, ABI_INTERNAL, True)
    for k in range(1, s.nobjects):
        o = cython.address(s.objects[k])
        for li in range(o.ndef):
            r = o.syms + li
            raw = o.pkgbase + li
            s.canon[raw] = raw
            note_definition(s, raw, r)
            if is_unnamed_or_static(r):
                continue
            named_type = cython.declare(cython.bint, s.name_types and r.flag & FLAG_GOTYPE)
            entry = find_name(s, o.base + r.name_off, r.name_len, r.abi, named_type)
            if entry:
                s.entries[entry].id = raw
    return 0


def merge_named(symbols: Symbols, strict: bool) -> tuple[int, int, int, list[tuple[int, int]]]:
    """Merge named definitions with the symbol that bears the name already.

    Returns (corrupt object, raw id of a definition that may not be, raw id of the earlier one, pairs), where
    pairs are the (new, old owner) of duplicates that -strictdups compares.
    """
    s = cython.address(symbols.c)
    pairs = []
    for k in range(1, s.nobjects):
        o = cython.address(s.objects[k])
        first = o.hbase + o.nhashed64 + o.nhashed
        r = o.syms + o.ndef + o.nhashed64 + o.nhashed
        for raw in range(first, first + o.nnamed):
            entry = s.canon[raw]
            id = raw
            if entry != FRESH:
                id = s.entries[entry].id
                if id == 0:
                    s.entries[entry].id = raw
                    id = raw
                else:
                    if strict and r.flag & FLAG_DUPOK:
                        pairs.append((raw, content(s, id)))
                    verdict = merge(s, raw, id)
                    if verdict < 0:
                        return k, 0, 0, pairs
                    if verdict > 0:
                        return 0, raw, id, pairs
            s.canon[raw] = id
            note_definition(s, id, r)
            r += 1
    return 0, 0, 0, pairs


def merge(s, raw, old):
    """Which of two definitions of a name counts (the end of loader.addSym): 0, or 1 where they clash."""
    data = cython.declare("const uint8_t *", cython.NULL)
    holder = content(s, old)
    o = cython.address(s.objects[s.object[raw]])
    q = cython.address(s.objects[s.object[holder]])
    li = local_index(s, o, raw)
    old_li = local_index(s, q, holder)
    new_record = o.syms + li
    old_record = q.syms + old_li
    if new_record.flag & FLAG_DUPOK:
        if old_record.flag & FLAG_DUPOK and old_record.size < new_record.size:
            move_content(s, old, raw)
        return 0
    if old_record.flag & FLAG_DUPOK:
        move_content(s, old, raw)
        return 0
    new_kind = s.kind_of[new_record.type]
    old_kind = s.kind_of[old_record.type]
    new_size = sym_data(o, li, cython.address(data))
    old_size = sym_data(q, old_li, cython.address(data))
    if new_size < 0 or old_size < 0:
        return -1
    new_is_bss = cython.declare(cython.bint, is_data(new_kind) and new_size == 0)
    old_is_bss = cython.declare(cython.bint, is_data(old_kind) and old_size == 0)
    if old_is_bss and (
        is_text(new_kind) or new_size != 0 or (new_is_bss and new_record.size > old_record.size)
    ):
        move_content(s, old, raw)
        if old_record.size > new_record.size:
            fix_size(s, old, old_record.size)
        return 0
    if new_is_bss:
        if new_record.size > old_record.size:
            fix_size(s, old, new_record.size)
        return 0
    return 1


def fix_size(s, id, size):
    """Remember that a symbol is larger than the definition that counts (loader.sizeFixups)."""
    s.fix_size[2 * s.nfix] = id
    s.fix_size[2 * s.nfix + 1] = size
    s.nfix += 1
    s.attr[id] |= SYM_CLONED


def is_text(kind):
    return 1 <= kind <= 5


def is_data(kind):
    return KIND_NOPTRDATA <= kind <= KIND_NOPTRBSS


def bind_references(symbols: Symbols) -> int:
    """Bind each named reference to its symbol; one that nobody defines is a symbol of its own."""
    s = cython.address(symbols.c)
    with cython.nogil:
        for k in range(1, s.nobjects):
            o = cython.address(s.objects[k])
            r = o.syms + o.nalldef
            for raw in range(o.rbase, o.rbase + o.nref):
                entry = s.canon[raw]
                id = raw
                if entry != FRESH:
                    if s.entries[entry].id == 0:
                        s.entries[entry].id = raw
                    id = s.entries[entry].id
                s.canon[raw] = id
                if r.flag & FLAG_LOCAL:
                    s.attr[id] |= SYM_LOCAL
                if r.flag2 & FLAG2_USED_IN_IFACE:
                    s.attr[id] |= SYM_USED_IN_IFACE
                r += 1
    return 0


def apply_reference_flags(symbols: Symbols) -> int:
    """Flags that references into other packages carry (the RefFlags of loader.loadObjRefs)."""
    s = cython.address(symbols.c)
    for k in range(1, s.nobjects):
        o = cython.address(s.objects[k])
        for i in range(o.nrefflags):
            record = o.refflags + 10 * i
            id = resolve(s, o, cython.cast("uint32_t *", record)[0], cython.cast("uint32_t *", record)[1])
            if id >= s.n:
                return k
            if record[9] & FLAG2_USED_IN_IFACE:
                s.attr[id] |= SYM_USED_IN_IFACE
    return 0


def set_builtins(symbols: Symbols, raws: list[int]) -> None:
    """Say where the runtime defines each builtin symbol; 0 where it does not."""
    s = cython.address(symbols.c)
    s.nbuiltin = len(raws)
    s.builtins = cython.cast("uint32_t *", symbols.arena.take(4 * len(raws) + 4))
    for i in range(s.nbuiltin):
        s.builtins[i] = raws[i]


def block_linkname(symbols: Symbols, raw: int) -> None:
    """Mark a symbol that only named packages may reference by linkname (loader.blockedLinknames)."""
    symbols.c.attr[raw] |= SYM_BLOCKED


def linkname_references(symbols: Symbols) -> list[tuple[int, int]]:
    """The references by linkname or from assembly to be judged, as (raw id, object), in cmd/link's order.

    Left out are those that loader.checkLinkname allows at once: to symbols that no object defines, that lie
    outside the standard library, or in the same package, unless the name is a blocked one.
    """
    s = cython.address(symbols.c)
    data = cython.declare("const uint8_t *", cython.NULL)
    found = []
    for k in range(1, s.nobjects):
        o = cython.address(s.objects[k])
        first = o.nalldef - o.nnamed
        for li in range(first, o.nalldef):
            r = o.syms + li
            if (
                r.flag2 & (FLAG2_LINKNAME | FLAG2_LINKNAME_STD)
                and sym_data(o, li, cython.address(data)) == 0
                and memchr(o.base + r.name_off, 46, r.name_len) != cython.NULL
                and judged(s, o, o.hbase + (li - o.ndef))
            ):
                found.append((o.hbase + (li - o.ndef), k))
    for k in range(1, s.nobjects):
        o = cython.address(s.objects[k])
        for i in range(o.nref):
            r = o.syms + o.nalldef + i
            if (o.flags & OBJ_ASSEMBLY or r.flag2 & (FLAG2_LINKNAME | FLAG2_LINKNAME_STD)) and judged(
                s, o, o.rbase + i
            ):
                found.append((o.rbase + i, k))
    return found


def judged(s, o, raw):
    """Whether a reference needs a judgement."""
    id = s.canon[raw]
    if s.attr[id] & SYM_BLOCKED:
        return True
    if id >= s.first_ref:
        return False
    definer = cython.address(s.objects[s.object[content(s, id)]])
    return definer.flags & OBJ_STD and definer.lib != o.lib
