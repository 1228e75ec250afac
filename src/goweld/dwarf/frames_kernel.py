"""Call frames: how deep the stack is where, from the functions' stack tables (dwctxt.writeframes)."""

from __future__ import annotations

import cython
from cython.cimports.goweld.codec.goobj_kernel import AUX_FUNCINFO, AUX_PCSP, FuncInfoHead
from cython.cimports.goweld.codec.leb128 import put_sleb128
from cython.cimports.goweld.model.kinds import R_ADDR, R_DWARFSECREF
from cython.cimports.goweld.model.live_kernel import aux_target, live_auxs
from cython.cimports.goweld.model.memory_kernel import Column
from cython.cimports.libc.stdint import int32_t, int64_t, uint8_t, uint16_t, uint32_t, uint64_t
from cython.cimports.libc.string import memcpy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from goweld.model.live_kernel import Live
    from goweld.model.memory_kernel import Column as Ids

FDE_HEAD = cython.declare(uint64_t, 24)
DATA_ALIGN = cython.declare(int64_t, -4)
CFA_ADVANCE_LOC = cython.declare(cython.int, 0x40)
CFA_ADVANCE_LOC1 = cython.declare(cython.int, 2)
CFA_ADVANCE_LOC2 = cython.declare(cython.int, 3)
CFA_ADVANCE_LOC4 = cython.declare(cython.int, 4)
CFA_UNDEFINED = cython.declare(cython.int, 7)
CFA_SAME_VALUE = cython.declare(cython.int, 8)
CFA_OFFSET_EXTENDED_SF = cython.declare(cython.int, 0x11)
CFA_DEF_CFA_OFFSET_SF = cython.declare(cython.int, 0x13)


def fill_frames(
    live: Live,
    symbol: int,
    order: Ids,
    count: int,
    head: bytes,
    call_size: int,
    lr: int,
    min_lc: int,
    external: bool = False,
) -> int:
    """Give the symbol .debug_frame's content for `count` functions; the first corrupt one, or 0.

    `head` is the CIE; see Arch for what follows.  `external`: the host linker is to relocate it.
    """
    c = cython.address(live.c)
    calls = cython.declare(Calls)
    calls.size = call_size
    calls.lr = lr
    calls.min_lc = min_lc
    ids = cython.cast("uint32_t *", order.ptr)
    bad = cython.declare(uint32_t, 0)
    found = Column(cython.sizeof(StackTable), count)
    tables = cython.cast("StackTable *", found.ptr)
    with cython.nogil:
        room = find_tables(c, ids, count, tables, 6 if calls.size else 10)
    content = Column(1, len(head) + room)
    start = cython.cast("uint8_t *", content.ptr)
    memcpy(start, cython.cast("const char *", head), len(head))
    first = start + len(head)
    with cython.nogil:
        end = write_frames(c, ids, count, tables, cython.address(calls), first, cython.address(bad))
    if external and bad == 0:
        relocs = Column(cython.sizeof(RelocRecord), 2 * cython.cast(uint64_t, count))
        c.rel[symbol] = cython.cast("RelocRecord *", relocs.ptr)
        with cython.nogil:
            c.nrel[symbol] = refer(ids, count, tables, start, first - start, symbol, c.rel[symbol])
    found.free()
    c.data[symbol] = start
    c.ndata[symbol] = cython.cast(uint32_t, end - start)
    c.size[symbol] = c.ndata[symbol]
    return bad


def stack_table(c, s, t):
    """A function's table of stack depths, NULL where nothing describes it; and whether it has no caller."""
    auxs = cython.declare("AuxRecord *", cython.NULL)
    n = live_auxs(c, s, cython.address(auxs))
    described = cython.declare(cython.bint, False)
    table = cython.cast("const uint8_t *", cython.cast("const char *", b""))
    t.size = 0
    t.is_top = False
    for i in range(n):
        if auxs[i].type == AUX_FUNCINFO:
            described = True
            info = aux_target(c, s, auxs + i)
            if info < c.n and c.ndata[info] >= cython.sizeof(FuncInfoHead):
                flags = cython.cast("FuncInfoHead *", c.data[info]).func_flag
                t.is_top = cython.cast(cython.bint, flags & FUNC_FLAG_TOP_FRAME)
        elif auxs[i].type == AUX_PCSP:
            found = aux_target(c, s, auxs + i)
            if found < c.n:
                table = c.data[found]
                t.size = c.ndata[found]
    t.at = table if described else cython.NULL


