"""The headers of an executable: they fill the first page of the file and its end (ld.asmbElf).

`plan` needs final addresses and file offsets.  It numbers the sections, which the symbol table needs; only
with the symbol table's size can `Headers.first_page` be written.
"""

from __future__ import annotations

from goweld.codec import elf
from goweld.errors import LinkError
from goweld.formats.elf.sections import SectionHeaders, covering, describe

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from goweld.formats.elf.dynamic import Dynamic
    from goweld.model.layout import Layout, Section, Segment

HEADR = 4096  # bytes before the first section: headers from the front, notes from the end


class Note:
    """A note section, to be put before the text.  `content` is a whole record, as codec.elf.note makes it."""

    __slots__ = ("section", "content", "fileoff")

    def __init__(self, section: str, content: bytes) -> None:
        self.section = section
        self.content = content
        self.fileoff = 0


class Headers:
    """Every header of a file but for what the symbol table decides.

    `numbers` holds the ELF section number of each output section, 16 bits each, by the section's index.
    At `tail_fileoff` follow the symbol table and its strings, where the file has them, and `section_names`;
    they end the file.
    """

    __slots__ = ("ehdr", "phdrs", "sections", "notes", "numbers", "tail_fileoff", "interpreter")

    def __init__(self, ehdr: elf.Ehdr, notes: Sequence[Note], tail_fileoff: int) -> None:
        self.ehdr = ehdr
        self.phdrs: list[elf.Phdr] = []
        self.sections = SectionHeaders()
        self.notes = notes
        self.numbers = b""
        self.tail_fileoff = tail_fileoff
        self.interpreter = b""

    @property
    def section_names(self) -> bytes:
        return self.sections.strings

    def first_page(
        self, entry: int, *, symtab_size: int = 0, first_global: int = 0, strtab_size: int = 0
    ) -> bytes:
        """The first HEADR bytes of the file; the sizes stay zero where the file has no symbol table."""
        named = self.sections.named
        names = named(".shstrtab")
        if symtab_size:
            symtab, strtab = named(".symtab"), named(".strtab")
            symtab.size = symtab_size
            symtab.info = first_global
            strtab.offset = symtab.offset + symtab_size
            strtab.size = strtab_size
        names.offset = self.tail_fileoff + symtab_size + strtab_size
        self.ehdr.entry = entry
        page = bytearray(HEADR)
        records = [self.ehdr.pack()]
        records += [header.pack() for header in self.phdrs]
        records += [header.pack() for header in self.sections.headers]
        start = b"".join(records)
        page[: len(start)] = start
        for note in self.notes:
            page[note.fileoff : note.fileoff + len(note.content)] = note.content
        if self.interpreter:
            start_at = named(".interp").offset
            page[start_at : start_at + len(self.interpreter)] = self.interpreter
        return bytes(page)


def plan(
    layout: Layout,
    *,
    machine: int,
    round: int,
    notes: Sequence[Note],
    strip: bool,
    pie: bool = False,
    dynamic: Dynamic | None = None,
) -> Headers:
    """Make the headers.

    `round` is -R's value, a power of two; `strip` leaves the symbol table out; `pie`: the program may lie
    anywhere; `dynamic`: what the dynamic linker reads.  The text segment lies at -T's address and at HEADR in
    the file; `layout.dwarf` has its file offset even if it is empty.
    """
    dwarf_end = layout.dwarf.fileoff + layout.dwarf.filelen
    headers = Headers(elf.Ehdr(elf.ET_DYN if pie else elf.ET_EXEC, machine), notes, (dwarf_end + 7) & -8)
    sections = headers.sections
    of_section = name_sections(sections, layout)
    headers.phdrs = _program_headers(sections, layout, notes, round, dynamic)
    if dynamic:
        headers.interpreter = dynamic.interpreter
    if not strip:
        describe_symbol_table(sections, headers.tail_fileoff)
    names = sections.named(".shstrtab")
    names.type = elf.SHT_STRTAB
    names.align = 1
    for section, header in of_section:
        describe(header, section)
    sections.settle()
    names.size = len(headers.section_names)
    headers.numbers = section_numbers(layout, of_section)
    headers.ehdr.phnum = len(headers.phdrs)
    headers.ehdr.shnum = len(sections.headers)
    headers.ehdr.shstrndx = names.number
    _check_room(headers, layout)
    return headers


def name_sections(headers: SectionHeaders, layout: Layout) -> list[tuple[Section, elf.Shdr]]:
    """A header for each output section, in file order; only .text may have several (ld.Asmbelfsetup)."""
    return [
        (section, headers.add(section.name) if section.name == ".text" else headers.named(section.name))
        for segment in (layout.text, layout.rodata, layout.relro, layout.data, layout.dwarf)
        for section in segment.sections
    ]


