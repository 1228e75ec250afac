"""The image: every section's bytes, relocated on their way to their place in the file."""

from __future__ import annotations

from goweld.arch import amd64
from goweld.relocate.apply_kernel import Relocation

TYPE_CHECKING = False
if TYPE_CHECKING:
    from goweld.errors import Diagnostics
    from goweld.layout.data_kernel import DataSymbols
    from goweld.model.layout import Layout, TextLayout
    from goweld.model.live_kernel import Live

KINDS = {"rodata": (6, 24), "data": (24, 44)}  # the data symbols in each segment's file part, by kind


def start(live: Live, layout: Layout) -> Relocation:
    """What all relocations need; those to data must wait until it has its addresses.

    Offsets into debug sections count from their places before compression.
    """
    work = Relocation(live, amd64.TLS_OFFSET, live.lookup(b"runtime.unreachableMethod", 1))
    work.count_from(section_starts(layout))
    return work


def section_starts(layout: Layout) -> list[int]:
    return [0 if section is None else section.vaddr for section in layout.sections]


def add(live: Live, work: Relocation, text: TextLayout, layout: Layout, symbols: DataSymbols) -> None:
    """Have all segments written but for the debug sections.  Addresses are final."""
    work.count_from(section_starts(layout))
    section = text.section
    place = section.fileoff, section.vaddr, section.length
    below = count_below(live, text)
    work.add(text.order, below, text.count - below, *place, amd64.CODE_PAD)
    for segment in (layout.rodata, layout.data):
        first, count = symbols.range(*KINDS[segment.name])
        work.add(symbols.order, first, count, segment.fileoff, segment.vaddr, segment.filelen, 0)


def write(live: Live, work: Relocation, file: int, diagnostics: Diagnostics) -> None:
    """Write what was added.  Raises OSError."""
    report(live, work.write(file), diagnostics)
    diagnostics.check()


def count_below(live: Live, text: TextLayout) -> int:
    """How many functions lie before the section, and so in no file (ld.writeBlocks).

    Functions are placed from -T's address on, the section from the next one with the section's alignment.
    """
    ids = text.order.view().cast("I")
    count = 0
    while count < text.count and live.value(ids[count]) < text.section.vaddr:
        count += 1
    return count


def report(live: Live, failures: list[tuple[int, int, int, int, int]], diagnostics: Diagnostics) -> None:
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
        diagnostics.error(explain(live, symbol, index, target, why, value))
