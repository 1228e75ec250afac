"""Builtins that a symbol refers to by number, for messages."""

from __future__ import annotations

import cython
from cython.cimports.goweld.codec.goobj_kernel import PKG_BUILTIN, sym_auxs, sym_relocs
from cython.cimports.goweld.model.symbols_kernel import MISSING, content, local_index, object_at, resolve

TYPE_CHECKING = False
if TYPE_CHECKING:
    from goweld.model.symbols_kernel import Symbols


def first_missing(symbols: Symbols, raw: int) -> int:
    """The number of the first builtin that a symbol refers to and no object defines; -1: there is none."""
    s = cython.address(symbols.c)
    holder = content(s, raw)
    o = cython.address(s.objects[object_at(s, holder)])
    li = local_index(s, o, holder)
    r = cython.declare("RelocRecord *", cython.NULL)
    for i in range(sym_relocs(o, li, cython.address(r))):
        if r[i].pkg == PKG_BUILTIN and resolve(s, o, r[i].pkg, r[i].idx) == MISSING:
            return r[i].idx
    a = cython.declare("AuxRecord *", cython.NULL)
    for i in range(sym_auxs(o, li, cython.address(a))):
        if a[i].pkg == PKG_BUILTIN and resolve(s, o, a[i].pkg, a[i].idx) == MISSING:
            return a[i].idx
    return -1
