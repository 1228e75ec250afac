"""What is asked of the host linker is seen, and compared."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests import toolchain

sys.path.append(str(Path(__file__).parent))

import witness  # noqa: E402


def call(tmp_path: Path, notes: str, *words: str, content: bytes = b"object") -> Path:
    """Call a stand-in as a link does that has folders of its own; where the notes are."""
    tools, place, temporary = tmp_path / "tools", tmp_path / notes, tmp_path / "tmp" / f"link-{notes}"
    for folder in (tools, place, temporary):
        folder.mkdir(parents=True, exist_ok=True)
    true = shutil.which("true")
    assert true
    witness.stand_in(tools, "gcc", true)
    (temporary / "go.o").write_bytes(content)
    command = [str(tools / "gcc"), "-o", str(tmp_path / f"out-{notes}"), str(temporary / "go.o"), *words]
    subprocess.run(command, env={**os.environ, witness.PLACE: str(place)}, check=True)
    subprocess.run([command[0], "-question"], env={**os.environ, witness.PLACE: str(place)}, check=True)
    return place


def compare(tmp_path: Path) -> str:
    outputs = tmp_path / "out-a", tmp_path / "out-b"
    return witness.difference(tmp_path / "a", tmp_path / "b", outputs, tmp_path / "tmp")


def test_the_same_calls(tmp_path: Path) -> None:
    call(tmp_path, "a", "-lm")
    call(tmp_path, "b", "-lm")
    assert compare(tmp_path) == ""


def test_another_word(tmp_path: Path) -> None:
    call(tmp_path, "a", "-lm")
    call(tmp_path, "b", "-lc")
    assert compare(tmp_path) == "the host linker's command line, word 4: '-lm' and '-lc'"


def test_another_object(tmp_path: Path) -> None:
    goweld = toolchain.launcher()
    call(tmp_path, "a", content=goweld.read_bytes())
    call(tmp_path, "b", content=goweld.read_bytes() + b"more")
    assert compare(tmp_path).startswith("go.o: ")


def test_only_one_calls(tmp_path: Path) -> None:
    call(tmp_path, "a")
    (tmp_path / "b").mkdir()
    assert compare(tmp_path) == "only one of the linkers calls the host linker"


@pytest.mark.parametrize("place", ["", None])
def test_without_a_witness(tmp_path: Path, place: str | None) -> None:
    witness.stand_in(tmp_path, "tool", "/bin/echo")
    environment = {} if place is None else {witness.PLACE: place}
    done = subprocess.run([str(tmp_path / "tool"), "said"], env=environment, capture_output=True, check=True)
    assert done.stdout == b"said\n"
