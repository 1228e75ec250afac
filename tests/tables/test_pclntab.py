"""pclntab and findfunctab: the reference's bytes, and what the runtime reads out of them."""

from __future__ import annotations

import struct
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from goweld.explain.pclntab_view import NO_FUNCDATA
from goweld.tables import pclntab
from tests import linkjob
from tests.tables.runtime_tables import RuntimeTables

MAIN = """package main

import (
	"fmt"
	"runtime"

	"example.org/p/inner"
)

//go:noinline
func where() string {
	var pcs [8]uintptr
	frames := runtime.CallersFrames(pcs[:runtime.Callers(2, pcs[:])])
	text := ""
	for {
		frame, more := frames.Next()
		text += fmt.Sprintf("%s:%d ", frame.Function, frame.Line)
		if !more || frame.Function == "main.main" {
			return text
		}
	}
}

func small() string {
	return where()
}

//go:noinline
func outer() string {
	return small()
}

//go:noinline
func deferring(n int) (r string) {
	for i := 0; i < n; i++ {
		defer func() { r += fmt.Sprint(recover() != nil) }() // not open-coded: in a loop
	}
	panic(where())
}

func declared(x int) int

func main() {
	fmt.Println(outer())
	fmt.Println(deferring(2))
	fmt.Println(declared(3), inner.Twice(4), inner.Twice("x"))
}
"""
ASSEMBLY = """#include "textflag.h"

TEXT ·declared(SB), NOSPLIT, $0-16
	MOVQ x+0(FP), AX
	ADDQ $1, AX
	MOVQ AX, ret+8(FP)
	RET
"""
INNER = """package inner

func Twice[T int | string](x T) T { return add(x, x) }

func add[T int | string](x, y T) T { return x + y }
"""
CALLS = [
    (function, next(i for i, line in enumerate(MAIN.splitlines(), 1) if line.strip() == text))
    for function, text in (
        ("main.small", "return where()"),
        ("main.outer", "return small()"),
        ("main.main", "fmt.Println(outer())"),
    )
]
FILES = {"main.go": MAIN, "declared_amd64.s": ASSEMBLY, "inner/inner.go": INNER}


@pytest.fixture(scope="module")
def job(tmp_path_factory: pytest.TempPathFactory) -> linkjob.Job:
    return linkjob.prepare(tmp_path_factory.mktemp("job"), FILES)


