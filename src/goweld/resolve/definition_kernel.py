"""What objects say of single definitions, for the rules and messages about linknames and duplicates."""

from __future__ import annotations

import cython
from cython.cimports.goweld.codec.goobj_kernel import (
    ABI_STATIC,
    FLAG2_LINKNAME,
    FLAG2_LINKNAME_STD,
    OBJ_ASSEMBLY,
    OBJ_STD,
    sym_data,
)
from cython.cimports.goweld.model.symbols_kernel import SYM_BLOCKED, content, local_index, object_at
from cython.cimports.libc.stdint import uint32_t

TYPE_CHECKING = False
if TYPE_CHECKING:
    from goweld.model.symbols_kernel import Symbols


def unsettled(symbols: Symbols, references: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The (raw id, object) references that their definition's own flags do not allow."""
    s = cython.address(symbols.c)
    return [(raw, k) for raw, k in references if not is_allowed(s, raw, k)]


def is_allowed(s, raw, k):
    """Whether the definition is pushed to the referencing object; never so for a blocked name."""
    canon = s.canon[raw]
    if s.attr[canon] & SYM_BLOCKED or canon >= s.first_ref:
        return False
    holder = content(s, canon)
    o = cython.address(s.objects[object_at(s, holder)])
    flags = o.syms[local_index(s, o, holder)].flag2
    if flags & FLAG2_LINKNAME_STD and s.objects[k].flags & OBJ_STD:
        return True
    return cython.cast(cython.bint, flags & FLAG2_LINKNAME)


def definition(symbols: Symbols, raw: int) -> tuple[int, int, bool, bool, bool]:
    """Who defines what a raw id means: (object, ABI, from assembly, pushed, pushed to the standard library).

    Object 0: nobody.  ABI -1: a static symbol.
    """
    s = cython.address(symbols.c)
    canon = s.canon[raw]
    if canon == 0 or canon >= s.first_ref:
        return 0, 0, False, False, False
    holder = content(s, canon)
    k = object_at(s, holder)
    o = cython.address(s.objects[k])
    r = o.syms + local_index(s, o, holder)
    return (
        k,
        -1 if r.abi == ABI_STATIC else r.abi,
        bool(o.flags & OBJ_ASSEMBLY),
        bool(r.flag2 & FLAG2_LINKNAME),
        bool(r.flag2 & FLAG2_LINKNAME_STD),
    )


def record(symbols: Symbols, raw: int) -> tuple[int, int, int, bytes]:
    """One definition itself, whichever counts: (object, linker kind, size, content)."""
    s = cython.address(symbols.c)
    k = object_at(s, raw)
    o = cython.address(s.objects[k])
    li = local_index(s, o, cython.cast(uint32_t, raw))
    first = cython.declare("const uint8_t *", cython.NULL)
    size = sym_data(o, li, cython.address(first))
    data = cython.cast("const char *", first)[:size] if size > 0 else b""
    return k, s.kind_of[o.syms[li].type], o.syms[li].size, data


def holder(symbols: Symbols, raw: int) -> int:
    """The raw id of the definition that counts for a canonical id."""
    return content(cython.address(symbols.c), raw)
