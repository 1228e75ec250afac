"""The symbol table over made-up symbols: order, binding, names."""

from __future__ import annotations

import struct

import pytest

from goweld.codec.elf_read import ElfFile
from goweld.errors import LinkError
from goweld.formats.elf import symtab
from goweld.model.layout import Section, Segment, TextLayout
from goweld.model.live_kernel import Live
from goweld.model.memory_kernel import Column
from goweld.model.objects_kernel import Objects
from goweld.model.symbols_kernel import Symbols
from tests.formats.conftest import Reference

LOCAL, NOT_IN_SYMTAB, FILE_LOCAL, CONTENT_HASHED, ABI0_TWIN = 1, 2, 8, 64, 8192
TEXT, RODATA, DATA, TLS, PAST_DATA, DYNIMPORT = 1, 11, 38, 50, 51, 57
NOTYPE, OBJECT, FUNC, FILE = 0, 1, 2, 4
NUMBERS = struct.pack("<4H", 0, 7, 5, 9)


class Program:
    """Symbols in the order of their ids, and the functions in the order of the text."""

    def __init__(self, room: int = 0) -> None:
        self.live = Live(Symbols(Objects(0), bytes(256)), room)
        self.live.renumber()
        self.text: list[int] = []
        self.versions = 2

    def add(
        self, name: str, kind: int, attr: int = 0, *, sect: int = 1, value: int = 0, size: int = 0
    ) -> None:
        # A version of its own for each, so that a name can be borne twice.
        version = 0 if name.startswith("runtime.") else self.versions
        self.versions += 1
        symbol = self.live.create(name.encode(errors="surrogateescape"), kind, version)
        self.live.add_attr(symbol, attr)
        self.live.set_sect(symbol, sect)
        self.live.set_value(symbol, value)
        self.live.set_size(symbol, size)
        if kind == TEXT and name not in ("runtime.text", "runtime.etext"):
            self.text.append(symbol)

    def build(self, numbers: bytes = NUMBERS) -> tuple[bytes, bytes, int]:
        order = Column(4, len(self.text))
        order.view()[:] = struct.pack(f"{len(self.text)}I", *self.text)
        text = TextLayout(order, len(self.text), Section(".text", Segment("text", 5), 5, 1), 0, 0)
        symbols, strings, first_global = symtab.build(self.live, text, numbers)
        return bytes(symbols.view()), bytes(strings.view()), first_global

    def table(self) -> tuple[list[tuple[str, int, int, int, int, int]], int]:
        """Name, binding, type, section, value, size of all but the null entry; the first global's number."""
        symbols, strings, first_global = self.build()
        entries = []
        for name, info, other, shndx, value, size in struct.iter_unpack("<IBBHQQ", symbols):
            assert other == 0
            text = strings[name : strings.index(b"\0", name)].decode(errors="surrogateescape")
            entries.append((text, info >> 4, info & 15, shndx, value, size))
        assert entries[0] == ("", 0, 0, 0, 0, 0)
        return entries[1:], first_global

    def names(self) -> list[str]:
        return [entry[0] for entry in self.table()[0]][1:]


def test_the_table_of_an_executable(reference: Reference) -> None:
    """Its symbols, given back in their order, make its table again."""
    read = ElfFile(str(reference("-w")))
    program = Program(len(read.symbols))
    for symbol in read.symbols[2:]:
        kind = TEXT if symbol.st_info & 15 == FUNC else DATA
        program.add(
            symbol.name,
            kind,
            0 if symbol.st_info >> 4 else LOCAL,
            sect=symbol.st_shndx,
            value=symbol.st_value,
            size=symbol.st_size,
        )
    numbers = struct.pack(f"<{len(read.sections)}H", *range(len(read.sections)))
    symtab, strtab = read.by_name[".symtab"], read.by_name[".strtab"]
    assert program.build(numbers) == (read.contents(symtab), read.contents(strtab), symtab.sh_info)


