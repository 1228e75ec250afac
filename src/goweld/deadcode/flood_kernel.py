"""Reachability over the symbol graph (cmd/link's deadcodePass.flood), with Go's method rules.

A node is a symbol, an edge a relocation or an auxiliary symbol.  A type's methods are not edges: they are set
aside and kept only if something calls a method of that name and type, or of any exported name by reflection.

Threads sweep upwards over a bitmap of symbols to visit until none is left: inputs are read in order.  What
they mark is the least set closed under the rules, whoever gets to a symbol first.  Cost: one visit per
reachable symbol and one random access per edge; what visits of symbols close by read is asked for together.
"""

from __future__ import annotations

import cython
from cython.cimports.goweld.codec.goobj_kernel import (
    AUX_GOTYPE,
    FLAG2_PKGINIT,
    FLAG_GOTYPE,
    FLAG_REFLECT_METHOD,
    NOWHERE,
    R_WEAK,
    sym_auxs,
    sym_data,
    sym_relocs,
)
from cython.cimports.goweld.deadcode.marking import (
    CLOSE,
    MARKS_IN_WORD,
    NODES,
    WHY_CORRUPT,
    WHY_MEMORY,
    WHY_METHODS,
    WHY_MISSING_BUILTIN,
    WHY_NOT_INTERFACE,
    WHY_USEIFACE,
    add_count,
    append,
    drop_bits,
    fail,
    get_count,
    grow,
    is_strong,
    nap,
    peek,
    peek_attr,
    push,
    push_again,
    set_attr,
)
from cython.cimports.goweld.deadcode.signatures import add, has, merge
from cython.cimports.goweld.deadcode.typedata import (
    INTERFACE,
    KIND_OFFSET,
    TFLAG_OFFSET,
    TFLAG_UNCOMMON,
    is_gotype,
    itab_type,
    kind_size,
    reloc_at,
    symbol_text,
    type_name,
)
from cython.cimports.goweld.model.bits import lowest_bit
from cython.cimports.goweld.model.kinds import (
    R_INITORDER,
    R_METHODOFF,
    R_USEIFACE,
    R_USEIFACEMETHOD,
    R_USENAMEDMETHOD,
    R_USETYPE,
)
from cython.cimports.goweld.model.memory_kernel import Column
from cython.cimports.goweld.model.pool_kernel import run_tasks, thread_count
from cython.cimports.goweld.model.symbols_kernel import (
    MISSING,
    SYM_CLONED,
    SYM_USED_IN_IFACE,
    canonical,
    content,
    gw_hash,
    gw_mix,
    gw_prefetch,
    holds_content,
    local_index,
    object_at,
    resolve,
)
from cython.cimports.libc.stdint import int64_t, uint32_t, uint64_t

TYPE_CHECKING = False
if TYPE_CHECKING:
    from goweld.model.symbols_kernel import Symbols

PENDING = cython.declare(uint64_t, 0xFFFFFFFF00000000)


def flood(state, index):
    """What each thread does: visit what is to be visited, until no thread can find more.

    A thread that finds nothing is not active until it does.  It says so after having looked everywhere since
    it marked anything: when no thread is active, nothing is left.
    """
    f = cython.cast("FloodState *", state)
    w = f.workers + index
    add_count(cython.address(f.active), 1)
    while True:
        sweep(w)
        if add_count(cython.address(f.active), -1) == 0:
            return
        while not find_word(w, f.nwords):
            if get_count(cython.address(f.active)) == 0:
                return
            nap()
        add_count(cython.address(f.active), 1)


def find_word(w, n):
    """Go on to a word of the bitmap with a symbol to visit; False where the next n words have none."""
    marks = w.f.s.marks
    i = w.cursor
    for _ in range(n):
        if peek(marks + i) & PENDING:
            w.cursor = i
            return True
        i += 1
        if i == w.f.nwords:
            i = 0
    return False


def sweep(w):
    """Visit symbols until none is left to visit."""
    f = w.f
    while find_word(w, f.nwords):
        word = f.s.marks + w.cursor
        if f.ordered:
            bits = peek(word) >> 32
            collect(w, bits & -bits)
        else:
            # Those close by as well: memory answers several questions at once.
            while w.nnodes <= NODES - MARKS_IN_WORD and find_word(w, CLOSE):
                collect(w, PENDING >> 32)
        visit_collected(w)


def collect(w, bits):
    """Take symbols of a word to visit them, and ask for what visit reads first."""
    f = w.f
    base = w.cursor << 5
    bits &= drop_bits(f.s.marks + w.cursor, bits << 32, f.shared) >> 32
    while bits:
        raw = base + lowest_bit(bits)
        bits &= bits - 1
        if raw >= f.made_from:
            follow_made(w, raw, raw - f.made_from)
        elif raw == f.override:
            follow_made(w, raw, f.nmade)
        elif locate_node(f.s, raw, cython.address(w.nodes[w.nnodes])):
            w.nnodes += 1


