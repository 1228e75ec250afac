"""Reachability over the symbol graph (cmd/link's deadcodePass.flood), with Go's method rules.

A node is a symbol, an edge a relocation or an auxiliary symbol.  A type's methods are not edges: they are set
aside and kept only if something calls a method of that name and type, or of any exported name by reflection.
Pending symbols are bits, swept upwards until none is left.  Cost: one visit per reachable symbol, one random
access per edge.
"""

from __future__ import annotations

import cython
from cython.cimports.goweld.codec.goobj_kernel import (
    AUX_GOTYPE,
    FLAG2_ITAB,
    FLAG2_PKGINIT,
    FLAG_GOTYPE,
    FLAG_REFLECT_METHOD,
    R_WEAK,
    sym_auxs,
    sym_data,
    sym_relocs,
)
from cython.cimports.goweld.deadcode.signatures import add, has
from cython.cimports.goweld.model.kinds import (
    R_CALL,
    R_INITORDER,
    R_METHODOFF,
    R_USEIFACE,
    R_USEIFACEMETHOD,
    R_USENAMEDMETHOD,
    R_USETYPE,
)
from cython.cimports.goweld.model.memory_kernel import Column
from cython.cimports.goweld.model.symbols_kernel import (
    BAD,
    MISSING,
    SYM_CLONED,
    SYM_REACHABLE,
    SYM_USED_IN_IFACE,
    content,
    gw_hash,
    gw_mix,
    local_index,
    object_at,
    resolve,
)
from cython.cimports.libc.stdint import int64_t, uint32_t, uint64_t
from cython.cimports.libc.stdlib import realloc

TYPE_CHECKING = False
if TYPE_CHECKING:
    from goweld.model.symbols_kernel import Symbols

COMMON_SIZE = cython.declare(cython.int, 48)  # abi.CommonSize(8)
KIND_OFFSET = cython.declare(cython.int, 23)
TFLAG_OFFSET = cython.declare(cython.int, 20)
TFLAG_UNCOMMON = cython.declare(cython.int, 1)
INTERFACE = cython.declare(cython.int, 20)  # abi.Interface


def fail(f, raw, why):
    """Stop the flood."""
    if f.why == 0:
        f.bad = raw
        f.why = why
    return False


def grow(p, room, itemsize, f):
    """Twice the room for an array; NULL, and the flood stopped, where there is no memory."""
    wanted = room[0] * 2 if room[0] else 4096
    grown = realloc(p, wanted * itemsize)
    if grown == cython.NULL:
        fail(f, 0, WHY_MEMORY)
        return p
    room[0] = wanted
    return grown


def push(f, raw, parent):
    """Mark a symbol reachable and pending (deadcodePass.mark)."""
    if raw == 0 or f.s.attr[raw] & SYM_REACHABLE:
        return
    f.s.attr[raw] |= SYM_REACHABLE
    word = raw >> 6
    bit = cython.cast(uint64_t, 1) << (raw & 63)
    if not f.pending[word] & bit:
        f.pending[word] |= bit
        f.npending += 1
    if f.ordered:
        if word < f.cursor:
            f.cursor = word
        record(f, raw, parent)


def pop(f):
    """The next symbol to visit: the next one up from the last, so that inputs are read in order.

    Where the order shows, it is the least, as in cmd/link.  There must be one.
    """
    while f.pending[f.cursor] == 0:
        f.cursor += 1
        if f.cursor == f.nwords:
            f.cursor = 0
    bits = f.pending[f.cursor]
    f.pending[f.cursor] = bits & (bits - 1)
    f.npending -= 1
    return (f.cursor << 6) + lowest_bit(bits)


def edge_flags(s, raw):
    """What -dumpdep says of a symbol: 1 used in an interface, 2 calls a reflect method."""
    flags = cython.cast(uint32_t, 0)
    if raw:
        if s.attr[raw] & SYM_USED_IN_IFACE:
            flags |= 1
        if raw < s.first_ref and not s.attr[raw] & SYM_CLONED:
            holder = content(s, raw)
            o = cython.address(s.objects[object_at(s, holder)])
            if o.syms[local_index(s, o, holder)].flag & FLAG_REFLECT_METHOD:
                flags |= 2
    return flags


def record(f, raw, parent):
    """Keep an edge of the spanning tree for -dumpdep."""
    if f.nedges == f.edges_room:
        f.edges = cython.cast("Edge *", grow(f.edges, cython.address(f.edges_room), cython.sizeof(Edge), f))
        if f.nedges == f.edges_room:
            return
    e = cython.address(f.edges[f.nedges])
    f.nedges += 1
    e.source = parent
    e.target = raw
    e.flags = edge_flags(f.s, parent) | (edge_flags(f.s, raw) << 2)


