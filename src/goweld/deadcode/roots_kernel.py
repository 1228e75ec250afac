"""Roots of deadcode that are not given by name."""

from __future__ import annotations

import cython
from cython.cimports.goweld.codec.goobj_kernel import sym_relocs
from cython.cimports.goweld.deadcode.flood_kernel import Flood
from cython.cimports.goweld.deadcode.marking import push
from cython.cimports.goweld.model.kinds import K_TEXT, K_TEXT_END
from cython.cimports.goweld.model.symbols_kernel import content, local_index, object_at, resolve


def mark_all(flood: Flood) -> None:
    """Make everything a root that the objects define, but functions that the compiler found dead."""
    f = cython.address(flood.f)
    s = f.s
    for raw in range(1, s.first_ref):
        if s.canon[raw] == raw:
            holder = content(s, raw)
            o = cython.address(s.objects[object_at(s, holder)])
            sym = o.syms + local_index(s, o, holder)
            if sym.size or not K_TEXT <= s.kind_of[sym.type] <= K_TEXT_END:
                push(f.workers, raw, 0)


def mark_targets(flood: Flood, raw: int) -> None:
    """Make roots of what a symbol refers to."""
    f = cython.address(flood.f)
    s = f.s
    if raw == 0 or raw >= s.first_ref:
        return
    holder = content(s, raw)
    o = cython.address(s.objects[object_at(s, holder)])
    r = cython.declare("RelocRecord *", cython.NULL)
    for i in range(sym_relocs(o, local_index(s, o, holder), cython.address(r))):
        id = resolve(s, o, r[i].pkg, r[i].idx)
        if id < s.n:
            push(f.workers, id, 0)
