"""What the dynamic linker reads: its sections as symbols, filled in as the link learns what they must hold.

(ld.Link.doelf, ld.Link.addexport, ld.elfadddynsym, ld.elfdynhash)
"""

from __future__ import annotations

import os

from goweld.arch.dynrel_kernel import DynamicRelocations
from goweld.codec import elf
from goweld.errors import Unsupported
from goweld.formats.elf.versions import Versions, hash_table
from goweld.model.content import Content
from goweld.model.kinds import (
    K_DYNIMPORT,
    K_ELF_GOT,
    K_ELF_RELRO_SECT,
    K_ELF_RO_SECT,
    K_ELF_RX_SECT,
    K_ELF_SECT,
    K_TEXT,
    K_TEXT_END,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType

    from goweld.arch.arch import Arch
    from goweld.model.cgo import Cgo
    from goweld.model.live_kernel import Live
    from goweld.model.memory_kernel import Column
    from goweld.model.mode import Mode
    from goweld.model.options import Options


class Dynamic:
    """The dynamic sections.

    `nversions`: how many libraries are asked for versions of their symbols; `interpreter`: the dynamic
    linker's path and a NUL, once it has its place.
    """

    def __init__(self, options: Options, mode: Mode, cgo: Cgo, live: Live, goarch: Arch) -> None:
        """Make the symbols, in cmd/link's order, and fill in what is known from the start (ld.Link.doelf)."""
        if goarch.dynamic is None:
            raise Unsupported(f"dynamic linking for {goarch.name}")
        arch = goarch.dynamic()
        self.options = options
        self.live = live
        self.cgo = cgo
        self.arch = arch
        self.pie = mode.buildmode == "pie"
        self.nversions = 0
        self.interpreter = b""
        self.needed: set[str] = set()
        self.numbers: dict[int, int] = {}  # by live id, of dynamic symbols
        relro = K_ELF_RELRO_SECT if mode.relro else 0
        self.dynsym = self._section(b".dynsym", K_ELF_RO_SECT)
        self.dynsym.data += bytes(elf.SYM_SIZE)
        self.dynstr = self._section(b".dynstr", K_ELF_RO_SECT)
        self.dynstr.string(b"")
        self.rela = self._section(b".rela", K_ELF_RO_SECT)
        self.got = self._section(b".got", relro or K_ELF_GOT)
        self.hash = self._section(b".hash", K_ELF_RO_SECT)
        self.gotplt = self._section(b".got.plt", relro if relro and options.bindnow else K_ELF_SECT)
        self.plt = self._section(b".plt", K_ELF_RX_SECT)
        self.relaplt = self._section(b".rela.plt", K_ELF_RO_SECT)
        self.version = self._section(b".gnu.version", K_ELF_RO_SECT)
        self.version_r = self._section(b".gnu.version_r", K_ELF_RO_SECT)
        self.dynamic = self._section(b".dynamic", relro or K_ELF_SECT)
        arch.start_plt(self.plt, self.gotplt, self.dynamic.symbol)
        self._point(elf.DT_HASH, self.hash)
        self._point(elf.DT_SYMTAB, self.dynsym)
        self._entry(elf.DT_SYMENT, elf.SYM_SIZE)
        self._point(elf.DT_STRTAB, self.dynstr)
        self._measure(elf.DT_STRSZ, self.dynstr)
        self._point(elf.DT_RELA, self.rela)
        self._measure(elf.DT_RELASZ, self.rela)
        self._entry(elf.DT_RELAENT, elf.RELA_SIZE)
        if options.rpath:
            self._entry(elf.DT_RUNPATH, self._string(options.rpath))
        self._point(elf.DT_PLTGOT, self.gotplt)
        self._entry(elf.DT_DEBUG, 0)
        self._export()

    def _section(self, name: bytes, kind: int) -> Content:
        return Content(self.live.create(name, kind))

    def _entry(self, tag: int, value: int) -> None:
        self.dynamic.numbers(8, tag, value)

    def _point(self, tag: int, section: Content) -> None:
        self.dynamic.number(tag, 8)
        self.dynamic.address(section.symbol)

    def _measure(self, tag: int, section: Content) -> None:
        self.dynamic.number(tag, 8)
        self.dynamic.size_of(section.symbol)

    def _string(self, text: str) -> int:
        return self.dynstr.string(text.encode("utf-8", "surrogateescape"))

    def _need(self, library: str) -> None:
        if library not in self.needed:
            self.needed.add(library)
            self._entry(elf.DT_NEEDED, self._string(library))

    def _export(self) -> None:
        """What the file offers, and libraries needed whether or not it uses them (ld.Link.addexport)."""
        for symbol in self.cgo.exported:
            if symbol not in self.numbers:
                self._add_symbol(symbol)
        for library in self.cgo.libraries:
            self._need(library)

    def _add_symbol(self, symbol: int) -> None:
        """An entry of the dynamic symbol table (ld.elfadddynsym)."""
        live, cgo, table = self.live, self.cgo, self.dynsym
        self.numbers[symbol] = len(table) // elf.SYM_SIZE
        imported = cgo.imports.get(symbol)
        undefined = live.kind(symbol) == K_DYNIMPORT
        exported = symbol in cgo.static_exports or symbol in cgo.dynamic_exports
        function = exported and K_TEXT <= live.kind(symbol) <= K_TEXT_END
        table.number(self.dynstr.string(cgo.names.get(symbol) or live.name(symbol)), 4)
        table.number(elf.STB_GLOBAL << 4 | (elf.STT_FUNC if function else elf.STT_OBJECT), 1)
        table.number(0, 1)
        table.number(0 if undefined else 1, 2)  # any section will do
        if undefined:
            table.number(0, 8)
        else:
            table.address(symbol)
        table.number(live.data_size(symbol), 8)
        if symbol not in cgo.dynamic_exports and imported and imported.soname:
            self._need(imported.soname)

    def settle(self, text: Column, count: int, data: Column, data_count: int) -> list[str]:
        """See to the relocations of all functions, then all data: the sections are final after this.

        What cannot be, as messages (ld.dodataState.dynreloc).
        """
        from goweld.formats.elf.dynamic_errors import explain

        arch = self.arch
        work = DynamicRelocations(
            self.live,
            arch.rules(),
            self.pie,
            self.plt.symbol,
            self.got.symbol,
            arch.PLT_HEAD,
            arch.PLT_ENTRY,
        )
        work.find(text, count)
        work.find(data, data_count)
        symbols, functions, addresses = work.settle(self.rela.symbol, list(self.numbers))
        for symbol in symbols[len(self.numbers) :]:
            self._add_symbol(symbol)
        for symbol in functions:
            self.relaplt.address(self.gotplt.symbol, len(self.gotplt))
            arch.add_plt(self.plt, self.gotplt)
            self.relaplt.numbers(4, arch.R_JMP_SLOT, self.numbers[symbol])
            self.relaplt.number(0, 8)
        self.got.data += bytes(8 * len(addresses))
        self._finish()
        return [line for failure in work.failures() for line in explain(self.live, arch, self.pie, failure)]

    def _finish(self) -> None:
        """The hash table, versions, and the rest of .dynamic (ld.elfdynhash)."""
        numbered = sorted(self.numbers.items())
        names = [(n, self.cgo.names.get(s) or self.live.name(s)) for s, n in numbered]
        self.hash.data += hash_table(names)
        versions = Versions()
        for symbol, number in numbered:
            imported = self.cgo.imports.get(symbol)
            if imported and imported.version:
                versions.need(number, imported.soname, imported.version)
        self.nversions = len(versions.libraries)
        self.version_r.data += versions.needed(self._string)
        self.version.data += versions.table(len(numbered) + 1)
        flags = 0
        if self.options.bindnow:
            flags |= elf.DF_1_NOW
            self._entry(elf.DT_FLAGS, elf.DF_BIND_NOW)
        if self.pie:
            flags |= elf.DF_1_PIE
        self._entry(elf.DT_FLAGS_1, flags)
        if self.nversions:
            self._point(elf.DT_VERNEED, self.version_r)
            self._entry(elf.DT_VERNEEDNUM, self.nversions)
            self._point(elf.DT_VERSYM, self.version)
        if len(self.relaplt):
            self._entry(elf.DT_PLTREL, elf.DT_RELA)
            self._measure(elf.DT_PLTRELSZ, self.relaplt)
            self._point(elf.DT_JMPREL, self.relaplt)
        self._entry(elf.DT_NULL, 0)
        for section in (
            *(self.dynsym, self.dynstr, self.got, self.hash, self.gotplt, self.plt, self.relaplt),
            *(self.version, self.version_r, self.dynamic),
        ):
            section.store(self.live)


def interpreter(cgo: Cgo, arch: ModuleType) -> str:
    """The dynamic linker's path: -I's or a directive's, else the system's (ld.asmbElf)."""
    if cgo.interpreter:
        return cgo.interpreter
    usual: str = arch.INTERPRETERS[0]
    other: str = arch.INTERPRETERS[1]
    return other if not os.path.exists(usual) and os.path.exists(other) else usual