def test_the_order() -> None:
    program = Program()
    program.add("p.data", DATA, sect=2, value=0x2000, size=8)
    program.add("p.g", TEXT, value=0x1010, size=16)
    program.add("runtime.etext", TEXT, LOCAL, value=0x1020)
    program.add("p.f", TEXT, LOCAL, value=0x1000, size=9)
    program.add("runtime.text", TEXT, LOCAL, value=0x1000)
    program.add("p.hidden", RODATA, LOCAL, sect=3)
    program.text.reverse()
    assert program.table() == (
        [
            ("go.go", 0, FILE, 0xFFF1, 0, 0),
            ("runtime.text", 0, FUNC, 7, 0x1000, 0),
            ("p.f", 0, FUNC, 7, 0x1000, 9),
            ("runtime.etext", 0, FUNC, 7, 0x1020, 0),
            ("p.hidden", 0, OBJECT, 9, 0, 0),
            ("p.g", 1, FUNC, 7, 0x1010, 16),
            ("p.data", 1, OBJECT, 5, 0x2000, 8),
        ],
        6,
    )


def test_strings_are_in_the_order_of_the_symbols_and_never_shared() -> None:
    program = Program()
    program.add("suffix", DATA)
    program.add("a.suffix", DATA, LOCAL)
    program.add("suffix", DATA)
    assert program.build()[1] == b"\0go.go\0a.suffix\0suffix\0suffix\0"


@pytest.mark.parametrize(
    ("name", "kind", "attr", "local"),
    [
        ("p.f", TEXT, 0, False),
        ("p.f", TEXT, CONTENT_HASHED, True),
        ("p.f", TEXT, FILE_LOCAL, True),
        ("p.v", DATA, CONTENT_HASHED, False),
        ("p.v", DATA, FILE_LOCAL, True),
        ("p..stmp_1", DATA, FILE_LOCAL, False),
        ("p..stmp", DATA, FILE_LOCAL, True),
        ("p.stmp_1", DATA, FILE_LOCAL, True),
        ("..stmp_", TEXT, FILE_LOCAL, False),
        ("p..stmp_1", DATA, FILE_LOCAL | LOCAL, True),
    ],
)
def test_binding(name: str, kind: int, attr: int, local: bool) -> None:
    program = Program()
    program.add(name, kind, attr)
    entries, first_global = program.table()
    assert entries[1][:2] == (name, 0 if local else 1)
    assert first_global == 2 + local


def test_middle_dots_become_full_stops() -> None:
    program = Program()
    for name in ("p·v", "·", "··a", "a·", "p.µ", "\udcc2\udcc2·", "ÂÂ", "a\udcc2"):
        program.add(name, TEXT)
    assert program.names() == ["p.v", ".", "..a", "a.", "p.µ", "\udcc2\udcc2.", "ÂÂ", "a\udcc2"]


def test_assembly_with_a_go_twin_shows_its_abi() -> None:
    program = Program()
    program.add("p·f", TEXT, ABI0_TWIN)
    program.add("p.g", TEXT)
    assert program.names() == ["p.f.abi0", "p.g"]


def test_what_is_left_out() -> None:
    program = Program()
    program.add("p.out", DATA, NOT_IN_SYMTAB)
    program.add("p.tls", TLS)
    program.add("p.dwarf", PAST_DATA)
    program.add("p.none", 0)
    program.add(".hidden", DATA)
    program.add("", DATA)
    program.add(".static", DATA, FILE_LOCAL | NOT_IN_SYMTAB)
    program.add("p.nowhere", DATA, NOT_IN_SYMTAB, sect=0)
    program.add("p.in", DATA)
    program.add(".f", TEXT, NOT_IN_SYMTAB)
    assert program.names() == [".f", "p.in"]


def test_what_another_file_defines_has_neither_section_nor_size() -> None:
    program = Program()
    program.add("libc.puts", DYNIMPORT, sect=0, value=3, size=4)
    assert program.table()[0][1] == ("libc.puts", 1, NOTYPE, 0, 3, 0)


def test_a_symbol_without_a_section() -> None:
    program = Program()
    program.add("p.good", DATA)
    program.add("p.bad", DATA, sect=0)
    program.add("p.worse", DATA, sect=0)
    with pytest.raises(LinkError) as refused:
        program.build()
    assert str(refused.value) == "p.bad: missing section in putelfsym"
    assert not refused.value.prefixed


def test_a_static_symbol_without_a_proper_name() -> None:
    program = Program()
    program.add(".static", DATA, FILE_LOCAL)
    with pytest.raises(LinkError, match=r"unexpected file local symbol 1 \.static"):
        program.build()