def locate_node(s, raw, node):
    """Find a symbol's content; False where no object defines it."""
    holder = content(s, raw)
    if not holds_content(s, holder):
        return False
    o = cython.address(s.objects[object_at(s, holder)])
    node.raw = raw
    node.object = o
    node.li = local_index(s, o, holder)
    gw_prefetch(o.syms + node.li)
    gw_prefetch(o.relocidx + node.li)
    gw_prefetch(o.auxidx + node.li)
    return True


def visit_collected(w):
    """Visit the symbols taken, and mark what they refer to."""
    for i in range(w.nnodes):
        node = cython.address(w.nodes[i])
        first = cython.cast("uint8_t *", node.object.relocs + node.object.relocidx[node.li])
        gw_prefetch(first)
        gw_prefetch(first + 64)
        gw_prefetch(first + 128)
        gw_prefetch(node.object.auxs + node.object.auxidx[node.li])
    for i in range(w.nnodes):
        visit(w, cython.address(w.nodes[i]))
    w.nnodes = 0


def visit(w, node):
    """Mark all that a symbol refers to."""
    s = w.f.s
    sym = node.object.syms + node.li
    attr = peek_attr(s.attr + node.raw)
    cloned = cython.declare(cython.bint, attr & SYM_CLONED)
    is_type = cython.declare(cython.bint, sym.flag & FLAG_GOTYPE and not cloned)
    if is_type and w.f.dynlink and not attr & SYM_USED_IN_IFACE:
        # Go code that is not linked now may convert it.
        set_attr(s.attr + node.raw, SYM_USED_IN_IFACE, w.f.shared)
        attr |= SYM_USED_IN_IFACE
    used = cython.declare(cython.bint, is_type and attr & SYM_USED_IN_IFACE)
    if sym.flag & FLAG_REFLECT_METHOD and not cloned:
        w.reflect_seen = True
    r = cython.declare("RelocRecord *", cython.NULL)
    n = sym_relocs(node.object, node.li, cython.address(r))
    if n < 0:
        return fail(w, node.raw, WHY_CORRUPT)
    nmethods = cython.cast(uint32_t, 0)
    if not follow(w, node, r, n, used, cython.address(nmethods)):
        return False
    if node.object.host != cython.NULL:
        follow_section(w, node)
        return True
    if cloned:
        return append(w, cython.address(w.clones), node.raw)
    if not visit_auxs(w, node):
        return False
    return nmethods == 0 or add_methods(w, node, r, n, nmethods)


def follow_section(w, node):
    """A section of a host object keeps all that lies in it, and is kept by each: one marks the next."""
    o = node.object
    h = cython.address(o.host.symbols[node.li])
    if h.outer != NOWHERE:
        push(w, o.hbase + h.outer, node.raw)
    if h.next != NOWHERE:
        push(w, canonical(w.f.s, o.hbase + h.next), node.raw)


def visit_auxs(w, node):
    """Mark a symbol's auxiliary symbols."""
    s = w.f.s
    a = cython.declare("AuxRecord *", cython.NULL)
    n = sym_auxs(node.object, node.li, cython.address(a))
    if n < 0:
        return fail(w, node.raw, WHY_CORRUPT)
    for i in range(n):
        if a[i].type == AUX_GOTYPE:
            continue
        id = resolve(s, node.object, a[i].pkg, a[i].idx)
        if id >= s.n:
            return fail(w, node.raw, WHY_CORRUPT if id != MISSING else WHY_MISSING_BUILTIN)
        push(w, id, node.raw)
    if n and node.object.syms[node.li].flag2 & FLAG2_PKGINIT:
        return append(w, cython.address(w.pkginits), node.raw)
    return True


def follow_made(w, raw, slot):
    """Mark what a symbol of the linker's own refers to."""
    f = w.f
    for i in range(f.made[2 * slot], f.made[2 * slot] + f.made[2 * slot + 1]):
        push(w, f.made_targets[i], raw)


def follow(w, node, r, n, used, nmethods):
    """Mark by relocations; count the methods of a type that is `used` in an interface."""
    s = w.f.s
    raw = node.raw
    i = cython.cast(cython.int, 0)
    while i < n:
        kind = r[i].type
        if kind & R_WEAK and is_strong(w.f, node, kind):
            kind &= ~R_WEAK
        if kind & R_WEAK or kind == R_USETYPE or kind == R_INITORDER:
            i += 1
            continue
        id = resolve(s, node.object, r[i].pkg, r[i].idx)
        if id >= s.n:
            return fail(w, raw, WHY_CORRUPT if id != MISSING else WHY_MISSING_BUILTIN)
        if kind == R_METHODOFF:
            if i + 2 >= n:
                return fail(w, raw, WHY_METHODS)
            if used:
                nmethods[0] += 1
                use_in_iface(w, raw, id)
            i += 3
            continue
        if R_USEIFACE <= kind <= R_USENAMEDMETHOD:
            if not follow_special(w, raw, id, r + i):
                return False
        elif not used:
            push(w, id, raw)
        elif not follow_used(w, raw, id):
            return False
        i += 1
    return True


