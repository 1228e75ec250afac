"""Make small ELF64 executables for tests of the reports."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from pathlib import Path

from goweld.codec.elf_read import EHDR, PHDR, SHDR, SYM

TEXT_ADDR = 0x401000
DATA_ADDR = 0x402000


@dataclass
class Program:
    """Functions and variables as (name, bytes), laid out one after the other."""

    funcs: list[tuple[str, bytes]] = field(
        default_factory=lambda: [("main.main", b"\x90" * 16), ("main.f", b"\xc3" * 16)]
    )
    variables: list[tuple[str, bytes]] = field(
        default_factory=lambda: [("main.a", b"A" * 8), ("main.b", b"B" * 8)]
    )
    entry: int = TEXT_ADDR
    stripped: bool = False

    def write(self, path: Path) -> str:
        """Write the file; its path."""
        text, symbols = self._lay_out(self.funcs, TEXT_ADDR, 1, 0x12)
        data, more = self._lay_out(self.variables, DATA_ADDR, 2, 0x11)
        strings, table = self._symbol_table([*symbols, *more])
        sections = [
            ("", 0, 0, 0, b"", 0, 0),
            (".text", 1, 6, TEXT_ADDR, text, 0, 0),
            (".data", 1, 3, DATA_ADDR, data, 0, 0),
        ]
        if not self.stripped:
            sections += [(".symtab", 2, 0, 0, table, 4, 24), (".strtab", 3, 0, 0, strings, 0, 0)]
        names = b"\0".join(name.encode() for name, *_ in [*sections, (".shstrtab",)]) + b"\0"
        sections.append((".shstrtab", 3, 0, 0, names, 0, 0))
        path.write_bytes(self._assemble(sections, names))
        return str(path)

    def _lay_out(
        self, parts: list[tuple[str, bytes]], addr: int, section: int, info: int
    ) -> tuple[bytes, list[tuple[str, int, int, int, int]]]:
        symbols = []
        data = b""
        for name, contents in parts:
            symbols.append((name, info, section, addr + len(data), len(contents)))
            data += contents
        return data, symbols

    def _symbol_table(self, symbols: list[tuple[str, int, int, int, int]]) -> tuple[bytes, bytes]:
        strings, table = b"\0", SYM.pack(0, 0, 0, 0, 0, 0)
        for name, info, section, value, size in symbols:
            table += SYM.pack(len(strings), info, 0, section, value, size)
            strings += name.encode() + b"\0"
        return strings, table

    def _assemble(self, sections: list[tuple[str, int, int, int, bytes, int, int]], names: bytes) -> bytes:
        body, headers = b"", b""
        start = EHDR.size + PHDR.size + SHDR.size * len(sections)
        for name, kind, flags, addr, contents, link, entsize in sections:
            at = start + len(body)
            name_off = names.index(name.encode() + b"\0") if name else 0
            headers += SHDR.pack(name_off, kind, flags, addr, at, len(contents), link, 0, 1, entsize)
            body += contents
        ident = b"\x7fELF\x02\x01\x01".ljust(16, b"\0")
        shoff = EHDR.size + PHDR.size
        header = EHDR.pack(
            ident,
            2,
            62,
            1,
            self.entry,
            EHDR.size,
            shoff,
            0,
            EHDR.size,
            PHDR.size,
            1,
            SHDR.size,
            len(sections),
            len(sections) - 1,
        )
        return header + PHDR.pack(1, 5, 0, 0x400000, 0x400000, start, start, 0x1000) + headers + body


def patched(path: str, target: Path, fileoff: int, change: bytes) -> str:
    """A copy of a file with some bytes replaced."""
    data = bytearray(Path(path).read_bytes())
    data[fileoff : fileoff + len(change)] = change
    target.write_bytes(data)
    return str(target)


def pack_u64(value: int) -> bytes:
    return struct.pack("<Q", value)
