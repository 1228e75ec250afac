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
from cython.cimports.goweld.model.bits import lowest_bit
from cython.cimports.goweld.model.kinds import K_NONE
from cython.cimports.goweld.model.memory_kernel import Column, touch
from cython.cimports.goweld.model.pool_kernel import run_tasks
from cython.cimports.goweld.model.symbols_kernel import (
    SYM_BLOCKED,
    SYM_CLONED,
    SYM_LOCAL,
    SYM_USED_IN_IFACE,
    content,
    find_hashed,
    find_name,
    gw_hash,
    gw_mix,
    gw_prefetch,
    likely_entry,
    local_index,
    move_content,
    object_at,
    resolve,
)
from cython.cimports.libc.stdint import uint8_t, uint32_t, uint64_t
from cython.cimports.libc.string import memchr

TYPE_CHECKING = False
if TYPE_CHECKING:
    from goweld.model.symbols_kernel import Symbols

FRESH = cython.declare(uint32_t, 0xFFFFFFFF)  # a named-block symbol that no name leads to
ENTRIES_AHEAD = cython.declare(uint32_t, 12)
RECORDS_AHEAD = cython.declare(cython.int, 48)  # asked for early: a stream of records crosses pages
ABI_INTERNAL = cython.declare(cython.int, 1)
MOST_ALIGN = cython.declare(uint32_t, 1 << 15)  # obj.LSym holds it in 16 bits


def make_table(t, entries):
    """A hash table with a slot for every third definition, as most are copies; behind it, room to grow."""
    slots = cython.cast(uint64_t, 1024)
    while slots < entries // 3:
        slots *= 2
    t.mask = slots - 1
    t.used = 0
    while 4 * slots < 5 * entries:
        slots *= 2
    memory = Column(cython.sizeof(HashSlot), 2 * slots)
    t.slots = cython.cast("HashSlot *", cython.cast(Column, memory).ptr)
    return memory


def enter_definitions(symbols: Symbols) -> int:
    """Enter hashed definitions, names and package definitions; the first corrupt object, or 0.

    Hashes and names have nothing in common and are a task each; so is each object's package definitions.
    """
    s = cython.address(symbols.c)
    nshort = cython.cast(uint64_t, 0)
    nlong = cython.cast(uint64_t, 0)
    for i in range(1, s.nobjects):
        nshort += s.objects[i].nhashed64
        nlong += s.objects[i].nhashed
    e = cython.declare(Entering)
    short_slots = make_table(cython.address(e.short), nshort)
    long_slots = make_table(cython.address(e.long), nlong)
    symbols.texts = Column(4, s.first_ref - s.first_hashed, True)
    corrupt = Column(1, s.nobjects)
    found = Column(4, s.first_hashed, True)
    counts = Column(4, s.nobjects)
    e.s = s
    e.found = cython.cast("uint32_t *", cython.cast(Column, found).ptr)
    e.counts = cython.cast("uint32_t *", cython.cast(Column, counts).ptr)
    e.texts = cython.cast("uint32_t *", symbols.texts.ptr)
    e.ntexts = 0
    e.corrupt_hash = 0
    e.corrupt_name = 0
    e.corrupt = cython.cast("uint8_t *", corrupt.ptr)
    bad = cython.cast(uint32_t, 0)
    with cython.nogil:
        run_tasks(b"enter definitions", enter_some, cython.address(e), s.nobjects + 1)
        for k in range(1, s.nobjects):
            if bad == 0 and e.corrupt[k]:
                bad = k
        if bad == 0:
            name_twins(cython.address(e))
            run_tasks(b"find package names", find_package_names, cython.address(e), s.nobjects - 1)
            name_packages(cython.address(e))
    symbols.ntexts = e.ntexts
    for column in (short_slots, long_slots, found, counts):
        column.free()
    return e.corrupt_hash or e.corrupt_name or bad


def enter_some(context, index):
    """A task: 0 the hashes, 1 the names, then the package definitions of each object."""
    e = cython.cast("Entering *", context)
    if index == 0:
        e.corrupt_hash = hashed_of(e)
    elif index == 1:
        e.corrupt_name = names_of(e.s)
    else:
        e.corrupt[index - 1] = not enter_package(e, index - 1)


