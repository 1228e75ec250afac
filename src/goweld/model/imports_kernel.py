"""What shared libraries of Go packages define, of all that this link speaks of (ld.ldshlibsyms).

A library has symbols by the hundred thousand; only those whose names are known here are looked at.
"""

from __future__ import annotations

import cython
from cython.cimports.goweld.codec.goobj_kernel import sym_name
from cython.cimports.goweld.codec.typenames_kernel import put_short, short_size
from cython.cimports.goweld.model.kinds import K_DYNIMPORT
from cython.cimports.goweld.model.live_kernel import Live
from cython.cimports.goweld.model.memory_kernel import Column, Input
from cython.cimports.goweld.model.symbols_kernel import (
    Symbols,
    find_name,
    live_of,
    local_index,
    object_at,
)
from cython.cimports.libc.stdint import uint32_t, uint64_t
from cython.cimports.libc.string import memchr, memcmp


def named(lib, e):
    """The name of a dynamic symbol; size 0 where it has none that Go code uses, or none at all."""
    n = cython.declare(Named)
    n.name = cython.NULL
    n.size = 0
    n.whole = 0
    n.version = 0
    type = e.st_info & 15
    if type == STT_NOTYPE or type == STT_SECTION or e.st_name >= lib.strings_size:
        return n
    n.name = lib.strings + e.st_name
    end = cython.cast("const uint8_t *", memchr(n.name, 0, lib.strings_size - e.st_name))
    if end == cython.NULL:
        return n
    n.size = end - n.name
    n.whole = n.size
    if type != STT_FUNC:
        return n
    if n.size >= 5 and memcmp(n.name, b"type:", 5) == 0:
        n.version = 1
    elif n.size > 12 and memcmp(n.name + n.size - 12, b".abiinternal", 12) == 0:
        n.version = 1
        n.size -= 12
    elif n.size > 5 and memcmp(n.name + n.size - 5, b".abi0", 5) == 0:
        n.size -= 5
    return n


def content_at(lib, addr, size):
    """What the file holds at an address; NULL where that is not in one section."""
    for k in range(lib.nparts):
        p = cython.address(lib.parts[k])
        if p.addr <= addr and addr - p.addr < p.size and size <= p.size - (addr - p.addr):
            return p.content + (addr - p.addr)
    return cython.NULL


def import_of(i, raw, library):
    """The dynamic symbol that defines a raw id, and the library it is in; NULL where none does."""
    if raw < i.first or raw - i.first >= i.n:
        return cython.NULL
    return symbol_at(i, i.found[raw - i.first].definition, library)


def last_of(i, raw, library):
    """The same of the last library that speaks of it: that says how large it is, and what."""
    if raw < i.first or raw - i.first >= i.n:
        return cython.NULL
    return symbol_at(i, i.found[raw - i.first].last, library)


def symbol_at(i, spot, library):
    if spot.shlib == 0:
        return cython.NULL
    library[0] = cython.address(i.libraries[spot.shlib - 1])
    return library[0].symbols + spot.index


def target_at(i, library, addr):
    """What the dynamic linker will put at an address of a library: a symbol, and the library defining it.

    NULL where nothing is known of it (ld.decodeTargetSym).
    """
    lib = library[0]
    for k in range(lib.nrelas):
        r = lib.relas + k
        kind = r.r_info & 0xFFFF
        if r.r_offset != addr or r.r_addend or (kind != R_X86_64_64 and kind != R_AARCH64_ABS64):
            continue
        index = r.r_info >> 32
        if index >= lib.n:
            return cython.NULL
        e = lib.symbols + index
        if e.st_shndx:
            return e
        wanted = named(lib, e)
        for m in range(i.nlibraries):
            other = cython.address(i.libraries[m])
            for j in range(1, other.n):
                if other.symbols[j].st_shndx == 0:
                    continue
                n = named(other, other.symbols + j)
                if n.size and n.size == wanted.size and memcmp(n.name, wanted.name, n.size) == 0:
                    library[0] = other
                    return other.symbols + j
        return cython.NULL
    return cython.NULL


def apply_one(i, c, raw):
    """Make a live symbol an import: its name in the library, its size there, and ELF's type as alignment."""
    lib = cython.declare("Shared *", cython.NULL)
    e = last_of(i, raw, cython.address(lib))
    live = live_of(c.syms, raw)
    if e == cython.NULL or live == 0:
        return
    n = named(lib, e)
    c.kind[live] = K_DYNIMPORT
    c.size[live] = cython.cast(uint32_t, e.st_size)
    c.align[live] = e.st_info & 15
    c.outside[live] = n.name
    c.noutside[live] = cython.cast(uint32_t, n.whole)
    if c.name[live] and (c.nname[live] != n.size or memcmp(c.name[live], n.name, n.size)):
        # Of what is found by its short name only, cmd/link does not take ELF's type.
        c.align[live] = 0
    if c.name[live] == cython.NULL:
        c.name[live] = n.name
        c.nname[live] = cython.cast(uint32_t, n.size)


