"""The functions of each compilation unit (sym.CompilationUnit.Textp).  A unit is an object; it is named by its index."""

from __future__ import annotations

import cython
from cython.cimports.goweld.model.memory_kernel import Column
from cython.cimports.libc.stdint import uint32_t


class Units:
    """Functions by unit, each unit's in text order as it was before any shuffling or sorting by kind.

    `order` holds `count` live ids; functions that no object defines are in no unit.
    """

    def __init__(self, live: object, order: Column, count: int) -> None:
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
            first[c.obj[source[i]] + 2] += 1
        # Object 0, the linker, comes last in the sums: its functions are left out.
        first[2] = 0
        for k in range(2, nobjects + 1):
            first[k + 1] += first[k]
        for i in range(n):
            k = c.obj[source[i]]
            if k:
                self.ids[first[k + 1]] = source[i]
                first[k + 1] += 1
        self.first = first + 1

    def count(self, obj: int) -> int:
        """How many functions a unit has."""
        return self.first[obj + 1] - self.first[obj]

    def function(self, obj: int, i: int) -> int:
        """A unit's i-th function."""
        return self.ids[self.first[obj] + i]
