"""What one package's inittask record says."""

from __future__ import annotations

import cython
from cython.cimports.goweld.codec.goobj_kernel import sym_relocs
from cython.cimports.goweld.model.kinds import R_INITORDER
from cython.cimports.goweld.model.symbols_kernel import content, local_index, object_at, resolve
from cython.cimports.libc.stdint import uint32_t

TYPE_CHECKING = False
if TYPE_CHECKING:
    from goweld.model.symbols_kernel import Symbols

MOST = cython.declare(uint32_t, 4096)  # packages that one package may import


def read(symbols: Symbols, raw: int) -> tuple[int, list[int]] | None:
    """(size, raw ids of the records that must run before); None where the object is corrupt.

    Only before deadcode.
    """
    s = cython.address(symbols.c)
    found = cython.declare(uint32_t[4096])
    if raw >= s.first_ref:
        return 0, []
    n = dependencies(s, raw, found, MOST)
    if n < 0:
        return None
    holder = content(s, raw)
    o = cython.address(s.objects[object_at(s, holder)])
    return o.syms[local_index(s, o, holder)].size, [found[i] for i in range(n)]


def dependencies(s, raw, found, room):
    """The targets of a record's R_INITORDER relocations: their number, or -1."""
    relocs = cython.declare("RelocRecord *", cython.NULL)
    holder = content(s, raw)
    o = cython.address(s.objects[object_at(s, holder)])
    count = sym_relocs(o, local_index(s, o, holder), cython.address(relocs))
    n = 0
    for i in range(count):
        if relocs[i].type != R_INITORDER:
            continue
        target = resolve(s, o, relocs[i].pkg, relocs[i].idx)
        if target == 0 or target >= s.n or cython.cast(uint32_t, n) == room:
            return -1
        found[n] = target
        n += 1
    return n if count >= 0 else -1
