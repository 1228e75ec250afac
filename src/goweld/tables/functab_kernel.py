"""runtime.pctab, go:func.*, runtime.functab and runtime.findfunctab: the other half of pclntab."""

from __future__ import annotations

import cython
from cython.cimports.goweld.codec.goobj_kernel import (
    AUX_FUNCDATA,
    AUX_PCDATA,
    AUX_PCFILE,
    AUX_PCINLINE,
    AUX_PCLINE,
    AUX_PCSP,
    PKG_BUILTIN,
    PKG_SELF,
    R_WEAK,
    FuncInfoHead,
    GoObj,
    RelocRecord,
)
from cython.cimports.goweld.model.kinds import K_NONE, K_RODATA, R_ADDROFF, R_CALL
from cython.cimports.goweld.model.live_kernel import (
    A_FROM_ASM,
    A_LINKER_RELOCS,
    A_NOT_IN_SYMTAB,
    A_SPECIAL,
    aux_target,
    symbol_align,
    target,
)
from cython.cimports.goweld.model.memory_kernel import Column
from cython.cimports.goweld.model.symbols_kernel import MISSING, resolve_live
from cython.cimports.goweld.tables.pclntab_kernel import FUNC_SIZE, NO_OFFSET, Functions, InlinedCall
from cython.cimports.libc.stdint import uint8_t, uint32_t, uint64_t
from cython.cimports.libc.string import memcpy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from goweld.tables.pclntab_kernel import Functions as AllFunctions

# internal/abi
PCDATA_INL_TREE_INDEX = cython.declare(uint32_t, 2)
FUNCDATA_ARGS_POINTER_MAPS = cython.declare(uint32_t, 0)
FUNCDATA_INL_TREE = cython.declare(uint32_t, 3)
FUNCDATA_ARG_INFO = cython.declare(uint32_t, 5)

NO_BUILTIN = cython.declare(uint32_t, 0xFFFFFFFF)


