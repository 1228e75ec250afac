"""All symbols of all objects as columns indexed by raw id (loader.Loader's global index, without its holes).

Raw ids run over the package definitions of every object, then object by object over the hashed64, hashed and
named definitions, then object by object over the references.  The first occurrence of a symbol has the least
id, as in cmd/link, so every tie that cmd/link breaks by index comes out the same.
"""

from __future__ import annotations

import cython
from cython.cimports.goweld.codec.goobj_kernel import AUX_GOTYPE, FLAG_GOTYPE, sym_auxs, sym_data, sym_name
from cython.cimports.goweld.model.memory_kernel import Arena, Column
from cython.cimports.goweld.model.objects_kernel import Objects
from cython.cimports.libc.stdint import uint32_t, uint64_t
from cython.cimports.libc.string import memcmp, memcpy

from goweld.errors import LinkError

MADE = cython.declare(cython.int, 64)  # room for symbols that the linker makes before deadcode


def find_name(s, name, size, version, insert):
    """The entry of a name in one of the two symbol versions; 0 where it has none and `insert` is false."""
    h = gw_hash(name, size)
    tag = (h & cython.cast(uint64_t, 0xFFFFFFFE00000000)) | (cython.cast(uint64_t, version) << 32)
    i = (h ^ version) & s.slot_mask
    while s.slots[i]:
        if (s.slots[i] & cython.cast(uint64_t, 0xFFFFFFFF00000000)) == tag:
            entry = cython.cast(uint32_t, s.slots[i])
            if s.entries[entry].len == size and memcmp(s.entries[entry].name, name, size) == 0:
                return entry
        i = (i + 1) & s.slot_mask
    if not insert:
        return 0
    entry = s.nentries
    s.nentries += 1
    s.entries[entry].name = name
    s.entries[entry].len = cython.cast(uint32_t, size)
    s.slots[i] = tag | entry
    return entry


