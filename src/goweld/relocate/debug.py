"""The debug sections as the file holds them: relocated, and compressed where that makes them shorter."""

from __future__ import annotations

from goweld.codec import elf
from goweld.model.beside import Beside
from goweld.model.memory_kernel import Column
from goweld.relocate.compress_kernel import Compression
from goweld.relocate.image import report

TYPE_CHECKING = False
if TYPE_CHECKING:
    from goweld.errors import Diagnostics
    from goweld.model.layout import DebugSections, Layout
    from goweld.model.live_kernel import Live
    from goweld.relocate.apply_kernel import Relocation


class Packing:
    """Debug sections being compressed; those that refer to no data from the beginning, beside other stages.

    Text and debug sections have their places.
    """

    __slots__ = ("work", "parts", "outs", "compression", "early")

    def __init__(self, work: Relocation, debug: DebugSections) -> None:
        self.work = work
        self.parts = sorted(debug.sections, key=lambda part: (part.refers_to_data, -part.size))
        self.outs = [Column(1, max(part.size, elf.CHDR_SIZE)) for part in self.parts]
        self.compression = Compression(work, len(self.parts))
        for part, out in zip(self.parts, self.outs, strict=True):
            early = not part.refers_to_data
            self.compression.add(part.pieces, part.count, part.section.vaddr, out, elf.CHDR_SIZE, early)
        self.early = Beside(b"", self.compression.pack_early)

    def finish(self, live: Live, file: int, diagnostics: Diagnostics) -> None:
        """Keep the sections that got shorter (ld.compressSyms); write what `work` has.  Raises OSError."""
        self.compression.run(file)
        self.early.result()
        for part, out, size in zip(self.parts, self.outs, self.compression.sizes(), strict=True):
            if size >= 0 and elf.CHDR_SIZE + size < part.size:
                out.view()[: elf.CHDR_SIZE] = elf.compression_header(part.size)
                part.packed = out
                part.packed_size = elf.CHDR_SIZE + size
                part.section.compressed = True
            else:
                out.free()
        report(live, self.compression.failures(), diagnostics, {})
        diagnostics.check()
        report(live, self.work.written(), diagnostics, self.work.arch.messages)
        diagnostics.check()


def place(layout: Layout, debug: DebugSections) -> None:
    """The sections' final places (ld.dwarfcompress)."""
    addr = layout.dwarf.vaddr
    for part in debug.sections:
        part.start = part.section.vaddr
        part.section.vaddr = addr
        if part.packed is not None:
            part.section.length = part.packed_size
        addr += part.section.length
    layout.dwarf.length = layout.dwarf.filelen = addr - layout.dwarf.vaddr


def add(work: Relocation, debug: DebugSections) -> None:
    """Have the debug sections written, once offsets in the file are final."""
    for part in debug.sections:
        if part.packed is not None:
            work.add_ready(part.packed, part.packed_size, part.section.fileoff)
        else:
            work.add(part.pieces, 0, part.count, part.section.fileoff, part.start, part.size, 0)
