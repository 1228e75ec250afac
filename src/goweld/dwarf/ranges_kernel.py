"""Where each unit's code lies, in which order DWARF has the units, and what follows from that.

That is: range lists, address tables and location lists.
"""

from __future__ import annotations

import cython
from cython.cimports.goweld.codec.goobj_kernel import AUX_FUNCINFO
from cython.cimports.goweld.codec.leb128 import put_fixed_uleb128, put_uleb128
from cython.cimports.goweld.codec.pdqsort_kernel import pdqsort
from cython.cimports.goweld.dwarf.frames_kernel import put_reference
from cython.cimports.goweld.model.kinds import K_TEXT, K_TEXT_END, R_ADDR, R_DWTXTADDR_U1, R_DWTXTADDR_U4
from cython.cimports.goweld.model.live_kernel import has_aux, target
from cython.cimports.goweld.model.memory_kernel import Column, touch
from cython.cimports.goweld.model.pool_kernel import run_tasks
from cython.cimports.libc.stdint import int64_t, uint8_t, uint32_t, uint64_t

TYPE_CHECKING = False
if TYPE_CHECKING:
    from goweld.dwarf.pieces_kernel import Pieces

RLE_END_OF_LIST = cython.declare(uint8_t, 0)
RLE_BASE_ADDRESSX = cython.declare(uint8_t, 1)
RLE_OFFSET_PAIR = cython.declare(uint8_t, 4)
SLOT_SIZE = cython.declare(cython.int, 4)  # of a slot number, as objabi.R_DWTXTADDR_U4 has it
PAIR_ROOM = cython.declare(uint64_t, 21)


