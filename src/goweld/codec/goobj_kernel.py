"""Go object files (cmd/internal/goobj): the header, the block table and the records, read in place."""

from __future__ import annotations

import cython
from cython.cimports.goweld.model.memory_kernel import Input, apart
from cython.cimports.libc.stdint import uint32_t, uint64_t
from cython.cimports.libc.string import memcmp, memset

NBLOCKS = cython.declare(cython.int, 19)


class CorruptObject(Exception):
    """The bytes are not a Go object this linker can read; the text says why."""


def parse(source, start, length, o):
    """Fill in `o` from the goobj at [start, start + length) of a mapped file.

    Checks that every block lies within the object and that the index blocks are as long as the definitions
    need; what an index or a reference says is checked where it is read.
    """
    base = apart(source.ptr + start, length)
    memset(o, 0, cython.sizeof(GoObj))
    if length < HEADER_SIZE or memcmp(base, b"\x00go120ld", 8) != 0:
        if length >= 8 and memcmp(base, b"\x00go114ld", 8) == 0:
            raise CorruptObject("object file in old format")
        raise CorruptObject("not a Go object")
    offsets = cython.cast("uint32_t *", base + BLOCK_TABLE)
    previous = cython.cast(uint32_t, HEADER_SIZE)
    for i in range(NBLOCKS):
        if offsets[i] < previous or offsets[i] > length:
            raise CorruptObject("block table out of order")
        previous = offsets[i]
    o.base = base
    o.length = length
    o.flags = cython.cast("uint32_t *", base + 16)[0]
    o.npkg = (offsets[2] - offsets[1]) // 8
    o.syms = cython.cast("SymRecord *", base + offsets[3])
    o.ndef = (offsets[4] - offsets[3]) // 21
    o.nhashed64 = (offsets[5] - offsets[4]) // 21
    o.nhashed = (offsets[6] - offsets[5]) // 21
    o.nnamed = (offsets[7] - offsets[6]) // 21
    o.nref = (offsets[8] - offsets[7]) // 21
    o.nalldef = o.ndef + o.nhashed64 + o.nhashed + o.nnamed
    if (o.nalldef + o.nref) * 21 != offsets[8] - offsets[3]:
        raise CorruptObject("symbol blocks of odd size")
    o.refflags = base + offsets[8]
    o.nrefflags = (offsets[9] - offsets[8]) // 10
    o.hash64 = base + offsets[9]
    o.hash = base + offsets[10]
    if offsets[10] - offsets[9] < o.nhashed64 * 8 or offsets[11] - offsets[10] < o.nhashed * 16:
        raise CorruptObject("hash block too short")
    index = 4 * (o.nalldef + 1)
    for i in range(11, 14):
        if offsets[i + 1] - offsets[i] < index:
            raise CorruptObject("index block too short")
    o.relocidx = cython.cast("uint32_t *", base + offsets[11])
    o.auxidx = cython.cast("uint32_t *", base + offsets[12])
    o.dataidx = cython.cast("uint32_t *", base + offsets[13])
    o.relocs = cython.cast("RelocRecord *", base + offsets[14])
    o.nreloc = (offsets[15] - offsets[14]) // 23
    o.auxs = cython.cast("AuxRecord *", base + offsets[15])
    o.naux = (offsets[16] - offsets[15]) // 9
    o.data = base + offsets[16]
    o.ndata = offsets[17] - offsets[16]
    return True


class ObjectHeader:
    """What the linker asks of an object file's header before it loads the symbols."""

    def __init__(self, source: Input, start: int, length: int) -> None:
        o = cython.declare(GoObj)
        parse(source, start, length, cython.address(o))
        offsets = cython.cast("uint32_t *", o.base + BLOCK_TABLE)
        self.fingerprint = cython.cast("const char *", o.base + 8)[:8]
        self.unlinkable = bool(o.flags & OBJ_UNLINKABLE)
        self.imports = []
        for i in range((offsets[1] - offsets[0]) // 16):
            record = o.base + offsets[0] + 16 * i
            fingerprint = cython.cast("const char *", record + 8)[:8]
            self.imports.append((text(cython.address(o), record), fingerprint))
        self.packages = [text(cython.address(o), o.base + offsets[1] + 8 * i) for i in range(o.npkg)]
        for i in range((offsets[3] - offsets[2]) // 8):
            check_text(cython.address(o), o.base + offsets[2] + 8 * i)


def file_records(o, count):
    """An object's file table: (length, offset) each; NULL where one lies outside the object."""
    offsets = cython.cast("uint32_t *", o.base + BLOCK_TABLE)
    records = o.base + offsets[2]
    n = (offsets[3] - offsets[2]) // 8
    count[0] = n
    for i in range(n):
        record = cython.cast("uint32_t *", records + 8 * i)
        if cython.cast(uint64_t, record[0]) + record[1] > o.length:
            return cython.NULL
    return records


def check_text(o, record):
    """Raise CorruptObject where an 8-byte (length, offset) reference names no string of the object."""
    place = cython.cast("uint32_t *", record)
    if cython.cast(uint64_t, place[1]) + place[0] > o.length:
        raise CorruptObject("string outside the object")
    return 0


def text(o, record):
    """The string that an 8-byte (length, offset) reference names."""
    check_text(o, record)
    size = cython.cast("uint32_t *", record)[0]
    offset = cython.cast("uint32_t *", record)[1]
    return cython.cast("const char *", o.base + offset)[:size]