def find_tables(c, ids, n, tables, most):
    """Find all functions' tables; more than the entries take, `most` bytes for each one of a table."""
    room = cython.cast(uint64_t, 0)
    for i in range(n):
        t = tables + i
        stack_table(c, ids[i], t)
        if t.at != cython.NULL:
            # An entry of two bytes or more becomes eleven at most, or nineteen with a register for the return
            # address, which takes two bytes more where there is no caller.
            room += FDE_HEAD + 10 + most * cython.cast(uint64_t, t.size)
    return room


def write_frames(c, ids, n, tables, calls, to, bad):
    """Write the entries; their end."""
    for i in range(n):
        s = ids[i]
        if tables[i].at == cython.NULL:
            continue
        start = to
        to = put_instructions(start + FDE_HEAD, tables + i, calls, c.ndata[s])
        if to == cython.NULL:
            bad[0] = s
            return start
        while (to - start) & 7:
            to[0] = 0
            to += 1
        cython.cast("uint32_t *", start)[0] = cython.cast(uint32_t, to - start - 4)
        cython.cast("uint32_t *", start)[1] = 0  # where the CIE is
        cython.cast("uint64_t *", start + 8)[0] = c.value[s]
        cython.cast("uint64_t *", start + 16)[0] = c.ndata[s]
    return to


def refer(ids, n, tables, content, at, symbol, r):
    """Let every entry, the first at `at`, refer to its function and the CIE by relocations; how many."""
    first = r
    for i in range(n):
        if tables[i].at != cython.NULL:
            put_reference(r, at + 4, 4, R_DWARFSECREF, symbol)
            put_reference(r + 1, at + 8, 8, R_ADDR, ids[i])
            r += 2
            at += 4 + cython.cast("const uint32_t *", content + at)[0]
    return cython.cast(uint32_t, r - first)


def put_reference(r, off, size, type, target):
    r.off = cython.cast(int32_t, off)
    r.size = size
    r.type = type
    r.add = 0
    r.pkg = 0
    r.idx = target


def put_instructions(to, t, calls, length):
    """A function's frame instructions; NULL where its table is corrupt."""
    table = t.at
    end = table + t.size
    in_register = cython.declare(cython.bint, calls.size == 0)
    if in_register and t.is_top:
        # Nothing returns from here: debuggers look no further.
        to[0] = CFA_UNDEFINED
        to[1] = calls.lr
        to += 2
    pc = cython.cast(uint32_t, 0)
    depth = cython.cast(int32_t, -1)
    coded = cython.declare(uint32_t, 0)
    step = cython.declare(uint32_t, 0)
    first = cython.declare(cython.bint, True)
    while table < end:
        table = get_uvarint(table, end, cython.address(coded))
        if table == cython.NULL:
            return cython.NULL
        if coded == 0 and not first:
            break
        first = False
        depth += cython.cast(int32_t, (coded >> 1) ^ (0 - (coded & 1)))
        table = get_uvarint(table, end, cython.address(step))
        if table == cython.NULL:
            return cython.NULL
        step *= calls.min_lc
        following = pc + step
        if following == length:
            # The table goes to the function's end; DWARF stops just before it.
            step -= 1
            if cython.cast(int32_t, step) < 0:
                continue
        if in_register and not t.is_top:
            to = put_return(to, depth, calls.lr)
        to[0] = CFA_DEF_CFA_OFFSET_SF
        to = put_sleb128(to + 1, (cython.cast(int64_t, depth) + calls.size) // DATA_ALIGN)
        if step < 0x40:
            to[0] = cython.cast(uint8_t, CFA_ADVANCE_LOC + step)
            to += 1
        elif step < 0x100:
            to[0] = CFA_ADVANCE_LOC1
            to[1] = cython.cast(uint8_t, step)
            to += 2
        elif step < 0x10000:
            to[0] = CFA_ADVANCE_LOC2
            cython.cast("uint16_t *", to + 1)[0] = cython.cast(uint16_t, step)
            to += 3
        else:
            to[0] = CFA_ADVANCE_LOC4
            cython.cast("uint32_t *", to + 1)[0] = step
            to += 5
        pc = following
    return to


def put_return(to, depth, lr):
    """Where the return address is: at the end of the frame, or still in its register."""
    if depth <= 0:
        to[0] = CFA_SAME_VALUE
        to[1] = lr
        return to + 2
    to[0] = CFA_OFFSET_EXTENDED_SF
    to[1] = lr
    return put_sleb128(to + 2, -cython.cast(int64_t, depth) // DATA_ALIGN)


def get_uvarint(at, end, value):
    """Read an unsigned varint; the place after it, NULL where it does not end."""
    result = cython.cast(uint32_t, 0)
    shift = 0
    while at < end and shift < 35:
        byte = at[0]
        at += 1
        result |= cython.cast(uint32_t, byte & 0x7F) << shift
        if byte < 0x80:
            value[0] = result
            return at
        shift += 7
    return cython.NULL
