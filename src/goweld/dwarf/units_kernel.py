"""The functions of each compilation unit (sym.CompilationUnit.Textp).  Units are objects, named by index."""

from __future__ import annotations

import cython
from cython.cimports.goweld.model.live_kernel import A_INTERIOR
from cython.cimports.goweld.model.memory_kernel import Column
from cython.cimports.libc.stdint import uint32_t

TYPE_CHECKING = False
if TYPE_CHECKING:
    from goweld.model.live_kernel import Live


class Units:
    """Functions by unit, each unit's in text order as it was before any shuffling or sorting by kind.

    `order` holds `count` live ids; functions that no object defines are in no unit.
    """

    def __init__(self, live: Live, order: Column, count: int) -> None:
        self.live = live
        c = cython.address(self.live.c)
        nobjects = c.syms.nobjects
        self.first_of = Column(4, nobjects + 2)
        self.funcs = Column(4, count)
        self.ids = cython.cast("uint32_t *", self.funcs.ptr)
        first = cython.cast("uint32_t *", self.first_of.ptr)
        source = cython.cast("uint32_t *", cython.cast(Column, order).ptr)
        n = cython.cast(uint32_t, count)
        for i in range(n):
            if c.obj[source[i]] and not c.attr[source[i]] & A_INTERIOR:
                first[c.obj[source[i]] + 1] += 1
        for k in range(1, nobjects + 1):
            first[k + 1] += first[k]
        # first[k] moves from where unit k's functions begin to where they end and those of k + 1 begin.
        for i in range(n):
            k = c.obj[source[i]]
            if k and not c.attr[source[i]] & A_INTERIOR:
                self.ids[first[k]] = source[i]
                first[k] += 1
        self.first = first

    def count(self, obj: int) -> int:
        """How many functions a unit has."""
        return self.first[obj] - self.first[obj - 1]

    def function(self, obj: int, i: int) -> int:
        """A unit's i-th function."""
        return self.ids[self.first[obj - 1] + i]
