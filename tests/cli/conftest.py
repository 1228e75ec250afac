"""What the tests of the command line share: the real linker, Goweld, and one program's link job."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Protocol

import pytest

from tests import toolchain

MAIN = """package main

import "fmt"

func main() { fmt.Println("hello") }
"""


class Run(Protocol):
    def __call__(self, *words: str, **variables: str) -> subprocess.CompletedProcess[str]: ...


@pytest.fixture(scope="session")
def goroot() -> Path:
    return toolchain.goroot()


@pytest.fixture(scope="session")
def real_linker(goroot: Path) -> Path:
    return goroot / "pkg" / "tool" / "linux_amd64" / "link"


@pytest.fixture
def goweld(tmp_path: Path) -> Run:
    """Runs the source tree's launcher in an empty directory."""

    def run(*words: str, **variables: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [toolchain.launcher(), *words],
            cwd=tmp_path,
            env=toolchain.go_environment(**variables),
            capture_output=True,
            text=True,
            errors="surrogateescape",
        )

    return run


@pytest.fixture
def module(tmp_path: Path) -> Path:
    """A directory with a small program in it: where `goweld` runs."""
    (tmp_path / "go.mod").write_text("module example.org/hello\n\ngo 1.27\n")
    (tmp_path / "main.go").write_text(MAIN)
    return tmp_path


@pytest.fixture(scope="session")
def job(tmp_path_factory: pytest.TempPathFactory, goroot: Path) -> list[str]:
    """The arguments, but for -o, of a link that needs no debug information: what `go build -x` shows."""
    directory = tmp_path_factory.mktemp("job")
    (directory / "go.mod").write_text("module example.org/hello\n\ngo 1.27\n")
    (directory / "main.go").write_text(MAIN)
    (directory / "keep").mkdir()
    environment = toolchain.go_environment(TMPDIR=str(directory / "keep"))
    command = [str(goroot / "bin" / "go"), "build", "-work", "-ldflags=-w", "-o", "hello", "."]
    subprocess.run(command, cwd=directory, env=environment, check=True, capture_output=True)
    (work,) = (directory / "keep").iterdir()
    config = work / "b001" / "importcfg.link"
    (archive,) = (line.split("=")[1] for line in config.read_text().split("\n") if "/hello=" in line)
    assert os.path.exists(archive)
    return ["-importcfg", str(config), "-buildmode=exe", "-buildid=a/b/c/a", "-w", archive]
