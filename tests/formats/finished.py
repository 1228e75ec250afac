"""A finished executable turned back into the layout it was written from."""

from __future__ import annotations

from goweld.codec.elf_read import ElfFile, Section
from goweld.model.layout import Layout, Segment
from goweld.model.layout import Section as OutputSection

ALLOC, EXEC, WRITE, COMPRESSED = 2, 4, 1, 0x800
NOT_OUTPUT = (".symtab", ".strtab", ".shstrtab", "")


def layout_of(elf: ElfFile, round: int) -> Layout:
    """Segments and sections with the addresses, offsets and sizes that the headers state."""
    layout = Layout(Segment("text", 5))
    loads = [segment for segment in elf.segments if segment.p_type == 1]
    for section in elf.sections:
        if section.name not in NOT_OUTPUT and not section.name.startswith(".note."):
            _add(layout, _segment_of(layout, section), section)
    segments = (layout.text, layout.rodata, layout.data)
    for segment, load in zip(segments, loads, strict=True):
        first = next(section for section in elf.sections if section.name == segment.sections[0].name)
        segment.vaddr, segment.fileoff = first.sh_addr, first.sh_offset
        before = (segment.vaddr - load.p_vaddr) % (1 << 64)
        segment.filelen = load.p_filesz - before
        segment.length = load.p_memsz - before
    _place_debug_sections(layout, elf, round)
    return layout


def _segment_of(layout: Layout, section: Section) -> Segment:
    if not section.sh_flags & ALLOC:
        return layout.dwarf
    if section.sh_flags & EXEC:
        return layout.text
    return layout.data if section.sh_flags & WRITE else layout.rodata


def _add(layout: Layout, segment: Segment, section: Section) -> None:
    rwx = 4 | bool(section.sh_flags & WRITE) << 1 | bool(section.sh_flags & EXEC)
    made = OutputSection(section.name, segment, rwx, len(layout.sections))
    made.vaddr = section.sh_addr
    made.length = section.sh_size
    made.align = section.sh_addralign
    made.compressed = bool(section.sh_flags & COMPRESSED)
    layout.sections.append(made)
    segment.sections.append(made)


def _place_debug_sections(layout: Layout, elf: ElfFile, round: int) -> None:
    """They are not loaded, so no header says their address: they follow the data."""
    dwarf, data = layout.dwarf, layout.data
    dwarf.vaddr = -(-(data.vaddr + data.length) // round) * round
    dwarf.fileoff = -(-(data.fileoff + data.filelen) // round) * round
    for section in dwarf.sections:
        found = elf.by_name[section.name]
        section.vaddr = dwarf.vaddr + found.sh_offset - dwarf.fileoff
        dwarf.filelen = dwarf.length = section.vaddr + section.length - dwarf.vaddr
