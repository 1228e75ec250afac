"""Sections relocated and compressed block by block: no whole section is ever written out plain."""

from __future__ import annotations

import cython
from cython.cimports.goweld.codec.deflate_kernel import Stream, feed, finish
from cython.cimports.goweld.codec.goflate_kernel import start
from cython.cimports.goweld.model.memory_kernel import Column
from cython.cimports.goweld.model.pool_kernel import run_tasks, span_begins, span_ends, thread_count
from cython.cimports.goweld.model.pthread import atomic_next
from cython.cimports.goweld.relocate.apply_kernel import apply_symbols, write_runs
from cython.cimports.libc.stdint import uint32_t, uint64_t
from cython.cimports.libc.stdlib import free, malloc

TYPE_CHECKING = False
if TYPE_CHECKING:
    from goweld.relocate.apply_kernel import Relocation

BLOCK = cython.declare(uint64_t, 512 << 10)  # relocated at a time: it stays in the processor's cache


class Compression:
    """Up to `most` sections, those that may be compressed early first, the largest first among either.

    A section is one task, and the last one would keep one thread: the others write what the relocation has.
    """

    def __init__(self, relocation: Relocation, most: int) -> None:
        self.relocation = relocation
        self.b.place = cython.address(self.relocation.b.place)
        self.memory = [Column(cython.sizeof(Packed), most)]
        self.b.list = cython.cast("Packed *", cython.cast(Column, self.memory[0]).ptr)

    def add(self, pieces: Column, count: int, addr: int, out: Column, first: int, early: bool) -> None:
        """Compress `count` pieces, laid end to end from `addr`, into `out` from `first` on."""
        p = cython.address(self.b.list[self.b.n])
        p.ids = cython.cast("uint32_t *", pieces.ptr)
        p.n = count
        p.addr = addr
        p.out = cython.cast("uint8_t *", out.ptr) + first
        p.room = cython.cast(uint64_t, out.length) - first
        self.memory += [pieces, out]
        self.b.n += 1
        if early:
            self.b.nearly = self.b.n
        return 0

    def pack_early(self) -> int:
        """Compress what may be compressed early, on this thread; 0."""
        with cython.nogil:
            pack_rest(cython.address(self.b))
        return 0

    def run(self, file: int) -> None:
        """Compress everything not begun, and write the relocation's runs to the file."""
        runs = cython.address(self.relocation.b)
        runs.file = file
        self.b.runs = runs
        nlate = self.b.n - self.b.nearly
        with cython.nogil:
            run_tasks(b"", pack_or_write, cython.address(self.b), nlate + thread_count())
        return 0

    def sizes(self) -> list[int]:
        """The streams' sizes, -1 where one does not fit, in the order of adding."""
        if self.b.no_memory:
            raise MemoryError
        return [self.b.list[i].size for i in range(self.b.n)]

    def failures(self) -> list[tuple[int, int, int, int, int]]:
        """What could not be relocated: (symbol, relocation, target, why, value), some of each section."""
        found = []
        for i in range(self.b.n):
            p = cython.address(self.b.list[i])
            for j in range(min(p.nfailures, MOST_KEPT)):
                f = cython.address(p.failures[j])
                found.append((f.symbol, f.reloc, f.target, f.why, f.value))
        return found


def pack_or_write(context, index):
    """A task: one late section; the tasks after those do what else there is."""
    b = cython.cast("Packing *", context)
    if index < b.n - b.nearly:
        pack_one(b, b.nearly + index)
        return
    pack_rest(b)
    began = span_begins()
    write_runs(b.runs, index)
    span_ends(b"relocate and write", index, began)


def pack_rest(b):
    """Compress early sections until there is none."""
    while True:
        i = atomic_next(cython.address(b.next))
        if i >= b.nearly:
            break
        pack_one(b, i)


def pack_one(b, i):
    """Compress a section, the i-th of the list."""
    began = span_begins()
    if not pack(b, b.list + i):
        b.no_memory = True
    span_ends(b"compress section", i, began)


def pack(b, p):
    """Relocate and compress one section; false where there is no memory."""
    c = b.place.c
    s = cython.cast("Stream *", malloc(cython.sizeof(Stream)))
    block = cython.cast("uint8_t *", malloc(BLOCK + widest(c, p.ids, p.n)))
    if s == cython.NULL or block == cython.NULL:
        free(s)
        free(block)
        return False
    start(s, p.out, p.room)
    first = cython.cast(uint32_t, 0)
    addr = p.addr
    while first < p.n:
        last = first
        size = cython.cast(uint64_t, 0)
        while last < p.n and size < BLOCK:
            size += c.size[p.ids[last]]
            last += 1
        nfailures = apply_symbols(
            b.place, p.ids + first, last - first, block, addr, size, 0, p.failures, MOST_KEPT, cython.NULL
        )
        if nfailures:
            # The link has failed; what is left to do does not matter.
            p.nfailures = nfailures
            break
        feed(s, block, size)
        addr += size
        first = last
    p.size = finish(s)
    free(s)
    free(block)
    return True


def widest(c, ids, n):
    """The size of the largest piece."""
    most = cython.cast(uint64_t, 0)
    for i in range(n):
        if c.size[ids[i]] > most:
            most = c.size[ids[i]]
    return most
