"""The debug sections: the reference's bytes whatever the flags, and what a debugger reads out of them."""

from __future__ import annotations

import posixpath
import subprocess
import zlib
from dataclasses import replace
from pathlib import Path

import pytest

from goweld.codec.elf_read import ElfFile
from goweld.dwarf import abbrev
from tests import linkjob, toolchain

MAIN = """package main

import (
	"fmt"
	"os"

	"example.org/p/odd"
)

type node struct {
	next map[string]*node
	done chan struct{}
}

var root node

func main() {
	fmt.Fprintln(os.Stdout, odd.Names(), root)
}
"""
# Names that a path cleaner has to work on; the compiler hands them on as they are.
ODD = """package odd

//go:noinline
func Names() int {
//line /a//b/./c/../names.go:10
	n := one()
//line up/../../over.go:20
	n += two()
//line /:30
	n += one()
//line dir/:40
	n += two()
//line ../same/../same.go:50
	return n
}

//line plain.go:1
func one() int { return len("x") }

//line /../above.go:7
func two() int { return one() + one() }
"""
ASSEMBLY = """TEXT ·nothing(SB), 4, $0-0
	RET
"""
SCRIPT = ".debug_gdb_scripts"


@pytest.fixture(scope="module")
def job(tmp_path_factory: pytest.TempPathFactory) -> linkjob.Job:
    files = {"main.go": MAIN, "odd/odd.go": ODD, "odd/odd.s": ASSEMBLY}
    return linkjob.prepare(tmp_path_factory.mktemp("program"), files)


@pytest.fixture(scope="module")
def plain(job: linkjob.Job) -> Path:
    """An executable by Goweld whose debug sections are not compressed."""
    return keep(job.goweld("-compressdwarf=false"), job.directory / "plain")


def keep(outcome: linkjob.Outcome, path: Path) -> Path:
    assert outcome.executable is not None, outcome.text
    path.write_bytes(outcome.executable)
    return path


def sections(path: Path) -> dict[str, bytes]:
    file = ElfFile(str(path))
    return {section.name: file.contents(section) for section in file.sections}


@pytest.mark.parametrize(
    "flags",
    [
        "-compressdwarf=true",
        "-compressdwarf=false",
        "-w=0",
        "-s -w=0",
        "-randlayout=7",
        "-randlayout=12345 -compressdwarf=0",
        "-T 0x600000 -R 0x10000",
    ],
)
def test_links_like_the_reference(job: linkjob.Job, flags: str) -> None:
    assert job.goweld(*flags.split()) == job.real(*flags.split())


def test_dwarf_4_links_like_the_reference(tmp_path: Path) -> None:
    job = linkjob.prepare(tmp_path, {"main.go": MAIN, "odd/odd.go": ODD}, GOEXPERIMENT="nodwarf5")
    for flag in ("-compressdwarf=true", "-compressdwarf=false"):
        assert job.goweld(flag) == job.real(flag)
    found = sections(keep(job.goweld("-compressdwarf=false"), tmp_path / "plain"))
    assert {".debug_loc", ".debug_ranges"} < found.keys()
    assert not {".debug_addr", ".debug_loclists", ".debug_rnglists"} & found.keys()


@pytest.mark.parametrize("goroot", ["", "/go", "/go/../else//", "relative"])
def test_goroot_in_file_names(job: linkjob.Job, goroot: str, tmp_path: Path) -> None:
    """Where the environment does not know it, $GOROOT stays."""
    job = replace(job, variables={"GOROOT": goroot} if goroot else {})
    ours = job.goweld("-compressdwarf=false")
    assert ours == job.real("-compressdwarf=false")
    shown = posixpath.normpath(goroot) if goroot else "$GOROOT"
    script = sections(keep(ours, tmp_path / "plain"))[SCRIPT]
    assert script == f"\x01{shown}/src/runtime/runtime-gdb.py\0".encode()


def test_one_thread_writes_what_many_do(job: linkjob.Job) -> None:
    one, three = (
        replace(job, variables={"GOWELD_THREADS": n}).goweld("-compressdwarf=true") for n in ("1", "3")
    )
    assert one.executable == three.executable


def test_w_leaves_nothing(job: linkjob.Job, tmp_path: Path) -> None:
    assert not [
        name for name in sections(keep(job.goweld("-w"), tmp_path / "w")) if name.startswith(".debug")
    ]


def test_compression_only_where_it_shortens(job: linkjob.Job, plain: Path, tmp_path: Path) -> None:
    packed = keep(job.goweld("-compressdwarf=true"), tmp_path / "packed")
    before, after = sections(plain), sections(packed)
    compressed = {s.name for s in ElfFile(str(packed)).sections if s.sh_flags & 0x800}
    names = {name for name in before if name.startswith(".debug")}
    assert names - compressed == {SCRIPT}
    assert after[SCRIPT] == before[SCRIPT]
    for name in compressed:
        assert zlib.decompress(after[name][24:]) == before[name]
        assert int.from_bytes(after[name][8:16], "little") == len(before[name])
        assert len(after[name]) < len(before[name])


