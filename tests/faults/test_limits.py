"""Links under limits: memory, descriptors, closed streams, no folder for temporary files."""

from __future__ import annotations

import os
import resource
from collections.abc import Callable
from pathlib import Path

import pytest

from .conftest import Linkers


def close(*descriptors: int) -> Callable[[], None]:
    def before() -> None:
        for descriptor in descriptors:
            os.close(descriptor)

    return before


@pytest.mark.parametrize("descriptors", [(1,), (2,), (1, 2), (0, 1, 2)])
def test_closed_streams(linkers: Linkers, whole: bytes, descriptors: tuple[int, ...]) -> None:
    assert linkers.goweld(before=close(*descriptors)).returncode == 0
    assert Path("out").read_bytes() == whole


@pytest.mark.parametrize("descriptors", [(2,), (0, 1, 2)])
def test_closed_streams_and_an_error(linkers: Linkers, place: Path, descriptors: tuple[int, ...]) -> None:
    done = linkers.goweld(place / "out", linkers.packages | {"fmt": "/none"}, before=close(*descriptors))
    assert done.returncode == 2
    assert os.listdir(place) == []


def test_few_descriptors(linkers: Linkers, whole: bytes) -> None:
    assert linkers.goweld(before=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (10, 10))).returncode == 0
    assert Path("out").read_bytes() == whole


def test_no_folder_for_temporary_files(linkers: Linkers, whole: bytes) -> None:
    assert linkers.goweld(TMPDIR="/none").returncode == 0
    assert Path("out").read_bytes() == whole


@pytest.mark.parametrize("megabytes", [16, 24, 32, 40, 48, 56])
def test_little_memory(linkers: Linkers, place: Path, megabytes: int) -> None:
    limit = megabytes << 20
    done = linkers.goweld(
        place / "out",
        before=lambda: resource.setrlimit(resource.RLIMIT_AS, (limit, limit)),
        GOWELD_THREADS="1",
    )
    assert (done.returncode, done.stdout, done.stderr) == (2, "", "link: out of memory\n")
    assert os.listdir(place) == []