@pytest.fixture(scope="module")
def program(job: linkjob.Job, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program as Goweld links it."""
    outcome = job.goweld()
    assert outcome.executable is not None, outcome.text
    path = tmp_path_factory.mktemp("program") / "program"
    path.write_bytes(outcome.executable)
    path.chmod(0o755)
    return path


@pytest.fixture(scope="module")
def tables(program: Path) -> RuntimeTables:
    return RuntimeTables(program)


@pytest.mark.parametrize("flags", [["-w"], ["-s", "-w"], ["-w", "-randlayout=11"], ["-w", "-funcalign=64"]])
def test_bytes_are_the_reference_s(job: linkjob.Job, flags: list[str]) -> None:
    assert job.goweld(*flags) == job.real(*flags)


@pytest.mark.parametrize("threads", ["1", "2", "5"])
def test_threads_do_not_show(job: linkjob.Job, program: Path, threads: str) -> None:
    threaded = replace(job, variables={"GOWELD_THREADS": threads})
    assert threaded.goweld().executable == program.read_bytes()


@pytest.mark.parametrize("goroot", ["/", ".", "..", "../x/../y", "//a///b", "/a/../b/", "relative"])
def test_goroot_in_file_names(job: linkjob.Job, goroot: str) -> None:
    moved = replace(job, variables={"GOROOT": goroot})
    assert moved.goweld() == moved.real()


def test_program_finds_its_own_frames(program: Path) -> None:
    printed = subprocess.run([program], capture_output=True, text=True, check=True).stdout
    stack = "".join(f"{function}:{line} " for function, line in CALLS)
    assert printed.splitlines() == [stack, "truefalse", "4 8 xx"]


def test_every_function_is_found_by_its_first_and_last_byte(tables: RuntimeTables) -> None:
    ends = [*tables.pcln.entries[1:], tables.pcln.end_off]
    assert len(ends) > 1000
    for func, end in zip(tables.pcln.funcs, ends, strict=True):
        assert tables.find(func.entry_off) == tables.find(end - 1) == func


def test_functions_are_the_symbols(tables: RuntimeTables) -> None:
    text = tables.elf.by_name[".text"]
    symbols = {
        (symbol.st_value, symbol.st_size)
        for symbol in tables.elf.symbols
        if symbol.st_info & 15 == 2 and text.sh_addr <= symbol.st_value and symbol.name != "runtime.etext"
    }
    assert {tables.text + func.entry_off for func in tables.pcln.funcs} == {addr for addr, _ in symbols}
    last = max(symbols)
    assert tables.text + tables.pcln.end_off == sum(last)


def test_inlined_calls(tables: RuntimeTables) -> None:
    outer = tables.by_name["main.outer"]
    code = tables.elf.bytes_at(tables.text + outer.entry_off, 200)
    where = tables.by_name["main.where"].entry_off - outer.entry_off
    call = next(i for i in range(200) if code[i] == 0xE8 and operand(code, i) + i + 5 == where)
    frames = tables.frames(outer, outer.entry_off + call)
    assert [(frame.function, frame.line) for frame in frames] == CALLS[:2]
    assert all(frame.file.endswith("main.go") for frame in frames)


def test_every_frame_has_a_file_and_a_line(tables: RuntimeTables) -> None:
    seen = 0
    for func in tables.pcln.funcs:
        if tables.field(func, "pcln") > 0:
            for frame in tables.frames(func, func.entry_off):
                assert frame.file and frame.line >= 0, func.name
                seen += 1
    assert seen > 1000


def test_deferreturn_is_where_it_is_called(tables: RuntimeTables) -> None:
    callee = tables.text + tables.by_name["runtime.deferreturn"].entry_off
    with_call = [func for func in tables.pcln.funcs if tables.field(func, "deferreturn")]
    assert "main.deferring" in [func.name for func in with_call]
    for func in with_call:
        call = tables.text + func.entry_off + tables.field(func, "deferreturn")
        code = tables.elf.bytes_at(call, 5)
        assert code[0] == 0xE8 and call + 5 + operand(code, 0) == callee, func.name


def test_wrapped_functions(tables: RuntimeTables) -> None:
    """FUNCDATA_WrapInfo alone has a relocation: to the function that is wrapped."""
    entries = set(tables.pcln.entries)
    found = 0
    for func in tables.pcln.funcs:
        at = tables.field(func, "FUNCDATA_WrapInfo")
        if at not in (-1, NO_FUNCDATA):
            (off,) = struct.unpack_from("<I", tables.gofunc, at)
            assert off in entries, func.name
            found += 1
    assert found


def test_assembly_has_lines_and_an_argument_size(tables: RuntimeTables) -> None:
    declared = tables.by_name["main.declared"]
    (frame,) = tables.frames(declared, declared.entry_off)
    assert frame.file.endswith("declared_amd64.s") and frame.line == 4
    assert tables.field(declared, "args") == 16


def test_equal_tables_are_there_once(tables: RuntimeTables) -> None:
    """The tables of pctab are told apart by their content: no two begin where the same bytes follow."""
    begins: dict[bytes, int] = {}
    start = tables.pcln.tables["pctab"][0]
    for func in tables.pcln.funcs:
        at = tables.field(func, "pcsp")
        if at > 0:
            content = tables.pcln.data[start + at : tables.pcln.data.index(b"\0", start + at + 1) + 1]
            assert begins.setdefault(content, at) == at, func.name


@pytest.mark.parametrize(
    ("path", "clean"),
    [
        ("/a/b", "/a/b"),
        ("//a", "/a"),
        ("///a//b/", "/a/b"),
        ("/../a/./b/..", "/a"),
        ("../a/../../b", "../../b"),
        ("./a", "a"),
        ("a/..", "."),
        ("/", "/"),
    ],
)
def test_clean_path(path: str, clean: str) -> None:
    assert pclntab.clean_path(path) == clean


def operand(code: bytes, call: int) -> int:
    value: int = struct.unpack_from("<i", code, call + 1)[0]
    return value