class UnitOrder:
    """The units, sorted (ld.dwctxt.calcCompUnitRanges, ld.compilationUnitByStartPCCmp).

    `objects` are all units in library order with, beside each, the rank of its package's name; 0 is one that
    only takes part in the sorting.  `text` holds
    the live ids of all functions in their final order, `count` of them.
    """

    def __init__(self, pieces: Pieces, objects: list[tuple[int, int]], text: Column, count: int) -> None:
        t = cython.address(self.t)
        self.pieces = pieces
        self.memory = []
        c = cython.address(self.pieces.live.c)
        t.c = c
        n = c.syms.nobjects
        t.units = cython.cast("UnitRanges *", self.column(cython.sizeof(UnitRanges), n + len(objects)))
        t.ranges = cython.cast("Range *", self.column(cython.sizeof(Range), count + 1))
        t.nrange = 1
        self.slots = Column(4, c.n)
        touch(self.slots.ptr, 4 * c.n)
        self.starts = Column(8, c.syms.nobjects)
        t.slots = cython.cast("uint32_t *", self.slots.ptr)
        self.count = len(objects)
        self.order = Column(4, self.count)
        ids = cython.cast("uint32_t *", self.order.ptr)
        for i, (obj, rank) in enumerate(objects):
            ids[i] = obj if obj else n + i
            t.units[ids[i]].rank = rank
        functions = cython.cast("uint32_t *", cython.cast(Column, text).ptr)
        unit_pieces = self.pieces.unit
        nfunctions = cython.cast(uint32_t, count)
        with cython.nogil:
            find_ranges(t, unit_pieces, functions, nfunctions)
        self.bad = 0
        starts = cython.cast("uint64_t *", self.starts.ptr)
        for k in range(1, c.syms.nobjects):
            starts[k] = c.value[unit_pieces[k].base]
            if unit_pieces[k].base and t.units[k].first == 0:
                self.bad = k
                return
        with cython.nogil:
            pdqsort(ids, self.count, unit_less, t)
            self.count = drop_strangers(ids, self.count, n)
        self.order.length = self.count

    def column(self, itemsize, length):
        memory = Column(itemsize, length)
        self.memory.append(memory)
        return cython.cast(Column, memory).ptr

    def write_addresses(self, external: bool = False) -> int:
        """Give each unit its part of .debug_addr, its functions their slots (ld.dwctxt.writedebugaddr).

        Returns the first symbol with a reference to a function that it cannot make, or 0.  `external`: the
        host linker is to fill in the addresses.
        """
        t = cython.address(self.t)
        c = t.c
        t.functions = self.pieces.function
        t.unit_pieces = self.pieces.unit
        t.ends = self.pieces.units.first
        entries = cython.cast("uint64_t *", self.column(8, c.n))
        relocs = cython.cast("RelocRecord *", cython.NULL)
        with cython.nogil:
            run_tasks(b"number addresses", number_unit, t, c.syms.nobjects - 1)
        if external:
            relocs = cython.cast("RelocRecord *", self.column(cython.sizeof(RelocRecord), c.n))
        with cython.nogil:
            return put_addresses(t, entries, relocs)

    def write_ranges(self, header: int, version: int) -> tuple[Column, int]:
        """The pieces of .debug_rnglists or .debug_ranges, and how many (ld.dwctxt.writepcranges)."""
        t = cython.address(self.t)
        c = t.c
        pieces = self.pieces
        units = pieces.units
        room = PAIR_ROOM * t.nrange + 16 * cython.cast(uint64_t, self.count)
        lists = cython.cast("uint8_t *", self.column(1, room))
        found = Column(4, len(units.funcs) + self.count + 1)
        ids = cython.cast("uint32_t *", found.ptr)
        objects = cython.cast("uint32_t *", self.order.ptr)
        ids[0] = header
        n = cython.cast(uint32_t, 1 if header else 0)
        five = cython.cast(cython.bint, version == 5)
        with cython.nogil:
            for i in range(self.count):
                k = objects[i]
                u = pieces.unit + k
                if u.base == 0:
                    continue
                start = lists
                if five:
                    lists = put_range_list(t, u.base, t.units + k, lists)
                else:
                    lists = put_pairs(t, t.units + k, lists)
                c.data[u.ranges] = start
                c.ndata[u.ranges] = cython.cast(uint32_t, lists - start)
                c.size[u.ranges] = c.ndata[u.ranges]
                ids[n] = u.ranges
                n += 1
                for j in range(units.first[k - 1], units.first[k]):
                    s = pieces.function[j].ranges
                    if s and pieces.function[j].info:
                        ids[n] = s
                        n += 1
        return found, n

    def collect_locations(self, header: int) -> tuple[Column, int]:
        """The pieces of .debug_loclists or .debug_loc, and how many (ld.dwctxt.collectUnitLocs).

        A function's list is in it if the compiler made one: it does so only where the function refers to it.
        """
        pieces = self.pieces
        units = pieces.units
        found = Column(4, len(units.funcs) + 1)
        ids = cython.cast("uint32_t *", found.ptr)
        objects = cython.cast("uint32_t *", self.order.ptr)
        ids[0] = header
        n = cython.cast(uint32_t, 1 if header else 0)
        with cython.nogil:
            for i in range(self.count):
                k = objects[i]
                for j in range(units.first[k - 1], units.first[k]):
                    s = pieces.function[j].loc
                    if s and pieces.function[j].info:
                        ids[n] = s
                        n += 1
        return found, n

    def collect_addresses(self, header: int) -> tuple[Column, int]:
        """The pieces of .debug_addr, and how many."""
        found = Column(4, self.count + 1)
        ids = cython.cast("uint32_t *", found.ptr)
        objects = cython.cast("uint32_t *", self.order.ptr)
        ids[0] = header
        n = cython.cast(uint32_t, 1)
        for i in range(self.count):
            s = self.pieces.unit[objects[i]].addrs
            if s:
                ids[n] = s
                n += 1
        return found, n


def drop_strangers(ids, count, n):
    """Leave out the units that have no object; how many are left."""
    kept = cython.cast(uint32_t, 0)
    for i in range(count):
        if ids[i] < n:
            ids[kept] = ids[i]
            kept += 1
    return kept


def find_ranges(t, units, ids, n):
    """The runs of functions of one unit, in text order."""
    c = t.c
    previous = cython.cast(uint32_t, 0)
    for i in range(n):
        s = ids[i]
        k = c.obj[s]
        if k == 0 or units[k].base == 0 or not has_aux(c, s, AUX_FUNCINFO):
            continue
        u = t.units + k
        start = cython.cast(int64_t, c.value[s] - c.value[units[k].base])
        if k != previous:
            r = t.ranges + t.nrange
            r.start = start
            if u.last:
                t.ranges[u.last].next = t.nrange
            else:
                u.first = t.nrange
            u.last = t.nrange
            u.count += 1
            t.nrange += 1
            previous = k
        t.ranges[u.last].end = start + c.ndata[s]


