"""go:buildinfo holds what `go version -m` looks for."""

from __future__ import annotations

import pytest

from goweld.codec.elf_read import ElfFile
from goweld.model.live_kernel import Live
from goweld.model.objects_kernel import Objects
from goweld.model.symbols_kernel import Symbols
from goweld.tables import buildinfo
from tests.formats.conftest import Reference


def made(version: bytes, modinfo: bytes) -> Live:
    live = Live(Symbols(Objects(0), bytes(256)))
    live.renumber()
    buildinfo.build(live, version, modinfo)
    return live


@pytest.mark.parametrize("length", [0, 1, 127, 128, 1000, 20000])
def test_the_section(reference: Reference, length: int) -> None:
    modinfo = "m" * length
    read = ElfFile(str(reference("-w", "-X=runtime.buildVersion=devel", "-X=runtime.modinfo=" + modinfo)))
    live = made(b"devel", modinfo.encode())
    assert live.data(live.lookup(b"go:buildinfo")) == read.contents(read.by_name[".go.buildinfo"])


def test_the_symbols() -> None:
    live = made(b"go1", b"")
    info, reference = live.lookup(b"go:buildinfo"), live.lookup(b"go:buildinfo.ref")
    assert reference == info + 1
    assert (live.align(info), live.size(info) % 16) == (16, 0)
    assert (live.align(reference), live.size(reference)) == (8, 8)
