"""ELF relocatable objects are read as they are, and refused in cmd/link's words where they are damaged."""

from __future__ import annotations

import struct
import subprocess
from pathlib import Path

import pytest

from goweld.arch.amd64 import ARCH
from goweld.codec.ar import MalformedArchive, member, symbol_map
from goweld.codec.elf_object_kernel import CorruptElf, ElfObject
from goweld.model.memory_kernel import Input
from goweld.model.objects_kernel import Objects

SOURCE = """
int shared;
static int counter = 3;
extern int elsewhere(int);
int twice(int n) { return elsewhere(n) + counter + shared; }
__attribute__((weak)) int weak(void) { return 1; }
"""
SECTION = 64


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("elf")
    (folder / "a.c").write_text(SOURCE)
    subprocess.run(["gcc", "-c", "-O1", "-g", "-fcommon", "a.c"], cwd=folder, check=True)
    return folder / "a.o"


def read(path: Path, length: int = -1) -> int:
    """The index among objects of one read from a file."""
    source = Input(str(path))
    size = len(source) if length < 0 else length
    return Objects(1).add_host(
        ElfObject(source, 0, size, "a.o", "pkg", ARCH.elf_machine, "amd64", ARCH.host_relocations), "a.o"
    )


def altered(path: Path, offset: int, content: bytes) -> Path:
    """The object with some bytes replaced."""
    data = bytearray(path.read_bytes())
    data[offset : offset + len(content)] = content
    other = path.with_name("altered.o")
    other.write_bytes(data)
    return other


def sections(path: Path) -> dict[str, int]:
    """Where each section's header lies."""
    data = path.read_bytes()
    start, count, names = (*struct.unpack_from("<Q", data, 40), *struct.unpack_from("<HH", data, 60))
    strings = struct.unpack_from("<Q", data, start + SECTION * names + 24)[0]
    found = {}
    for i in range(count):
        at = strings + struct.unpack_from("<I", data, start + SECTION * i)[0]
        found[data[at : data.index(b"\0", at)].decode()] = start + SECTION * i
    return found


def contents(path: Path, name: str) -> int:
    """Where a section's bytes lie."""
    offset: int = struct.unpack_from("<Q", path.read_bytes(), sections(path)[name] + 24)[0]
    return offset


def refusal(path: Path, length: int = -1) -> str:
    with pytest.raises(CorruptElf) as caught:
        read(path, length)
    return str(caught.value)


def test_sound(compiled: Path) -> None:
    assert read(compiled) == 1


def test_header(compiled: Path) -> None:
    assert refusal(compiled, 63) == "malformed elf file: unexpected EOF"
    assert refusal(altered(compiled, 5, b"\3")) == "malformed elf file, unknown header"
    assert refusal(altered(compiled, 6, b"\2")) == "malformed elf version: got 2, want 1"
    assert refusal(altered(compiled, 16, b"\2")) == "elf but not elf relocatable object"
    assert refusal(altered(compiled, 18, b"\3")) == "elf object but not amd64"


def test_sections(compiled: Path) -> None:
    where = sections(compiled)
    past = struct.pack("<Q", 1 << 40)
    assert refusal(altered(compiled, 62, b"\xf0\0")).startswith(
        "malformed elf file: shstrndx out of range 240 >= "
    )
    assert refusal(altered(compiled, 40, past)) == "malformed elf file: EOF"
    assert refusal(altered(compiled, where[".text"] + 24, past)) == (
        "a.o: malformed elf file: elf section past end of file"
    )
    assert refusal(altered(compiled, where[".symtab"] + 32, b"\xff" * 8)) == (
        "malformed elf file: elf section past end of file"
    )
    assert refusal(altered(compiled, where[".symtab"] + 40, b"\0\0\0\0")) == (
        "elf object has symbol table with invalid string table link"
    )
    assert refusal(altered(compiled, where[".text"] + 8, b"\7")) == (
        "a.o: unexpected flags for ELF section .text"
    )
    assert "bad alignment" in refusal(altered(compiled, where[".text"] + 48, b"\3"))
    assert "name of section" in refusal(altered(compiled, where[".text"], b"\xff\xff\xff"))


def test_symbols(compiled: Path) -> None:
    data = compiled.read_bytes()
    start = contents(compiled, ".symtab")
    named = start + 24
    while data[named + 4] >> 4 != 1:  # the first that is global
        named += 24
    assert "name of symbol" in refusal(altered(compiled, named, b"\xff\xff\xff"))
    assert "invalid symbol binding 7" in refusal(altered(compiled, named + 4, b"\x71"))
    assert "section symbol" in refusal(altered(compiled, named + 4, b"\x13\0\xf0\0"))


def test_relocations(compiled: Path) -> None:
    first = contents(compiled, ".rela.text")
    assert refusal(altered(compiled, first + 12, b"\xff\xff\0\0")) == (
        "malformed elf file: invalid elf symbol index"
    )
    assert refusal(altered(compiled, first + 8, b"\x17")) == (
        "a.o: unknown relocation type 23; compiled without -fpic?"
    )
    assert "reloc of invalid sym #1 a.c" in refusal(altered(compiled, first + 12, b"\1\0\0\0"))


@pytest.mark.parametrize("cut", range(1, 40))
def test_truncated(compiled: Path, cut: int) -> None:
    assert "malformed elf file" in refusal(compiled, compiled.stat().st_size * (40 - cut) // 40)


def test_archive(compiled: Path) -> None:
    library = compiled.with_name("lib.a")
    library.unlink(missing_ok=True)
    subprocess.run(["ar", "rcs", library, compiled], check=True)
    source = Input(str(library))
    places = symbol_map(source)
    assert set(places) >= {b"twice", b"weak"}
    name, start, size = member(source, places[b"twice"])
    assert (name, source.read(start, size)) == ("a.o/", compiled.read_bytes())
    bare = compiled.with_name("bare.a")
    subprocess.run(["ar", "rcS", bare, compiled], check=True)
    with pytest.raises(MalformedArchive, match="missing armap"):
        symbol_map(Input(str(bare)))
    short = compiled.with_name("short.a")
    short.write_bytes(library.read_bytes()[:80])
    with pytest.raises(MalformedArchive, match="truncated armap"):
        symbol_map(Input(str(short)))
