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
    PKG_NONE,
    PKG_SELF,
    R_WEAK,
    RelocRecord,
)
from cython.cimports.goweld.model.calls import is_direct_call
from cython.cimports.goweld.model.kinds import K_NONE, K_RODATA, R_ADDROFF
from cython.cimports.goweld.model.live_kernel import (
    A_FROM_ASM,
    A_LINKER,
    A_LINKER_RELOCS,
    A_NOT_IN_SYMTAB,
    A_SPECIAL,
    symbol_align,
    target,
)
from cython.cimports.goweld.model.pool_kernel import run_tasks
from cython.cimports.goweld.model.symbols_kernel import MISSING, live_of, object_at, resolve_live
from cython.cimports.goweld.tables.pclntab_kernel import (
    FUNC_SIZE,
    NO_OFFSET,
    RUN,
    InlinedCall,
    fill_files,
    fill_names,
    fill_units,
    name_functions,
    run_end,
    runs,
)
from cython.cimports.libc.stdint import int64_t, uint8_t, uint32_t, uint64_t
from cython.cimports.libc.string import memcpy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from goweld.tables.pclntab_kernel import Functions as AllFunctions

# internal/abi
PCDATA_INL_TREE_INDEX = cython.declare(uint32_t, 2)
FUNCDATA_ARGS_POINTER_MAPS = cython.declare(uint32_t, 0)
FUNCDATA_INL_TREE = cython.declare(uint32_t, 3)
FUNCDATA_ARG_INFO = cython.declare(uint32_t, 5)

PC_RUN = cython.declare(uint32_t, 8192)  # pcdata symbols that one task takes
NO_KEY = cython.declare(uint64_t, 0xFFFFFFFF)  # a reference that no object has
NO_OBJECT = cython.declare(uint32_t, 0xFFFFFFFF)


