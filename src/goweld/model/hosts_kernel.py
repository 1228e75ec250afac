"""Live symbols of host objects: sections with what lies in them, and relocations by live id."""

from __future__ import annotations

import cython
from cython.cimports.goweld.codec.goobj_kernel import NOWHERE, RelocRecord, sym_relocs
from cython.cimports.goweld.model.kinds import K_TEXT_END
from cython.cimports.goweld.model.live_kernel import HostSection
from cython.cimports.goweld.model.symbols_kernel import canonical, live_of, resolve_live
from cython.cimports.libc.stdint import uint32_t, uint64_t

TYPE_CHECKING = False
if TYPE_CHECKING:
    from goweld.model.live_kernel import Live


def connect(live: Live) -> None:
    """Find the live sections of all host objects, and give their relocations live ids.

    Later stages may change these: they lie in memory of their own.
    """
    c = cython.address(live.c)
    s = c.syms
    end = s.nobjects + live.symbols.objects.nhosts
    nparts = cython.cast(uint64_t, 0)
    nsymbols = cython.cast(uint64_t, 0)
    nrel = cython.cast(uint64_t, 0)
    for k in range(s.nobjects, end):
        nparts += s.objects[k].host.nsections
        nsymbols += s.objects[k].nalldef
        nrel += s.objects[k].nreloc
    c.parts = cython.cast("HostSection *", live.arena.take(cython.sizeof(HostSection) * nparts + 1))
    c.interior = cython.cast("uint32_t *", live.arena.take(4 * nsymbols + 1))
    records = cython.cast("RelocRecord *", live.arena.take(cython.sizeof(RelocRecord) * nrel + 1))
    ninterior = cython.declare(uint32_t, 0)
    r = cython.declare("RelocRecord *", cython.NULL)
    for k in range(s.nobjects, end):
        o = cython.address(s.objects[k])
        for li in range(o.host.nsections):
            id = live_of(s, o.hbase + li)
            if id == 0:
                continue
            add_part(c, o, li, id, cython.address(ninterior))
            c.rel[id] = records
            for i in range(sym_relocs(o, li, cython.address(r))):
                records[0] = r[i]
                records[0].pkg = 0
                records[0].idx = resolve_live(s, o, r[i].pkg, r[i].idx)
                records += 1
                c.nrel[id] += 1
    return 0


def add_part(c, o, li, id, ninterior):
    """A live section and what lies in it."""
    part = cython.address(c.parts[c.nparts])
    c.li[id] = c.nparts
    c.nparts += 1
    part.id = id
    part.first = ninterior[0]
    part.count = 0
    inner = o.host.symbols[li].next
    while inner != NOWHERE:
        live = live_of(c.syms, canonical(c.syms, o.hbase + inner))
        if live:
            c.interior[ninterior[0]] = live
            ninterior[0] += 1
            part.count += 1
        inner = o.host.symbols[inner].next


def move_interior(c, section):
    """Move what lies in a section to where the section is."""
    part = cython.address(c.parts[c.li[section]])
    for i in range(part.count):
        s = c.interior[part.first + i]
        c.value[s] += c.value[section]
        c.sect[s] = c.sect[section]


def place_interiors(live: Live) -> None:
    """Place what lies in sections of data, once those have their addresses; text's are placed with it."""
    c = cython.address(live.c)
    for i in range(c.nparts):
        if c.kind[c.parts[i].id] > K_TEXT_END:
            move_interior(c, c.parts[i].id)
