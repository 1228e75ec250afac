"""The objects of a link, in load order: Go's, then host objects.

Object 0 stands for the linker, which defines symbols too.
"""

from __future__ import annotations

import cython
from cython.cimports.goweld.codec.elf_object_kernel import ElfObject
from cython.cimports.goweld.codec.goobj_kernel import parse
from cython.cimports.goweld.model.memory_kernel import CHECKED, Arena, Column, Input
from cython.cimports.libc.stdint import int64_t, uint32_t, uint64_t
from cython.cimports.posix.mman import madvise
from cython.cimports.posix.unistd import close

MADV_DONTNEED = cython.declare(cython.int, 4)
PAGE = cython.declare(uint64_t, 4096)
FEWEST = cython.declare(uint64_t, 8 << 10)  # bytes that are worth letting go of

# The parts of an object, for Objects.release, as they lie in its file, and who reads each last.
HEADS = 0  # what precedes the object, mapped along with its headers
NAMES = 1  # the symbol table, and before it data, which sorts types by name
RECORDS = 2  # symbols: deadcode, some again pclntab
HASHES = 3  # of definitions: resolution
INDICES = 4  # where a symbol's relocations, auxiliary symbols and data are: data
CODE_RELOCS = 5  # of code and constants: pclntab, then relocation
DEBUG_RELOCS = 6  # of what describes functions: deadcode and dwarf, then relocation
DEBUG = 7  # what describes functions, farther on: pclntab and dwarf, then relocation


def drop(d, first, end):
    """Let go of the pages that lie wholly in a range of an input; one that is touched again comes back.

    They are there until finish_drop.  Few are not worth the work.
    """
    start = (cython.cast(uint64_t, first) + PAGE - 1) & ~(PAGE - 1)
    stop = cython.cast(uint64_t, end) & ~(PAGE - 1)
    if stop < start + FEWEST or CHECKED:
        return
    if d.n == RANGES:
        finish_drop(d)
    d.list[d.n].iov_base = cython.cast(cython.p_void, start)
    d.list[d.n].iov_len = stop - start
    d.bytes += stop - start
    d.n += 1


def drop_part(d, o, part):
    """Let go of one part of an object."""
    ends = cython.declare("const uint8_t *[8]")
    ends[0] = o.before
    ends[1] = o.base
    ends[2] = cython.cast("const uint8_t *", o.syms)
    ends[3] = o.hash64
    ends[4] = cython.cast("const uint8_t *", o.relocidx)
    ends[5] = cython.cast("const uint8_t *", o.relocs)
    ends[6] = o.debug.relocs
    ends[7] = o.debug.relocs_end
    if part < 7:
        drop(d, ends[part], ends[part + 1])
    else:
        drop(d, o.debug.data, o.debug.data_end)


def finish_drop(d):
    """Let go of the ranges: with one call, as each stops the other threads (from Linux 6.13 on)."""
    if d.n and process_madvise(d.process, d.list, d.n, MADV_DONTNEED) != cython.cast(int64_t, d.bytes):
        for i in range(d.n):
            madvise(d.list[i].iov_base, d.list[i].iov_len, MADV_DONTNEED)
    d.n = 0
    d.bytes = 0


def find_debug_part(o, kind_of, d):
    """Where the compiler put what describes functions: past code and constants, with DWARF at both ends."""
    first = cython.cast(uint32_t, 0)
    while first < o.ndef and not is_debug(kind_of[o.syms[first].type]):
        first += 1
    end = o.ndef
    while end > first and not is_debug(kind_of[o.syms[end - 1].type]):
        end -= 1
    d.relocs = cython.cast("const uint8_t *", o.relocs + within(o.relocidx[first], o.nreloc))
    d.relocs_end = cython.cast("const uint8_t *", o.relocs + within(o.relocidx[end], o.nreloc))
    d.data = o.data + within(o.dataidx[first], o.ndata)
    d.data_end = o.data + within(o.dataidx[end], o.ndata)


def within(index, most):
    """An index, made to fit where the object is corrupt."""
    return index if index < most else most


class Objects:
    """A table of parsed objects; `names` says of each which file and archive member it came from."""

    def __init__(self, capacity: int) -> None:
        self.memory = Column(cython.sizeof(GoObj), capacity + 1)
        self.list = cython.cast("GoObj *", self.memory.ptr)
        self.n = 1
        self.nhosts = 0
        self.arena = Arena()
        self.inputs = [None]
        self.names = ["linker"]

    def __len__(self) -> int:
        return self.n

    def add(self, source: Input, start: int, length: int, lib: int, name: str) -> int:
        """Add the goobj at [start, start + length) of a mapped file; its index.  Raises CorruptObject."""
        if self.n >= cython.cast(uint32_t, self.memory.length):
            raise OverflowError("more objects than were announced")
        o = cython.address(self.list[self.n])
        parse(source, start, length, o)
        o.before = o.base if CHECKED else source.ptr
        if len(self.inputs) and self.inputs[len(self.inputs) - 1] is source:
            last = cython.address(self.list[self.n - 1])
            o.before = last.base + last.length
        o.lib = lib
        self.inputs.append(source)
        self.names.append(name)
        self.n += 1
        return self.n - 1

    def room(self) -> int:
        """How many objects there can be."""
        return self.memory.length

    def add_host(self, host: ElfObject, name: str) -> int:
        """Add a host object, once all Go objects are there; its index.  Raises CorruptElf."""
        index = self.n + self.nhosts
        if index >= cython.cast(uint32_t, self.memory.length):
            raise OverflowError("more objects than were announced")
        host.fill(cython.address(self.list[index]))
        self.inputs.append(host)
        self.names.append(name)
        self.nhosts += 1
        return index

    def divide(self, kinds: bytes) -> None:
        """Find the parts of each object, for `release`; this reads symbol records.

        `kinds` maps the objects' symbol kinds to the linker's, 256 bytes.
        """
        kind_of = cython.cast("const uint8_t *", cython.cast("const char *", kinds))
        for i in range(1, self.n):
            o = cython.address(self.list[i])
            find_debug_part(o, kind_of, cython.address(o.debug))
        return 0

    def release(self, part: int) -> None:
        """Let go of one part of every mapped Go object; what is read after all comes back."""
        d = cython.address(self.dropping)
        d.process = this_process()
        for i in range(1, self.n):
            drop_part(d, cython.address(self.list[i]), part)
        finish_drop(d)
        close(d.process)
        return 0

    def refer(self, index: int, packages: list[int]) -> None:
        """Say which object each of an object's package references means."""
        o = cython.address(self.list[index])
        o.pkgs = cython.cast("uint32_t *", self.arena.take(4 * o.npkg + 4))
        for i in range(o.npkg):
            o.pkgs[i] = packages[i]

    def flags(self, index: int) -> int:
        """The goobj flags of an object."""
        return self.list[index].flags

    def lib(self, index: int) -> int:
        """The library an object belongs to."""
        return self.list[index].lib