def flood(f):
    """Visit until nothing is left to visit or an object proves corrupt."""
    while f.npending and f.why == 0:
        visit(f, pop(f))


def visit(f, raw):
    """Mark all that a symbol refers to."""
    s = f.s
    if raw >= f.made_from:
        return follow_made(f, raw, raw - f.made_from)
    if raw == f.override:
        return follow_made(f, raw, f.nmade)
    holder = content(s, raw)
    if holder >= s.first_ref:
        return True
    o = cython.address(s.objects[object_at(s, holder)])
    li = local_index(s, o, holder)
    sym = o.syms + li
    cloned = cython.declare(cython.bint, s.attr[raw] & SYM_CLONED)
    is_type = cython.declare(cython.bint, sym.flag & FLAG_GOTYPE and not cloned)
    if sym.flag & FLAG_REFLECT_METHOD and not cloned:
        f.reflect_seen = True
    r = cython.declare("RelocRecord *", cython.NULL)
    n = sym_relocs(o, li, cython.address(r))
    if n < 0:
        return fail(f, raw, WHY_CORRUPT)
    nmethods = cython.cast(uint32_t, 0)
    used = cython.declare(cython.bint, is_type and s.attr[raw] & SYM_USED_IN_IFACE)
    if not follow(f, raw, o, r, n, is_type, used, cython.address(nmethods)):
        return False
    if cloned:
        # For cmd/link a clone has no auxiliary symbols to mark; pclntab and DWARF use them all the same.
        reach_auxs(s, o, li)
        return True
    a = cython.declare("AuxRecord *", cython.NULL)
    naux = sym_auxs(o, li, cython.address(a))
    if naux < 0:
        return fail(f, raw, WHY_CORRUPT)
    for i in range(naux):
        if a[i].type == AUX_GOTYPE:
            continue
        id = resolve(s, o, a[i].pkg, a[i].idx)
        if id >= s.n:
            return fail(f, raw, WHY_CORRUPT if id != MISSING else WHY_MISSING_BUILTIN)
        push(f, id, raw)
    if naux and sym.flag2 & FLAG2_PKGINIT:
        if f.npkginits == f.pkginits_room:
            f.pkginits = cython.cast("uint32_t *", grow(f.pkginits, cython.address(f.pkginits_room), 4, f))
            if f.npkginits == f.pkginits_room:
                return False
        f.pkginits[f.npkginits] = raw
        f.npkginits += 1
    if nmethods:
        return add_methods(f, raw, o, li, r, n, nmethods)
    return True


def follow_made(f, raw, slot):
    """Mark what a symbol of the linker's own refers to."""
    for i in range(f.made[2 * slot], f.made[2 * slot] + f.made[2 * slot + 1]):
        push(f, f.made_targets[i], raw)
    return True


def follow(f, raw, o, r, n, is_type, used, nmethods):
    """Mark by relocations; count the methods of a type that is used in an interface."""
    s = f.s
    i = cython.cast(cython.int, 0)
    while i < n:
        kind = r[i].type
        if kind & R_WEAK:
            i += 1
            continue
        if kind == R_USETYPE or kind == R_INITORDER:
            i += 1
            continue
        id = resolve(s, o, r[i].pkg, r[i].idx)
        if id >= s.n:
            return fail(f, raw, WHY_CORRUPT if id != MISSING else WHY_MISSING_BUILTIN)
        if kind == R_METHODOFF:
            if i + 2 >= n:
                return fail(f, raw, WHY_METHODS)
            if used:
                nmethods[0] += 1
                if id and not s.attr[id] & SYM_USED_IN_IFACE:
                    use_in_iface(f, raw, id)
            i += 3
            continue
        if kind == R_USEIFACE:
            id = itab_type(f, id)
            if id == 0:
                return fail(f, raw, WHY_USEIFACE)
            if not s.attr[id] & SYM_USED_IN_IFACE:
                use_in_iface(f, raw, id)
        elif kind == R_USEIFACEMETHOD:
            if not iface_method(f, raw, id, r[i].add):
                return False
        elif kind == R_USENAMEDMETHOD:
            name = cython.declare(Text)
            if not symbol_text(f, id, cython.address(name)):
                return fail(f, raw, WHY_CORRUPT)
            if not add(cython.address(f.named), gw_hash(name.ptr, name.size), name, 0):
                return fail(f, raw, WHY_MEMORY)
        else:
            if used and id == 0:
                return fail(f, raw, WHY_CORRUPT)
            if used and is_gotype(s, id) and not s.attr[id] & SYM_USED_IN_IFACE:
                # Its children may be used in interfaces too: visit it again.
                s.attr[id] |= SYM_USED_IN_IFACE
                s.attr[id] &= ~SYM_REACHABLE
            push(f, id, raw)
        i += 1
    return True


