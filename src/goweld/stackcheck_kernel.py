"""How far functions that do not check the stack can grow it, their callees included (ld.stackCheck)."""

from __future__ import annotations

import cython
from cython.cimports.goweld.codec.goobj_kernel import AUX_FUNCINFO, AUX_PCSP, R_WEAK
from cython.cimports.goweld.model.calls import is_direct_call
from cython.cimports.goweld.model.kinds import R_CALLIND
from cython.cimports.goweld.model.live_kernel import A_NOSPLIT, aux_target, live_auxs, target
from cython.cimports.goweld.model.memory_kernel import Column, touch
from cython.cimports.goweld.model.pthread import shared_count
from cython.cimports.libc.stdint import int32_t, int64_t, uint16_t, uint32_t, uint64_t

TYPE_CHECKING = False
if TYPE_CHECKING:
    from goweld.model.live_kernel import Live
    from goweld.model.memory_kernel import Column


def over_limit(live: Live, order: Column, count: int, limit: int, call_size: int, pc_scale: int) -> list[int]:
    """The functions that can grow the stack beyond the limit; [0, s] where the object of s is corrupt.

    Visits each nosplit function and its callees once.  Others ask for more stack first, so they cannot fail.
    Symbols may be made meanwhile; none of them is called.
    """
    k = cython.declare(Check)
    k.c = cython.address(live.c)
    k.n = shared_count(cython.address(k.c.n))
    k.morestack = live.lookup(b"runtime.morestack", 0)
    k.call_size = call_size
    k.pc_scale = pc_scale
    k.bad = 0
    ids = cython.cast("uint32_t *", order.ptr)
    k.room = count_nosplit(k.c, ids, count) + 1
    heights = Column(2, k.n)
    stack = Column(cython.sizeof(Walk), k.room)
    found = Column(4, k.room)
    k.heights = cython.cast("uint16_t *", cython.cast(Column, heights).ptr)
    touch(k.heights, 2 * k.n)
    k.stack = cython.cast("Walk *", cython.cast(Column, stack).ptr)
    failed = cython.cast("uint32_t *", cython.cast(Column, found).ptr)
    given, most = cython.cast(uint32_t, count), cython.cast(cython.int, limit)
    with cython.nogil:
        n = check_all(cython.address(k), ids, given, most, failed)
    result = [0, k.bad] if k.bad else [failed[i] for i in range(n)]
    for column in (heights, stack, found):
        column.free()
    return result


def count_nosplit(c, ids, count):
    """How many functions do not check the stack: a chain of their calls is no longer."""
    n = cython.cast(uint32_t, 0)
    for i in range(count):
        if c.attr[ids[i]] & A_NOSPLIT:
            n += 1
    return n


def check_all(k, ids, count, limit, failed):
    """Collect the functions over the limit; their number."""
    n = cython.cast(uint32_t, 0)
    for i in range(count):
        if k.c.attr[ids[i]] & A_NOSPLIT:
            h = height(k, ids[i])
            if h == CORRUPT:
                return 0
            if h > limit:
                failed[n] = ids[i]
                n += 1
    return n


def height(k, s):
    """The bytes a function and its callees can add to the stack, or CORRUPT."""
    callee = cython.declare(uint32_t)
    k.depth = 0
    h = enter(k, s)
    while k.depth:
        if h == CORRUPT:
            return CORRUPT
        w = cython.address(k.stack[k.depth - 1])
        if h != ON_STACK and w.growth + h > w.highest:
            w.highest = w.growth + h
        h = next_call(k, w, cython.address(callee))
        if h == 1:
            h = enter(k, callee)
        elif h == 0:
            most = w.highest if w.highest > w.local else w.local
            h = CYCLE if most > CYCLE else cython.cast(cython.int, most)
            k.heights[w.sym] = cython.cast(uint16_t, h + 1)
            k.depth -= 1
    return h


def enter(k, s):
    """A function's height where it is known at once, else ON_STACK: its calls are walked next."""
    if s == 0:
        return 0
    if s == INDIRECT:
        return k.call_size
    if k.heights[s]:
        return k.heights[s] - 1
    if k.depth == k.room:
        # Only text that is in no order nests deeper.
        k.bad = s
        return CORRUPT
    h = prepare(k, s, k.stack + k.depth)
    if h == ON_STACK:
        k.depth += 1
        k.heights[s] = CYCLE + 1
        return ON_STACK
    if h == SPLITS:
        h = k.call_size
    if h >= 0:
        k.heights[s] = cython.cast(uint16_t, h + 1)
    return h


