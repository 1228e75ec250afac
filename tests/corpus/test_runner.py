"""The corpus runner fails on a difference, on a link that another linker did, and on a missing row."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.toolchain import goroot

RUNNER = Path(__file__).with_name("run.py")
REAL = next((goroot() / "pkg" / "tool").glob("*/link"))
RECORD = r'printf "linked\t\t\t\n" >> "$GOWELD_RECORD"'


def run(tmp_path: Path, script: str, *options: str) -> subprocess.CompletedProcess[str]:
    """Run the runner on hello with a stand-in for goweld."""
    goweld = tmp_path / "goweld"
    goweld.write_text(f"#!/bin/sh\nshift\n{script}\n")
    goweld.chmod(0o755)
    command = [sys.executable, str(RUNNER), "--go", str(goroot() / "bin" / "go"), "--goweld", str(goweld)]
    command += ["--work", str(tmp_path / "work"), "--only", "hello", *options]
    return subprocess.run(command, capture_output=True, text=True)


def test_the_same_bytes_pass(tmp_path: Path) -> None:
    done = run(tmp_path, f'{RECORD}\nexec {REAL} "$@"')
    assert done.returncode == 0, done.stdout
    assert done.stdout.endswith("4 identical of 4 tried; links done by goweld: 4\n")


def test_a_difference_is_explained_and_kept(tmp_path: Path) -> None:
    done = run(tmp_path, f'{RECORD}\nexec {REAL} -randlayout=5 "$@"')
    assert done.returncode == 1
    assert "DIFFERENT hello:corpus/hello:w" in done.stdout
    assert ".text: symbol " in done.stdout
    assert (tmp_path / "work/run/hello:corpus~hello:w/goweld").exists()


def test_another_linker_does_not_pass_for_goweld(tmp_path: Path) -> None:
    done = run(tmp_path, f'exec {REAL} "$@"')
    assert done.returncode == 1
    assert "4 identical of 4 tried; links done by goweld: 0" in done.stdout


def test_no_linker_can_be_found(tmp_path: Path) -> None:
    done = run(
        tmp_path,
        'for p in "$GOROOT"/pkg/tool/*/link; do test -e $p && echo found $p; done; command -v go; exit 3',
    )
    assert done.returncode == 1
    assert "goweld fails: status 3: \n" in done.stdout


@pytest.mark.parametrize("status", [1, 2])
def test_a_failing_link_is_a_difference(tmp_path: Path, status: int) -> None:
    done = run(tmp_path, f"echo no such thing >&2; exit {status}")
    assert done.returncode == 1
    assert f"goweld fails: status {status}: no such thing" in done.stdout
    assert "0 identical of 4 tried" in done.stdout


def test_a_row_that_does_not_run_fails_the_run(tmp_path: Path) -> None:
    done = run(tmp_path, f'{RECORD}\nexec {REAL} "$@"', "--flag=-nosuchflag")
    assert done.returncode == 1
    assert "4 NOT RUN, of which 0 are allowed" in done.stdout


def test_the_same_bytes_must_run(tmp_path: Path) -> None:
    broken = 'while [ "$1" != -o ]; do shift; done\n/bin/chmod -x "$2"'
    done = run(tmp_path, f'{RECORD}\n{REAL} "$@"\n{broken}')
    assert done.returncode == 1
    assert "goweld's file does not run: Permission denied" in done.stdout
    assert "0 identical of 4 tried" in done.stdout


def test_what_a_link_leaves_behind_is_a_difference(tmp_path: Path) -> None:
    done = run(tmp_path, f'{RECORD}\n: > "$TMPDIR/left"\nexec {REAL} "$@"')
    assert done.returncode == 1
    assert "goweld leaves left" in done.stdout
