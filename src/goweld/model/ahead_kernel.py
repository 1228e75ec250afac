"""Package files opened and mapped by a thread that goes ahead of who reads them.

Opening, mapping and the first faults are half of what reading a package's headers costs.  What cannot be
opened is left to the reader, who says why.
"""

from __future__ import annotations

import os

import cython
from cython.cimports.goweld.model.fault_kernel import watch
from cython.cimports.goweld.model.memory_kernel import Column, Input
from cython.cimports.goweld.model.pool_kernel import run_beside, span_begins, span_ends
from cython.cimports.libc.stdint import uint8_t
from cython.cimports.libc.string import memcmp, strdup
from cython.cimports.posix.mman import MAP_FAILED, MAP_PRIVATE, PROT_READ, madvise, mmap
from cython.cimports.posix.unistd import close, pread

MADV_POPULATE_READ = cython.declare(cython.int, 22)
PAGE = cython.declare(cython.size_t, 4096)
HEAD = cython.declare(cython.int, 68)  # of an archive: its magic and the first member's header


class FilesAhead:
    """Files that a thread opens and maps in the order of `paths`."""

    def __init__(self, paths: list[str]) -> None:
        self.index = {}
        # Columns and copies, which live on: nobody waits for the thread.
        table = Column(cython.sizeof(AheadFiles), 1)
        entries = Column(cython.sizeof(Ahead), len(paths))
        self.files = cython.cast("AheadFiles *", cython.cast(Column, table).ptr)
        self.files.list = cython.cast("Ahead *", cython.cast(Column, entries).ptr)
        for path in paths:
            encoded = strdup(os.fsencode(path))
            if encoded == cython.NULL or "\0" in path or path in self.index:
                continue
            self.files.list[self.files.n].path = encoded
            self.index[path] = self.files.n
            self.files.n += 1
        run_beside(go_ahead, self.files)

    def take(self, path: str) -> Input | None:
        """The file if it is mapped, once; None: it is left to the caller."""
        i = self.index.pop(path, None)
        if i is None:
            return None
        file = cython.address(self.files.list[cython.cast(cython.Py_ssize_t, i)])
        if turn(cython.address(file.state), WAITING, LEFT):
            return None
        with cython.nogil:
            while state_of(cython.address(file.state)) == OPENING:
                sched_yield()
        if file.state != MAPPED:
            return None
        source = cython.cast(Input, Input.__new__(Input))
        source.path = path
        source.ptr = cython.cast("const uint8_t *", file.first)
        source.length = file.length
        watch(source.ptr, source.length, file.path)
        return source


def go_ahead(argument):
    """The thread: all files that nobody has taken."""
    files = cython.cast("AheadFiles *", argument)
    began = span_begins()
    for i in range(files.n):
        file = files.list + i
        if turn(cython.address(file.state), WAITING, OPENING):
            turn(cython.address(file.state), OPENING, MAPPED if map_file(file) else LEFT)
    span_ends(b"open files", -1, began)
    return cython.NULL


def map_file(file):
    """Map a regular file that is not empty, with the pages there that are read first; False: it is not."""
    status = cython.declare(stat_t)
    fd = c_open(file.path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    if fd < 0:
        return False
    mapped = cython.declare(cython.bint, False)
    if fstat(fd, cython.address(status)) == 0 and S_ISREG(status.st_mode) and status.st_size > 0:
        file.length = status.st_size
        file.first = mmap(cython.NULL, file.length, PROT_READ, MAP_PRIVATE, fd, 0)
        mapped = file.first != MAP_FAILED
        if mapped:
            at = second_member(fd) & ~(PAGE - 1)
            madvise(file.first, PAGE, MADV_POPULATE_READ)
            if at and at < file.length:
                madvise(cython.cast("uint8_t *", file.first) + at, PAGE, MADV_POPULATE_READ)
    close(fd)
    return mapped


def second_member(fd):
    """Where an archive's second member begins, which is the object behind the export data; 0: nowhere."""
    head = cython.declare(uint8_t[68])
    size = cython.cast(cython.size_t, 0)
    if pread(fd, head, HEAD, 0) != HEAD or memcmp(head, b"!<arch>\n", 8) != 0:
        return 0
    for i in range(56, 66):
        if head[i] < 48 or head[i] > 57:
            break
        size = size * 10 + head[i] - 48
    return HEAD + size + (size & 1)
