"""The image: every section's bytes at its place in the file."""

from __future__ import annotations

from goweld.arch import amd64
from goweld.model.memory_kernel import Column
from goweld.relocate.apply_kernel import Relocation

TYPE_CHECKING = False
if TYPE_CHECKING:
    from goweld.errors import Diagnostics
    from goweld.layout.data_kernel import DataSymbols
    from goweld.model.layout import Layout, TextLayout
    from goweld.model.live_kernel import Live

KINDS = {"rodata": (6, 24), "data": (24, 44)}  # the data symbols in each segment's file part, by kind


def build(
    live: Live,
    text: TextLayout,
    layout: Layout,
    symbols: DataSymbols,
    size: int,
    diagnostics: Diagnostics,
) -> Column:
    """`size` bytes that hold all segments, relocated; the headers' place is left zero."""
    image = Column(1, size)
    starts = [0 if s is None else s.vaddr for s in layout.sections]
    unreachable = live.lookup(b"runtime.unreachableMethod", 1)

    work = Relocation(live, starts, amd64.TLS_OFFSET, unreachable)
    section = text.section
    place = section.fileoff, section.vaddr, section.length
    below = count_below(live, text)
    work.add(text.order, below, text.count - below, image, *place, amd64.CODE_PAD)
    for segment in (layout.rodata, layout.data):
        first, count = symbols.range(*KINDS[segment.name])
        work.add(symbols.order, first, count, image, segment.fileoff, segment.vaddr, segment.filelen, 0)
    failures = work.run()
    if failures:
        report(live, failures, diagnostics)
    diagnostics.check()
    return image


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
    from goweld.relocate.messages import UNDEFINED, explain

    undefined = set()
    for symbol, index, target, why, value in failures:
        if why == UNDEFINED:
            if (symbol, target) in undefined:
                continue
            undefined.add((symbol, target))
        diagnostics.error(explain(live, symbol, index, target, why, value))