def follow_special(w, raw, id, r):
    """A relocation that only says how something is used."""
    if r.type == R_USEIFACE:
        type = itab_type(w.f.s, id)
        if type == 0 and not w.f.linkshared:
            return fail(w, raw, WHY_USEIFACE)
        # What another library defines is known by its name alone.
        use_in_iface(w, raw, type if type else id)
        return True
    if r.type == R_USEIFACEMETHOD:
        if w.f.linkshared and id >= w.f.s.first_ref:
            return True
        return iface_method(w, raw, id, r.add)
    name = cython.declare(Text)
    if not symbol_text(w.f.s, id, cython.address(name)):
        return fail(w, raw, WHY_CORRUPT)
    if not add(cython.address(w.named), gw_hash(name.ptr, name.size), name, 0):
        return fail(w, 0, WHY_MEMORY)
    return True


def follow_used(w, raw, id):
    """What a type that is used in an interface refers to: a type may then be used so too."""
    s = w.f.s
    if id == 0:
        return fail(w, raw, WHY_CORRUPT)
    if is_gotype(s, id) and not peek_attr(s.attr + id) & SYM_USED_IN_IFACE:
        set_attr(s.attr + id, SYM_USED_IN_IFACE, w.f.shared)
        push_again(w, id, raw)
    else:
        push(w, id, raw)
    return True


def use_in_iface(w, raw, id):
    """A type is converted to an interface: if it was visited without that, visit it again.

    A thread that marks it now sees what is said here, or is seen to have marked it.
    """
    s = w.f.s
    if id == 0 or peek_attr(s.attr + id) & SYM_USED_IN_IFACE:
        return
    set_attr(s.attr + id, SYM_USED_IN_IFACE, w.f.shared)
    if peek(s.marks + (id >> 5)) & (cython.cast(uint64_t, 1) << (id & 31)):
        push_again(w, id, raw)


def iface_method(w, raw, id, off):
    """Remember the interface method at an offset of an interface type (deadcodePass.decodeIfaceMethod)."""
    s = w.f.s
    name = cython.declare(Text)
    if id == 0 or id >= s.first_ref:
        return fail(w, raw, WHY_NOT_INTERFACE)
    holder = content(s, id)
    o = cython.address(s.objects[object_at(s, holder)])
    li = local_index(s, o, holder)
    p = cython.declare("const uint8_t *", cython.NULL)
    if sym_data(o, li, cython.address(p)) <= KIND_OFFSET or p[KIND_OFFSET] != INTERFACE:
        return fail(w, raw, WHY_NOT_INTERFACE)
    r = cython.declare("RelocRecord *", cython.NULL)
    n = sym_relocs(o, li, cython.address(r))
    name_id = reloc_at(s, o, r, n, off, 0)
    type_id = reloc_at(s, o, r, n, off + 4, 0)
    if name_id >= s.n or type_id >= s.n or not type_name(s, name_id, cython.address(name)):
        return fail(w, raw, WHY_CORRUPT)
    hash = gw_mix(gw_hash(name.ptr, name.size), type_id)
    if not add(cython.address(w.called), hash, name, type_id):
        return fail(w, 0, WHY_MEMORY)
    return True


def add_methods(w, node, r, n, nmethods):
    """Set a type's methods aside (deadcodePass.decodetypeMethods), each with its R_METHODOFF triple."""
    s = w.f.s
    o = node.object
    p = cython.declare("const uint8_t *", cython.NULL)
    size = sym_data(o, node.li, cython.address(p))
    if size <= KIND_OFFSET or not p[TFLAG_OFFSET] & TFLAG_UNCOMMON:
        return fail(w, node.raw, WHY_METHODS)
    off = kind_size(p[KIND_OFFSET])
    if size < cython.cast(int64_t, off) + 12:
        return fail(w, node.raw, WHY_METHODS)
    if cython.cast("uint16_t *", p + off + 4)[0] != nmethods:
        return fail(w, node.raw, WHY_METHODS)
    at = cython.cast(int64_t, off + cython.cast("uint32_t *", p + off + 8)[0])
    i = cython.cast(cython.int, 0)
    while i < n:
        if r[i].type != R_METHODOFF:
            i += 1
            continue
        name_id = reloc_at(s, o, r, n, at, i)
        type_id = reloc_at(s, o, r, n, at + 4, i)
        if not add_method(w, node, r + i, name_id, type_id):
            return False
        at += 16
        i += 3
    return True


