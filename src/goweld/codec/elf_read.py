"""Read a finished ELF64 little-endian file: headers, sections, segments, symbols.

Not on the link path: it serves the reports and the tests, which look at linked files from outside.
"""

from __future__ import annotations

import mmap
import os
import struct
from functools import cached_property
from typing import NamedTuple

from goweld.errors import LinkError

SHT_NULL = 0
SHT_SYMTAB = 2
SHT_STRTAB = 3
SHT_NOTE = 7
SHT_NOBITS = 8

EHDR = struct.Struct("<16sHHIQQQIHHHHHH")
EHDR_FIELDS = (  # noqa: SIM905
    "e_ident e_type e_machine e_version e_entry e_phoff e_shoff e_flags e_ehsize e_phentsize e_phnum "
    "e_shentsize e_shnum e_shstrndx"
).split()
PHDR = struct.Struct("<IIQQQQQQ")
SHDR = struct.Struct("<IIQQQQIIQQ")
SYM = struct.Struct("<IBBHQQ")


class Section(NamedTuple):
    """A section header, its name looked up."""

    name: str
    sh_type: int
    sh_flags: int
    sh_addr: int
    sh_offset: int
    sh_size: int
    sh_link: int
    sh_info: int
    sh_addralign: int
    sh_entsize: int

    @property
    def file_size(self) -> int:
        """Bytes the section has in the file."""
        return 0 if self.sh_type in (SHT_NOBITS, SHT_NULL) else self.sh_size


class Segment(NamedTuple):
    """A program header."""

    p_type: int
    p_flags: int
    p_offset: int
    p_vaddr: int
    p_paddr: int
    p_filesz: int
    p_memsz: int
    p_align: int


class Symbol(NamedTuple):
    """An entry of the symbol table, its name looked up."""

    name: str
    st_info: int
    st_other: int
    st_shndx: int
    st_value: int
    st_size: int


class ElfFile:
    """One mapped executable. Raises LinkError when the file is not a whole ELF64 little-endian file."""

    def __init__(self, path: str) -> None:
        self.path = path
        try:
            fd = os.open(path, os.O_RDONLY)
        except OSError as err:
            raise LinkError(f"open {path}: {err.strerror}") from err
        try:
            self.size = os.fstat(fd).st_size
            if self.size < EHDR.size:
                raise LinkError(f"{path}: not an ELF file: {self.size} bytes")
            self.data = mmap.mmap(fd, 0, prot=mmap.PROT_READ)
        except OSError as err:
            raise LinkError(f"read {path}: {err.strerror}") from err
        finally:
            os.close(fd)
        if self.data[:6] != b"\x7fELF\x02\x01":
            raise LinkError(f"{path}: not a little-endian ELF64 file: starts with {self.data[:6].hex(' ')}")
        self.header = dict(zip(EHDR_FIELDS, EHDR.unpack_from(self.data), strict=True))
        try:
            self.segments = self._segments()
            self.sections = self._sections()
        except (struct.error, IndexError) as err:
            raise LinkError(f"{path}: headers point outside the file: {err}") from err
        self.by_name = {section.name: section for section in reversed(self.sections)}

    def _segments(self) -> list[Segment]:
        start, count = self.header["e_phoff"], self.header["e_phnum"]
        return [Segment(*PHDR.unpack_from(self.data, start + i * PHDR.size)) for i in range(count)]

    def _sections(self) -> list[Section]:
        start, count = self.header["e_shoff"], self.header["e_shnum"]
        raw = [SHDR.unpack_from(self.data, start + i * SHDR.size) for i in range(count)]
        if not raw:
            return []
        strings = raw[self.header["e_shstrndx"]][4]
        sections = []
        for name, *fields in raw:
            section = Section(self.string_at(strings + name), *fields)
            if section.file_size and section.sh_offset + section.file_size > self.size:
                raise LinkError(f"{self.path}: section {section.name} ends beyond the file")
            sections.append(section)
        return sections

    def string_at(self, fileoff: int) -> str:
        """The NUL-terminated string at a file offset."""
        end = self.data.find(b"\0", fileoff)
        return self.data[fileoff : end if end >= 0 else self.size].decode(errors="replace")

    def contents(self, section: Section) -> bytes:
        """A section's bytes in the file (none for .bss)."""
        return self.data[section.sh_offset : section.sh_offset + section.file_size]

    def section_at(self, addr: int) -> Section | None:
        """The loaded section that holds an address."""
        for section in self.sections:
            if section.sh_addr and section.sh_addr <= addr < section.sh_addr + section.sh_size:
                return section
        return None

    def bytes_at(self, addr: int, size: int) -> bytes:
        """`size` bytes at an address, fewer at a section's end, none where the file holds no bytes."""
        section = self.section_at(addr)
        if section is None or not section.file_size:
            return b""
        start = section.sh_offset + addr - section.sh_addr
        return self.data[start : min(start + size, section.sh_offset + section.file_size)]

    @cached_property
    def symbols(self) -> list[Symbol]:
        """Every entry of .symtab in file order, the null entry included; empty for a stripped file."""
        table = next((s for s in self.sections if s.sh_type == SHT_SYMTAB), None)
        if table is None or table.sh_link >= len(self.sections):
            return []
        strings = self.contents(self.sections[table.sh_link])
        whole = table.sh_size // SYM.size * SYM.size
        symbols = []
        for name, *rest in SYM.iter_unpack(self.contents(table)[:whole]):
            end = strings.find(b"\0", name)
            symbols.append(Symbol(strings[name:end].decode(errors="replace"), *rest))
        return symbols
