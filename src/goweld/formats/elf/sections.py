"""The section headers of a file: made by name, sorted once, then numbered (ld.elfshname, ld.elfSortShdrs)."""

from __future__ import annotations

from goweld.codec import elf

TYPE_CHECKING = False
if TYPE_CHECKING:
    from goweld.model.layout import Section

RELOCATIONS = ".rela"  # what names of relocation sections begin with


class SectionHeaders:
    """A table of section headers, the null header first."""

    __slots__ = ("headers", "strings")

    def __init__(self) -> None:
        self.headers = [elf.Shdr("")]
        self.strings = b""

    def named(self, name: str) -> elf.Shdr:
        """The header of that name, made now if there is none."""
        for header in self.headers:
            if header.name == name:
                return header
        return self.add(name)

    def add(self, name: str) -> elf.Shdr:
        """A new header, whether or not another one has its name."""
        header = elf.Shdr(name)
        self.headers.append(header)
        return header

    def settle(self, sort: bool = True) -> None:
        """Sort and number the headers and write their names: no header is added after this.

        Headers of loaded sections come first, by address and size; the others keep their order.
        """
        if sort:
            self.headers[1:] = sorted(self.headers[1:], key=_rank)
        self.strings, places = elf.string_table([header.name for header in self.headers], RELOCATIONS)
        for number, header in enumerate(self.headers):
            header.number = number
            header.name_offset = places[header.name]


def describe(header: elf.Shdr, section: Section) -> None:
    """Fill in the header of an output section (ld.elfshbits); one that has its type already is left alone."""
    if header.type != elf.SHT_NULL:
        return
    segment = section.segment
    header.type = elf.SHT_PROGBITS
    if section.vaddr >= segment.vaddr + segment.filelen:
        header.type = elf.SHT_NOBITS
    elif section.name == ".init_array":
        header.type = elf.SHT_INIT_ARRAY
    header.align = section.align
    header.size = section.length
    header.offset = section.fileoff
    if section.name.startswith((".debug", ".zdebug")):
        header.flags = elf.SHF_COMPRESSED if section.compressed else 0
        return
    header.flags = elf.SHF_ALLOC
    header.addr = section.vaddr
    if section.rwx & 1:
        header.flags |= elf.SHF_EXECINSTR
    if section.rwx & 2:
        header.flags |= elf.SHF_WRITE
    if section.name == ".tbss":
        header.type = elf.SHT_NOBITS
        header.flags |= elf.SHF_TLS
        header.offset = 0


def covering(type: int, flags: int, section: elf.Shdr) -> elf.Phdr:
    """A program header for one section (ld.phsh)."""
    header = elf.Phdr(type, flags)
    header.offset = section.offset
    header.vaddr = section.addr
    header.filesz = header.memsz = section.size
    header.align = section.align
    return header


def _rank(header: elf.Shdr) -> tuple[int, int, int]:
    if header.flags & elf.SHF_ALLOC:
        return 0, header.addr, header.size
    return 1, 0, 0
