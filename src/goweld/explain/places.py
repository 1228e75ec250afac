"""Name any address of a linked Go executable: by .symtab, else pclntab, moduledata and type descriptors."""

from __future__ import annotations

import bisect
import struct
from functools import cached_property
from typing import NamedTuple

from goweld.codec.elf_read import ElfFile, Section
from goweld.explain.pclntab_view import Pclntab
from goweld.explain.typedesc_view import Moduledata, TypeView, moduledata_words

ET_REL = 1
STT_SECTION = 3
STT_FILE = 4
SHT_RELA = 4
RELA = struct.Struct("<QQq")
FINDFUNC_BUCKET = 20  # runtime.findfuncbucket: a base index and 16 sub-buckets


class Item(NamedTuple):
    """One named range of a section."""

    addr: int
    size: int
    name: str


class Places:
    """The named ranges of one executable, section by section; `symbols`: may .symtab name them?"""

    def __init__(self, elf: ElfFile, *, symbols: bool = True) -> None:
        self.elf = elf
        self._use_symbols = symbols
        self._items: dict[str, list[Item]] = {}

    @cached_property
    def pclntab(self) -> Pclntab | None:
        """The function table, whether or not the file is stripped."""
        section = self.elf.by_name.get(".gopclntab")
        return Pclntab.read(self.elf.contents(section)) if section else None

    @cached_property
    def module(self) -> Moduledata | None:
        # An object for another linker has relocations where the module data has addresses.
        return Moduledata.read(self.elf) if self.elf.header["e_type"] != ET_REL else None

    @cached_property
    def types(self) -> TypeView | None:
        return TypeView(self.elf, self.module) if self.module else None

    @cached_property
    def _symbol_items(self) -> dict[int, list[Item]]:
        found: dict[int, list[Item]] = {}
        for symbol in self.elf.symbols if self._use_symbols else ():
            if symbol.st_shndx and symbol.st_info & 15 not in (STT_SECTION, STT_FILE):
                item = Item(symbol.st_value, symbol.st_size, symbol.name)
                found.setdefault(symbol.st_shndx, []).append(item)
        for items in found.values():
            items.sort(key=lambda item: (item.addr, item.size != 0, item.name))
        return found

    def items(self, section: Section) -> list[Item]:
        """A section's named ranges by address: symbols, else what the tables of a stripped file name."""
        if section.name not in self._items:
            self._items[section.name] = self._find_items(section)
        return self._items[section.name]

    def _find_items(self, section: Section) -> list[Item]:
        if section.name == ".go.type" and self.types:
            return [Item(desc.addr, desc.size, "type:" + desc.name) for desc in self.types.descs]
        named = self._symbol_items.get(self.elf.sections.index(section))
        if named:
            return named
        if section.name == ".text" and self.pclntab:
            funcs = self.pclntab.funcs
            ends = [*self.pclntab.entries[1:], self.pclntab.end_off]
            return [
                Item(section.sh_addr + func.entry_off, end - func.entry_off, func.name)
                for func, end in zip(funcs, ends, strict=True)
            ]
        return []

    def item_at(self, section: Section, addr: int) -> Item | None:
        """The last named range that begins at or before an address."""
        items = self.items(section)
        i = bisect.bisect_right(items, addr, key=lambda item: item.addr) - 1
        return items[i] if i >= 0 else None

    def describe_offset(self, section: Section, off: int) -> str:
        """Name a place in a section that has no address: by symbols, which then count from its start."""
        if section.sh_type == SHT_RELA:
            return self._relocation(section, off)
        item = self.item_at(section, off) if self.elf.header["e_type"] == ET_REL else None
        return f"+{off:#x}" if item is None else f"{item.name}+{off - item.addr:#x}"

    def _relocation(self, section: Section, off: int) -> str:
        index = off // RELA.size
        place, info, addend = RELA.unpack_from(self.elf.contents(section), index * RELA.size)
        symbols = self.elf.symbols
        name = symbols[info >> 32].name if info >> 32 < len(symbols) else "?"
        what = f"{place:#x} type {info & 0xFFFFFFFF} to [{info >> 32}] {name} {addend:+#x}"
        return f"relocation {index}: {what}"

    def describe(self, addr: int) -> str:
        """Name the place an address points to."""
        section = self.elf.section_at(addr)
        if section is None:
            return f"{addr:#x}, in no section"
        field = self._field(section, addr)
        if field:
            return field
        item = self.item_at(section, addr)
        if item is None:
            return f"{section.name}+{addr - section.sh_addr:#x}"
        past = addr - item.addr
        if past and past >= item.size:
            off = addr - section.sh_addr
            return f"{section.name}+{off:#x}, {past - item.size:#x} past the end of {item.name}"
        return f"{item.name}+{past:#x}" if past else item.name

    def _field(self, section: Section, addr: int) -> str:
        rel = addr - section.sh_addr
        if section.name == ".gopclntab" and self.pclntab:
            return self._pclntab_field(self.pclntab, addr, rel)
        if section.name == ".go.type" and self.types:
            return self.types.describe(addr)
        words = moduledata_words()
        if section.name == ".go.module" and rel // 8 < len(words):
            return f"moduledata.{words[rel // 8]}"
        return ""

    def _pclntab_field(self, pclntab: Pclntab, addr: int, rel: int) -> str:
        # Behind the functab .gopclntab holds go:func.* and findfunctab; moduledata says where.
        if self.module:
            gofunc, findfunctab = (self.module.words[word] for word in ("gofunc", "findfunctab"))
            if addr >= findfunctab > gofunc:
                bucket, at = divmod(addr - findfunctab, FINDFUNC_BUCKET)
                return f"findfunctab[{bucket}]." + ("idx" if at < 4 else f"subbuckets[{at - 4}]")
            if addr >= gofunc:
                return pclntab.describe_funcdata(addr - gofunc)
        return pclntab.describe(rel)

    def is_start(self, addr: int) -> bool:
        """Does a named range begin exactly here?"""
        section = self.elf.section_at(addr)
        item = self.item_at(section, addr) if section else None
        return item is not None and item.addr == addr
