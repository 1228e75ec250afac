"""The debug sections as the file holds them: relocated, and compressed where that makes them shorter."""

from __future__ import annotations

from goweld.arch import amd64
from goweld.codec import elf
from goweld.model.memory_kernel import Column
from goweld.relocate.apply_kernel import Relocation
from goweld.relocate.compress_kernel import Compression
from goweld.relocate.image import report

TYPE_CHECKING = False
if TYPE_CHECKING:
    from goweld.errors import Diagnostics
    from goweld.model.layout import DebugSections, Layout
    from goweld.model.live_kernel import Live


def build(live: Live, layout: Layout, debug: DebugSections, shorten: bool, diagnostics: Diagnostics) -> None:
    """Give the debug sections their contents, compressed if `shorten`, and the layout their final places.

    Offsets into debug sections count from their places before compression.  (ld.dwarfcompress)
    """
    starts = [0 if s is None else s.vaddr for s in layout.sections]
    work = Relocation(live, starts, amd64.TLS_OFFSET, live.lookup(b"runtime.unreachableMethod", 1))
    work.refer(debug.slots, debug.starts)
    failures = compress(work, debug) if shorten else []
    for part in debug.sections:
        if not part.content:
            content = Column(1, part.size)
            part.content = content.view()
            work.add(part.pieces, 0, part.count, content, 0, part.section.vaddr, part.size, 0)
    failures += work.run()
    if failures:
        report(live, failures, diagnostics)
    diagnostics.check()
    addr = layout.dwarf.vaddr
    for part in debug.sections:
        part.section.vaddr = addr
        part.section.length = len(part.content)
        addr += part.section.length
    layout.dwarf.length = layout.dwarf.filelen = addr - layout.dwarf.vaddr


def compress(work: Relocation, debug: DebugSections) -> list[tuple[int, int, int, int, int]]:
    """Give the sections that get shorter their contents (ld.compressSyms); what could not be relocated."""
    # One section is one task, so the largest go first.
    parts = sorted(debug.sections, key=lambda part: -part.size)
    packing = Compression(work, len(parts))
    outs = [Column(1, max(part.size, elf.CHDR_SIZE)) for part in parts]
    for part, out in zip(parts, outs, strict=True):
        packing.add(part.pieces, part.count, part.section.vaddr, out, elf.CHDR_SIZE)
    for part, out, size in zip(parts, outs, packing.run(), strict=True):
        if size >= 0 and elf.CHDR_SIZE + size < part.size:
            part.content = out.view()[: elf.CHDR_SIZE + size]
            part.content[: elf.CHDR_SIZE] = elf.compression_header(part.size)
            part.section.compressed = True
    return packing.failures()