def hashed_of(e):
    """Equal hashes are one symbol, whose largest copy counts; the first corrupt object, or 0.

    Open addressing over whole hashes; a hash is its own hash value.  Cost: one miss per definition.
    """
    s = e.s
    touch(e.short.slots, (e.short.mask + 1) * cython.sizeof(HashSlot))
    touch(e.long.slots, (e.long.mask + 1) * cython.sizeof(HashSlot))
    for k in range(1, s.nobjects):
        o = cython.address(s.objects[k])
        raw = o.hbase
        r = o.syms + o.ndef
        short_keys = cython.cast("uint64_t *", o.hash64)
        for i in range(o.nhashed64):
            if not is_sound(s, o, r):
                return k
            note_definition(s, enter(s, cython.address(e.short), short_keys[i], 0, raw, r.size), r)
            raw += 1
            r += 1
        keys = cython.cast("uint64_t *", o.hash)
        for i in range(o.nhashed):
            if i + 12 < o.nhashed:
                gw_prefetch(cython.address(e.long.slots[keys[2 * i + 24] & e.long.mask]))
                gw_prefetch(r + RECORDS_AHEAD)
                gw_prefetch(s.align + e.long.slots[keys[2 * i + 8] & e.long.mask].id)
            if not is_sound(s, o, r):
                return k
            id = enter(s, cython.address(e.long), keys[2 * i], keys[2 * i + 1], raw, r.size)
            note_definition(s, id, r)
            if is_text(s.kind_of[r.type]):
                e.texts[e.ntexts] = raw
                e.ntexts += 1
            raw += 1
            r += 1
        for i in range(o.nnamed):
            if is_text(s.kind_of[r.type]):
                e.texts[e.ntexts] = raw
                e.ntexts += 1
            raw += 1
            r += 1
    return 0


def enter(s, t, low, high, raw, size):
    """The canonical id of a hashed definition (the hashed64Def and hashedDef cases of loader.addSym)."""
    i = home(low, high) & t.mask
    while True:
        slot = cython.address(t.slots[i])
        if slot.id == 0:
            slot.low = low
            slot.high = high
            slot.id = raw
            slot.size = size
            s.canon[raw] = raw
            t.used += 1
            if 5 * t.used > 4 * t.mask:
                grow_table(t)
            return raw
        if slot.low == low and slot.high == high:
            if size > slot.size:
                slot.size = size
                move_content(s, slot.id, raw)
            s.canon[raw] = slot.id
            return slot.id
        i = (i + 1) & t.mask


def home(low, high):
    """Where to begin to look for a hash; a hash of eight bytes may be the content itself."""
    return low if high else gw_mix(low, 1)


def grow_table(t):
    """A table twice as large, in the memory behind this one."""
    old = t.slots
    n = t.mask + 1
    t.slots = old + n
    t.mask = 2 * n - 1
    touch(t.slots, 2 * n * cython.sizeof(HashSlot))
    for k in range(n):
        if old[k].id:
            i = home(old[k].low, old[k].high) & t.mask
            while t.slots[i].id:
                i = (i + 1) & t.mask
            t.slots[i] = old[k]


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
        bits = cython.cast(uint8_t, 1 + lowest_bit(r.align))
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
    """Give each named definition and reference the entry of its name; the first corrupt object, or 0."""
    for k in range(1, s.nobjects):
        o = cython.address(s.objects[k])
        named = o.nalldef - o.nnamed
        if not enter_names(s, o, o.syms + named, o.nnamed, o.hbase + (named - o.ndef), True):
            return k
        if not enter_names(s, o, o.syms + o.nalldef, o.nref, o.rbase, False):
            return k
    return 0


def enter_names(s, o, r, n, raw, defined):
    """Enter the names of n records, for the ids from `raw`, in canon[]; False where one is corrupt.

    An ABI0 function's name is entered for ABIInternal too: symbol table and linkname rules ask for that twin.
    A name costs four misses: its text, its slot, the entry, the text there.  A batch has its misses at once.
    """
    hashes = cython.declare(uint64_t[BATCH])
    while n:
        count = n if n < BATCH else BATCH
        for i in range(count):
            if not (is_sound(s, o, r + i) if defined else has_sound_name(o, r + i)):
                return False
            gw_prefetch(o.base + r[i].name_off)
        for i in range(count):
            hashes[i] = gw_hash(o.base + r[i].name_off, r[i].name_len)
            gw_prefetch(cython.address(s.slots[(hashes[i] >> 33) & s.slot_mask]))
        for i in range(count):
            gw_prefetch(cython.address(s.entries[likely_entry(s, hashes[i], r[i].abi)]))
        for i in range(count):
            gw_prefetch(s.entries[likely_entry(s, hashes[i], r[i].abi)].name)
        for i in range(count):
            if is_unnamed_or_static(r):
                s.canon[raw] = FRESH
            else:
                name = o.base + r.name_off
                s.canon[raw] = find_hashed(s, name, r.name_len, hashes[i], r.abi, True)
                if defined and r.abi == 0 and is_text(s.kind_of[r.type]):
                    find_hashed(s, name, r.name_len, hashes[i], ABI_INTERNAL, True)
            r += 1
            raw += 1
        n -= count
    return True


