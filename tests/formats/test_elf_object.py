"""The object for the host linker: what it holds, and that it is cmd/link's."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from goweld.codec.elf_read import ElfFile
from tests.linkjob import Job, prepare

PROGRAM = """package main

import "fmt"

var table = map[string]func(){"a": func() {}}

func main() { fmt.Println("hello", table) }
"""
CALLER = "package main\n\nfunc elsewhere()\n\nfunc main() { elsewhere() }\n"
R_X86_64_64, R_X86_64_PC32, R_X86_64_32, R_X86_64_TPOFF32 = 1, 2, 10, 23
STB_GLOBAL = 1


@pytest.fixture(scope="module")
def job(tmp_path_factory: pytest.TempPathFactory) -> Job:
    return prepare(tmp_path_factory.mktemp("object"), {"main.go": PROGRAM}, CGO_ENABLED="1")


def objects(job: Job, tmp_path: Path, *flags: str) -> tuple[ElfFile, ElfFile]:
    """The object that each linker makes, cmd/link's first."""
    made = []
    for name, link in (("theirs", job.real), ("ours", job.goweld)):
        place = tmp_path / name
        place.mkdir()
        outcome = link("-linkmode=external", f"-tmpdir={place}", *flags)
        assert outcome.status == 0, outcome.text
        made.append(ElfFile(str(place / "go.o")))
    return made[0], made[1]


def relocations(elf: ElfFile, section: str) -> list[tuple[int, int, int, int]]:
    """The relocations of a section: place, type, symbol, addend."""
    content = elf.contents(elf.by_name[".rela" + section])
    return [
        (off, info & 0xFFFFFFFF, info >> 32, add) for off, info, add in struct.iter_unpack("<QQq", content)
    ]


@pytest.mark.parametrize(
    "flags",
    [["-w"], ["-w=0"], ["-s", "-w"], ["-w=0", "-compressdwarf=false"], ["-w", "-buildid="]],
    ids=" ".join,
)
def test_the_bytes_are_cmd_links(job: Job, tmp_path: Path, flags: list[str]) -> None:
    theirs, ours = objects(job, tmp_path, *flags)
    assert theirs.data[:] == ours.data[:]


def test_nothing_has_an_address(job: Job, tmp_path: Path) -> None:
    _, ours = objects(job, tmp_path, "-w=0")
    assert ours.header["e_type"] == 1
    assert not ours.segments
    assert {section.sh_addr for section in ours.sections} == {0}
    assert ours.by_name[".note.GNU-stack"].sh_size == 0


def test_only_what_c_code_calls_is_global(job: Job, tmp_path: Path) -> None:
    _, ours = objects(job, tmp_path, "-w")
    names = {symbol.name for symbol in ours.symbols if symbol.st_info >> 4 == STB_GLOBAL and symbol.st_shndx}
    assert names == {"main"}


def test_relocations_leave_their_places_empty(job: Job, tmp_path: Path) -> None:
    _, ours = objects(job, tmp_path, "-w=0")
    sizes = {R_X86_64_64: 8, R_X86_64_PC32: 4, R_X86_64_32: 4, R_X86_64_TPOFF32: 4}
    for section in (".text", ".data", ".debug_info", ".debug_frame", ".debug_addr"):
        content = ours.contents(ours.by_name[section])
        found = relocations(ours, section)
        assert found
        for off, kind, symbol, _ in found:
            assert content[off : off + sizes[kind]] == bytes(sizes[kind])
            assert symbol < len(ours.symbols)


def test_calls_within_the_text_are_not_left_to_the_host(job: Job, tmp_path: Path) -> None:
    _, ours = objects(job, tmp_path, "-w")
    text = ours.sections.index(ours.by_name[".text"])
    targets = {
        ours.symbols[symbol] for _, kind, symbol, _ in relocations(ours, ".text") if kind == R_X86_64_PC32
    }
    assert not [symbol.name for symbol in targets if symbol.st_shndx == text]


def test_what_nobody_defines_is_the_hosts_to_find(tmp_path: Path) -> None:
    job = prepare(tmp_path, {"main.go": CALLER, "empty.s": ""}, CGO_ENABLED="1")
    flags = ("-w", "-linkmode=external")
    theirs, ours = job.real(*flags), job.goweld(*flags)
    assert (ours.status, ours.executable) == (theirs.status, None)
    assert "undefined reference to `main.elsewhere'" in ours.text