class Functab:
    """The tables of `functions`, which have been described and named."""

    def __init__(self, functions: AllFunctions) -> None:
        d = cython.address(self.d)
        self.functions = functions
        self.memory = []
        d.t = cython.address(self.functions.t)
        d.c = d.t.c
        d.pcs = cython.cast("uint32_t *", self.column(4, d.t.npc))
        d.fds = cython.cast("FuncdataRecord *", self.column(cython.sizeof(FuncdataRecord), d.t.nfd))

    def column(self, itemsize, length):
        memory = Column(itemsize, length)
        self.memory.append(memory)
        return cython.cast(Column, memory).ptr

    def collect(self, functab: int, deferreturn: int) -> int:
        """Number the pcdata and funcdata symbols, into functab's content; the first corrupt function, or 0.

        Of funcdata functab holds the numbers until `finish`.
        """
        d = cython.address(self.d)
        d.functab = cython.cast("uint8_t *", d.c.data[functab])
        know_deferreturn(d, deferreturn)
        with cython.nogil:
            bad = collect_all(d)
            find_deferreturns(d, 0, d.t.n)
        return bad

    def place_funcdata(self) -> bool:
        """Place the funcdata in go:func.*; false where some has no size, see `fault`."""
        d = cython.address(self.d)
        d.by_align = cython.cast("uint32_t *", self.column(4, d.nfd))
        with cython.nogil:
            sound = place_all(d)
        return sound

    def sizes(self) -> tuple[int, int, int]:
        """Sizes of runtime.pctab and go:func.*, and the latter's alignment."""
        return self.d.pctab_size, self.d.func_size, self.d.func_align

    def fault(self) -> tuple[int, int, int]:
        """What is wrong with a funcdata symbol (FuncdataFault), its live id, and a detail."""
        return self.d.fault, self.d.culprit, self.d.detail

    def fill(self, pctab: int, gofunc: int) -> bool:
        """Write runtime.pctab and go:func.*; false where a funcdata symbol may not be so, see `fault`."""
        d = cython.address(self.d)
        to = cython.cast("uint8_t *", d.c.data[pctab])
        func_to = cython.cast("uint8_t *", d.c.data[gofunc])
        arena = self.functions.live.arena
        relocs = cython.cast("RelocRecord *", arena.take(cython.sizeof(RelocRecord) * d.nrel + 1))
        with cython.nogil:
            fill_pctab(d, to)
            sound = fill_funcdata(d, func_to, relocs)
        d.c.rel[gofunc] = relocs
        d.c.nrel[gofunc] = d.nrel
        return sound

    def finish(self, text: int) -> int:
        """Complete runtime.functab; the first function that lies too far from `text`, or 0."""
        d = cython.address(self.d)
        with cython.nogil:
            bad = finish_records(d, 0, d.t.n, text)
        return bad

    def fill_findfunctab(self, findfunctab: int) -> int:
        """Write runtime.findfunctab; the first bucket with too many functions, counted from 1, or 0."""
        d = cython.address(self.d)
        to = cython.cast("uint8_t *", d.c.data[findfunctab])
        # Each bucket has four bytes, and one for each of its subbuckets.
        size = d.c.size[findfunctab]
        n = size - 4 * ((size + BUCKET_ENTRY - 1) // BUCKET_ENTRY)
        with cython.nogil:
            bad = fill_buckets(d, to, n)
        return bad

    def free(self) -> None:
        """Give back what only building needed."""
        for memory in self.memory:
            memory.free()
        return 0


def know_deferreturn(d, id):
    """Prepare to recognise references to runtime.deferreturn without looking each one up."""
    s = d.c.syms
    d.deferreturn = id
    d.defer_builtin = NO_BUILTIN
    d.defer_obj = 0
    if id == 0:
        return
    for i in range(s.nbuiltin):
        if s.live[s.builtins[i]] == id:
            d.defer_builtin = i
    k = d.c.obj[id]
    o = cython.address(s.objects[k])
    li = d.c.li[id]
    if k and li < o.ndef and s.live[o.pkgbase + li] == id:
        d.defer_obj = k
        d.defer_idx = li


def collect_all(d):
    """Every function's tables, in text order; the id of the first that is corrupt, or 0."""
    # The runtime takes offset 0 for no table (ld.generatePctab).
    d.pctab_size = 1
    for i in range(d.t.n):
        f = d.t.funcs + i
        if f.info != cython.NULL and not collect_function(d, f):
            return f.id
    return 0


def collect_function(d, f):
    """Offsets of one function's pcdata, numbers of its funcdata; false where its object is corrupt."""
    c = d.c
    fixed = cython.cast("uint32_t *", d.functab + f.record)
    pcdata = fixed + FUNC_SIZE // 4
    funcdata = pcdata + f.npcdata
    pcsp = pcfile = pcline = pcinline = cython.cast(uint32_t, 0)
    for i in range(f.naux):
        kind = f.auxs[i].type
        if kind == AUX_PCSP:
            pcsp = aux_target(c, f.id, f.auxs + i)
        elif kind == AUX_PCFILE:
            pcfile = aux_target(c, f.id, f.auxs + i)
        elif kind == AUX_PCLINE:
            pcline = aux_target(c, f.id, f.auxs + i)
        elif kind == AUX_PCINLINE:
            pcinline = aux_target(c, f.id, f.auxs + i)
    fixed[4] = pc_offset(d, pcsp)
    fixed[5] = pc_offset(d, pcfile)
    fixed[6] = pc_offset(d, pcline)
    slot = cython.cast(uint32_t, 0)
    for i in range(f.naux):
        kind = f.auxs[i].type
        if kind == AUX_PCDATA:
            pcdata[0] = pc_offset(d, aux_target(c, f.id, f.auxs + i))
            pcdata += 1
        elif kind == AUX_FUNCDATA:
            funcdata[slot] = funcdata_index(d, f, aux_target(c, f.id, f.auxs + i), slot)
            slot += 1
    if f.ninl:
        pcdata = fixed + FUNC_SIZE // 4
        pcdata[PCDATA_INL_TREE_INDEX] = pc_offset(d, pcinline)
        while slot < f.nfuncdata:
            funcdata[slot] = tree_index(d, f) if slot == FUNCDATA_INL_TREE else NO_OFFSET
            slot += 1
    return not d.bad


def is_pc_table(c, id):
    """Whether a symbol can be pcdata: read only, without a name, whole."""
    return cython.cast(
        cython.bint, 0 < id < c.n and c.kind[id] == K_RODATA and c.nname[id] == 0 and c.ndata[id] == c.size[id]
    )


def pc_offset(d, id):
    """The offset of a pcdata symbol in runtime.pctab, assigned when it is first met (ld.generatePctab)."""
    if not is_pc_table(d.c, id):
        d.bad = True
        return 0
    off = d.c.value[id]
    if off == 0 and d.c.size[id]:
        off = d.pctab_size
        d.pctab_size += d.c.size[id]
        d.c.value[id] = off
        d.pcs[d.npc] = id
        d.npc += 1
    return cython.cast(uint32_t, off)


def funcdata_index(d, f, id, slot):
    """The number of a function's funcdata (ld.funcData), or NO_OFFSET where it has none (ld.ignoreFuncData)."""
    if slot == FUNCDATA_INL_TREE and f.ninl:
        return tree_index(d, f)
    if id >= MISSING:
        d.bad = True
        return NO_OFFSET
    if id == 0:
        return NO_OFFSET
    if (
        (slot == FUNCDATA_ARGS_POINTER_MAPS or slot == FUNCDATA_ARG_INFO)
        and d.c.attr[f.id] & A_FROM_ASM
        and d.c.ndata[id] == 0
    ):
        return NO_OFFSET
    # Until it has an offset, a funcdata symbol's value is its number counted from 1.
    index = d.c.value[id]
    if index == 0:
        d.fds[d.nfd].id = id
        d.nfd += 1
        index = d.nfd
        d.c.value[id] = index
    if index > d.nfd or d.fds[index - 1].id != id:
        d.bad = True
    return cython.cast(uint32_t, index - 1)


def tree_index(d, f):
    """The number of a function's inline tree."""
    d.fds[d.nfd].id = TREE
    d.fds[d.nfd].func = cython.cast(uint32_t, f - d.t.funcs)
    d.nfd += 1
    return d.nfd - 1


def find_deferreturns(d, first, end):
    """Where functions call runtime.deferreturn first (ld.computeDeferReturn)."""
    if d.deferreturn == 0:
        return
    for i in range(first, end):
        f = d.t.funcs + i
        cython.cast("uint32_t *", d.functab + f.record)[3] = deferreturn_of(d, f.id)


def deferreturn_of(d, id):
    """The offset of the call instruction, one byte before its operand; 0 where there is no call."""
    c = d.c
    k = c.obj[id]
    o = cython.address(c.syms.objects[k])
    r = c.rel[id]
    end = r + c.nrel[id]
    made = cython.declare(cython.bint, c.attr[id] & A_LINKER_RELOCS != 0)
    while r < end:
        if (r.type & ~R_WEAK) == R_CALL and (
            r.idx == d.deferreturn if made else calls_deferreturn(d, o, k, r)
        ):
            return cython.cast(uint32_t, r.off - 1)
        r += 1
    return 0


def calls_deferreturn(d, o, k, r):
    """Whether a call's target is runtime.deferreturn."""
    if r.pkg == PKG_BUILTIN:
        return r.idx == d.defer_builtin
    if d.defer_obj:
        if r.pkg == PKG_SELF:
            return r.idx == d.defer_idx and k == d.defer_obj
        if r.pkg < o.npkg:
            return r.idx == d.defer_idx and r.pkg and o.pkgs[r.pkg] == d.defer_obj
    return resolve_live(d.c.syms, o, r.pkg, r.idx) == d.deferreturn


def place_all(d):
    """Offsets of the funcdata (ld.generateFuncdata): by alignment, so that there are few gaps."""
    sort_by_align(d)
    size = cython.cast(uint64_t, 0)
    for i in range(d.nfd):
        fd = d.fds + d.by_align[i]
        length = funcdata_size(d, fd)
        if length == 0:
            return blame(d, ZERO_SIZE, fd.id, 0)
        if size + length > MOST_BYTES:
            return blame(d, TOO_LARGE, fd.id, 0)
        align = cython.cast(uint64_t, 1) << (fd.align - 1)
        size = (size + align - 1) & -align
        fd.off = cython.cast(uint32_t, size)
        size += length
        if fd.id != TREE:
            d.c.value[fd.id] = fd.off
            d.c.attr[fd.id] |= A_NOT_IN_SYMTAB | A_SPECIAL
            d.nrel += d.c.nrel[fd.id]
    d.func_size = size
    # Go learns the greatest alignment while comparing; one symbol is compared with none.
    if d.nfd > 1:
        d.func_align = cython.cast(uint32_t, 1) << (d.fds[d.by_align[0]].align - 1)
    return True


def sort_by_align(d):
    """A counting sort: stable, greatest alignment first."""
    starts = cython.declare(uint32_t[34])
    for a in range(ALIGNMENTS):
        starts[a] = 0
    for i in range(d.nfd):
        fd = d.fds + i
        if fd.id == TREE:
            fd.align = TREE_ALIGN
        else:
            symbol_align(d.c, fd.id)
            fd.align = d.c.align[fd.id]
        starts[fd.align] += 1
    at = cython.cast(uint32_t, 0)
    for a in range(ALIGNMENTS - 1, -1, -1):
        count = starts[a]
        starts[a] = at
        at += count
    for i in range(d.nfd):
        a = d.fds[i].align
        d.by_align[starts[a]] = i
        starts[a] += 1


def funcdata_size(d, fd):
    if fd.id == TREE:
        return cython.sizeof(InlinedCall) * cython.cast(uint64_t, d.t.funcs[fd.func].ninl)
    return d.c.size[fd.id]


def fill_pctab(d, to):
    """The pcdata, each at its offset."""
    c = d.c
    for i in range(d.npc):
        id = d.pcs[i]
        memcpy(to + c.value[id], c.data[id], c.ndata[id])


def fill_funcdata(d, to, relocs):
    """The funcdata and inline trees at their offsets, with their relocations; false at the first fault."""
    c = d.c
    next = relocs
    for i in range(d.nfd):
        fd = d.fds + d.by_align[i]
        if fd.id == TREE:
            f = d.t.funcs + fd.func
            memcpy(to + fd.off, d.t.trees + f.tree, funcdata_size(d, fd))
            continue
        memcpy(to + fd.off, c.data[fd.id], c.ndata[fd.id])
        if c.nrel[fd.id] and not move_relocs(d, fd, cython.address(next)):
            return False
    d.nrel = cython.cast(uint32_t, next - relocs)
    return True


def move_relocs(d, fd, to):
    """A funcdata symbol's relocations, as relocations of go:func.*; false where Go permits them not.

    As in Go, a weak one to a dead symbol ends the list.
    """
    c = d.c
    for i in range(c.nrel[fd.id]):
        r = c.rel[fd.id] + i
        kind = r.type & ~R_WEAK
        if kind != R_ADDROFF:
            return blame(d, WRONG_TYPE, fd.id, kind)
        if r.size != 4:
            return blame(d, WRONG_SIZE, fd.id, r.size)
        if r.off < 0 or cython.cast(uint64_t, r.off) + 4 > c.ndata[fd.id]:
            return blame(d, CORRUPT, fd.id, 0)
        symbol = target(c, fd.id, r)
        if r.type & R_WEAK and (symbol == 0 or symbol == MISSING):
            return True
        if symbol == 0 or symbol >= MISSING:
            return blame(d, CORRUPT, fd.id, 0)
        if c.kind[symbol] == K_NONE:
            return blame(d, NO_SECTION, fd.id, symbol)
        moved = to[0]
        moved.off = r.off + fd.off
        moved.size = 4
        moved.type = R_ADDROFF
        moved.add = r.add
        moved.pkg = 0
        moved.idx = symbol
        to[0] += 1
    return True


def blame(d, fault, id, detail):
    """Remember what is wrong; false."""
    d.fault = fault
    d.culprit = id
    d.detail = detail
    return False


def finish_records(d, first, end, text):
    """The functions' records and their entries in the table by address; the first too far away, or 0."""
    table = cython.cast("uint32_t *", d.functab)
    for i in range(first, end):
        f = d.t.funcs + i
        entry = d.c.value[f.id] - text
        if entry >> 32:
            return f.id
        table[2 * i] = cython.cast(uint32_t, entry)
        table[2 * i + 1] = f.record
        finish_record(d, f, table[2 * i])
    if end == d.t.n and end:
        table[2 * end] = table[2 * end - 2] + d.c.size[d.t.funcs[end - 1].id]
    return 0


def finish_record(d, f, entry):
    """What runtime._func holds besides pcdata and deferreturn, which are there (ld.writeFuncs)."""
    fixed = cython.cast("uint32_t *", d.functab + f.record)
    fixed[0] = entry
    fixed[1] = f.name_off
    fixed[7] = f.npcdata
    fixed[8] = d.t.units[f.unit - 1].cu_off if f.unit else NO_OFFSET
    if f.info == cython.NULL:
        return
    head = cython.cast("FuncInfoHead *", f.info)
    fixed[2] = head.args
    fixed[9] = head.start_line
    last = cython.cast("uint8_t *", fixed + 10)
    last[0] = head.func_id
    last[1] = head.func_flag
    last[3] = cython.cast(uint8_t, f.nfuncdata)
    funcdata = fixed + FUNC_SIZE // 4 + f.npcdata
    for j in range(f.nfuncdata):
        if funcdata[j] != NO_OFFSET:
            funcdata[j] = d.fds[funcdata[j]].off


def fill_buckets(d, to, n):
    """For each subbucket of `n` the first function that touches it, counted from its bucket's first.

    Functions follow each other without a gap, so that is the function which its first byte belongs to.
    """
    table = cython.cast("uint32_t *", d.functab)
    base = func = cython.cast(uint32_t, 0)
    for i in range(n):
        start = table[0] + cython.cast(uint64_t, SUBBUCKET_SIZE) * i
        while func + 1 < d.t.n and table[2 * func + 2] <= start:
            func += 1
        bucket = to + BUCKET_ENTRY * (i // SUBBUCKETS)
        if i % SUBBUCKETS == 0:
            base = func
            cython.cast("uint32_t *", bucket)[0] = base
        if func - base > 255:
            return i // SUBBUCKETS + 1
        bucket[4 + i % SUBBUCKETS] = cython.cast(uint8_t, func - base)
    return 0
