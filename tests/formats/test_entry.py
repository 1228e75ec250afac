"""The entry point is the one that the real linker would choose."""

from __future__ import annotations

import pytest

from goweld.codec.elf_read import ElfFile
from goweld.errors import LinkError
from goweld.formats.entry import entry_address
from goweld.model.live_kernel import Live
from goweld.model.objects_kernel import Objects
from goweld.model.symbols_kernel import Symbols
from tests.formats.conftest import Reference, Refusal

NUMBERS = ["0x1234", "0X1f", "4198400", "0644", "0o17", "0b11", "0_17", "12abc", "08", "1 ", "0x", "1__0"]


@pytest.fixture
def live() -> Live:
    live = Live(Symbols(Objects(0), bytes(256)))
    live.renumber()
    return live


@pytest.mark.parametrize("number", [*NUMBERS, str(1 << 63)])
def test_number(live: Live, reference: Reference, number: str) -> None:
    assert entry_address(live, number, 0) == ElfFile(str(reference("-w", "-E", number))).header["e_entry"]


def test_function(live: Live) -> None:
    live.set_value(live.create(b"start", 1), 0x401040)
    assert entry_address(live, "start", 0x401000) == 0x401040


def test_a_symbol_that_nothing_defines(live: Live) -> None:
    live.create(b"start", 0)
    assert entry_address(live, "start", 0x401000) == 0x401000


def test_no_such_symbol(live: Live, refusal: Refusal) -> None:
    with pytest.raises(LinkError) as refused:
        entry_address(live, "nosuch", 0)
    assert str(refused.value) == refusal("-w", "-E", "nosuch")
    assert not refused.value.prefixed


def test_no_function(live: Live, refusal: Refusal) -> None:
    live.create(b"runtime.zerobase", 45)
    with pytest.raises(LinkError) as refused:
        entry_address(live, "runtime.zerobase", 0)
    assert str(refused.value) == refusal("-w", "-E", "runtime.zerobase")
    assert not refused.value.prefixed
