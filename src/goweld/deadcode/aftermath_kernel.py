"""What is marked and altered once the flood is over."""

from __future__ import annotations

import cython
from cython.cimports.goweld.codec.goobj_kernel import AUX_GOTYPE, R_WEAK, sym_auxs, sym_relocs
from cython.cimports.goweld.deadcode.flood_kernel import Flood
from cython.cimports.goweld.deadcode.marking import reach
from cython.cimports.goweld.model.calls import is_direct_call
from cython.cimports.goweld.model.objects_kernel import is_debug
from cython.cimports.goweld.model.symbols_kernel import (
    NIL,
    SYM_CLONED,
    Symbols,
    content,
    holds_content,
    is_reached,
    local_index,
    object_at,
    resolve,
)
from cython.cimports.libc.stdint import uint64_t


def reach_auxs(s, id):
    """Mark what describes a function, without following it."""
    holder = content(s, id)
    if not holds_content(s, holder):
        return
    a = cython.declare("AuxRecord *", cython.NULL)
    o = cython.address(s.objects[object_at(s, holder)])
    for i in range(sym_auxs(o, local_index(s, o, holder), cython.address(a))):
        if a[i].type != AUX_GOTYPE:
            aux = resolve(s, o, a[i].pkg, a[i].idx)
            if NIL < aux < s.n:
                reach(s, aux)


def calls_dead(s, id):
    """Whether a function calls, weakly, one that was not reached."""
    holder = content(s, id)
    o = cython.address(s.objects[object_at(s, holder)])
    r = cython.declare("RelocRecord *", cython.NULL)
    for i in range(sym_relocs(o, local_index(s, o, holder), cython.address(r))):
        if r[i].type & R_WEAK and is_direct_call(r[i].type & ~R_WEAK):
            target = resolve(s, o, r[i].pkg, r[i].idx)
            if target < s.n and not is_reached(s, target):
                return True
    return False


def finish(flood: Flood) -> None:
    """Mark what describes the symbols that the linker altered.

    For cmd/link they have no auxiliary symbols to mark; pclntab and DWARF use them all the same.
    """
    for k in range(flood.f.nworkers):
        w = flood.f.workers + k
        for i in range(w.clones.n):
            reach_auxs(flood.f.s, w.clones.ids[i])


def forget_debug(flood: Flood) -> None:
    """Take what describes functions to debuggers out of what was reached: no debug information is made.

    It was followed because all that it refers to is alive, for cmd/link.
    """
    s = flood.f.s
    for k in range(1, s.nobjects):
        o = cython.address(s.objects[k])
        for li in range(o.ndef):
            if is_debug(s.kind_of[o.syms[li].type]):
                raw = o.pkgbase + li
                s.marks[raw >> 5] &= ~(cython.cast(uint64_t, 1) << (raw & 31))


def prune_map_inits(flood: Flood, noop: int) -> bool:
    """Whether a package initialiser calls a map initialiser that died (deadcodePass.mapinitcleanup).

    Such calls go to runtime.mapinitnoop, which is marked.
    """
    found = False
    for k in range(flood.f.nworkers):
        w = flood.f.workers + k
        for i in range(w.pkginits.n):
            if calls_dead(flood.f.s, w.pkginits.ids[i]):
                flood.f.s.attr[w.pkginits.ids[i]] |= SYM_CLONED
                found = True
    if found and not is_reached(flood.f.s, noop):
        reach(flood.f.s, noop)
        reach_auxs(flood.f.s, noop)
    return found


def reach_description(symbols: Symbols, raw: int) -> None:
    """Mark what describes a function that comes to life without having been reached."""
    if raw:
        reach_auxs(cython.address(symbols.c), raw)
