"""External linking: the object that the host linker completes (ld.asmb, ld.asmbElf in external mode)."""

from __future__ import annotations

from goweld.formats.elf import symtab
from goweld.formats.elf.relocatable import ObjectHeaders
from goweld.formats.elf.symtab_kernel import ForHost
from goweld.model.kinds import K_GCBITS, K_GCMASK, K_GOFUNC, K_GOSTRING, K_PCLNTAB, K_TYPE
from goweld.relocate.image import write_object as write_sections

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from goweld.errors import Diagnostics
    from goweld.formats.output import Output
    from goweld.model.layout import DebugSection, Layout, TextLayout
    from goweld.model.live_kernel import Live
    from goweld.model.mode import Mode
    from goweld.relocate.apply_kernel import Relocation

# The symbols that stand for all of a kind, which relocations then name (loader.SetCarrierSym).
CARRIERS = {
    K_GOSTRING: b"go:string.*",
    K_GCBITS: b"runtime.gcbits.*",
    K_PCLNTAB: b"runtime.pclntab",
    K_TYPE: b"type:*",
    K_GOFUNC: b"go:funcdesc",
    K_GCMASK: b"runtime.gcmask.*",
}
NAMED = (K_TYPE, K_GOFUNC)  # kinds whose symbols keep their names where other Go files may need them


def write_object(
    mode: Mode,
    live: Live,
    work: Relocation,
    text: TextLayout,
    layout: Layout,
    debug: Sequence[DebugSection],
    exported: list[int],
    output: Output,
    diagnostics: Diagnostics,
) -> None:
    """Write the object, once offsets in the file are final.

    `exported` are the live ids of what C code may refer to.
    """
    headers = ObjectHeaders(layout, work.arch.elf_machine)
    starts = [0 if section is None else section.vaddr for section in layout.sections]
    parts = [headers.number(part.section) for part in debug]
    host = ForHost(live, starts, parts, exported, mode.dynlinking, mode.buildmode == "shared")
    table, names, first_global = symtab.build(live, text, headers.numbers, host)
    numbers = [0] * len(layout.sections)
    for number, part in enumerate(debug, 1):
        numbers[part.section.index] = number
    carriers = [0] * 64
    for kind, name in CARRIERS.items():
        if not (mode.dynlinking and kind in NAMED):
            carriers[kind] = live.lookup(name)
    work.name(
        host.places,
        numbers,
        carriers,
        live.lookup(b"runtime.findfunctab"),
        live.lookup(b"runtime.tlsg"),
    )
    tail: list[memoryview | bytes] = [table.view(), names.view(), headers.section_names]
    relocations = headers.place_tail(len(tail[0]), first_global, len(tail[1]))
    with output:
        output.reserve(relocations)
        try:
            counts = write_sections(live, work, text, layout, debug, output.file, diagnostics)
            output.reserve(relocations + 24 * sum(count for _, count in counts))
            work.write_external(output.file, relocations)
        except OSError as error:
            raise output.failed(error) from None
        output.write_at(0, headers.first_page(relocations, counts))
        at = headers.tail_fileoff
        for content in tail:
            output.write_at(at, content)
            at += len(content)
        output.publish()