def unit_less(context, a, b):
    """Units with text by their first range's start; then those without, by package."""
    t = cython.cast("RangeState *", context)
    x = t.units + a
    y = t.units + b
    if x.first and y.first:
        return t.ranges[x.first].start < t.ranges[y.first].start
    if x.first == 0 and y.first == 0:
        return x.rank < y.rank
    return x.first != 0


def number_unit(context, index):
    """The functions in one unit's part of .debug_addr, in the order in which its functions mention them."""
    t = cython.cast("RangeState *", context)
    k = cython.cast(uint32_t, index + 1)
    u = t.unit_pieces + k
    if u.base == 0:
        return
    bad = cython.cast(uint32_t, 0)
    for i in range(t.ends[k - 1], t.ends[k]):
        f = t.functions + i
        if f.info == 0:
            continue
        bad = assign_slots(t, k, f.info)
        if bad == 0:
            bad = assign_slots(t, k, f.ranges)
        if bad == 0:
            bad = assign_slots(t, k, f.loc)
        if bad:
            break
    t.units[k].bad = bad
    give_slot(t, k, u.base)


def put_addresses(t, entries, relocs):
    """Fill the units' parts of .debug_addr; a symbol that refers to a function it cannot refer to, or 0.

    `relocs`, where given, takes relocations that say which functions the addresses are of.
    """
    c = t.c
    for k in range(1, c.syms.nobjects):
        if t.units[k].bad:
            return t.units[k].bad
        s = t.unit_pieces[k].addrs
        if s:
            c.data[s] = cython.cast("uint8_t *", entries)
            c.ndata[s] = 8 * t.units[k].nslot
            c.size[s] = c.ndata[s]
            entries += t.units[k].nslot
            if relocs:
                c.rel[s] = relocs
                c.nrel[s] = t.units[k].nslot
                relocs += t.units[k].nslot
    for s in range(1, c.loaded):
        if t.slots[s]:
            addrs = t.unit_pieces[c.obj[s]].addrs
            slot = t.slots[s] - 1
            cython.cast("uint64_t *", c.data[addrs])[slot] = c.value[s]
            if relocs:
                put_reference(c.rel[addrs] + slot, 8 * slot, 8, R_ADDR, s)
    return 0


def assign_slots(t, unit, s):
    """Slots for the functions that a symbol refers to by slot; the symbol where that cannot be, else 0."""
    c = t.c
    r = c.rel[s]
    for i in range(c.nrel[s]):
        kind = r[i].type
        if kind < R_DWTXTADDR_U1 or kind > R_DWTXTADDR_U4:
            continue
        f = target(c, s, r + i)
        if f == 0 or f >= c.n or c.kind[f] < K_TEXT or c.kind[f] > K_TEXT_END or c.obj[f] != unit:
            return s
        if t.slots[f] == 0:
            if t.units[unit].nslot >> (7 * (kind - R_DWTXTADDR_U1 + 1)):
                return s
            give_slot(t, unit, f)
    return 0


def give_slot(t, unit, s):
    """The next slot of the unit for a function, if it has none yet (ld.dwctxt.assignDebugAddrSlot)."""
    if t.slots[s] == 0:
        t.units[unit].nslot += 1
        t.slots[s] = t.units[unit].nslot


def put_range_list(t, base, u, to):
    """A unit's ranges as DWARF 5 lists them (dwarf.PutRngListRanges); the place after."""
    to[0] = RLE_BASE_ADDRESSX
    to = put_fixed_uleb128(to + 1, t.slots[base] - 1, SLOT_SIZE)
    i = u.first
    while i:
        r = t.ranges + i
        to[0] = RLE_OFFSET_PAIR
        to = put_uleb128(to + 1, cython.cast(uint64_t, r.start))
        to = put_uleb128(to, cython.cast(uint64_t, r.end))
        i = r.next
    to[0] = RLE_END_OF_LIST
    return to + 1


def put_pairs(t, u, to):
    """A unit's ranges as DWARF 4 lists them (dwarf.PutBasedRanges); the place after."""
    words = cython.cast("int64_t *", to)
    i = u.first
    while i:
        r = t.ranges + i
        words[0] = r.start
        words[1] = r.end
        words += 2
        i = r.next
    words[0] = 0
    words[1] = 0
    return cython.cast("uint8_t *", words + 2)
