"""Trampolines stand between calls and functions that they do not reach, as cmd/link places them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.linkjob import Job, prepare

# Calls to other packages, to assembly and into its middle, by defer, and in a cycle.
MAIN = """package main

import (
	"example.org/p/inner"
	"fmt"
	"sync"
)

var lock sync.Mutex

//go:noinline
func locked(n int) int {
	lock.Lock()
	defer lock.Unlock()
	defer func() { recover() }()
	for range n {
		defer fmt.Print("")
	}
	return inner.Twice(n)
}

func main() { fmt.Println(locked(3), inner.Twice(locked(4))) }
"""
INNER = """package inner

func asm(n int) int

//go:noinline
func Twice(n int) int {
	if n > 100 {
		return Thrice(n)
	}
	return asm(n)
}

//go:noinline
func Thrice(n int) int { return Twice(n-1) + 1 }
"""
ASSEMBLY = """#include "textflag.h"

TEXT ·asm(SB), NOSPLIT, $0-16
	MOVD n+0(FP), R0
	CALL ·local(SB)
	CALL ·local+4(SB)
	MOVD R0, ret+8(FP)
	RET

TEXT ·local(SB), NOSPLIT, $0-0
	ADD $1, R0
	ADD $2, R0
	RET
"""
FILES = {
    "main.go": MAIN,
    "inner/inner.go": INNER,
    "inner/asm_arm64.s": ASSEMBLY,
}
NAME = re.compile(rb"[^\0]*\+[0-9a-f]+-tramp[0-9]+\0")


@pytest.fixture(scope="module")
def job(tmp_path_factory: pytest.TempPathFactory) -> Job:
    return prepare(tmp_path_factory.mktemp("trampolines"), FILES, GOARCH="arm64")


def names(job: Job, *flags: str) -> set[bytes]:
    """The names of the trampolines in a link, which is the same by both linkers."""
    real, ours = job.real(*flags), job.goweld(*flags)
    assert (ours.status, ours.text) == (real.status, real.text) == (0, "")
    assert ours.executable and ours.executable == real.executable
    return set(NAME.findall(ours.executable))


def test_none_where_all_calls_reach(job: Job) -> None:
    assert names(job, "-w") == set()


@pytest.mark.parametrize("flags", [[], ["-w"], ["-compressdwarf=false"], ["-randlayout=5"]], ids=" ".join)
def test_every_call_to_another_package(job: Job, flags: list[str]) -> None:
    found = names(job, *flags, "-debugtramp=2")
    assert len(found) > 100
    assert {b"example.org/p/inner.Twice+0-tramp0\0", b"runtime.deferreturn+0-tramp0\0"} <= found


def test_only_calls_forward(job: Job) -> None:
    """What lies behind has its address; what lies before is taken for far, but in the same package."""
    few, all_of_them = names(job, "-w", "-debugtextsize=65536"), names(job, "-w", "-debugtramp=2")
    assert 0 < len(few) < len(all_of_them)


def test_a_limit_that_is_not_reached(job: Job) -> None:
    assert names(job, "-w", "-debugtextsize=100000000") == set()


def test_the_stack_check_follows_the_calls_themselves(job: Job) -> None:
    flags = ["-w", "-debugtramp=2", "-debugnosplit"]
    real, ours = job.real(*flags), job.goweld(*flags)
    assert "nosplit: " in ours.text and "-tramp" not in ours.text
    assert (ours.text, ours.executable) == (real.text, real.executable)


def test_none_where_calls_reach_everything(job: Job, tmp_path: Path) -> None:
    amd64 = prepare(tmp_path, {"main.go": 'package main\n\nfunc main() { println("hello") }\n'})
    assert names(amd64, "-w", "-debugtramp=2") == set()
