"""The image: every section's bytes, relocated on their way to their place in the file."""

from __future__ import annotations

from goweld.relocate.apply_kernel import Relocation

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from goweld.arch.arch import Arch
    from goweld.errors import Diagnostics
    from goweld.layout.data_kernel import DataSymbols
    from goweld.model.layout import DebugSection, Layout, Section, TextLayout
    from goweld.model.live_kernel import Live
    from goweld.model.memory_kernel import Column

TLS_OFFSET = -8  # ELF has the runtime's thread-local word below the thread pointer (ld.computeTLSOffset)
# The data symbols in each segment's file part, by kind; without a relro segment, rodata has its symbols.
KINDS = {"rodata": (8, 18), "relro": (18, 24), "data": (24, 44)}


def start(live: Live, layout: Layout, arch: Arch, pie: bool) -> Relocation:
    """What all relocations need; those to data must wait until it has its addresses.

    `pie`: the program may lie anywhere.  Offsets into debug sections count from their places before they are
    compressed.
    """
    work = Relocation(live, arch, TLS_OFFSET, live.lookup(b"runtime.unreachableMethod", 1), pie)
    work.count_from(section_starts(layout))
    return work


def section_starts(layout: Layout) -> list[int]:
    return [0 if section is None else section.vaddr for section in layout.sections]


def add(live: Live, work: Relocation, text: TextLayout, layout: Layout, symbols: DataSymbols) -> None:
    """Have all segments written but for the debug sections.  Addresses are final."""
    work.count_from(section_starts(layout))
    section = text.section
    place = section.fileoff, section.vaddr, section.length
    order, count = text.blocks
    below = count_below(live, order, count, section.vaddr)
    work.add(order, below, count - below, *place, work.arch.code_pad)
    for section in layout.text.sections[1:]:
        place = section.fileoff, section.vaddr, section.length
        work.add(symbols.order, section.first, section.count, *place, 0)
    for segment in layout.segments[1:-1]:
        kind, end = KINDS[segment.name]
        if segment is layout.rodata and not layout.relro.sections:
            end = KINDS["relro"][1]
        first, count = symbols.range(kind, end)
        work.add(symbols.order, first, count, segment.fileoff, segment.vaddr, segment.filelen, 0)


def write(live: Live, work: Relocation, file: int, diagnostics: Diagnostics) -> None:
    """Write what was added.  Raises OSError."""
    report(live, work.write(file), diagnostics, work.arch.messages)
    diagnostics.check()


def write_object(
    live: Live,
    work: Relocation,
    text: TextLayout,
    layout: Layout,
    debug: Sequence[DebugSection],
    file: int,
    diagnostics: Diagnostics,
) -> list[tuple[Section, int]]:
    """Write all sections to the file, and keep what the host linker is to relocate; how much of each section.

    Raises OSError.
    """
    pieces = {part.section: part for part in debug}
    starts = section_starts(layout)
    for part in debug:
        starts[part.section.index] = part.start
    work.count_from(starts)
    marks = []
    for segment in (layout.text, layout.rodata, layout.relro, layout.data, layout.dwarf):
        for section in segment.sections:
            marks.append((section, work.runs()))
            place = section.fileoff, section.vaddr, section.length
            if section in pieces:
                part = pieces[section]
                work.add(part.pieces, 0, part.count, section.fileoff, part.start, part.size, 0)
            elif section is text.section:
                work.add(text.order, 0, text.count, *place, work.arch.code_pad)
            elif section.count and section.vaddr < segment.vaddr + segment.filelen:
                work.add(layout.data_order, section.first, section.count, *place, 0)
    ends = [mark for _, mark in marks[1:]] + [work.runs()]
    write(live, work, file, diagnostics)
    return [(section, work.external(first, end)) for (section, first), end in zip(marks, ends, strict=True)]


def count_below(live: Live, order: Column, count: int, start: int) -> int:
    """How many functions lie before the section, and so in no file (ld.writeBlocks).

    Functions are placed from -T's address on, the section from the next one with the section's alignment.
    """
    ids = order.view().cast("I")
    below = 0
    while below < count and live.value(ids[below]) < start:
        below += 1
    return below


def report(
    live: Live,
    failures: list[tuple[int, int, int, int, int]],
    diagnostics: Diagnostics,
    own: Mapping[int, str],
) -> None:
    """Say what is wrong with relocations; what a symbol lacks, once (ErrorReporter.errorUnresolved)."""
    if not failures:
        return
    from goweld.relocate.messages import UNDEFINED, explain

    undefined = set()
    for symbol, index, target, why, value in failures:
        if why == UNDEFINED:
            if (symbol, target) in undefined:
                continue
            undefined.add((symbol, target))
        diagnostics.error(explain(live, symbol, index, target, why, value, own))
