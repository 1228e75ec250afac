"""Section markers, carriers, and the runtime's module data (ld.Link.symtab)."""

from __future__ import annotations

from goweld.model.kinds import (
    A_LOCAL,
    A_SPECIAL,
    K_BSS,
    K_DATA,
    K_DATA_END,
    K_GCBITS,
    K_GCMASK,
    K_GOFUNC,
    K_GOSTRING,
    K_NOPTRBSS,
    K_NOPTRDATA,
    K_NOPTRDATA_END,
    K_RODATA,
    K_RODATA_END,
    K_TYPE,
)
from goweld.tables.modules import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from goweld.model.layout import TextLayout
    from goweld.model.live_kernel import Live
    from goweld.tables.modules import Modules
    from goweld.tables.pclntab import Pclntab

MARKERS = (
    (b"runtime.rodata", K_RODATA),
    (b"runtime.erodata", K_RODATA_END),
    (b"runtime.types", K_RODATA),
    (b"runtime.etypes", K_RODATA),
    (b"runtime.noptrdata", K_NOPTRDATA),
    (b"runtime.enoptrdata", K_NOPTRDATA_END),
    (b"runtime.data", K_DATA),
    (b"runtime.edata", K_DATA_END),
    (b"runtime.bss", K_BSS),
    (b"runtime.ebss", K_BSS),
    (b"runtime.noptrbss", K_NOPTRBSS),
    (b"runtime.enoptrbss", K_NOPTRBSS),
    (b"runtime.gcmask.*", K_NOPTRBSS),
    (b"runtime.covctrs", K_NOPTRBSS),
    (b"runtime.ecovctrs", K_NOPTRBSS),
    (b"runtime.end", K_BSS),
    (b"runtime.epclntab", K_RODATA),
)
CARRIERS = (
    (b"go:string.*", K_GOSTRING),
    (b"go:funcdesc", K_GOFUNC),
    (b"runtime.gcbits.*", K_GCBITS),
    (b"runtime.gcmask.*", K_GCMASK),
)


def mark(live: Live) -> None:
    """Make the symbols that mark sections and carry groups; their addresses come with the layout."""
    for name, kind in MARKERS:
        live.add_attr(live.create(name, kind), A_LOCAL | A_SPECIAL)
    for name, end in ((b"runtime.gcdata", b"runtime.egcdata"), (b"runtime.gcbss", b"runtime.egcbss")):
        live.set_size(live.create(name, K_RODATA), 0)
        live.add_attr(live.create(end, K_RODATA), A_LOCAL | A_SPECIAL)
    types = live.create(b"type:*", K_TYPE)
    live.set_size(types, 0)
    live.set_align(types, 8)
    for name, kind in CARRIERS:
        carrier = live.create(name, kind)
        live.set_size(carrier, 0)
        live.set_align(carrier, 8)
        live.add_attr(carrier, A_LOCAL)


def fill(
    live: Live, moduledata: int, modules: Modules, text: TextLayout, pcln: Pclntab, tasks: int
) -> dict[str, int]:
    """Write the module data, all but the divisions of the types; their offsets in it, by name.

    `tasks` is the list of init tasks, 0 where there is none.
    """
    modules.offer_hashes(live)
    sections = live.create(b"runtime.textsectionmap", K_RODATA)
    record = Record()
    record.word(0)
    record.word(text.section.length)
    record.address(live.lookup(b"runtime.text"))
    record.store(live, sections)
    module = Record()
    module.address(pcln.pcheader)
    for symbol in (pcln.funcnametab, pcln.cutab, pcln.filetab, pcln.pctab, pcln.functab):
        module.slice(symbol, live.size(symbol) // (4 if symbol == pcln.cutab else 1))
    module.slice(pcln.functab, pcln.nfunc + 1)
    module.address(pcln.findfunctab)
    module.address(pcln.first)
    module.address(pcln.last, live.size(pcln.last))
    for name in ("text", "etext", "noptrdata", "enoptrdata", "data", "edata", "bss", "ebss", "noptrbss"):
        module.address(live.lookup(b"runtime." + name.encode()))
    for name in ("enoptrbss", "covctrs", "ecovctrs", "end", "gcdata", "gcbss", "types"):
        module.address(live.lookup(b"runtime." + name.encode()))
    holes = {"typedesclen": module.word(0)}
    module.address(live.lookup(b"runtime.etypes"))
    holes["itaboffset"] = module.word(0)
    holes["itabsize"] = module.word(0)
    module.address(live.lookup(b"runtime.rodata"))
    module.address(live.lookup(b"go:func.*"))
    module.address(live.lookup(b"runtime.epclntab"))
    module.slice(sections, 1)
    modules.add_plugin(live, module)
    if tasks:
        module.slice(tasks, live.size(tasks) // 8)
    else:
        module.nil(3)
    modules.add_shlibs(live, module)
    module.content.append(modules.mode.buildmode in ("exe", "pie"))  # hasmain
    module.content += bytes(max(0, modules.moduledata_size - len(module.content)))
    module.store(live, moduledata)
    if modules.is_last(live):
        pointer = Record()
        pointer.address(moduledata)
        pointer.store(live, live.create(b"runtime.lastmoduledatap", K_NOPTRDATA))
    return holes


def set_type_divisions(
    live: Live, moduledata: int, holes: dict[str, int], divisions: tuple[int, int, int]
) -> None:
    """Say how the type section divides (what ld.dodataSect writes into the module data)."""
    content = bytearray(live.data(moduledata))
    for name, value in zip(("typedesclen", "itaboffset", "itabsize"), divisions, strict=True):
        content[holes[name] : holes[name] + 8] = value.to_bytes(8, "little")
    live.set_data(moduledata, bytes(content))
