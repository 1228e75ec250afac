"""All symbols of all objects as columns indexed by raw id (loader.Loader's global index, without its holes).

Raw ids run over the package definitions of every object, then object by object over the hashed64, hashed and
named definitions, then object by object over the references, then over what the linker makes and what host
objects bring.  The first occurrence of a symbol has the least id, as in cmd/link, so every tie that cmd/link
breaks by index comes out the same.
"""

from __future__ import annotations

import cython
from cython.cimports.goweld.codec.goobj_kernel import AUX_GOTYPE, sym_auxs, sym_data, sym_name
from cython.cimports.goweld.model.kinds import K_XREF
from cython.cimports.goweld.model.memory_kernel import Arena, Column, touch
from cython.cimports.goweld.model.objects_kernel import Objects
from cython.cimports.libc.stdint import uint32_t, uint64_t
from cython.cimports.libc.string import memcmp, memcpy

from goweld.errors import LinkError

MADE = cython.declare(cython.int, 64)  # room for symbols that the linker makes before deadcode
LATE = cython.declare(uint32_t, 1 << 18)  # room for symbols of host objects that archives bring


def find_name(s, name, size, version, insert):
    """The entry of a name in one of the two symbol versions; 0 where it has none and `insert` is false."""
    return find_hashed(s, name, size, gw_hash(name, size), version, insert)


def find_hashed(s, name, size, h, version, insert):
    """The entry of a name whose hash is h.

    Open addressing: a slot holds 31 bits of the name's hash, among them its own place, then the version.
    """
    tag = name_tag(h, version)
    i = (tag >> 33) & s.slot_mask
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
    if 4 * cython.cast(uint64_t, entry) > 3 * s.slot_mask:
        grow_names(s)
    return entry


def grow_names(s):
    """A table twice as large, in the memory behind this one."""
    old = s.slots
    n = s.slot_mask + 1
    s.slots = old + n
    s.slot_mask = 2 * n - 1
    touch(s.slots, 16 * n)
    for k in range(n):
        if old[k]:
            i = (old[k] >> 33) & s.slot_mask
            while s.slots[i]:
                i = (i + 1) & s.slot_mask
            s.slots[i] = old[k]


