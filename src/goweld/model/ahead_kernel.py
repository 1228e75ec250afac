"""Package files opened and mapped by a thread that goes ahead of who reads them.

Opening, mapping and the first faults are half of what reading a package's headers costs.  What cannot be
opened is left to the reader, who says why.  When all are open, the thread maps what is read first of those
that it opened.
"""

from __future__ import annotations

import os

import cython
from cython.cimports.goweld.codec.goobj_kernel import (
    BLOCK_DATA,
    BLOCK_RELOC_INDEX,
    BLOCK_TABLE,
    HEADER_SIZE,
)
from cython.cimports.goweld.model.fault_kernel import watch
from cython.cimports.goweld.model.memory_kernel import Column, Input
from cython.cimports.goweld.model.pool_kernel import run_beside, span_begins, span_ends
from cython.cimports.libc.stdint import uint8_t, uint32_t
from cython.cimports.libc.string import memcmp, memcpy, strdup
from cython.cimports.posix.mman import MAP_FAILED, MAP_PRIVATE, PROT_READ, madvise, mmap
from cython.cimports.posix.unistd import close, pread

MADV_POPULATE_READ = cython.declare(cython.int, 22)
PAGE = cython.declare(cython.size_t, 4096)
HEAD = cython.declare(cython.int, 68)  # of an archive: its magic and the first member's header


class FilesAhead:
    """Files that a thread opens and maps in the order of `paths`.

    Then it maps the pages of their objects that are read first: all but contents where `debug`, as nearly all
    relocations are read then, else names, symbols and hashes, which resolution reads.
    """

    def __init__(self, paths: list[str], debug: bool) -> None:
        self.index = {}
        # Columns and copies, which live on: nobody waits for the thread.
        table = Column(cython.sizeof(AheadFiles), 1)
        entries = Column(cython.sizeof(Ahead), len(paths))
        self.files = cython.cast("AheadFiles *", cython.cast(Column, table).ptr)
        self.files.list = cython.cast("Ahead *", cython.cast(Column, entries).ptr)
        self.files.end_block = BLOCK_DATA if debug else BLOCK_RELOC_INDEX
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
            turn(cython.address(file.state), OPENING, MAPPED if map_file(file, files.end_block) else LEFT)
    span_ends(b"open files", -1, began)
    began = span_begins()
    for i in range(files.n):
        if state_of(cython.address(files.list[i].state)) == MAPPED:
            populate(files.list + i, files.list[i].object, files.list[i].object_end)
    span_ends(b"fetch pages", -1, began)
    return cython.NULL


def map_file(file, end_block):
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
            populate(file, 0, PAGE)
            at = second_member(fd)
            if at:
                populate(file, at, at + 1)
                find_object(fd, at, file, end_block)
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


def find_object(fd, at, file, end_block):
    """Note the part of the object in a member that ends where one of its blocks begins.

    Read, not looked at where it is mapped, as nobody watches yet that the file stays as long as it is.  What
    looks like an object and is none costs some pages: who reads it will check.
    """
    near = cython.declare(uint8_t[4096])
    offset = cython.declare(uint32_t)
    n = pread(fd, near, cython.sizeof(near), at)
    if n < HEADER_SIZE:
        return
    magic = cython.cast("uint8_t *", memmem(near, n - HEADER_SIZE + 8, b"\x00go120ld", 8))
    if magic != cython.NULL:
        memcpy(cython.address(offset), magic + BLOCK_TABLE + 4 * end_block, 4)
        file.object = at + (magic - cython.address(near[0]))
        file.object_end = file.object + offset


def populate(file, first, end):
    """Map the pages of [first, end) of a file, as far as it goes."""
    start = first & ~(PAGE - 1)
    if end > file.length:
        end = file.length
    if end > start:
        madvise(cython.cast("uint8_t *", file.first) + start, end - start, MADV_POPULATE_READ)