class Imports:
    """The libraries, in order, and what they define."""

    def __init__(self, symbols: Symbols) -> None:
        self.symbols = symbols
        self.memory = []
        self.i.nlibraries = 0
        self.i.n = 0
        self.i.first = self.symbols.c.first_ref

    def add(
        self,
        source: Input,
        symbols: tuple[int, int],
        strings: tuple[int, int],
        sections: list[tuple[int, int, int]],
        relocations: tuple[int, int],
    ) -> None:
        """Add a library; its tables and sections must lie in the file."""
        if self.i.nlibraries == MOST_LIBRARIES:
            raise OverflowError("too many shared libraries")
        lib = cython.address(self.i.libraries[self.i.nlibraries])
        self.i.nlibraries += 1
        self.memory.append(source)
        lib.symbols = cython.cast("ElfSym *", source.ptr + cython.cast(uint64_t, symbols[0]))
        lib.n = symbols[1]
        lib.strings = source.ptr + cython.cast(uint64_t, strings[0])
        lib.strings_size = strings[1]
        lib.relas = cython.cast("Rela *", source.ptr + cython.cast(uint64_t, relocations[0]))
        lib.nrelas = relocations[1]
        lib.nparts = 0
        for addr, size, offset in sections[:MOST_SECTIONS]:
            lib.parts[lib.nparts].addr = addr
            lib.parts[lib.nparts].size = size
            lib.parts[lib.nparts].content = source.ptr + cython.cast(uint64_t, offset)
            lib.nparts += 1
        return 0

    def enter(self) -> list[tuple[bytes, int]]:
        """Let types be found by their short names; the names that are wanted and only libraries define."""
        s = cython.address(self.symbols.c)
        size = cython.declare(uint64_t)
        text = cython.declare("const uint8_t *", cython.NULL)
        for raw in range(s.first_ref, s.n):
            if s.canon[raw] != raw or object_at(s, raw) == 0:
                continue
            o = cython.address(s.objects[object_at(s, raw)])
            li = local_index(s, o, raw)
            length = sym_name(o, li, cython.address(text))
            size = short_size(text, length) if length > 0 else 0
            if size:
                kept = self.symbols.arena.take(size)
                put_short(text, length, kept)
                entry = find_name(s, kept, size, 1 if o.syms[li].abi == 1 else 0, True)
                if s.entries[entry].id == 0:
                    s.entries[entry].id = raw
        missing = []
        for k in range(self.i.nlibraries):
            lib = cython.address(self.i.libraries[k])
            for j in range(1, lib.n):
                n = named(lib, lib.symbols + j)
                if n.size == 0:
                    continue
                entry = find_name(s, n.name, n.size, n.version, False)
                if entry and s.entries[entry].id == 0:
                    missing.append((cython.cast("const char *", n.name)[: n.size], n.version))
        return missing

    def find(self) -> None:
        """Find what the libraries define: of what is undefined here, the last definition counts."""
        s = cython.address(self.symbols.c)
        self.i.n = s.n - s.first_ref
        found = Column(cython.sizeof(Found), self.i.n + 1)
        self.memory.append(found)
        self.i.found = cython.cast("Found *", found.ptr)
        for k in range(self.i.nlibraries):
            lib = cython.address(self.i.libraries[k])
            for j in range(1, lib.n):
                n = named(lib, lib.symbols + j)
                if n.size == 0:
                    continue
                entry = find_name(s, n.name, n.size, n.version, False)
                if entry and s.entries[entry].id >= s.first_ref:
                    f = cython.address(self.i.found[s.entries[entry].id - s.first_ref])
                    f.last.shlib = k + 1
                    f.last.index = j
                    if lib.symbols[j].st_shndx:
                        f.definition.shlib = k + 1
                        f.definition.index = j
        return 0

    def size(self, raw: int) -> int:
        """The size of an import; 0 where no library defines it."""
        lib = cython.declare("Shared *", cython.NULL)
        e = last_of(cython.address(self.i), raw, cython.address(lib))
        return 0 if e == cython.NULL else e.st_size

    def defines(self, raw: int) -> bool:
        """Whether a library defines a symbol."""
        lib = cython.declare("Shared *", cython.NULL)
        return last_of(cython.address(self.i), raw, cython.address(lib)) != cython.NULL

    def data(self, raw: int) -> bytes:
        """The content of an import, as far as the file has it."""
        lib = cython.declare("Shared *", cython.NULL)
        e = import_of(cython.address(self.i), raw, cython.address(lib))
        if e == cython.NULL:
            return b""
        p = content_at(lib, e.st_value, e.st_size)
        return b"" if p == cython.NULL else cython.cast("const char *", p)[: e.st_size]

    def apply(self, live: Live) -> None:
        """Make the live symbols imports that libraries define."""
        live.make_outside_room()
        for k in range(self.i.n):
            apply_one(cython.address(self.i), cython.address(live.c), self.i.first + k)
        return 0
