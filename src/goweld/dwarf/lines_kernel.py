"""Line tables: the head of each unit's, with directories and files, before what the compiler made."""

from __future__ import annotations

import cython
from cython.cimports.goweld.codec.goobj_kernel import file_records
from cython.cimports.goweld.codec.leb128 import put_uleb128
from cython.cimports.goweld.model.memory_kernel import Column, touch
from cython.cimports.goweld.model.symbols_kernel import gw_hash
from cython.cimports.libc.stdint import uint8_t, uint32_t, uint64_t
from cython.cimports.libc.stdio import snprintf
from cython.cimports.libc.string import memcmp, memcpy, memmove, memset

TYPE_CHECKING = False
if TYPE_CHECKING:
    from goweld.dwarf.pieces_kernel import Pieces

FILE_PREFIX = cython.declare("const char *", b"gofile..")  # cmd/internal/src.FileSymPrefix
GOROOT = cython.declare("const char *", b"$GOROOT")
SLASH = cython.declare(uint8_t, 47)
BACKSLASH = cython.declare(uint8_t, 92)
DOT = cython.declare(uint8_t, 46)
CURRENT = cython.declare(uint32_t, 1)  # the directory "."
HEAD_ROOM = cython.declare(uint64_t, 64)  # more than a head takes without directories and files
FILE_ROOM = cython.declare(uint64_t, 40)  # and than a file takes besides its name, as file and as directory
# default_is_stmt, line_base -4, line_range, opcode_base, standard_opcode_lengths.
PROGRAM_HEAD = cython.declare("const char *", b"\x01\xfc\x0a\x0b\0\1\1\1\1\0\0\0\1\0")
PROGRAM_HEAD_SIZE = cython.declare(cython.int, 14)
# Directories are strings; files a string and a number of a directory.
DIRECTORY_FORMAT = cython.declare("const char *", b"\x01\x01\x08")
FILE_FORMAT = cython.declare("const char *", b"\x02\x01\x08\x02\x0f")


class LineTables:
    """The line tables of all units, DWARF `version` 4 or 5.

    `goroot` takes the place of $GOROOT in file names; empty: it stays.
    """

    def __init__(self, pieces: Pieces, goroot: bytes, version: int) -> None:
        t = cython.address(self.t)
        self.pieces = pieces
        self.memory = []
        self.goroot = goroot
        t.c = cython.address(self.pieces.live.c)
        t.goroot = cython.cast("const uint8_t *", cython.cast("const char *", goroot))
        t.ngoroot = cython.cast(uint32_t, len(goroot))
        t.version = version

    def column(self, itemsize, length):
        memory = Column(itemsize, length)
        self.memory.append(memory)
        return cython.cast(Column, memory).ptr

    def write(self, units: Column, count: int) -> int:
        """Write the heads and chain the pieces of `count` units in order; the first corrupt object, or 0."""
        t = cython.address(self.t)
        pieces = self.pieces
        ids = cython.cast("uint32_t *", cython.cast(Column, units).ptr)
        nfile = cython.declare(uint32_t, 0)
        total = cython.cast(uint64_t, 0)
        bytes_needed = cython.cast(uint64_t, 0)
        most = cython.cast(uint32_t, 0)
        for i in range(count):
            records = file_records(cython.address(t.c.syms.objects[ids[i]]), cython.address(nfile))
            if records == cython.NULL:
                return ids[i]
            total += nfile
            most = nfile if nfile > most else most
            for j in range(nfile):
                bytes_needed += cython.cast("uint32_t *", records + 8 * j)[0]
        room = cython.cast(uint64_t, 1024)
        while room < 2 * total:
            room *= 2
        t.mask = room - 1
        t.files = cython.cast("SourceFile *", self.column(cython.sizeof(SourceFile), total + 1))
        t.dirs = cython.cast("Directory *", self.column(cython.sizeof(Directory), total + 2))
        t.file_slots = cython.cast("uint32_t *", self.column(4, room))
        t.dir_slots = cython.cast("uint32_t *", self.column(4, room))
        touch(t.file_slots, 4 * room)
        touch(t.dir_slots, 4 * room)
        t.unit_files = cython.cast("uint32_t *", self.column(4, most + 1))
        t.unit_dirs = cython.cast("uint32_t *", self.column(4, most + 1))
        # An expanded name and its cleaned directory may both need room of their own.
        bytes_needed += total * t.ngoroot
        t.text = cython.cast("uint8_t *", self.column(1, 2 * bytes_needed + 4 * total + 16))
        room = 2 * bytes_needed + FILE_ROOM * total + HEAD_ROOM * count
        heads = cython.cast("uint8_t *", self.column(1, room))
        t.nfile = t.ndir = 1
        nfuncs = cython.cast(uint64_t, len(pieces.units.funcs))
        self.order = Column(4, nfuncs + count)
        chained = cython.cast("uint32_t *", self.order.ptr)
        with cython.nogil:
            enter_directory(t, cython.cast("const uint8_t *", b"."), 1)
            for i in range(count):
                k = ids[i]
                u = pieces.unit + k
                if u.base:
                    heads = write_head(t, u.lines, k, heads)
                    first = pieces.units.first[k - 1]
                    chained += chain(u, pieces.function + first, pieces.units.first[k] - first, t.c, chained)
        self.count = cython.cast(uint32_t, chained - cython.cast("uint32_t *", self.order.ptr))
        return 0

    def path_of(self, obj: int, part: bytes) -> bytes | None:
        """What precedes `part` in the first of a unit's files whose name has it."""
        t = cython.address(self.t)
        n = cython.declare(uint32_t, 0)
        if self.pieces.unit[obj].base == 0:
            return None
        o = cython.address(t.c.syms.objects[obj])
        records = file_records(o, cython.address(n))
        for i in range(n):
            record = cython.cast("uint32_t *", records + 8 * i)
            f = cython.address(t.files[enter_file(t, o.base + record[1], record[0])])
            name = cython.cast("const char *", f.name)[: f.size]
            at = name.find(part)
            if at >= 0:
                return name[:at]
        return None