def prepare(k, s, w):
    """Set out to walk a function; 0 or SPLITS where it needs no walk (stackCheck.computeHeight).

    morestack runs on another stack.  A function without information is called on the system stack only.  One
    that checks the stack grows it by the call of morestack.
    """
    aux = cython.declare("AuxRecord *", cython.NULL)
    if s == k.morestack:
        return 0
    n = live_auxs(k.c, s, cython.address(aux))
    table = cython.cast(uint32_t, 0)
    has_info = cython.declare(cython.bint, False)
    for i in range(n):
        if aux[i].type == AUX_FUNCINFO:
            has_info = True
        elif aux[i].type == AUX_PCSP and table == 0:
            table = aux_target(k.c, s, aux + i)
    if n < 0 or table >= k.n:
        k.bad = s
        return CORRUPT
    if not has_info:
        return 0
    if not k.c.attr[s] & A_NOSPLIT:
        return SPLITS
    w.sym = s
    w.p = k.c.data[table]
    w.end = w.p + k.c.ndata[table]
    w.rel = k.c.rel[s]
    w.nrel = k.c.nrel[s]
    w.ri = 0
    w.value = -1
    w.pc = 0
    w.next_pc = 0
    w.done = False
    w.start = True
    w.highest = 0
    w.local = 0
    return ON_STACK if advance(k, w) else CORRUPT


def next_call(k, w, target):
    """Go on to a function's next call: 1, 0 when there is none left, or CORRUPT.  Sets growth and callee."""
    while not w.done:
        while w.ri < w.nrel:
            r = w.rel + w.ri
            if cython.cast(uint32_t, r.off) >= w.next_pc:
                break
            w.ri += 1
            type = r.type & ~R_WEAK
            if type == R_CALLIND:
                target[0] = INDIRECT
            elif is_direct_call(type):
                target[0] = called(k.c, w.sym, r)
            else:
                continue
            if target[0] >= k.n and target[0] != INDIRECT:
                k.bad = w.sym
                return CORRUPT
            w.growth = cython.cast(int64_t, w.value) + k.call_size
            return 1
        if not advance(k, w):
            return CORRUPT
    return 0


def advance(k, w):
    """Go on to the next span of the table (obj.PCIter.Next); false where it is corrupt."""
    raw = cython.declare(uint64_t, 0)
    w.pc = w.next_pc
    if w.p == w.end:
        w.done = True
        return True
    if not varint(w, cython.address(raw)):
        k.bad = w.sym
        return False
    delta = cython.cast(int64_t, raw >> 1) ^ -cython.cast(int64_t, raw & 1)
    if delta == 0 and not w.start:
        w.done = True
        return True
    w.start = False
    w.value = cython.cast(int32_t, cython.cast(uint32_t, w.value) + cython.cast(uint32_t, delta))
    if not varint(w, cython.address(raw)):
        k.bad = w.sym
        return False
    w.next_pc = w.pc + cython.cast(uint32_t, raw) * k.pc_scale
    if w.value > w.local:
        w.local = w.value
    return True


def varint(w, value):
    """Read a variable-length number; false where it does not end."""
    shift = cython.cast(uint32_t, 0)
    value[0] = 0
    while w.p < w.end and shift < 64:
        byte = w.p[0]
        w.p += 1
        value[0] |= cython.cast(uint64_t, byte & 0x7F) << shift
        if byte < 0x80:
            return True
        shift += 7
    return False


def called(c, s, r):
    """The live id of what a call calls: a dead map initialiser's call goes elsewhere."""
    id = target(c, s, r)
    return c.noop if id == 0 and r.type & R_WEAK else id


def growths(
    live: Live, s: int, morestack: int, call_size: int, pc_scale: int
) -> tuple[list[tuple[int, int]], int] | None:
    """One function's calls as (growth, callee) in order, and its growth without them; None where corrupt.

    INDIRECT stands for the callee of an indirect call.
    """
    k = cython.declare(Check)
    w = cython.declare(Walk)
    callee = cython.declare(uint32_t)
    k.c = cython.address(live.c)
    k.n = k.c.n
    k.morestack = morestack
    k.call_size = call_size
    k.pc_scale = pc_scale
    found = prepare(cython.address(k), s, cython.address(w))
    calls = []
    if found == SPLITS:
        return [(call_size, morestack)], 0
    if found == ON_STACK:
        found = next_call(cython.address(k), cython.address(w), cython.address(callee))
        while found == 1:
            calls.append((w.growth, callee))
            found = next_call(cython.address(k), cython.address(w), cython.address(callee))
        return None if found == CORRUPT else (calls, w.local)
    return None if found == CORRUPT else (calls, 0)


def direct_calls(live: Live, order: Column, count: int) -> list[tuple[int, int]]:
    """Every direct call as (caller, callee), in text order; callees that are dead or corrupt left out."""
    c = cython.address(live.c)
    ids = cython.cast("uint32_t *", order.ptr)
    calls = []
    for i in range(count):
        s = ids[i]
        for j in range(c.nrel[s]):
            r = c.rel[s] + j
            if is_direct_call(r.type & ~R_WEAK):
                id = called(c, s, r)
                if 0 < id < c.n:
                    calls.append((s, id))
    return calls
