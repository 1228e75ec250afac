"""arm64's own relocations: what they cannot express is said in cmd/link's words."""

from __future__ import annotations

import pytest

from tests.linkjob import Job, prepare

PROGRAM = """package main

var words [4]uint64

func main() { println(words[1], &words[2] != nil) }
"""


@pytest.fixture(scope="module")
def job(tmp_path_factory: pytest.TempPathFactory) -> Job:
    return prepare(tmp_path_factory.mktemp("arm64"), {"main.go": PROGRAM}, GOARCH="arm64")


def test_far_data_within_reach(job: Job) -> None:
    flags = ["-w", "-D=0xfff00000"]
    assert job.goweld(*flags) == job.real(*flags)
    assert job.goweld(*flags).status == 0


@pytest.mark.parametrize("address", ["0x100000000", "0x7f0000000000"])
def test_data_out_of_reach(job: Job, address: str) -> None:
    """cmd/link tells of the first it meets, in any order."""
    real, ours = job.real("-w", "-D", address), job.goweld("-w", "-D", address)
    assert ours.status == real.status != 0
    said = {line.partition(" in /")[0] for line in ours.text.splitlines()}
    told = "program too large, address relocation distance = "
    assert {line for line in real.text.splitlines() if told in line} & said