def chain(u, f, n, c, to):
    """The pieces of a unit's line table, its length patched; how many they are (ld.dwctxt.writelines)."""
    data = cython.cast("uint8_t *", c.data[u.lines])
    size = cython.cast(uint64_t, c.ndata[u.lines]) - 4
    to[0] = u.lines
    count = cython.cast(uint32_t, 1)
    for i in range(n):
        if f[i].lines:
            to[count] = f[i].lines
            count += 1
            size += c.ndata[f[i].lines]
    cython.cast("uint32_t *", data)[0] = cython.cast(uint32_t, size)
    return count


def write_head(t, s, unit, start):
    """Give the symbol a unit's head as content, its unit_length still missing; the place after it."""
    n = cython.declare(uint32_t, 0)
    o = cython.address(t.c.syms.objects[unit])
    records = file_records(o, cython.address(n))
    ndir = collect_paths(t, o, unit, records, n)
    to = start + 4
    to[0] = 5 if t.version == 5 else 2
    to[1] = 0
    to += 2
    if t.version == 5:
        to[0] = 8  # address_size, then segment_selector_size
        to[1] = 0
        to += 2
    program = to + 4
    to = program
    to[0] = 1
    to += 1
    if t.version == 5:
        to[0] = 1
        to += 1
    memcpy(to, PROGRAM_HEAD, PROGRAM_HEAD_SIZE)
    to = put_tables(t, to + PROGRAM_HEAD_SIZE, n, ndir)
    cython.cast("uint32_t *", program - 4)[0] = cython.cast(uint32_t, to - program)
    t.c.data[s] = start
    t.c.ndata[s] = cython.cast(uint32_t, to - start)
    t.c.size[s] = t.c.ndata[s]
    return to


def collect_paths(t, o, unit, records, n):
    """Number the directories of a unit's files as they come; how many there are besides "."."""
    ndir = cython.cast(uint32_t, 0)
    t.dirs[CURRENT].unit = unit
    t.dirs[CURRENT].number = 0
    for i in range(n):
        record = cython.cast("uint32_t *", records + 8 * i)
        f = enter_file(t, o.base + record[1], record[0])
        t.unit_files[i] = f
        d = t.dirs + t.files[f].dir
        if d.unit != unit:
            t.unit_dirs[ndir] = t.files[f].dir
            ndir += 1
            d.unit = unit
            d.number = ndir
    return ndir


def put_tables(t, to, nfile, ndir):
    """The tables of directories and files; the place after them (ld.dwctxt.writeDirFileTables)."""
    if t.version == 5:
        memcpy(to, DIRECTORY_FORMAT, 3)
        to = put_uleb128(to + 3, ndir + 1)
        to = put_text(to, t.dirs[CURRENT].path, 1)
    for i in range(ndir):
        d = t.dirs + t.unit_dirs[i]
        to = put_text(to, d.path, d.size)
    if t.version == 5:
        memcpy(to, FILE_FORMAT, 5)
        to = put_uleb128(to + 5, nfile + 1)
        memcpy(to, "?\0\0", 3)  # file 0, which nothing refers to
        to += 3
    else:
        to[0] = 0
        to += 1
    for i in range(nfile):
        to = put_base(t, to, i)
        to = put_uleb128(to, t.dirs[t.files[t.unit_files[i]].dir].number)
        if t.version != 5:
            memset(to, 0, 2)  # time and length
            to += 2
    if t.version != 5:
        to[0] = 0
        to += 1
    return to