class Functab:
    """The tables of `functions`, which have been described and have their files."""

    def __init__(self, functions: AllFunctions) -> None:
        d = cython.address(self.d)
        self.functions = functions
        self.functions.prepare_names()
        d.t = cython.address(self.functions.t)
        d.c = d.t.c
        d.funcs = d.t.funcs
        d.n = d.t.n
        d.targets = cython.cast("uint32_t *", self.functions.take(4, d.t.most_auxs))
        d.pcs = cython.cast("uint32_t *", self.functions.take(4, d.t.npc, True))
        d.fds = cython.cast(
            "FuncdataRecord *", self.functions.take(cython.sizeof(FuncdataRecord), d.t.nfd, True)
        )

    def collect(self, functab: int) -> int:
        """Find what the tables will hold: names, files, inline trees; pcdata and funcdata.

        Returns the first corrupt function, or 0.  functab's content gets offsets of pcdata, and the numbers
        of funcdata, which `fill` replaces.
        """
        d = cython.address(self.d)
        d.functab = cython.cast("uint8_t *", d.c.data[functab])
        with cython.nogil:
            run_tasks(b"collect names and inlining", collect_task, d, 2)
        return d.bad_name if d.bad_name else d.bad_table

    def sizes(self) -> list[int]:
        """Sizes of runtime.funcnametab, runtime.cutab, runtime.filetab, runtime.pctab and go:func.*."""
        t = self.d.t
        return [t.names_size, 4 * t.cutab_entries, t.files_size, self.d.pctab_size, self.d.func_size]

    def funcdata_align(self) -> int:
        """The alignment of go:func.*."""
        return self.d.func_align

    def fault(self) -> tuple[int, int, int]:
        """What is wrong with a funcdata symbol (FuncdataFault), its live id, and a detail."""
        return self.d.fault, self.d.culprit, self.d.detail

    def fill(self, tables: list[int], text: int, deferreturn: int, call_operand: int) -> int:
        """Write the tables, in the order of `sizes`, and complete functab.  `text` is where text begins.

        `call_operand`: where a call instruction has its operand.

        Returns the first function that lies too far from there, or 0.
        """
        d = cython.address(self.d)
        for i in range(5):
            d.to[i] = cython.cast("uint8_t *", d.c.data[cython.cast(uint32_t, tables[i])])
        d.text = text
        d.call_operand = call_operand
        gofunc = cython.cast(uint32_t, tables[4])
        arena = self.functions.live.arena
        d.relocs = cython.cast("RelocRecord *", arena.take(cython.sizeof(RelocRecord) * d.nrel + 1))
        know_deferreturn(d, deferreturn)
        with cython.nogil:
            run_tasks(b"fill tables", fill_task, d, 2 + runs(d.npc, PC_RUN) + runs(d.n, RUN))
        d.c.rel[gofunc] = d.relocs
        d.c.nrel[gofunc] = d.nrel
        return d.far

    def fill_findfunctab(self, findfunctab: int) -> int:
        """Write runtime.findfunctab; the first bucket with too many functions, counted from 1, or 0."""
        d = cython.address(self.d)
        to = cython.cast("uint8_t *", d.c.data[findfunctab])
        # Each bucket has four bytes, and one for each of its subbuckets.
        size = d.c.size[findfunctab]
        n = size - 4 * ((size + BUCKET_ENTRY - 1) // BUCKET_ENTRY)
        with cython.nogil:
            return fill_buckets(d, to, n)


def collect_task(context, i):
    """The two halves of `collect`, which have nothing to do with each other."""
    d = cython.cast("FunctabState *", context)
    if i == 0:
        d.bad_name = name_functions(d.t)
    else:
        d.bad_table = collect_all(d)
        if d.bad_table == 0:
            place_all(d)


def fill_task(context, i):
    """One piece of what `fill` does."""
    d = cython.cast("FunctabState *", context)
    j = i - 2
    npc_runs = cython.cast(int64_t, runs(d.npc, PC_RUN))
    if i == 0:
        fill_funcdata(d, d.to[4])
    elif i == 1:
        fill_names(d.t, d.to[0])
        fill_units(d.t, cython.cast("uint32_t *", d.to[1]))
        fill_files(d.t, d.to[2])
    elif j < npc_runs:
        fill_pctab(d, d.to[3], j * PC_RUN, run_end(j, d.npc, PC_RUN))
    else:
        j -= npc_runs
        finish_run(d, j * RUN, run_end(j, d.n, RUN))


def collect_all(d):
    """Every function's tables, in text order; the id of the first that is corrupt, or 0."""
    # The runtime takes offset 0 for no table (ld.generatePctab).
    d.pctab_size = 1
    for i in range(d.n):
        f = d.funcs + i
        if f.info != cython.NULL:
            find_targets(d, f)
            collect_function(d, f)
            if d.bad:
                return f.id
    return 0


def find_targets(d, f):
    """The live ids of a function's pcdata and funcdata symbols."""
    s = d.c.syms
    o = cython.address(s.objects[d.c.obj[f.id]])
    for i in range(f.naux):
        kind = f.auxs[i].type
        if kind >= AUX_PCSP or kind == AUX_FUNCDATA:
            d.targets[i] = resolve_live(s, o, f.auxs[i].pkg, f.auxs[i].idx)


def collect_function(d, f):
    """Offsets of one function's pcdata, numbers of its funcdata."""
    fixed = cython.cast("uint32_t *", d.functab + f.record)
    pcdata = fixed + FUNC_SIZE // 4
    funcdata = pcdata + f.npcdata
    pcsp = pcfile = pcline = pcinline = slot = cython.cast(uint32_t, 0)
    for i in range(f.naux):
        kind = f.auxs[i].type
        if kind == AUX_PCSP:
            pcsp = d.targets[i]
        elif kind == AUX_PCFILE:
            pcfile = d.targets[i]
        elif kind == AUX_PCLINE:
            pcline = d.targets[i]
        elif kind == AUX_PCINLINE:
            pcinline = d.targets[i]
    fixed[4] = pc_offset(d, pcsp)
    fixed[5] = pc_offset(d, pcfile)
    fixed[6] = pc_offset(d, pcline)
    for i in range(f.naux):
        kind = f.auxs[i].type
        if kind == AUX_PCDATA:
            pcdata[0] = pc_offset(d, d.targets[i])
            pcdata += 1
        elif kind == AUX_FUNCDATA:
            funcdata[slot] = funcdata_index(d, f, d.targets[i], slot)
            slot += 1
    if f.ninl:
        fixed[FUNC_SIZE // 4 + PCDATA_INL_TREE_INDEX] = pc_offset(d, pcinline)
        while slot < f.nfuncdata:
            funcdata[slot] = tree_index(d, f) if slot == FUNCDATA_INL_TREE else NO_OFFSET
            slot += 1


def is_pc_table(c, id):
    """Whether a read-only symbol can be pcdata: without a name, and whole."""
    return cython.cast(cython.bint, c.nname[id] == 0 and c.ndata[id] == c.size[id])


def pc_offset(d, id):
    """The offset of a pcdata symbol in runtime.pctab, assigned when it is first met (ld.generatePctab)."""
    c = d.c
    if id >= c.loaded or c.kind[id] != K_RODATA:
        d.bad = True
        d.culprit = id if id < c.loaded else 0
        return 0
    off = c.value[id]
    if off == 0:
        if not is_pc_table(c, id):
            d.bad = True
            d.culprit = id
        elif c.size[id]:
            off = d.pctab_size
            d.pctab_size += c.size[id]
            c.value[id] = off
            d.pcs[d.npc] = id
            d.npc += 1
    return cython.cast(uint32_t, off)


def funcdata_index(d, f, id, slot):
    """The number of a function's funcdata (ld.funcData); NO_OFFSET: none, or ignored (ld.ignoreFuncData)."""
    if slot == FUNCDATA_INL_TREE and f.ninl:
        return tree_index(d, f)
    if id >= MISSING:
        d.bad = True
        return NO_OFFSET
    if id == 0:
        return NO_OFFSET
    if (
        slot in (FUNCDATA_ARGS_POINTER_MAPS, FUNCDATA_ARG_INFO)
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
    d.fds[d.nfd].func = cython.cast(uint32_t, f - d.funcs)
    d.nfd += 1
    return d.nfd - 1


def place_all(d):
    """Offsets of the funcdata (ld.generateFuncdata): by alignment, so that there are few gaps."""
    sort_by_align(d)
    size = cython.cast(uint64_t, 0)
    for i in range(d.nfd):
        fd = d.fds + d.fds[i].at
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
        d.func_align = cython.cast(uint32_t, 1) << (d.fds[d.fds[0].at].align - 1)
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
        d.fds[starts[a]].at = i
        starts[a] += 1


def funcdata_size(d, fd):
    if fd.id == TREE:
        return cython.sizeof(InlinedCall) * cython.cast(uint64_t, d.funcs[fd.func].ninl)
    return d.c.size[fd.id]


def fill_pctab(d, to, first, end):
    """Some of the pcdata, each at its offset."""
    c = d.c
    for i in range(first, end):
        id = d.pcs[i]
        memcpy(to + c.value[id], c.data[id], c.ndata[id])


def fill_funcdata(d, to):
    """The funcdata and inline trees at their offsets, with their relocations; false at the first fault."""
    c = d.c
    next = d.relocs
    for i in range(d.nfd):
        fd = d.fds + d.fds[i].at
        if fd.id == TREE:
            f = d.funcs + fd.func
            memcpy(to + fd.off, d.t.trees + f.tree, funcdata_size(d, fd))
            continue
        memcpy(to + fd.off, c.data[fd.id], c.ndata[fd.id])
        if c.nrel[fd.id] and not move_relocs(d, fd, cython.address(next)):
            return False
    d.nrel = cython.cast(uint32_t, next - d.relocs)
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


def finish_run(d, first, end):
    """Some of the functions' records, and their entries in the table by address."""
    keys = cython.declare(uint64_t[2])
    table = cython.cast("uint32_t *", d.functab)
    current = NO_OBJECT
    for i in range(first, end):
        f = d.funcs + i
        entry = d.c.value[f.id] - d.text
        if entry >> 32:
            d.far = f.id
            return
        table[2 * i] = cython.cast(uint32_t, entry)
        table[2 * i + 1] = f.record
        finish_record(d, f, d.t.name_off[i], table[2 * i])
        if d.deferreturn == 0:
            continue
        k = d.c.obj[f.id]
        if k != current:
            current = k
            deferreturn_keys(d, cython.address(d.c.syms.objects[k]), k, keys)
        cython.cast("uint32_t *", d.functab + f.record)[3] = deferreturn_of(d, f.id, keys)
    if end == d.n and end:
        table[2 * end] = table[2 * end - 2] + d.c.size[d.funcs[end - 1].id]


def finish_record(d, f, name_off, entry):
    """What runtime._func holds besides pcdata and deferreturn, which are there (ld.writeFuncs)."""
    fixed = cython.cast("uint32_t *", d.functab + f.record)
    fixed[0] = entry
    fixed[1] = name_off
    fixed[7] = f.npcdata
    fixed[8] = d.t.units[f.unit - 1].cu_off if f.unit else NO_OFFSET
    if f.info == cython.NULL:
        return
    fixed[2] = f.args
    fixed[9] = f.start_line
    last = cython.cast("uint8_t *", fixed + 10)
    last[0] = f.func_id
    last[1] = f.func_flag
    last[3] = cython.cast(uint8_t, f.nfuncdata)
    funcdata = fixed + FUNC_SIZE // 4 + f.npcdata
    for j in range(f.nfuncdata):
        if funcdata[j] != NO_OFFSET:
            funcdata[j] = d.fds[funcdata[j]].off


def know_deferreturn(d, id):
    """Prepare to recognise references to runtime.deferreturn without looking each one up."""
    s = d.c.syms
    k = d.c.obj[id]
    d.deferreturn = id
    d.defer_builtin = NO_KEY
    d.defer_obj = 0
    if id == 0 or k == 0:
        return
    defer_raw = d.c.raw[id]
    for i in range(s.nbuiltin):
        if live_of(s, s.builtins[i]) == id:
            d.defer_builtin = key(PKG_BUILTIN, i)
    if defer_raw < s.first_hashed:
        d.defer_obj = object_at(s, defer_raw)
        d.defer_idx = defer_raw - s.objects[d.defer_obj].pkgbase


def key(pkg, idx):
    """A symbol reference as one number, as it lies in memory."""
    return pkg | cython.cast(uint64_t, idx) << 32


def deferreturn_keys(d, o, k, keys):
    """How object k refers to runtime.deferreturn, besides as a builtin: by package, and by name."""
    s = d.c.syms
    keys[0] = keys[1] = NO_KEY
    if d.defer_obj == k:
        keys[0] = key(PKG_SELF, d.defer_idx)
    elif d.defer_obj:
        for p in range(1, o.npkg):
            if o.pkgs[p] == d.defer_obj:
                keys[0] = key(p, d.defer_idx)
    first = o.hbase + (o.nalldef - o.nnamed - o.ndef)
    for i in range(o.nnamed):
        if live_of(s, first + i) == d.deferreturn:
            keys[1] = key(PKG_NONE, i)
    for i in range(o.nref):
        if live_of(s, o.rbase + i) == d.deferreturn:
            keys[1] = key(PKG_NONE, o.nnamed + i)


def deferreturn_of(d, id, keys):
    """The offset of the call instruction; 0 where there is no call."""
    r = d.c.rel[id]
    end = r + d.c.nrel[id]
    if d.c.attr[id] & A_LINKER_RELOCS:
        return made_deferreturn(d, r, end)
    builtin = d.defer_builtin
    package = keys[0]
    name = keys[1]
    while r < end:
        # Hardly any reference is to it, most relocations are calls: the rarer question first.
        symbol = cython.cast("uint64_t *", cython.address(r.pkg))[0]
        if symbol in (builtin, package, name) and is_direct_call(r.type & ~R_WEAK):
            return cython.cast(uint32_t, r.off) - d.call_operand
        r += 1
    return 0


def made_deferreturn(d, r, end):
    """The same where the linker made the relocations."""
    while r < end:
        if is_direct_call(r.type & ~R_WEAK) and leads_to(d.c, r.idx, d.deferreturn):
            return cython.cast(uint32_t, r.off) - d.call_operand
        r += 1
    return 0


def leads_to(c, id, function):
    """Whether a call's target is a function, or a trampoline, which has one relocation, to it."""
    if id == function or id >= c.room:
        return id == function
    made = cython.declare(cython.bint, c.attr[id] & A_LINKER and c.nrel[id] == 1)
    return made and c.rel[id].idx == function


def fill_buckets(d, to, n):
    """For each subbucket of `n` the first function that touches it, counted from its bucket's first.

    Functions follow each other without a gap, so that is the function which its first byte belongs to: of
    several names of one function the last, but for the very first function.
    """
    table = cython.cast("uint32_t *", d.functab)
    base = func = cython.cast(uint32_t, 0)
    for i in range(n):
        start = table[0] + cython.cast(uint64_t, SUBBUCKET_SIZE) * i
        while i and func + 1 < d.n and table[2 * func + 2] <= start:
            func += 1
        bucket = to + BUCKET_ENTRY * (i // SUBBUCKETS)
        if i % SUBBUCKETS == 0:
            base = func
            cython.cast("uint32_t *", bucket)[0] = base
        if func - base > 255:
            return i // SUBBUCKETS + 1
        bucket[4 + i % SUBBUCKETS] = cython.cast(uint8_t, func - base)
    return 0