class Symbols:
    """The columns, empty; the resolve stage fills them in.

    `kinds` maps an object's symbol kinds to the linker's, 256 bytes.  `name_types`: types are found by name.
    `wanted`: how many names will be announced.
    """

    def __init__(self, objects: Objects, kinds: bytes, name_types: bool = False, wanted: int = 0) -> None:
        c = cython.address(self.c)
        c.name_types = name_types
        memcpy(cython.address(c.kind_of[0]), cython.cast("const char *", kinds), 256)
        self.objects = objects
        self.memory = []
        self.made = {}
        self.arena = Arena()
        c.objects = self.objects.list
        c.nobjects = self.objects.n
        c.n = self.number()
        room = cython.cast(uint64_t, c.n) + MADE
        c.canon = cython.cast("uint32_t *", self.column(4, room))
        c.owner = cython.cast("uint32_t *", self.sparse_column(4, room))
        c.object = cython.cast("uint32_t *", self.column(4, room))
        c.align = cython.cast("uint8_t *", self.column(1, room))
        c.attr = cython.cast("uint8_t *", self.column(1, room))
        c.fix_size = cython.cast("uint32_t *", self.sparse_column(8, c.first_ref - c.first_hashed))
        self.index_names(wanted)

    def column(self, itemsize, length):
        memory = Column(itemsize, length)
        self.memory.append(memory)
        return cython.cast(Column, memory).ptr

    def sparse_column(self, itemsize, length):
        memory = Column(itemsize, length, True)
        self.memory.append(memory)
        return cython.cast(Column, memory).ptr

    def number(self):
        """Give every object its id ranges; one more than the last id."""
        c = cython.address(self.c)
        following = cython.cast(uint32_t, 1)
        for i in range(1, c.nobjects):
            c.objects[i].pkgbase = following
            following += c.objects[i].ndef
        c.first_hashed = following
        for i in range(1, c.nobjects):
            c.objects[i].hbase = following
            following += c.objects[i].nalldef - c.objects[i].ndef
        c.first_ref = following
        for i in range(1, c.nobjects):
            c.objects[i].rbase = following
            following += c.objects[i].nref
        return following

    def index_names(self, wanted):
        """Room for names: of named definitions and references, ABI0 functions' twins, types, the linker's."""
        c = cython.address(self.c)
        most = 4096 + wanted
        for i in range(1, c.nobjects):
            o = cython.address(c.objects[i])
            most += 2 * o.nnamed + o.nref
            for li in range(o.ndef):
                if o.syms[li].abi == 0 and 1 <= c.kind_of[o.syms[li].type] <= 5:
                    most += 1
                elif c.name_types and o.syms[li].flag & FLAG_GOTYPE:
                    most += 1
        slots = cython.cast(uint64_t, 8192)
        while slots < most + most // 2:
            slots *= 2
        c.slots = cython.cast("uint64_t *", self.column(8, slots))
        c.slot_mask = slots - 1
        c.entries = cython.cast("NameEntry *", self.column(cython.sizeof(NameEntry), most))
        c.nentries = 1
        return 0

    def __len__(self) -> int:
        return self.c.n

    def want(self, name: bytes, version: int) -> None:
        """Announce a name that the linker will look up.  Before the names of the objects are bound."""
        if len(name) == 0:
            return 0
        kept = self.arena.take(len(name))
        memcpy(kept, cython.cast("const char *", name), len(name))
        find_name(cython.address(self.c), kept, len(name), version, True)
        return 0

    def lookup(self, name: bytes, version: int) -> int:
        """The canonical raw id of a named symbol, 0 where there is none (loader.Lookup).

        A name that no object references is found only if it was wanted before the names were bound.
        """
        first = cython.cast("const char *", name)
        entry = find_name(
            cython.address(self.c), cython.cast("const uint8_t *", first), len(name), version, False
        )
        return self.c.entries[entry].id

    def create(self, name: bytes) -> int:
        """The symbol of that name (version 0), made now if there is none: one of the linker's own."""
        c = cython.address(self.c)
        id = cython.cast(uint32_t, self.lookup(name, 0))
        if id == 0:
            id = c.n
            c.n += 1
            c.canon[id] = id
            self.made[id] = name
            self.want(name, 0)
            first = cython.cast("const char *", name)
            c.entries[find_name(c, cython.cast("const uint8_t *", first), len(name), 0, False)].id = id
        return id

    def reached(self, raw: int) -> bool:
        """Whether deadcode reached a symbol."""
        return bool(self.c.attr[raw] & SYM_REACHABLE)

    def reach(self, raw: int) -> None:
        """Mark a symbol reachable without following what it refers to."""
        self.c.attr[raw] |= SYM_REACHABLE

    def kind(self, raw: int) -> int:
        """The linker kind of a symbol's content, by canonical raw id; 0 where no object defines it."""
        if raw == 0 or raw >= self.c.first_ref:
            return 0
        return self.c.kind_of[self.record(raw).type]

    def size(self, raw: int) -> int:
        """The size of a symbol's content, by canonical raw id."""
        return 0 if raw == 0 or raw >= self.c.first_ref else self.record(raw).size

    def record(self, raw):
        holder = content(cython.address(self.c), raw)
        o = cython.address(self.c.objects[self.c.object[holder]])
        return o.syms + local_index(cython.address(self.c), o, holder)

    def data(self, raw: int) -> bytes:
        """A symbol's content, by canonical raw id.  Raises LinkError where it lies outside its object."""
        if raw == 0 or raw >= self.c.first_ref:
            return b""
        c = cython.address(self.c)
        holder = content(c, raw)
        o = cython.address(c.objects[c.object[holder]])
        first = cython.declare("const uint8_t *", cython.NULL)
        size = sym_data(o, local_index(c, o, holder), cython.address(first))
        if size < 0:
            where = self.objects.names[c.object[holder]]
            raise LinkError(f"{where}: cannot read object file: corrupt data index", status=1)
        return cython.cast("const char *", first)[:size]

    def gotype(self, raw: int) -> int:
        """The Go type of a variable (loader.SymGoType), as a raw id; 0 where it has none."""
        if raw == 0 or raw >= self.c.first_ref:
            return 0
        c = cython.address(self.c)
        holder = content(c, raw)
        o = cython.address(c.objects[c.object[holder]])
        auxs = cython.declare("AuxRecord *", cython.NULL)
        n = sym_auxs(o, local_index(c, o, holder), cython.address(auxs))
        for i in range(n):
            if auxs[i].type == AUX_GOTYPE:
                return resolve(c, o, auxs[i].pkg, auxs[i].idx)
        return 0

    def is_defined(self, raw: int) -> bool:
        """Whether an object defines the symbol (a canonical raw id)."""
        return 0 < raw < self.c.first_ref

    def name(self, raw: int) -> bytes:
        """A symbol's name, by canonical raw id: that of the copy whose content counts."""
        c = cython.address(self.c)
        holder = content(c, raw)
        if c.object[holder] == 0:
            return self.made.get(raw, b"")
        o = cython.address(c.objects[c.object[holder]])
        first = cython.declare("const uint8_t *", cython.NULL)
        size = sym_name(o, local_index(c, o, holder), cython.address(first))
        return cython.cast("const char *", first)[:size] if size > 0 else b""

    def object_of(self, raw: int) -> int:
        """The object that owns a symbol's content, by canonical raw id."""
        return self.c.object[content(cython.address(self.c), raw)]
