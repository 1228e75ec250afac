"""The benchmarks run from end to end; how long anything took is not judged."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
import synthetic

from tests import toolchain

BENCH = toolchain.ROOT / "bench"


def bench(
    script: str, work: Path, *words: str, goweld: Path | None = None
) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(BENCH / script), "--go", str(toolchain.goroot() / "bin" / "go")]
    command += ["--goweld", str(goweld or toolchain.launcher()), "--work", str(work), "-n", "1", *words]
    return subprocess.run(command, env=toolchain.go_environment(), capture_output=True, text=True)


def test_parts_are_measured_and_kept(tmp_path: Path) -> None:
    done = bench("run.py", tmp_path, "--only", "programs", "--only", "threads", "--program", "hello")
    assert done.returncode == 0, done.stderr
    assert "links done by goweld: 12 of 12" in done.stdout
    for words in ("## Default flags", "## `-ldflags='-s -w'`", "## Threads", "| hello | 2."):
        assert words in done.stdout
    kept = json.loads((tmp_path / "bench" / "results.json").read_text())
    assert [(one["part"], one["flags"]) for one in kept] == [
        ("programs", ""),
        ("programs", "-s -w"),
        ("threads", ""),
    ]
    assert kept[0]["symbols"] > 100000
    assert all(one["processes"] == 1 for one in kept), "Goweld is one process"
    more = bench("run.py", tmp_path, "--keep", "--only", "growth", "--scale", "1")
    assert more.returncode == 0, more.stderr
    assert "## Growth" in more.stdout and "## Threads" in more.stdout


@pytest.mark.parametrize(
    ("flag", "said"),
    [("", "and did 0 links itself"), ("-randlayout=5", "hello: the outputs of link and goweld differ")],
)
def test_another_linker_ends_it(tmp_path: Path, flag: str, said: str) -> None:
    """Whether its links are the same, and do not count, or differ."""
    other = tmp_path / "goweld"
    linker = next((toolchain.goroot() / "pkg" / "tool").glob("*/link"))
    other.write_text(f'#!/bin/sh\nshift\nexec {linker} {flag} "$@"\n')
    other.chmod(0o755)
    words = ("--only", "programs", "--program", "hello", "--flags=-w")
    done = bench("run.py", tmp_path / "work", *words, goweld=other)
    assert done.returncode == 1
    assert said in done.stderr


def test_the_floor(tmp_path: Path) -> None:
    done = bench("limit.py", tmp_path, "--program", "hello")
    assert done.returncode == 0, done.stderr
    (row,) = (line for line in done.stdout.splitlines() if line.startswith("| hello |"))
    *steps, floor, ours, share = (float(cell) for cell in row.strip("| ").split(" | ")[1:])
    assert len(steps) == 6 and all(step > 0 for step in steps)
    assert floor == pytest.approx(sum(steps), abs=1)
    assert share == pytest.approx(ours / floor, rel=0.05)


def test_a_synthetic_program_links_identically(tmp_path: Path) -> None:
    synthetic.write(tmp_path, 6, types=4)
    go = [str(toolchain.goroot() / "bin" / "go")]
    environment = toolchain.go_environment(GOWELD_STRICT="1")
    for command, name in ((go, "plain"), ([str(toolchain.launcher())], "ours")):
        words = [*command, "build", "-o", name, "."]
        done = subprocess.run(words, cwd=tmp_path, env=environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
    assert (tmp_path / "ours").read_bytes() == (tmp_path / "plain").read_bytes()
    ran = subprocess.run([tmp_path / "ours"], capture_output=True, text=True)
    assert len(ran.stdout.split()) == 6


def test_synthetic_programs_grow_by_packages(tmp_path: Path) -> None:
    for scale in (1, 2, 8):
        folder = tmp_path / str(scale)
        synthetic.write(folder, scale)
        sources = sorted(folder.glob("p*/*.go"))
        assert len(sources) == scale
        assert len({re.sub(r"\bp\d+\b", "", path.read_text()) for path in sources}) <= 3
        synthetic.write(folder, scale)
