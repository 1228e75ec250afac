"""Profilers and readers of debug information say the same of Goweld's file and of go tool link's."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.clients.linked import NAME, PROGRAM, Linked, line_of, run
from tests.toolchain import go_environment, goroot

LLVM_DWARFDUMP = ["llvm-dwarfdump", *(f"llvm-dwarfdump-{version}" for version in range(25, 13, -1))]


def installed(*names: str) -> str:
    """The path of the first of some programs that is there."""
    for name in names:
        path = shutil.which(name)
        if path:
            return path
    pytest.skip(f"NOT RUN: {names[0]} is not installed")


def tool(name: str, *arguments: str | Path, folder: Path) -> str:
    return run([goroot() / "bin" / "go", "tool", name, *arguments], folder)


def test_the_files_are_the_same(linked: Linked, unoptimised: Linked) -> None:
    for pair in (linked, unoptimised):
        assert pair.own.read_bytes() == pair.reference.read_bytes()


def test_pprof_names_lines(linked: Linked) -> None:
    profile = linked.own.with_name("cpu.profile")
    said = run([linked.own, profile], linked.own.parent)
    assert profile.stat().st_size, said
    lines = tool("pprof", "-top", "-lines", "-symbolize=force", NAME, profile.name, folder=profile.parent)
    assert f"main.burn {PROGRAM}/main.go:{line_of('// burn')}\n" in lines
    source = tool("pprof", "-list=^main.burn$", NAME, profile.name, folder=profile.parent)
    assert re.search(rf"ms +\d+ms +{line_of('// burn')}:.*// burn$", source, re.MULTILINE), source


def test_addr2line_names_functions_and_lines(linked: Linked) -> None:
    symbols = linked.agree(lambda file: tool("nm", file.name, folder=file.parent))
    found = re.search(r"^ *([0-9a-f]+) T main\.show$", symbols, re.MULTILINE)
    assert found, symbols

    def addr2line(file: Path) -> str:
        return subprocess.run(
            [goroot() / "bin" / "go", "tool", "addr2line", file.name],
            cwd=file.parent,
            env=go_environment(),
            input=f"0x{found[1]}\n",
            capture_output=True,
            text=True,
            check=True,
        ).stdout

    assert linked.agree(addr2line) == f"main.show\n{PROGRAM}/main.go:{line_of('func show')}\n"


@pytest.mark.parametrize("code", ["linked", "unoptimised"])
def test_readelf_reads_the_same(code: str, request: pytest.FixtureRequest) -> None:
    readelf = installed("readelf")
    pair: Linked = request.getfixturevalue(code)
    said = pair.agree(lambda file: run([readelf, "-w", file.name], file.parent))
    assert "DW_TAG_subprogram" in said
    assert said.count("DW_TAG_compile_unit") > 20


def test_llvm_dwarfdump_finds_the_same(linked: Linked) -> None:
    dwarfdump = installed(*LLVM_DWARFDUMP)
    said = linked.agree(lambda file: run([dwarfdump, "--verify", file.name], file.parent))
    assert "Verifying .debug_info" in said or "Verifying unit" in said


def test_eu_elflint_finds_the_same(linked: Linked) -> None:
    elflint = installed("eu-elflint")
    linked.agree(lambda file: run([elflint, "--gnu-ld", file.name], file.parent))
