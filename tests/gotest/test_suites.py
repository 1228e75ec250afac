"""Go's cgo suites are judged by what the real linker's side comes to."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "corpus")]

from suites import Side, worse  # noqa: E402

from tests.toolchain import goroot, launcher  # noqa: E402

RUNNER = HERE / "suites.py"


def side(**verdicts: str) -> Side:
    return Side(verdicts, linked=1, passed_on=0, failed=0, seconds=0)


def test_a_skip_is_no_pass() -> None:
    assert list(worse(side(TestA="pass"), side(TestA="skip"))) == [
        "TestA: pass with the real linker, skip with goweld"
    ]
    assert list(worse(side(TestA="skip"), side(TestA="pass")))


def test_a_test_that_is_not_reached_counts() -> None:
    assert list(worse(side(TestA="pass", TestB="pass"), side(TestA="pass"))) == [
        "TestB: pass with the real linker, missing with goweld"
    ]


def test_what_is_not_run_is_not_judged() -> None:
    real = side(**{"p TestA": "pass", "p TestA/x": "pass", "p TestB": "pass"})
    assert not list(worse(real, side(**{"p TestB": "pass"}), ["TestA"]))
    assert list(worse(real, side(), ["TestA"])) == ["p TestB: pass with the real linker, missing with goweld"]


def test_what_fails_with_both_is_not_goweld_s() -> None:
    assert not list(worse(side(TestA="fail", TestB="pass"), side(TestA="fail", TestB="pass")))
    assert list(worse(side(TestA="pass"), side(**{"TestA": "pass", "TestA/new": "fail"})))


@pytest.mark.skipif(not shutil.which("gcc"), reason="gcc is not installed")
def test_the_smallest_suites_pass() -> None:
    command = [sys.executable, str(RUNNER), "--go", str(goroot() / "bin" / "go"), "--goweld", str(launcher())]
    done = subprocess.run([*command, "--suite", "testtls.*"], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-20000:] + done.stderr