def _program_headers(
    sections: SectionHeaders, layout: Layout, notes: Sequence[Note], round: int, dynamic: Dynamic | None
) -> list[elf.Phdr]:
    load_addr = layout.text.vaddr - HEADR
    table = elf.Phdr(elf.PT_PHDR, elf.PF_R)
    table.offset = elf.EHDR_SIZE
    table.vaddr = load_addr + elf.EHDR_SIZE
    table.align = round
    phdrs = [table]
    end = HEADR
    if dynamic:
        from goweld.formats.elf.dynamic_headers import describe_dynamic, place_interpreter

        phdrs.append(place_interpreter(sections, dynamic, end, load_addr))
        end -= phdrs[-1].filesz
    for note in notes:
        end = _place_note(sections.named(note.section), note, end, load_addr)
    if notes:
        # One header serves all notes, and each overwrites it: the last one stays.
        phdrs.append(covering(elf.PT_NOTE, elf.PF_R, sections.named(notes[-1].section)))
    phdrs.append(_loading(layout.text, round, HEADR - elf.EHDR_SIZE))
    if layout.rodata.sections:
        phdrs.append(_loading(layout.rodata, round))
    if layout.relro.sections:
        phdrs.append(_loading(layout.relro, round))
        phdrs.append(_protecting(layout.relro, round))
    phdrs.append(_loading(layout.data, round))
    if dynamic:
        phdrs += describe_dynamic(sections, layout, dynamic)
    stack = elf.Phdr(elf.PT_GNU_STACK, elf.PF_R | elf.PF_W)
    stack.align = 8
    phdrs.append(stack)
    table.filesz = table.memsz = len(phdrs) * elf.PHDR_SIZE
    return phdrs


def _place_note(header: elf.Shdr, note: Note, end: int, load_addr: int) -> int:
    """Put a note below the file offset `end`; where it starts (ld.elfnote)."""
    note.fileoff = (end & -4) - len(note.content)
    header.type = elf.SHT_NOTE
    header.flags = elf.SHF_ALLOC
    header.align = 4
    header.addr = (load_addr + note.fileoff) % (1 << 64)
    header.offset = note.fileoff
    header.size = len(note.content)
    return note.fileoff


def _loading(segment: Segment, round: int, before: int = 0) -> elf.Phdr:
    """A PT_LOAD for a segment and the `before` bytes in front of it, from the start of their page.

    (ld.elfphload, ld.fixElfPhdr)
    """
    before += (segment.vaddr - before) & (round - 1)
    header = elf.Phdr(elf.PT_LOAD, _permissions(segment.rwx))
    header.offset = segment.fileoff - before
    header.vaddr = segment.vaddr - before
    header.filesz = segment.filelen + before
    header.memsz = segment.length + before
    header.align = round
    return header


def _protecting(segment: Segment, round: int) -> elf.Phdr:
    """A PT_GNU_RELRO: what is read-only once it is relocated (ld.elfphrelro)."""
    header = elf.Phdr(elf.PT_GNU_RELRO, elf.PF_R)
    header.offset = segment.fileoff
    header.vaddr = segment.vaddr
    header.filesz = segment.filelen
    header.memsz = segment.length
    header.align = round
    return header


def _permissions(rwx: int) -> int:
    """Segment.rwx as p_flags, where read and execute change places."""
    return (rwx & 4 and elf.PF_R) | (rwx & 2 and elf.PF_W) | (rwx & 1 and elf.PF_X)


def describe_symbol_table(sections: SectionHeaders, fileoff: int) -> None:
    symtab = sections.named(".symtab")
    strtab = sections.named(".strtab")
    symtab.type = elf.SHT_SYMTAB
    symtab.offset = fileoff
    symtab.align = 8
    symtab.entsize = elf.SYM_SIZE
    symtab.link_to = strtab
    strtab.type = elf.SHT_STRTAB
    strtab.align = 1


def section_numbers(layout: Layout, of_section: list[tuple[Section, elf.Shdr]]) -> bytes:
    numbers = [0] * len(layout.sections)
    for section, header in of_section:
        numbers[section.index] = header.number
    return b"".join(number.to_bytes(2, "little") for number in numbers)


def _check_room(headers: Headers, layout: Layout) -> None:
    used = elf.EHDR_SIZE + len(headers.phdrs) * elf.PHDR_SIZE + len(headers.sections.headers) * elf.SHDR_SIZE
    used += sum(len(note.content) for note in headers.notes) + len(headers.interpreter)
    if used > HEADR:
        ntext = sum(section.name == ".text" for section in layout.text.sections)
        raise LinkError(
            f"ELFRESERVE too small: {used} > {HEADR} with {ntext} text sections\n"
            f"HEADR too small: {used} > {HEADR} with {ntext} text sections",
            prefixed=False,
        )