def use_in_iface(f, raw, id):
    """A type is converted to an interface: if it was visited without that, visit it again."""
    f.s.attr[id] |= SYM_USED_IN_IFACE
    if f.s.attr[id] & SYM_REACHABLE:
        f.s.attr[id] &= ~SYM_REACHABLE
        push(f, id, raw)
    return True


def is_gotype(s, id):
    """Whether a symbol is a type descriptor (loader.IsGoType)."""
    if id == 0 or id >= s.first_ref or s.attr[id] & SYM_CLONED:
        return False
    holder = content(s, id)
    o = cython.address(s.objects[object_at(s, holder)])
    return cython.cast(cython.bint, o.syms[local_index(s, o, holder)].flag & FLAG_GOTYPE)


def symbol_text(f, id, text):
    """A symbol's content as a string."""
    s = f.s
    text.ptr = cython.NULL
    text.size = 0
    if id == 0 or id >= s.first_ref:
        return True
    holder = content(s, id)
    o = cython.address(s.objects[object_at(s, holder)])
    size = sym_data(o, local_index(s, o, holder), cython.address(text.ptr))
    if size < 0:
        return False
    text.size = size
    return True


def itab_type(f, id):
    """The type an R_USEIFACE names: its target, or the type of an itab (ld.decodeItabType); 0: neither."""
    s = f.s
    if id == 0 or id >= s.first_ref:
        return 0
    holder = content(s, id)
    o = cython.address(s.objects[object_at(s, holder)])
    li = local_index(s, o, holder)
    if o.syms[li].flag2 & FLAG2_ITAB:
        r = cython.declare("RelocRecord *", cython.NULL)
        n = sym_relocs(o, li, cython.address(r))
        for i in range(n):
            if r[i].off == 8:
                id = resolve(s, o, r[i].pkg, r[i].idx)
                return id if id < s.n and is_gotype(s, id) else 0
        return 0
    return id if is_gotype(s, id) else 0


def kind_size(kind):
    """Where a type's uncommon data starts (abi.RTypeSize with 8-byte pointers, Go 1.27)."""
    if kind == 25:  # Struct
        return COMMON_SIZE + 32
    if kind == 22 or kind == 19 or kind == 23:  # Pointer, Func, Slice
        return COMMON_SIZE + 8
    if kind == 17:  # Array
        return COMMON_SIZE + 24
    if kind == 18:  # Chan
        return COMMON_SIZE + 16
    if kind == 21:  # Map
        return COMMON_SIZE + 88
    if kind == INTERFACE:
        return COMMON_SIZE + 32
    return COMMON_SIZE


def type_name(f, id, name):
    """The name a name symbol holds: a flag byte, a varint length, the bytes (ld.decodetypeName)."""
    name.ptr = cython.NULL
    name.size = 0
    if id == 0:
        return True
    whole = cython.declare(Text)
    if not symbol_text(f, id, cython.address(whole)):
        return False
    size = cython.cast(uint64_t, 0)
    shift = cython.cast(cython.int, 0)
    i = cython.cast(uint64_t, 1)
    while i < whole.size and shift < 63:
        size |= cython.cast(uint64_t, whole.ptr[i] & 0x7F) << shift
        i += 1
        if not whole.ptr[i - 1] & 0x80:
            if size > whole.size - i:
                return False
            name.ptr = whole.ptr + i
            name.size = size
            return True
        shift += 7
    return False