class Symbols:
    """The columns, empty; the resolve stage fills them in.

    `kinds` maps an object's symbol kinds to the linker's, 256 bytes.  `name_types`: types are found by name.
    `wanted`: how many names will be announced; `made`: how many symbols may be made besides the usual.
    """

    def __init__(
        self, objects: Objects, kinds: bytes, name_types: bool = False, wanted: int = 0, made: int = 0
    ) -> None:
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
        c.first_made = c.first_host = c.end_host = c.n
        room = cython.cast(uint64_t, c.n) + MADE + cython.cast(uint32_t, made)
        for i in range(c.nobjects, c.nobjects + self.objects.nhosts):
            room += c.objects[i].nalldef
        likely = room
        if self.objects.nhosts:
            room += LATE
        self.room = room
        c.canon = cython.cast("uint32_t *", self.column(4, room))
        c.owner = cython.cast("uint32_t *", self.sparse_column(4, room))
        c.align = cython.cast("uint8_t *", self.column(1, room))
        touch(c.align, likely)
        c.attr = cython.cast("uint8_t *", self.column(1, room))
        touch(c.attr, likely)
        if self.objects.nhosts or made:
            c.foreign = cython.cast("uint8_t *", self.sparse_column(1, room))
        c.marks = cython.cast("uint64_t *", self.column(8, (room >> 5) + 1))
        touch(c.marks, likely >> 2)
        c.fix_size = cython.cast("uint32_t *", self.sparse_column(8, room - c.first_hashed))
        ranges = 3 * cython.cast(uint64_t, c.nobjects) + self.objects.room() + 4
        c.ranges = cython.cast("IdRange *", self.column(cython.sizeof(IdRange), ranges))
        c.range_of = cython.cast("uint32_t *", self.column(4, (room >> RANGE_BITS) + 1))
        self.index_objects()
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

    def index_objects(self):
        """Which object each raw id belongs to: ascending ranges of ids, and where to begin to look."""
        c = cython.address(self.c)
        n = cython.cast(uint32_t, 0)
        add_range(c, cython.address(n), 0, 1, 0)
        for i in range(1, c.nobjects):
            add_range(c, cython.address(n), c.objects[i].pkgbase, c.objects[i].ndef, i)
        for i in range(1, c.nobjects):
            o = cython.address(c.objects[i])
            add_range(c, cython.address(n), o.hbase, o.nalldef - o.ndef, i)
        for i in range(1, c.nobjects):
            add_range(c, cython.address(n), c.objects[i].rbase, c.objects[i].nref, i)
        add_range(c, cython.address(n), c.first_made, c.first_host - c.first_made, 0)
        for i in range(c.nobjects, c.nobjects + self.numbered):
            add_range(c, cython.address(n), c.objects[i].hbase, c.objects[i].nalldef, i)
        add_range(c, cython.address(n), c.end_host if c.end_host > c.first_host else c.first_made, 1, 0)
        c.ranges[n].first = 0xFFFFFFFF
        at = cython.cast(uint32_t, 0)
        for block in range((self.room >> RANGE_BITS) + 1):
            while c.ranges[at + 1].first <= cython.cast(uint64_t, block) << RANGE_BITS:
                at += 1
            c.range_of[block] = at
        return 0

    def index_names(self, wanted):
        """Room for names: of named definitions and references, ABI0 functions' twins, types, the linker's.

        References may have another name in shared libraries.

        Most are borne by many symbols, so the table begins small; what it may grow to is not touched before.
        """
        c = cython.address(self.c)
        few = cython.cast(uint64_t, 0)
        most = 4096 + wanted
        for i in range(1, c.nobjects):
            few += c.objects[i].nnamed + c.objects[i].nref
            most += c.objects[i].ndef + c.objects[i].nnamed
        most += 2 * few
        for i in range(c.nobjects, c.nobjects + self.objects.nhosts):
            most += c.objects[i].nalldef
        if self.objects.nhosts:
            most += LATE
        slots = cython.cast(uint64_t, 2048)
        while slots < few // 4:
            slots *= 2
        c.slot_mask = slots - 1
        while 3 * slots < 4 * most:
            slots *= 2
        c.slots = cython.cast("uint64_t *", self.sparse_column(8, 2 * slots))
        touch(c.slots, 8 * (c.slot_mask + 1))
        c.entries = cython.cast("NameEntry *", self.sparse_column(cython.sizeof(NameEntry), most))
        c.nentries = 1
        return 0

    def __len__(self) -> int:
        return self.c.n

    def number_hosts(self) -> int:
        """Give the host objects that have none their ids, after all that were given so far; how many have."""
        c = cython.address(self.c)
        if c.first_host == c.end_host:
            c.first_host = c.end_host = c.n
        if c.n != c.end_host:
            raise OverflowError("host objects after symbols of the linker's own")
        for i in range(c.nobjects + self.numbered, c.nobjects + self.objects.nhosts):
            o = cython.address(c.objects[i])
            if c.n + cython.cast(uint64_t, o.nalldef) + MADE > self.room:
                raise OverflowError("more symbols in host objects than announced")
            o.hbase = c.n
            o.rbase = c.n + o.nalldef
            c.n += o.nalldef
        self.numbered = self.objects.nhosts
        c.end_host = c.n
        self.index_objects()
        return self.numbered

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

    def create(self, name: bytes, version: int = 0) -> int:
        """The symbol of that name, made now if there is none: one of the linker's own."""
        c = cython.address(self.c)
        id = cython.cast(uint32_t, self.lookup(name, version))
        if id == 0:
            if c.n >= self.room:
                raise OverflowError("more symbols made than announced")
            id = c.n
            c.n += 1
            c.canon[id] = id
            self.made[id] = name
            self.want(name, version)
            first = cython.cast("const char *", name)
            c.entries[find_name(c, cython.cast("const uint8_t *", first), len(name), version, False)].id = id
        return id

    def reached(self, raw: int) -> bool:
        """Whether deadcode reached a symbol."""
        return is_reached(cython.address(self.c), raw)

    def reach(self, raw: int) -> None:
        """Mark a symbol reachable without following what it refers to."""
        self.c.marks[raw >> 5] |= cython.cast(uint64_t, 1) << (raw & 31)

    def kind(self, raw: int) -> int:
        """The linker kind of a symbol's content, by canonical raw id; 0 where no object defines it."""
        c = cython.address(self.c)
        holder = content(c, raw)
        if raw == 0 or not holds_content(c, holder):
            return 0
        o = cython.address(c.objects[object_at(c, holder)])
        kind = kind_in(c, o, o.syms + local_index(c, o, holder))
        return 0 if kind == K_XREF else kind

    def size(self, raw: int) -> int:
        """The size of a symbol's content, by canonical raw id."""
        holds = holds_content(cython.address(self.c), content(cython.address(self.c), raw))
        return self.record(raw).size if raw and holds else 0

    def record(self, raw):
        holder = content(cython.address(self.c), raw)
        o = cython.address(self.c.objects[object_at(cython.address(self.c), holder)])
        return o.syms + local_index(cython.address(self.c), o, holder)

    def data(self, raw: int) -> bytes:
        """A symbol's content, by canonical raw id.  Raises LinkError where it lies outside its object."""
        if raw == 0 or raw >= self.c.first_ref:
            return b""
        c = cython.address(self.c)
        holder = content(c, raw)
        o = cython.address(c.objects[object_at(c, holder)])
        first = cython.declare("const uint8_t *", cython.NULL)
        size = sym_data(o, local_index(c, o, holder), cython.address(first))
        if size < 0:
            where = self.objects.names[object_at(c, holder)]
            raise LinkError(f"{where}: cannot read object file: corrupt data index", status=1)
        return cython.cast("const char *", first)[:size]

    def gotype(self, raw: int) -> int:
        """The Go type of a variable (loader.SymGoType), as a raw id; 0 where it has none."""
        if raw == 0 or raw >= self.c.first_ref:
            return 0
        c = cython.address(self.c)
        holder = content(c, raw)
        o = cython.address(c.objects[object_at(c, holder)])
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
        if object_at(c, holder) == 0:
            return self.made.get(raw, b"")
        o = cython.address(c.objects[object_at(c, holder)])
        first = cython.declare("const uint8_t *", cython.NULL)
        size = sym_name(o, local_index(c, o, holder), cython.address(first))
        return cython.cast("const char *", first)[:size] if size > 0 else b""

    def object_of(self, raw: int) -> int:
        """The object that owns a symbol's content, by canonical raw id."""
        c = cython.address(self.c)
        return object_at(c, content(c, raw))
