"""A program's function tables read as Go's runtime reads them."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import NamedTuple

from goweld.codec.elf_read import ElfFile
from goweld.explain.pclntab_view import NO_FUNCDATA, Func, Pclntab

BUCKET, SUBBUCKET = 4096, 256  # bytes of text


class Frame(NamedTuple):
    """One call on a stack; the innermost of several that share a program counter comes first."""

    function: str
    file: str
    line: int


class RuntimeTables:
    """What runtime.findfunc, pcvalue and the inline unwinder know of an executable with a symbol table."""

    def __init__(self, path: Path) -> None:
        self.elf = ElfFile(str(path))
        self.symbols = {symbol.name: symbol for symbol in self.elf.symbols}
        self.pcln = Pclntab(self.elf.contents(self.elf.by_name[".gopclntab"]))
        self.text = self.symbols["runtime.text"].st_value
        self.findfunctab = self._symbol("runtime.findfunctab")
        self.gofunc = self._symbol("go:func.*")
        self.by_name = {func.name: func for func in self.pcln.funcs}

    def _symbol(self, name: str) -> bytes:
        symbol = self.symbols[name]
        return self.elf.bytes_at(symbol.st_value, symbol.st_size)

    def find(self, off: int) -> Func:
        """The function that holds an offset from the start of text (runtime.findfunc)."""
        bucket, rest = divmod(off, BUCKET)
        (base,) = struct.unpack_from("<I", self.findfunctab, 20 * bucket)
        i = base + self.findfunctab[20 * bucket + 4 + rest // SUBBUCKET]
        while (self.pcln.entries[i + 1] if i + 1 < len(self.pcln.entries) else self.pcln.end_off) <= off:
            i += 1
        return self.pcln.funcs[i]

    def field(self, func: Func, name: str) -> int:
        """A field of the function's record, or one of its tables by name; -1: it has none."""
        return dict(self.pcln.record_fields(func)).get(name, -1)

    def value(self, func: Func, table: str, off: int) -> int:
        """What a pcdata table says at an offset from the start of text (runtime.pcvalue)."""
        at = self.field(func, table)
        if at <= 0:
            return -1
        at += self.pcln.tables["pctab"][0]
        pc, value = func.entry_off, -1
        while True:
            delta, at = self._varint(at)
            if delta == 0 and pc != func.entry_off:
                raise AssertionError(f"{func.name}: {table} ends before {off:#x}")
            value += ~(delta >> 1) if delta & 1 else delta >> 1
            step, at = self._varint(at)
            pc += step
            if off < pc:
                return value

    def _varint(self, at: int) -> tuple[int, int]:
        value = shift = 0
        while True:
            byte = self.pcln.data[at]
            at += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value, at

    def file(self, func: Func, index: int) -> str:
        """The name of a file by its index in the function's compilation unit."""
        at = self.pcln.tables["cutab"][0] + 4 * (self.field(func, "cuOffset") + index)
        (off,) = struct.unpack_from("<I", self.pcln.data, at)
        start = self.pcln.tables["filetab"][0] + off
        return self.pcln.data[start : self.pcln.data.index(b"\0", start)].decode()

    def frames(self, func: Func, off: int) -> list[Frame]:
        """The calls that an offset from the start of text stands for, inlined ones first."""
        frames = []
        tree = self.field(func, "FUNCDATA_InlTree")
        while True:
            file = self.file(func, self.value(func, "pcfile", off))
            line = self.value(func, "pcln", off)
            index = self.value(func, "PCDATA_InlTreeIndex", off) if tree not in (-1, NO_FUNCDATA) else -1
            if index < 0:
                return [*frames, Frame(func.name, file, line)]
            name_off, parent = struct.unpack_from("<iI", self.gofunc, tree + 16 * index + 4)
            frames.append(Frame(self.pcln.name_at(name_off), file, line))
            off = func.entry_off + parent