def iface_method(f, raw, id, off):
    """Remember the interface method at an offset of an interface type (deadcodePass.decodeIfaceMethod)."""
    s = f.s
    name = cython.declare(Text)
    if id == 0 or id >= s.first_ref:
        return fail(f, raw, WHY_NOT_INTERFACE)
    holder = content(s, id)
    o = cython.address(s.objects[object_at(s, holder)])
    li = local_index(s, o, holder)
    p = cython.declare("const uint8_t *", cython.NULL)
    if sym_data(o, li, cython.address(p)) <= KIND_OFFSET or p[KIND_OFFSET] != INTERFACE:
        return fail(f, raw, WHY_NOT_INTERFACE)
    r = cython.declare("RelocRecord *", cython.NULL)
    n = sym_relocs(o, li, cython.address(r))
    name_id = cython.cast(uint32_t, BAD)
    type_id = cython.cast(uint32_t, BAD)
    for i in range(n - 1, -1, -1):
        if r[i].off == off:
            name_id = resolve(s, o, r[i].pkg, r[i].idx)
        elif r[i].off == off + 4:
            type_id = resolve(s, o, r[i].pkg, r[i].idx)
    if name_id >= s.n or type_id >= s.n or not type_name(f, name_id, cython.address(name)):
        return fail(f, raw, WHY_CORRUPT)
    if not add(cython.address(f.called), gw_mix(gw_hash(name.ptr, name.size), type_id), name, type_id):
        return fail(f, raw, WHY_MEMORY)
    return True


def add_methods(f, raw, o, li, r, n, nmethods):
    """Set a type's methods aside (deadcodePass.decodetypeMethods), each with its R_METHODOFF triple."""
    s = f.s
    p = cython.declare("const uint8_t *", cython.NULL)
    size = sym_data(o, li, cython.address(p))
    if size <= KIND_OFFSET or not p[TFLAG_OFFSET] & TFLAG_UNCOMMON:
        return fail(f, raw, WHY_METHODS)
    off = kind_size(p[KIND_OFFSET])
    if size < cython.cast(int64_t, off) + 12:
        return fail(f, raw, WHY_METHODS)
    if cython.cast("uint16_t *", p + off + 4)[0] != nmethods:
        return fail(f, raw, WHY_METHODS)
    at = cython.cast(int64_t, off + cython.cast("uint32_t *", p + off + 8)[0])
    i = cython.cast(cython.int, 0)
    while i < n:
        if r[i].type != R_METHODOFF:
            i += 1
            continue
        name_id = reloc_at(s, o, r, n, at, i)
        type_id = reloc_at(s, o, r, n, at + 4, i)
        if f.nmethods == f.methods_room:
            f.methods = cython.cast(
                "Method *", grow(f.methods, cython.address(f.methods_room), cython.sizeof(Method), f)
            )
            if f.nmethods == f.methods_room:
                return False
        m = cython.address(f.methods[f.nmethods])
        if name_id >= s.n or type_id >= s.n or not type_name(f, name_id, cython.address(m.name)):
            return fail(f, raw, WHY_CORRUPT)
        m.name_hash = gw_hash(m.name.ptr, m.name.size)
        m.hash = gw_mix(m.name_hash, type_id)
        m.type = type_id
        m.source = raw
        m.relocs = r + i
        f.nmethods += 1
        at += 16
        i += 3
    return True


def reloc_at(s, o, r, n, off, near):
    """The target of the relocation at an offset, looked for around an index first; BAD: there is none."""
    i = near - 1 if near else 0
    while i < n and i < near + 3:
        if r[i].off == off:
            return resolve(s, o, r[i].pkg, r[i].idx)
        i += 1
    for i in range(n):
        if r[i].off == off:
            return resolve(s, o, r[i].pkg, r[i].idx)
    return BAD


def is_exported(name):
    """Whether a method name starts with an upper case letter (unicode.IsUpper of its first rune)."""
    if name.size == 0:
        return False
    if name.ptr[0] < 0x80:
        return cython.cast(cython.bint, 65 <= name.ptr[0] <= 90)
    with cython.gil:
        return is_upper_rune(cython.cast("const char *", name.ptr)[: name.size])


def is_upper_rune(name: bytes) -> bool:
    """unicode.IsUpper beyond ASCII; such method names are rare."""
    import unicodedata

    return unicodedata.category(name.decode("utf-8", "replace")[0]) == "Lu"


def keep(f):
    """Mark the methods that something calls; how many are left aside."""
    rest = cython.cast(uint64_t, 0)
    for i in range(f.nmethods):
        m = cython.address(f.methods[i])
        if (
            (f.reflect_seen and is_exported(m.name))
            or has(cython.address(f.called), m.hash, m.name, m.type)
            or has(cython.address(f.named), m.name_hash, m.name, 0)
        ):
            holder = content(f.s, m.source)
            o = cython.address(f.s.objects[object_at(f.s, holder)])
            for j in range(3):
                id = resolve(f.s, o, m.relocs[j].pkg, m.relocs[j].idx)
                if id >= f.s.n:
                    fail(f, m.source, WHY_CORRUPT)
                    return 0
                push(f, id, m.source)
        else:
            f.methods[rest] = m[0]
            rest += 1
    f.nmethods = rest
    return rest


