"""The headers of an object for the host linker (what ld.asmbElf does differently in external mode).

No section has an address, headers stay in the order of their creation, and relocation sections end the file.
"""

from __future__ import annotations

from goweld.codec import elf
from goweld.errors import LinkError
from goweld.formats.elf.sections import RELOCATIONS, SectionHeaders, describe
from goweld.formats.elf.write import HEADR, describe_symbol_table, name_sections, section_numbers

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from goweld.model.layout import Layout, Section

# Notes that the linker writes, and their flags.
NOTES = {
    ".note.go.pkg-list": 0,
    ".note.go.abihash": elf.SHF_ALLOC,
    ".note.go.deps": 0,
    ".note.go.buildid": elf.SHF_ALLOC,
}
WITHOUT = (".tbss", ".gopclntab", *NOTES)  # sections that nothing is relocated in


class ObjectHeaders:
    """Every header of an object.  `numbers` is as in Headers.

    At `tail_fileoff` follow the symbol table, its strings, `section_names`, and from the next multiple of
    eight on the relocations, section by section.
    """

    __slots__ = ("ehdr", "sections", "numbers", "tail_fileoff", "of_section", "relocations")

    def __init__(self, layout: Layout, machine: int) -> None:
        """Make the headers of a file whose sections have their places."""
        self.ehdr = elf.Ehdr(elf.ET_REL, machine)
        self.tail_fileoff = (layout.dwarf.fileoff + layout.dwarf.filelen + 7) & -8
        self.sections = sections = SectionHeaders()
        self.of_section = name_sections(sections, layout)
        for section, header in self.of_section:
            if section.name in NOTES:
                header.type = elf.SHT_NOTE
                header.flags = NOTES[section.name]
        describe_symbol_table(sections, self.tail_fileoff)
        names = sections.named(".shstrtab")
        names.type = elf.SHT_STRTAB
        names.align = 1
        for section, header in self.of_section:
            describe(header, section)
            header.addr = 0
            if header.type == elf.SHT_NOTE:
                header.align = section.align
                header.size = section.length
                header.offset = section.fileoff
        self.relocations = [
            (section, self._relocation_header(header))
            for section, header in self.of_section
            if section.vaddr < section.segment.vaddr + section.segment.filelen and section.name not in WITHOUT
        ]
        stack = sections.named(".note.GNU-stack")
        stack.type = elf.SHT_PROGBITS
        stack.align = 1
        sections.settle(sort=False)
        names.size = len(sections.strings)
        self.numbers = section_numbers(layout, self.of_section)
        self.ehdr.shnum = len(sections.headers)
        self.ehdr.shstrndx = names.number
        used = elf.EHDR_SIZE + len(sections.headers) * elf.SHDR_SIZE
        if used > HEADR:
            raise LinkError(f"HEADR too small: {used} > {HEADR} with 1 text sections", prefixed=False)

    def _relocation_header(self, of: elf.Shdr) -> elf.Shdr:
        """The header of a section's relocations (ld.elfshreloc)."""
        header = self.sections.add(RELOCATIONS + of.name)
        header.type = elf.SHT_RELA
        header.entsize = elf.RELA_SIZE
        header.align = 8
        header.link_to = self.sections.named(".symtab")
        header.info_to = of
        return header

    @property
    def section_names(self) -> bytes:
        return self.sections.strings

    def number(self, section: Section) -> int:
        """A section's number in the table of headers."""
        return int.from_bytes(self.numbers[2 * section.index : 2 * section.index + 2], "little")

    def place_tail(self, symtab_size: int, first_global: int, strtab_size: int) -> int:
        """Place what follows the sections; where the relocations begin."""
        named = self.sections.named
        symtab, strtab, names = named(".symtab"), named(".strtab"), named(".shstrtab")
        symtab.size = symtab_size
        symtab.info = first_global
        strtab.offset = symtab.offset + symtab_size
        strtab.size = strtab_size
        names.offset = strtab.offset + strtab_size
        return (names.offset + names.size + 7) & -8

    def first_page(self, relocations: int, counts: Sequence[tuple[Section, int]]) -> bytes:
        """The first HEADR bytes of the file.

        `relocations` is where those begin, `counts` how many there are of each section.
        """
        places = {}
        for section, count in counts:
            places[section] = relocations, count * elf.RELA_SIZE
            relocations += count * elf.RELA_SIZE
        for section, header in self.relocations:
            header.offset, header.size = places[section]
        records = [self.ehdr.pack()]
        records += [header.pack() for header in self.sections.headers]
        return b"".join(records).ljust(HEADR, b"\0")