def test_order_of_sections(plain: Path) -> None:
    names = [section.name for section in ElfFile(str(plain)).sections]
    found = [name.removeprefix(".debug_") for name in names if name.startswith(".debug")]
    assert found == ["abbrev", "line", "frame", "gdb_scripts", "info", "loclists", "rnglists", "addr"]


def test_headers_tell_the_sizes(plain: Path) -> None:
    found = sections(plain)
    for name in (".debug_loclists", ".debug_rnglists", ".debug_addr"):
        assert int.from_bytes(found[name][:4], "little") == len(found[name]) - 4
        assert found[name][4:8] == b"\x05\0\x08\0"


def test_file_names_are_cleaned(plain: Path) -> None:
    lines = sections(plain)[".debug_line"]
    for directory in (b"\0/a/b\0", b"\0/\0"):
        assert directory in lines
    for name in (b"names.go", b"over.go", b"above.go", b"same.go", b"plain.go"):
        assert name + b"\0" in lines
        assert b"/" + name not in lines


def test_frames_cover_every_function(plain: Path) -> None:
    """Each function with a description has a frame entry at its address, whole words long."""
    frames = sections(plain)[".debug_frame"]
    at = 20
    starts = []
    while at < len(frames):
        length = int.from_bytes(frames[at : at + 4], "little")
        assert length % 8 == 4
        starts.append(int.from_bytes(frames[at + 8 : at + 16], "little"))
        at += 4 + length
    assert at == len(frames)
    assert starts == sorted(starts)
    (main,) = (s.st_value for s in ElfFile(str(plain)).symbols if s.name == "main.main")
    assert main in starts


def test_addr2line_names_the_line(job: linkjob.Job, plain: Path) -> None:
    """Through the packed sections, as a user has them."""
    packed = keep(job.goweld("-compressdwarf=true"), job.directory / "packed")
    (names,) = (s.st_value for s in ElfFile(str(plain)).symbols if s.name == "example.org/p/odd.Names")
    command = [str(toolchain.goroot() / "bin" / "go"), "tool", "addr2line", str(packed)]
    environment = toolchain.go_environment()
    tool = subprocess.run(command, input=f"{names:#x}\n", env=environment, capture_output=True, text=True)
    assert tool.stdout.splitlines()[0] == "example.org/p/odd.Names"


USER = """package main

import (
	"example.org/p/a"
	"example.org/p/b"
)

func main() {
	a.Use()
	b.Use()
}
"""


def duplicates(content: int) -> str:
    return f"""#include "textflag.h"
DATA shared(SB)/8, ${content}
GLOBL shared(SB), RODATA|DUPOK, $8
TEXT ·Use(SB), NOSPLIT, $0-0
	MOVQ $shared(SB), AX
	RET
"""


@pytest.mark.parametrize(("flags", "status"), [((), 2), (("-gcflags=example.org/p=-N",), 0)])
def test_strict_duplicates_may_differ_where_compiler_flags_do(
    flags: tuple[str, ...], status: int, tmp_path: Path
) -> None:
    files = {"main.go": USER}
    for content, package in enumerate(("a", "b")):
        files[f"{package}/{package}.go"] = f"package {package}\n\nfunc Use()\n"
        files[f"{package}/{package}.s"] = duplicates(content)
    job = linkjob.prepare(tmp_path, files, *flags)
    expected = job.real("-strictdups=2")
    assert expected.status == status
    assert "duplicate symbol 'shared'" in expected.text
    assert job.goweld("-strictdups=2") == expected


class TestAbbrev:
    def test_numbers_run_from_one(self) -> None:
        table = abbrev.table(5)
        assert table[0] == 1
        assert table.endswith(b"\0\0\0")
        assert len(abbrev.ENTRIES.strip().splitlines()) == 46

    def test_versions_differ_in_addresses_only(self) -> None:
        """DWARF 5 names entries of .debug_addr, and units say where theirs begin."""
        four, five = abbrev.table(4), abbrev.table(5)
        assert b"\x73\x17" in five  # addr_base, a section offset
        assert b"\x73\x17" not in four
        assert len(five) == len(four) + 2

    @pytest.mark.parametrize(("value", "coded"), [(0, b"\0"), (127, b"\x7f"), (0x2907, b"\x87\x52")])
    def test_uleb128(self, value: int, coded: bytes) -> None:
        assert abbrev.uleb128(value) == coded