def reach_auxs(s, o, li):
    """Mark what describes a function, without following it."""
    a = cython.declare("AuxRecord *", cython.NULL)
    for i in range(sym_auxs(o, li, cython.address(a))):
        if a[i].type != AUX_GOTYPE:
            aux = resolve(s, o, a[i].pkg, a[i].idx)
            if aux < s.n:
                s.attr[aux] |= SYM_REACHABLE


def reach_alone(s, id):
    """Mark a function and what describes it, without following its code."""
    if s.attr[id] & SYM_REACHABLE:
        return
    s.attr[id] |= SYM_REACHABLE
    holder = content(s, id)
    if holder < s.first_ref:
        o = cython.address(s.objects[object_at(s, holder)])
        reach_auxs(s, o, local_index(s, o, holder))


class Flood:
    """One deadcode run: marks into Symbols, keeps the methods set aside between rounds."""

    def __init__(self, symbols: Symbols, ordered: bool) -> None:
        self.symbols = symbols
        self.memory = []
        self.f.s = cython.address(self.symbols.c)
        self.f.ordered = ordered
        self.f.made_from = self.f.s.n
        self.f.nwords = (self.f.s.n >> 6) + 2
        pending = Column(8, self.f.nwords)
        self.memory.append(pending)
        self.f.pending = cython.cast("uint64_t *", cython.cast(Column, pending).ptr)

    def refer(self, targets: dict[int, list[int]], override: int) -> None:
        """Say what the linker's own symbols refer to.

        `override` is an object's symbol whose references these replace.
        """
        s = self.f.s
        first = s.n
        for raw in targets:
            if raw != override and raw < first:
                first = raw
        self.f.made_from = first
        self.f.nmade = s.n - first
        index = Column(8, self.f.nmade + 1)
        flat = Column(4, sum(map(len, targets.values())) + 1)
        self.memory += [index, flat]
        self.f.made = cython.cast("uint32_t *", cython.cast(Column, index).ptr)
        self.f.made_targets = cython.cast("uint32_t *", cython.cast(Column, flat).ptr)
        self.f.override = override
        n = cython.cast(uint32_t, 0)
        for raw, referred in targets.items():
            slot = cython.cast(uint32_t, self.f.nmade if raw == override else raw - first)
            self.f.made[2 * slot] = n
            for id in referred:
                self.f.made_targets[n] = id
                n += 1
            self.f.made[2 * slot + 1] = n - self.f.made[2 * slot]
        return 0

    def mark(self, raw: int) -> None:
        """A root."""
        push(cython.address(self.f), raw, 0)

    def run(self) -> tuple[int, int]:
        """Flood from what is marked; (0, 0), or why and at which symbol it stopped."""
        with cython.nogil:
            flood(cython.address(self.f))
        return self.f.why, self.f.bad

    def keep_methods(self) -> bool:
        """Mark the methods now known to be called; whether there is something new to visit."""
        with cython.nogil:
            keep(cython.address(self.f))
        return self.f.npending != 0

    def prune_map_inits(self, noop: int) -> bool:
        """Whether a package initialiser calls a map initialiser that died (deadcodePass.mapinitcleanup).

        Such calls go to runtime.mapinitnoop, which is marked.
        """
        s = self.f.s
        found = False
        r = cython.declare("RelocRecord *", cython.NULL)
        for i in range(self.f.npkginits):
            holder = content(s, self.f.pkginits[i])
            o = cython.address(s.objects[object_at(s, holder)])
            n = sym_relocs(o, local_index(s, o, holder), cython.address(r))
            for j in range(n):
                if r[j].type == (R_CALL | R_WEAK):
                    id = resolve(s, o, r[j].pkg, r[j].idx)
                    if id < s.n and not s.attr[id] & SYM_REACHABLE:
                        reach_alone(s, noop)
                        s.attr[self.f.pkginits[i]] |= SYM_CLONED
                        found = True
        return found

    def recorded(self) -> list[tuple[int, int, int]]:
        """The edges of the spanning tree in order, as (source, target, flags) of raw ids, for -dumpdep."""
        f = cython.address(self.f)
        return [(f.edges[i].source, f.edges[i].target, f.edges[i].flags) for i in range(f.nedges)]
