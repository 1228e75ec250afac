"""The owners of memory: a mapped input file, a column of fixed-size items, an arena.

Kernels cimport these types and see pointers; Python sees objects with a length.  Everything lives until the
process leaves: the linker ends with the write and tears nothing down.
"""

from __future__ import annotations

import os
import stat

import cython
from cython.cimports.cpython.memoryview import PyMemoryView_FromMemory
from cython.cimports.goweld.model.fault_kernel import watch
from cython.cimports.libc.errno import ENOMEM, errno
from cython.cimports.libc.stdlib import calloc, free, malloc
from cython.cimports.libc.string import memcpy
from cython.cimports.posix.mman import (
    MAP_ANONYMOUS,
    MAP_FAILED,
    MAP_PRIVATE,
    PROT_READ,
    PROT_WRITE,
    madvise,
    mmap,
    munmap,
)

MADV_POPULATE_WRITE = cython.declare(cython.int, 23)
PAGE = cython.declare(cython.size_t, 4096)
MADV_HUGEPAGE = cython.declare(cython.int, 14)
HUGE = cython.declare(cython.size_t, 2 << 20)
CHUNK = cython.declare(cython.size_t, 256 << 10)


def room_for(size, sparse):
    """The bytes to map for `size`: whole huge pages where it is large enough to gain from them.

    The kernel aligns only whole huge pages.  One costs as much to touch as 150 small ones.  Memory that is
    touched here and there only is `sparse`: huge pages would fill it.
    """
    if size >= 2 * HUGE and not sparse and not CHECKED:
        return (size + HUGE - 1) & ~(HUGE - 1)
    return size if size else 1


def map_memory(size, sparse):
    """Zeroed anonymous memory of `size` bytes, which room_for gave; NULL where there is none."""
    if CHECKED:
        return calloc(1, size)
    p = mmap(cython.NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    if p == MAP_FAILED:
        return cython.NULL
    if size >= 2 * HUGE and not sparse:
        madvise(p, size, MADV_HUGEPAGE)
    return p


def touch(p, size):
    """Have the system give memory now that is read before it is written, as tables and flags are.

    What is read first is a page of zeros that all share; the write then takes another fault, and stops every
    thread until all have forgotten that page.
    """
    start = cython.cast(cython.size_t, p) & ~(PAGE - 1)
    if not CHECKED:
        madvise(
            cython.cast(cython.p_void, start),
            cython.cast(cython.size_t, p) + size - start,
            MADV_POPULATE_WRITE,
        )


def unmap_memory(p, size):
    """Give memory back that map_memory gave."""
    if CHECKED:
        free(p)
    elif p != cython.NULL:
        munmap(p, size)


def reserve(size, sparse):
    """Zeroed anonymous memory of `size` bytes, which room_for gave."""
    p = map_memory(size, sparse)
    if p == cython.NULL:
        raise MemoryError
    return p


def apart(first, length):
    """Part of a mapped file, in the checked build as a copy by itself."""
    if not CHECKED:
        return first
    copy = cython.cast("uint8_t *", malloc(length))
    if copy == cython.NULL:
        raise MemoryError
    memcpy(copy, first, length)
    return copy


class Input:
    """A file mapped for reading.  Raises OSError where the file cannot be opened or mapped."""

    def __init__(self, path: str) -> None:
        p = cython.declare(cython.p_void)
        self.path = path
        if "\0" in path:
            raise OSError("invalid argument")
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
        try:
            status = os.fstat(fd)
            self.length = status.st_size if stat.S_ISREG(status.st_mode) else 0
            # Reading tells what is wrong with a directory, or with a device that fails.
            if self.length == 0 and (os.read(fd, 1) or not stat.S_ISREG(status.st_mode)):
                raise OSError("not a regular file")
            if self.length:
                p = mmap(cython.NULL, self.length, PROT_READ, MAP_PRIVATE, cython.cast(cython.int, fd), 0)
                if p == MAP_FAILED:
                    if errno == ENOMEM:
                        raise MemoryError
                    raise OSError("cannot be mapped")
                self.ptr = cython.cast("const uint8_t *", p)
                watch(self.ptr, self.length, os.fsencode(path))
        finally:
            os.close(fd)

    def __len__(self) -> int:
        return self.length

    def read(self, start: int, size: int) -> bytes:
        """A copy of `size` bytes from `start`, clipped to the file."""
        first = cython.cast(cython.Py_ssize_t, start)
        count = cython.cast(cython.Py_ssize_t, size)
        if first < 0 or first >= self.length or count <= 0:
            return b""
        if count > self.length - first:
            count = self.length - first
        return cython.cast("const char *", self.ptr + first)[:count]

    def find(self, needle: bytes, start: int, end: int) -> int:
        """The first place of `needle` in [start, end), or -1."""
        return memoryview_find(self, needle, start, end)

    def view(self) -> memoryview:
        """The whole file, read only."""
        return PyMemoryView_FromMemory(cython.cast("char *", self.ptr), self.length, 0x100)


def memoryview_find(mapped: Input, needle: bytes, start: int, end: int) -> int:
    """bytes.find over a window of a mapped file, in blocks that grow, so that little is touched or copied."""
    overlap = len(needle) - 1
    step = 512
    while start < end:
        block = mapped.read(start, min(end - start, step + overlap))
        at = block.find(needle)
        if at >= 0:
            return start + at
        start += step
        step = min(2 * step, 65536)
    return -1


class Column:
    """`length` items of `itemsize` bytes, zero at first.  `sparse`: few of them will ever be touched."""

    def __init__(self, itemsize: int, length: int, sparse: bool = False) -> None:
        self.itemsize = itemsize
        self.length = length
        self.mapped = room_for(
            cython.cast(cython.size_t, itemsize) * cython.cast(cython.size_t, length), sparse
        )
        self.ptr = reserve(self.mapped, sparse)

    def __len__(self) -> int:
        return self.length

    def view(self) -> memoryview:
        """The column's bytes, writable: for tests, reports and the few items Python sets."""
        return PyMemoryView_FromMemory(cython.cast("char *", self.ptr), self.length * self.itemsize, 0x200)

    def free(self) -> None:
        """Give the memory back; the column must not be used again."""
        unmap_memory(self.ptr, self.mapped)
        self.ptr = cython.NULL
        self.length = 0


class Arena:
    """Memory for what the linker makes up: names, contents, relocations.  Pointers into it stay valid."""

    def __init__(self) -> None:
        self.chunks = []
        self.room = 0

    def take(self, size: int) -> object:
        """`size` zeroed bytes, aligned to eight."""
        rounded = (cython.cast(cython.size_t, size) + 7) & ~cython.cast(cython.size_t, 7)
        if CHECKED:
            rounded = size
            self.room = 0
        if rounded > self.room or CHECKED:
            wanted = rounded if rounded > CHUNK or CHECKED else CHUNK
            chunk = Column(1, wanted)
            self.chunks.append(chunk)
            self.cursor = cython.cast("uint8_t *", cython.cast(Column, chunk).ptr)
            self.room = wanted
        p = self.cursor
        self.cursor = p + rounded
        self.room -= rounded
        return p
