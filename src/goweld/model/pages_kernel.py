"""Which pages of the inputs hold something live: the others are let go.

A page that is read after all is mapped again, with those around it.
"""

from __future__ import annotations

import cython
from cython.cimports.goweld.model.pool_kernel import run_beside, thread_count
from cython.cimports.libc.stdint import uint64_t
from cython.cimports.posix.mman import madvise

MADV_DONTNEED = cython.declare(cython.int, 4)
SHIFT = cython.declare(cython.int, 12)
LEAST = cython.declare(uint64_t, 4)  # pages in a run that is worth a call


def mark(p, k, first, length):
    """Note the pages of a range of object k; none where it lies elsewhere."""
    base = cython.cast(uint64_t, p.objects[k].base)
    start = cython.cast(uint64_t, first)
    if length == 0 or start < base or start + length > base + p.objects[k].length:
        return
    used = p.used + p.first[k] - (base >> SHIFT)
    for page in range(start >> SHIFT, ((start + length - 1) >> SHIFT) + 1):
        used[page] = 1


def mark_live(p, c):
    """Note where names, contents, relocations and auxiliary records of live symbols lie, in one pass."""
    auxs = cython.declare("AuxRecord *")
    for s in range(1, c.n):
        if c.attr[s] & A_LINKER:
            continue
        k = c.obj[s]
        mark(p, k, c.name[s], c.nname[s])
        mark(p, k, c.data[s], c.ndata[s])
        mark(p, k, c.rel[s], cython.cast(uint64_t, c.nrel[s]) * cython.sizeof(RelocRecord))
        naux = live_auxs(c, s, cython.address(auxs))
        if naux > 0:
            mark(p, k, p.objects[k].auxidx + c.li[s], 2 * cython.sizeof(uint32_t))
            mark(p, k, auxs, cython.cast(uint64_t, naux) * cython.sizeof(AuxRecord))


def let_go(argument):
    """Unmap the runs of pages that hold nothing live: one pass over the pages, one call for each run."""
    p = cython.cast("Pages *", argument)
    for k in range(1, p.n):
        page = cython.cast(uint64_t, p.objects[k].base) >> SHIFT
        end = (cython.cast(uint64_t, p.objects[k].base) + p.objects[k].length - 1) >> SHIFT
        used = p.used + p.first[k] - page
        page += 1  # this one and the last may belong to other members of the archive
        while page < end:
            start = page
            while page < end and not used[page]:
                page += 1
            if page - start >= LEAST:
                madvise(cython.cast(cython.p_void, start << SHIFT), (page - start) << SHIFT, MADV_DONTNEED)
            page += 1
    return cython.NULL


def release_dead(objects: Objects, live: Live) -> None:
    """Let go of the pages with nothing live in them, beside what follows."""
    if CHECKED:
        return 0
    table = cython.cast(Objects, objects)
    columns = [Column(cython.sizeof(Pages), 1), Column(8, table.n)]
    p = cython.cast("Pages *", cython.cast(Column, columns[0]).ptr)
    p.objects = table.list
    p.n = table.n
    p.first = cython.cast("uint64_t *", cython.cast(Column, columns[1]).ptr)
    total = cython.cast(uint64_t, 0)
    for k in range(1, table.n):
        p.first[k] = total
        total += (table.list[k].length >> SHIFT) + 2
    columns.append(Column(1, total))
    p.used = cython.cast("uint8_t *", cython.cast(Column, columns[2]).ptr)
    mark_live(p, cython.address(cython.cast(Live, live).c))
    if thread_count() > 1:
        run_beside(let_go, p)
    else:
        let_go(p)
    return 0
