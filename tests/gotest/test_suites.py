"""Go's cgo suites are judged by what the real linker's side comes to."""

from __future__ import annotations

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "corpus")]

from suites import Side, worse  # noqa: E402


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


def test_what_fails_with_both_is_not_goweld_s() -> None:
    assert not list(worse(side(TestA="fail", TestB="pass"), side(TestA="fail", TestB="pass")))
    assert list(worse(side(TestA="pass"), side(**{"TestA": "pass", "TestA/new": "fail"})))
