"""What the tests of output formats share: executables that the real linker wrote, one per set of flags."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Protocol

import pytest

from tests import toolchain

MAIN = """package main

import "fmt"

func main() { fmt.Println("hello") }
"""
BUILD_ID = "first/second/third/fourth"


class Reference(Protocol):
    def __call__(self, *flags: str) -> Path: ...


class Refusal(Protocol):
    def __call__(self, *flags: str) -> str: ...


@pytest.fixture(scope="session")
def link_command(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """A link of a small program by the real linker, up to the flags; its last word comes after them."""
    directory = tmp_path_factory.mktemp("program")
    (directory / "go.mod").write_text("module example.org/hello\n\ngo 1.27\n")
    (directory / "main.go").write_text(MAIN)
    (directory / "work").mkdir()
    goroot = toolchain.goroot()
    environment = toolchain.go_environment(TMPDIR=str(directory / "work"))
    build = [str(goroot / "bin" / "go"), "build", "-work", "-o", "hello", "."]
    subprocess.run(build, cwd=directory, env=environment, check=True, capture_output=True)
    (config,) = directory.glob("work/*/b001/importcfg.link")
    (archive,) = (line.split("=")[1] for line in config.read_text().split("\n") if "/hello=" in line)
    linker = str(goroot / "pkg" / "tool" / "linux_amd64" / "link")
    return [linker, "-importcfg", str(config), "-buildmode=exe", "-buildid=" + BUILD_ID, archive]


@pytest.fixture(scope="session")
def reference(link_command: list[str], tmp_path_factory: pytest.TempPathFactory) -> Reference:
    """Links with flags of the test's choice; the executable."""
    directory = tmp_path_factory.mktemp("linked")
    made: dict[tuple[str, ...], Path] = {}

    def link(*flags: str) -> Path:
        if flags not in made:
            path = directory / str(len(made))
            run = _link(link_command, "-o", str(path), *flags)
            assert run.returncode == 0, run.stderr
            made[flags] = path
        return made[flags]

    return link


@pytest.fixture(scope="session")
def refusal(link_command: list[str], tmp_path_factory: pytest.TempPathFactory) -> Refusal:
    """The message, without the program's name, of a link that the real linker refuses."""
    path = tmp_path_factory.mktemp("refused") / "out"

    def link(*flags: str) -> str:
        run = _link(link_command, "-o", str(path), *flags)
        assert run.returncode == 2
        return run.stderr.removesuffix("\n").removeprefix(link_command[0] + ": ")

    return link


def _link(command: list[str], *flags: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*command[:-1], *flags, command[-1]],
        env=toolchain.go_environment(),
        capture_output=True,
        text=True,
    )
