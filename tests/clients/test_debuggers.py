"""gdb and delve stop, step, and print the values of a program that Goweld linked."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.clients.linked import Linked, line_of, run
from tests.toolchain import goroot

SHOW, ADD, CALL = line_of("func show"), line_of("// add"), line_of("Println(show(")

# What gdb says.
BREAK = (r" hit Breakpoint 1, main\.show \(", rf"^{SHOW}\s+func show")
MAP = r"""^\$\d+ = map\[string\]int = \{\["ada"\] = 36, \["alan"\] = 41\}$"""
SLICE = r"^\$\d+ = \[\]int = \{2, 3, 5, 7\}$"
INTERFACE = r"^\$\d+ = \{tab = 0x[0-9a-f]+, data = 0x[0-9a-f]+\}$"
CALLER = rf"^#1 .* in main\.main \(\) at .*main\.go:{CALL}$"
PATIENCE = 60  # seconds
TRIES = 3
START = ["set width 0", "break main.show", "run", "print ages", "print primes", "print s"]


@pytest.fixture(scope="module")
def gdb() -> str:
    path = shutil.which("gdb")
    if not path:
        pytest.skip("NOT RUN: gdb is not installed")
    return path


@pytest.fixture(scope="module")
def delve() -> str:
    path = os.environ.get("GOWELD_DLV") or shutil.which("dlv")
    if not path:
        pytest.skip("NOT RUN: dlv is not on PATH, and GOWELD_DLV does not name one")
    return path


def with_gdb(gdb: str, file: Path, commands: list[str]) -> str:
    """What gdb says to commands, with the runtime's own extension loaded where the program names it."""
    arguments = ["-nx", "-batch", "-iex", f"add-auto-load-safe-path {goroot()}/src/runtime"]
    for command in commands:
        arguments += ["-ex", command]
    for _ in range(TRIES - 1):
        # A step that holds the other threads waits for ever where one of them has a lock of the scheduler.
        with contextlib.suppress(subprocess.TimeoutExpired):
            return run([gdb, *arguments, file.name], file.parent, PATIENCE, GODEBUG="asyncpreemptoff=1")
    return run([gdb, *arguments, file.name], file.parent, PATIENCE, GODEBUG="asyncpreemptoff=1")


def with_delve(delve: str, file: Path, commands: list[str]) -> str:
    script = file.with_name("commands")
    script.write_text("".join(f"{command}\n" for command in [*commands, "exit -c"]))
    options = ["--allow-non-terminal-interactive=true", f"--init={script}"]
    return run([delve, "exec", *options, file.name], file.parent, HOME=str(file.parent))


def test_gdb_prints_optimised_variables(gdb: str, linked: Linked) -> None:
    commands = [*START, "backtrace"]
    linked.shows(lambda file: with_gdb(gdb, file, commands), *BREAK, MAP, SLICE, INTERFACE, CALLER)


def test_gdb_steps_and_prints(gdb: str, unoptimised: Linked) -> None:
    # gdb steps a thread: the others must not take the goroutine over.
    step = ["set scheduler-locking step", "next", "next", "next", "print total", "print $len(primes)"]
    stepped = (rf"^{ADD}\s+total \+= p", r"^\$4 = 2$", r"^\$5 = 4$")
    value = ["set language c", "print *('main.rectangle' *)s.data", "ptype 'main.rectangle'"]
    valued = (r"= \{width = 6, height = 7\}$", r"^type = struct main\.rectangle \{$")
    commands = [*START, *step, *value, "continue"]
    unoptimised.shows(
        lambda file: with_gdb(gdb, file, commands), *BREAK, MAP, SLICE, INTERFACE, *stepped, *valued, "^61$"
    )


def test_gdb_lists_goroutines(gdb: str, unoptimised: Linked) -> None:
    commands = ["set width 0", "break main.show", "run", "info goroutines", "goroutine 1 backtrace"]
    loaded = r"^Loading Go Runtime support\.$"
    listed = (r"^\* 1 running ", r"^  \d+ waiting +runtime\.gopark$")
    unoptimised.shows(lambda file: with_gdb(gdb, file, commands), loaded, *listed, CALLER)


def test_delve_prints_optimised_variables(delve: str, linked: Linked) -> None:
    commands = ["break main.show", "continue", "print ages", "print primes", "print s", "stack"]
    linked.shows(
        lambda file: with_delve(delve, file, commands),
        rf"^> \[Breakpoint 1\] main\.show\(\) .*main\.go:{SHOW} ",
        r'^\t"ada": 36, $',
        r'^\t"alan": 41, $',
        r"^\[\]int len: 4, cap: 4, \[2,3,5,7\]$",
        r"^main\.shape\(\*main\.rectangle\) \*\{width: 6, height: 7\}$",
        rf"^1 .* in main\.main\n +at .*main\.go:{CALL}$",
    )


def test_delve_steps_and_lists_goroutines(delve: str, unoptimised: Linked) -> None:
    step = ["next", "next", "next", "print total", "print p", "next", "locals"]
    unoptimised.shows(
        lambda file: with_delve(delve, file, ["break main.show", "continue", *step, "goroutines"]),
        rf"^> main\.show\(\) .*main\.go:{ADD} ",
        r"^2\n2$",
        r"^total = 4$",
        r"^\* Goroutine 1 - User: .*main\.go:\d+ main\.show ",
        r"^  Goroutine \d+ - User: .*proc\.go:\d+ runtime\.gopark ",
        r"^  Goroutine \d+ - User: .*main\.go:\d+ main\.wait ",
    )
