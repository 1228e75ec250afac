"""The names of symbols as cmd/link shows them."""

from __future__ import annotations

import cython
from cython.cimports.goweld.codec.goobj_kernel import sym_name
from cython.cimports.goweld.model.symbols_kernel import content, local_index, object_at

TYPE_CHECKING = False
if TYPE_CHECKING:
    from goweld.model.symbols_kernel import Symbols


def name(symbols: Symbols, raw: int) -> bytes:
    """The name that goes with a symbol's content, by canonical raw id; the linker's own symbols have one too.

    Equal contents can come under several names.
    """
    s = cython.address(symbols.c)
    first = cython.declare("const uint8_t *", cython.NULL)
    if object_at(s, raw):
        holder = content(s, raw)
        o = cython.address(s.objects[object_at(s, holder)])
        size = sym_name(o, local_index(s, o, holder), cython.address(first))
        return cython.cast("const char *", first)[:size] if size > 0 else b""
    for i in range(1, s.nentries):
        if s.entries[i].id == raw:
            return cython.cast("const char *", s.entries[i].name)[: s.entries[i].len]
    return b""
