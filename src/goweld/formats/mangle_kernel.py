"""Every type, and every function instantiated with one of a versioned package, gets a short name.

(ld.Link.mangleTypeSym)
"""

from __future__ import annotations

import cython
from cython.cimports.goweld.codec.typenames_kernel import put_short, short_size
from cython.cimports.goweld.model.live_kernel import Live
from cython.cimports.libc.stdint import uint32_t, uint64_t


def mangle(live: Live) -> None:
    """Give the names by which other files know the symbols."""
    c = cython.address(live.c)
    live.make_outside_room()
    with cython.nogil:
        size = room_of(c)
    names = live.arena.take(size + 1)
    with cython.nogil:
        name_all(c, names)


def room_of(c):
    """The bytes of all new names."""
    size = cython.cast(uint64_t, 0)
    for s in range(1, c.n):
        size += short_size(c.name[s], c.nname[s])
    return size


def name_all(c, names):
    """Give the names."""
    for s in range(1, c.n):
        if short_size(c.name[s], c.nname[s]):
            c.outside[s] = names
            c.noutside[s] = cython.cast(uint32_t, put_short(c.name[s], c.nname[s], names))
            names += c.noutside[s]
