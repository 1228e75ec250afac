"""One program linked by Goweld and by the real linker, and what a client says of the two files."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.toolchain import go_environment, goroot, launcher

PROGRAM = Path(__file__).with_name("program")
LIMIT = 600  # seconds: with an empty cache the go command compiles the standard library, or pprof
NAME = "program"  # what both files are called: clients repeat it

Client = Callable[[Path], str]


@dataclass(frozen=True)
class Linked:
    """The same program, linked twice."""

    own: Path
    reference: Path

    def agree(self, client: Client) -> str:
        """What a client says of both files, which must be the same."""
        said = client(self.own)
        assert said == client(self.reference)
        return said

    def shows(self, client: Client, *wanted: str) -> None:
        """A client's output on Goweld's file matches every pattern that it matches on the reference."""
        said = client(self.own)
        missing = unmatched(wanted, said)
        if missing:
            beyond = unmatched(missing, client(self.reference))
            assert missing == beyond, f"{missing} not in:\n{said}"
            pytest.skip(f"NOT RUN: it does not show {missing} of go tool link's file either:\n{said[-2000:]}")


def unmatched(patterns: tuple[str, ...], text: str) -> tuple[str, ...]:
    return tuple(pattern for pattern in patterns if not re.search(pattern, text, re.MULTILINE))


def line_of(text: str) -> int:
    """The number of the first line of the program that holds a text."""
    lines = PROGRAM.joinpath("main.go").read_text().splitlines()
    return next(number for number, line in enumerate(lines, 1) if text in line)


def run(command: list[str | Path], folder: Path, limit: float = LIMIT, **environment: str) -> str:
    """All that a command says, without colours. What it exits with is the caller's to see."""
    done = subprocess.run(
        command,
        cwd=folder,
        env=go_environment(**environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=limit,
        check=False,
    )
    said = re.sub(r"\x1b\[\d*m", "", done.stdout.decode("utf-8", "replace"))
    return f"{said}\n(exit status {done.returncode})\n"


def link(folder: Path, *flags: str) -> Linked:
    """Link the program with both linkers."""
    files = []
    for linker in ("own", "reference"):
        file = folder / linker / NAME
        file.parent.mkdir()
        toolexec = [f"-toolexec={launcher()} toolexec"] if linker == "own" else []
        command = [goroot() / "bin" / "go", "build", "-buildvcs=false", *flags, *toolexec, "-o", file, "."]
        said = run(command, PROGRAM, GOWELD_STRICT="1")
        assert file.exists(), said
        files.append(file)
    return Linked(*files)
