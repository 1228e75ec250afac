"""The program that clients look into, with optimised code and without."""

from __future__ import annotations

import pytest

from tests.clients.linked import Linked, link


@pytest.fixture(scope="session")
def linked(tmp_path_factory: pytest.TempPathFactory) -> Linked:
    """The program as plain `go build` makes it."""
    return link(tmp_path_factory.mktemp("optimised"))


@pytest.fixture(scope="session")
def unoptimised(tmp_path_factory: pytest.TempPathFactory) -> Linked:
    """The program as it is built for debugging."""
    return link(tmp_path_factory.mktemp("unoptimised"), "-gcflags=-N -l")