def put_base(t, to, i):
    """The last element of a file's name, or what stands for a name that is empty."""
    f = t.files + t.unit_files[i]
    if f.size:
        return put_text(to, f.base, f.nbase)
    return to + snprintf(cython.cast("char *", to), 32, "<missing>_%u", cython.cast(cython.uint, i)) + 1


def put_text(to, text, size):
    """A string and its NUL."""
    memcpy(to, text, size)
    to[size] = 0
    return to + size + 1


def enter_file(t, raw, size):
    """The index of a file by its name in the object."""
    i = gw_hash(raw, size) & t.mask
    while t.file_slots[i]:
        f = t.files + t.file_slots[i]
        if f.raw_size == size and memcmp(f.raw, raw, size) == 0:
            return t.file_slots[i]
        i = (i + 1) & t.mask
    t.file_slots[i] = t.nfile
    f = t.files + t.nfile
    t.nfile += 1
    f.raw = raw
    f.raw_size = size
    expand(t, f)
    split(t, f)
    return t.file_slots[i]


def expand(t, f):
    """A file's name as DWARF shows it (ld.expandFile)."""
    name = f.raw
    size = f.raw_size
    if size >= 8 and memcmp(name, FILE_PREFIX, 8) == 0:
        name += 8
        size -= 8
    in_goroot = cython.declare(cython.bint, size > 7 and memcmp(name, GOROOT, 7) == 0)
    if in_goroot and t.ngoroot and (name[7] == SLASH or name[7] == BACKSLASH):
        joined = t.text
        memcpy(joined, t.goroot, t.ngoroot)
        joined[t.ngoroot] = SLASH
        memcpy(joined + t.ngoroot + 1, name + 7, size - 7)
        size = clean(joined, joined, t.ngoroot + 1 + size - 7)
        name = cython.cast("const uint8_t *", joined)
        t.text += size
    f.name = name
    f.size = size


def split(t, f):
    """A name's last element and its directory (path.Base, path.Dir)."""
    n = f.size
    while n and f.name[n - 1] != SLASH:
        n -= 1
    f.base = f.name + n
    f.nbase = f.size - n
    if f.size and f.nbase == 0:
        # It ends in slashes: the element before them counts, or the root.
        end = n
        while end and f.name[end - 1] == SLASH:
            end -= 1
        first = end
        while first and f.name[first - 1] != SLASH:
            first -= 1
        f.base = f.name + first
        f.nbase = end - first if end else 1
    size = clean(t.text, f.name, n)
    t.text += size
    f.dir = enter_directory(t, t.text - size, size)


def enter_directory(t, path, size):
    """The index of a directory."""
    i = gw_hash(path, size) & t.mask
    while t.dir_slots[i]:
        d = t.dirs + t.dir_slots[i]
        if d.size == size and memcmp(d.path, path, size) == 0:
            return t.dir_slots[i]
        i = (i + 1) & t.mask
    t.dir_slots[i] = t.ndir
    d = t.dirs + t.ndir
    d.path = path
    d.size = size
    t.ndir += 1
    return t.dir_slots[i]


def clean(to, path, n):
    """The shortest path that means the same (path.Clean); its length.  It may be written over `path`."""
    w = cython.cast(uint32_t, 0)
    r = cython.cast(uint32_t, 0)
    rooted = cython.declare(cython.bint, n and path[0] == SLASH)
    if rooted:
        to[0] = SLASH
        w = r = 1
    stop = w  # what lies before it, .. cannot take back
    while r < n:
        end = r
        while end < n and path[end] != SLASH:
            end += 1
        size = end - r
        if size == 2 and path[r] == DOT and path[r + 1] == DOT:
            if w > stop:
                w -= 1
                while w > stop and to[w] != SLASH:
                    w -= 1
            elif not rooted:
                if w:
                    to[w] = SLASH
                    w += 1
                to[w] = DOT
                to[w + 1] = DOT
                w += 2
                stop = w
        elif size and not (size == 1 and path[r] == DOT):
            if w > rooted:
                to[w] = SLASH
                w += 1
            memmove(to + w, path + r, size)
            w += size
        r = end + 1
    if w == 0:
        to[0] = DOT
        w = 1
    return w
