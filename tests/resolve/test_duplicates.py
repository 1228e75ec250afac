"""Symbols defined twice: which definition counts, and what is said where none may."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import linkjob

MAIN = """package main

import (
	"example.org/p/a"
	"example.org/p/b"
)

func main() { println(a.Read(), b.Read()) }
"""


def program(a: str, b: str) -> dict[str, str]:
    """Two packages, each with assembly of its own; both read the variable `shared`."""
    files = {"main.go": MAIN}
    for name, text in (("a", a), ("b", b)):
        files[f"{name}/{name}.go"] = f"package {name}\n\nfunc Read() int\n"
        read = "TEXT ·Read(SB),4,$0-8\n\tMOVQ shared(SB), AX\n\tMOVQ AX, ret+0(FP)\n\tRET\n"
        files[f"{name}/{name}.s"] = text + read
    return files


def data(size: int, value: int, flags: int = 16) -> str:
    return f"DATA shared+0(SB)/8, ${value}\nGLOBL shared(SB), {flags}, ${size}\n"


def bss(size: int) -> str:
    return f"GLOBL shared(SB), 16, ${size}\n"


RODATA = 8 + 16
DUPOK = 2 + RODATA
TEXT = "TEXT shared(SB),4,$0-0\n\tMOVQ $1, AX\n\tMOVQ $2, BX\n\tRET\n"

MERGED = {
    "content before none": (data(8, 1), bss(8)),
    "none before content": (bss(8), data(8, 2)),
    "small content before large none": (data(8, 3), bss(64)),
    "large none before small content": (bss(64), data(8, 4)),
    "two of the same size without content": (bss(8), bss(8)),
    "small before large, both without content": (bss(8), bss(32)),
    "large before small, both without content": (bss(32), bss(8)),
    "text before none": (TEXT, bss(8)),
    "none before text": (bss(8), TEXT),
    "duplicates allowed, larger first": (data(16, 5, DUPOK), data(8, 5, DUPOK)),
    "duplicates allowed, larger second": (data(8, 6, DUPOK), data(16, 6, DUPOK)),
    "an allowed duplicate before a definition": (data(8, 7, DUPOK), data(8, 8)),
    "a definition before an allowed duplicate": (data(8, 9), data(8, 10, DUPOK)),
}
CLASHING = {
    "two with content": (data(8, 1), data(8, 2)),
    "content and read-only content": (data(8, 1, RODATA), data(16, 2)),
    "two functions": (TEXT, TEXT),
    "content and a function": (data(8, 1), TEXT),
}


@pytest.mark.parametrize("pair", MERGED.values(), ids=MERGED.keys())
def test_merged(pair: tuple[str, str], tmp_path: Path) -> None:
    job = linkjob.prepare(tmp_path, program(*pair))
    expected = job.real()
    assert expected.status == 0, expected.text
    assert job.goweld() == expected


@pytest.mark.parametrize("pair", CLASHING.values(), ids=CLASHING.keys())
def test_clashing(pair: tuple[str, str], tmp_path: Path) -> None:
    job = linkjob.prepare(tmp_path, program(*pair))
    expected = job.real()
    assert expected.status == 1
    assert "duplicated definition of symbol shared" in expected.text
    assert job.goweld() == expected


@pytest.mark.parametrize(
    ("pair", "reason"),
    [
        ((data(8, 1, DUPOK), data(8, 1, DUPOK)), ""),
        ((data(8, 1, DUPOK), data(8, 2, DUPOK)), "same length but different contents"),
        ((data(8, 1, DUPOK), data(16, 1, DUPOK)), "different sizes: new size 16 != old size 8"),
    ],
)
@pytest.mark.parametrize("level", [1, 2])
def test_strict_duplicates(pair: tuple[str, str], reason: str, level: int, tmp_path: Path) -> None:
    job = linkjob.prepare(tmp_path, program(*pair))
    expected = job.real("-w", f"-strictdups={level}")
    assert reason in expected.text
    assert expected.status == (2 if reason and level == 2 else 0)
    assert job.goweld("-w", f"-strictdups={level}") == expected
