"""The headers of dynamic sections and segments (ld.asmbElf, where -d is not given)."""

from __future__ import annotations

from goweld.codec import elf
from goweld.formats.elf.dynamic import interpreter
from goweld.formats.elf.sections import covering

TYPE_CHECKING = False
if TYPE_CHECKING:
    from goweld.formats.elf.dynamic import Dynamic
    from goweld.formats.elf.sections import SectionHeaders
    from goweld.model.layout import Layout, Section

A, W, X = elf.SHF_ALLOC, elf.SHF_ALLOC | elf.SHF_WRITE, elf.SHF_ALLOC | elf.SHF_EXECINSTR
# Name: type, flags, size of an entry, alignment, the section that sh_link means.
SECTIONS = {
    ".dynsym": (elf.SHT_DYNSYM, A, elf.SYM_SIZE, 8, ".dynstr"),
    ".dynstr": (elf.SHT_STRTAB, A, 0, 1, ""),
    ".rela.plt": (elf.SHT_RELA, A, elf.RELA_SIZE, 8, ".dynsym"),
    ".rela": (elf.SHT_RELA, A, elf.RELA_SIZE, 8, ".dynsym"),
    ".got": (elf.SHT_PROGBITS, W, 8, 8, ""),
    ".got.plt": (elf.SHT_PROGBITS, W, 8, 8, ""),
    ".hash": (elf.SHT_HASH, A, 4, 8, ".dynsym"),
    ".dynamic": (elf.SHT_DYNAMIC, W, 16, 8, ".dynstr"),
}
VERSION_SECTIONS = {
    ".gnu.version": (elf.SHT_GNU_VERSYM, A, 2, 2, ".dynsym"),
    ".gnu.version_r": (elf.SHT_GNU_VERNEED, A, 0, 8, ".dynstr"),
}


def place_interpreter(sections: SectionHeaders, dynamic: Dynamic, end: int, load_addr: int) -> elf.Phdr:
    """Put the dynamic linker's path below the file offset `end`; its program header."""
    path = interpreter(dynamic.cgo, dynamic.arch).encode("utf-8", "surrogateescape") + b"\0"
    header = sections.named(".interp")
    header.type = elf.SHT_PROGBITS
    header.flags = elf.SHF_ALLOC
    header.align = 1
    header.offset = end - len(path)
    header.addr = (load_addr + header.offset) % (1 << 64)
    header.size = len(path)
    dynamic.interpreter = path
    return covering(elf.PT_INTERP, elf.PF_R, header)


def describe_dynamic(sections: SectionHeaders, layout: Layout, dynamic: Dynamic) -> list[elf.Phdr]:
    """Fill in the headers of the dynamic sections; the program headers for them and thread-local storage."""
    tables = dict(SECTIONS)
    tables[".plt"] = (elf.SHT_PROGBITS, X, dynamic.arch.PLT_ENTSIZE, dynamic.arch.PLT_ENTSIZE, "")
    if dynamic.nversions:
        tables |= VERSION_SECTIONS
    found = {section.name: section for segment in layout.segments for section in segment.sections}
    for name, (kind, flags, entsize, align, link) in tables.items():
        header, section = sections.named(name), found[name]
        header.type, header.flags, header.entsize, header.align = kind, flags, entsize, align
        header.addr, header.offset, header.size = section.vaddr, offset(layout, section), section.length
        header.link_to = sections.named(link) if link else None
    sections.named(".dynsym").info = 1  # all but the first are global
    sections.named(".rela.plt").info_to = sections.named(".plt")
    if dynamic.nversions:
        sections.named(".gnu.version_r").info = dynamic.nversions
    phdrs = [covering(elf.PT_DYNAMIC, elf.PF_R | elf.PF_W, sections.named(".dynamic"))]
    tbss = found.get(".tbss")
    if tbss is not None and tbss.length:
        tls = elf.Phdr(elf.PT_TLS, elf.PF_R)
        tls.memsz = tbss.length
        tls.align = 8
        phdrs.append(tls)
    return phdrs


def offset(layout: Layout, section: Section) -> int:
    """Where a section is said to lie: as if only the data segment began a place of its own (ld.datoff)."""
    start = layout.data if section.vaddr >= layout.data.vaddr else layout.text
    return section.vaddr - start.vaddr + start.fileoff
