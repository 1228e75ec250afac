"""Internal linking: the executable, written block by block (ld.asmb, ld.asmb2, ld.asmbElf)."""

from __future__ import annotations

from goweld.buildid.gnu import build_id, gnu_note
from goweld.buildid.go import go_note
from goweld.formats.elf import symtab
from goweld.formats.elf import write as elf
from goweld.formats.entry import entry_address
from goweld.layout.data import place_in_file
from goweld.model.objects_kernel import DEBUG, DEBUG_RELOCS
from goweld.relocate import image
from goweld.tables import fips

TYPE_CHECKING = False
if TYPE_CHECKING:
    from goweld.arch.arch import Arch
    from goweld.errors import Diagnostics
    from goweld.formats.elf.dynamic import Dynamic
    from goweld.formats.output import Output
    from goweld.layout.data_kernel import DataSymbols
    from goweld.model.layout import DebugSections, Layout, TextLayout
    from goweld.model.live_kernel import Live
    from goweld.model.objects_kernel import Objects
    from goweld.model.options import Options
    from goweld.relocate.apply_kernel import Relocation
    from goweld.relocate.debug import Packing


def write_contents(
    options: Options,
    live: Live,
    objects: Objects,
    text: TextLayout,
    layout: Layout,
    data: DataSymbols,
    work: Relocation,
    debug: DebugSections | None,
    packing: Packing | None,
    output: Output,
    diagnostics: Diagnostics,
) -> None:
    """Everything relocated to the file, while what is left of debug sections is compressed.

    The places of debug sections are final afterwards.
    """
    output.reserve(layout.dwarf.fileoff)
    try:
        image.add(live, work, text, layout, data)
        if packing is not None:
            packing.finish(live, output.file, diagnostics)
            objects.release(DEBUG_RELOCS)
            objects.release(DEBUG)
        if debug is not None:
            from goweld.relocate.debug import add, place

            place(layout, debug)
            output.reserve(place_in_file(options, layout, elf.HEADR))
            add(work, debug)
        image.write(live, work, output.file, diagnostics)
        fips.seal(live, layout, output.file, options.fipso)
    except OSError as error:
        raise output.failed(error) from None


class Ends:
    """What goes around the contents: the first page, and `tail` behind them, the symbol table first."""

    __slots__ = ("page", "tail", "tail_fileoff", "symtab_size")

    def __init__(
        self,
        options: Options,
        live: Live,
        text: TextLayout,
        layout: Layout,
        arch: Arch,
        entry: bytes,
        pie: bool,
        dynamic: Dynamic | None,
    ) -> None:
        headers = elf.plan(
            layout,
            machine=arch.elf_machine,
            round=options.round,
            notes=notes(options),
            strip=options.strip_symbols,
            pie=pie,
            dynamic=dynamic,
        )
        start = entry_address(live, entry.decode("utf-8", "surrogateescape"), options.text_addr)
        self.tail: list[bytes | memoryview] = [headers.section_names]
        self.tail_fileoff = headers.tail_fileoff
        self.symtab_size = 0
        if options.strip_symbols:
            self.page = headers.first_page(start)
            return
        table, names, first_global = symtab.build(live, text, headers.numbers)
        self.tail[:0] = [table.view(), names.view()]
        self.symtab_size = len(self.tail[0])
        self.page = headers.first_page(
            start,
            symtab_size=self.symtab_size,
            first_global=first_global,
            strtab_size=len(self.tail[1]),
        )

    def write(self, output: Output) -> None:
        """Complete the file."""
        output.reserve(self.tail_fileoff + sum(len(part) for part in self.tail))
        output.write_at(0, self.page)
        at = self.tail_fileoff
        for part in self.tail:
            output.write_at(at, part)
            at += len(part)
        output.publish()


def wanted_build_id(options: Options) -> str:
    """What GNU's build ID is to be: -B's value, or its default."""
    return options.host_buildid or ("gobuildid" if options.buildid else "")


def notes(options: Options) -> list[elf.Note]:
    """The notes in the order of cmd/link's asmbElf: GNU's build ID, then Go's."""
    found = []
    gnu = build_id(wanted_build_id(options), options.buildid)
    if gnu:
        found.append(elf.Note(".note.gnu.build-id", gnu_note(gnu)))
    if options.buildid:
        found.append(elf.Note(".note.go.buildid", go_note(options.buildid)))
    return found