def enter_package(e, k):
    """One object's package definitions: each its own symbol.  False where one is corrupt.

    Lists the ABI0 functions that have a name.
    """
    s = e.s
    o = cython.address(s.objects[k])
    r = o.syms
    found = e.found + o.pkgbase
    n = cython.cast(uint32_t, 0)
    for raw in range(o.pkgbase, o.pkgbase + o.ndef):
        gw_prefetch(r + RECORDS_AHEAD)
        if not is_sound(s, o, r):
            return False
        note_definition(s, raw, r)
        s.canon[raw] = raw
        if r.abi == 0 and is_text(s.kind_of[r.type]) and r.name_len:
            found[n] = raw
            n += 1
        r += 1
    e.counts[k] = n
    return True


# Package names, the many, are not entered, except for ABI0 functions' twins and, as debug information finds
# types by name, for types.


def name_twins(e):
    """Enter the names that ABI0 functions of packages have as ABIInternal ones."""
    s = e.s
    for k in range(1, s.nobjects):
        o = cython.address(s.objects[k])
        for i in range(e.counts[k]):
            r = o.syms + (e.found[o.pkgbase + i] - o.pkgbase)
            find_name(s, o.base + r.name_off, r.name_len, ABI_INTERNAL, True)


def find_package_names(context, index):
    """A task: one object's package definitions that bear a name which is known, or is to be entered.

    As in enter_names, a batch has its misses at once.
    """
    e = cython.cast("Entering *", context)
    s = e.s
    o = cython.address(s.objects[index + 1])
    hashes = cython.declare(uint64_t[BATCH])
    found = e.found + o.pkgbase
    n = cython.cast(uint32_t, 0)
    li = cython.cast(uint32_t, 0)
    while li < o.ndef:
        r = o.syms + li
        count = o.ndef - li if o.ndef - li < BATCH else cython.cast(uint32_t, BATCH)
        for i in range(count):
            gw_prefetch(o.base + r[i].name_off)
        for i in range(count):
            hashes[i] = gw_hash(o.base + r[i].name_off, r[i].name_len)
            gw_prefetch(cython.address(s.slots[(hashes[i] >> 33) & s.slot_mask]))
        for i in range(count):
            if not is_unnamed_or_static(r + i) and (
                (s.name_types and r[i].flag & FLAG_GOTYPE)
                or find_hashed(s, o.base + r[i].name_off, r[i].name_len, hashes[i], r[i].abi, False)
            ):
                found[n] = o.pkgbase + li + i
                n += 1
        li += count
    e.counts[index + 1] = n


def name_packages(e):
    """Let names lead to the package definitions that were found to bear them, of many to the last one."""
    s = e.s
    hashes = cython.declare(uint64_t[BATCH])
    for k in range(1, s.nobjects):
        o = cython.address(s.objects[k])
        done = cython.cast(uint32_t, 0)
        while done < e.counts[k]:
            found = e.found + o.pkgbase + done
            count = e.counts[k] - done if e.counts[k] - done < BATCH else cython.cast(uint32_t, BATCH)
            for i in range(count):
                r = o.syms + (found[i] - o.pkgbase)
                hashes[i] = gw_hash(o.base + r.name_off, r.name_len)
                gw_prefetch(cython.address(s.slots[(hashes[i] >> 33) & s.slot_mask]))
            for i in range(count):
                r = o.syms + (found[i] - o.pkgbase)
                entry = find_hashed(s, o.base + r.name_off, r.name_len, hashes[i], r.abi, True)
                s.entries[entry].id = found[i]
            done += count


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
            gw_prefetch(cython.address(s.entries[known_entry(s, raw + ENTRIES_AHEAD)]))
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


def known_entry(s, raw):
    """The entry of the name of a raw id that is to be merged or bound; 0 where it has none."""
    return 0 if raw >= s.n or s.canon[raw] >= s.nentries else s.canon[raw]


def merge(s, raw, old):
    """Which of two definitions of a name counts (the end of loader.addSym): 0, or 1 where they clash."""
    data = cython.declare("const uint8_t *", cython.NULL)
    holder = content(s, old)
    o = cython.address(s.objects[object_at(s, raw)])
    q = cython.address(s.objects[object_at(s, holder)])
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
                gw_prefetch(cython.address(s.entries[known_entry(s, raw + ENTRIES_AHEAD)]))
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
    definer = cython.address(s.objects[object_at(s, content(s, id))])
    return definer.flags & OBJ_STD and definer.lib != o.lib