def add_method(w, node, r, name_id, type_id):
    """Set one method aside."""
    s = w.f.s
    if w.nmethods == w.methods_room:
        room = cython.address(w.methods_room)
        w.methods = cython.cast("Method *", grow(w, w.methods, room, cython.sizeof(Method)))
        if w.nmethods == w.methods_room:
            return False
    m = cython.address(w.methods[w.nmethods])
    if name_id >= s.n or type_id >= s.n or not type_name(s, name_id, cython.address(m.name)):
        return fail(w, node.raw, WHY_CORRUPT)
    m.name_hash = gw_hash(m.name.ptr, m.name.size)
    m.hash = gw_mix(m.name_hash, type_id)
    m.type = type_id
    m.source = node.raw
    m.relocs = r
    w.nmethods += 1
    return True


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


def gather(f):
    """Put together in the first worker what is called; False where there is no memory."""
    first = f.workers
    for k in range(1, f.nworkers):
        w = f.workers + k
        first.reflect_seen |= w.reflect_seen
        if not merge(cython.address(first.called), cython.address(w.called)):
            return fail(first, 0, WHY_MEMORY)
        if not merge(cython.address(first.named), cython.address(w.named)):
            return fail(first, 0, WHY_MEMORY)
        if w.why and (first.why == 0 or w.bad < first.bad):
            first.bad = w.bad
            first.why = w.why
    return True


def keep(f):
    """Mark the methods that something calls, and forget them."""
    w = f.workers
    for k in range(f.nworkers):
        keep_some(w, f.workers[k].methods, cython.address(f.workers[k].nmethods))


def keep_some(w, methods, n):
    """The same for some methods."""
    s = w.f.s
    rest = cython.cast(uint64_t, 0)
    for i in range(n[0]):
        m = cython.address(methods[i])
        if (
            w.f.dynlink
            or (w.reflect_seen and is_exported(m.name))
            or has(cython.address(w.called), m.hash, m.name, m.type)
            or has(cython.address(w.named), m.name_hash, m.name, 0)
        ):
            holder = content(s, m.source)
            o = cython.address(s.objects[object_at(s, holder)])
            for j in range(3):
                id = resolve(s, o, m.relocs[j].pkg, m.relocs[j].idx)
                if id < s.n:
                    push(w, id, m.source)
                else:
                    fail(w, m.source, WHY_CORRUPT)
        else:
            methods[rest] = m[0]
            rest += 1
    n[0] = rest


class Flood:
    """One deadcode run: marks into Symbols, keeps the methods set aside between rounds."""

    def __init__(
        self,
        symbols: Symbols,
        ordered: bool,
        dynlink: bool = False,
        linkshared: bool = False,
        plugins: bool = False,
    ) -> None:
        self.symbols = symbols
        f = cython.address(self.f)
        f.s = cython.address(self.symbols.c)
        f.ordered = ordered
        f.dynlink = dynlink
        f.linkshared = linkshared
        f.plugins = plugins
        f.made_from = f.s.n
        f.nwords = (f.s.n >> 5) + 1
        f.nworkers = 1 if ordered else thread_count()
        workers = Column(cython.sizeof(Worker), f.nworkers)
        self.memory = [workers]
        f.workers = cython.cast("Worker *", workers.ptr)
        for k in range(f.nworkers):
            f.workers[k].f = f
            f.workers[k].cursor = cython.cast(uint32_t, cython.cast(uint64_t, f.nwords) * k // f.nworkers)

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
        push(self.f.workers, raw, 0)

    def run(self, threads: bool) -> tuple[int, int]:
        """Flood from what is marked, on all threads if wanted; why it failed and at which symbol, or 0s."""
        f = cython.address(self.f)
        w = f.workers
        f.shared = threads and f.nworkers > 1
        with cython.nogil:
            if f.shared:
                run_tasks(b"reach", flood, f, f.nworkers)
            else:
                sweep(w)
            gather(f)
            f.shared = False
            if w.why and w.bad:
                # Why it fails may depend on what was known when it was visited.
                locate_node(f.s, w.bad, cython.address(w.nodes[0]))
                visit(w, cython.address(w.nodes[0]))
        return w.why, w.bad

    def keep_methods(self) -> int:
        """Mark the methods now known to be called; how many symbols there are to visit by that."""
        self.f.workers.npushed = 0
        with cython.nogil:
            keep(cython.address(self.f))
        return self.f.workers.npushed

    def recorded(self) -> list[tuple[int, int, int]]:
        """The edges of the spanning tree in order, as (source, target, flags) of raw ids, for -dumpdep."""
        f = cython.address(self.f)
        return [(f.edges[i].source, f.edges[i].target, f.edges[i].flags) for i in range(f.nedges)]
