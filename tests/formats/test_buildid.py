"""-B means what it means to the real linker, and is refused in the same words."""

from __future__ import annotations

import pytest

from goweld.buildid.gnu import SECTION, build_id, gnu_note
from goweld.codec.elf_read import ElfFile
from goweld.errors import LinkError
from tests.formats.conftest import BUILD_ID, Reference, Refusal

REFUSED = ["12", "x", "0x123", "0x12zz", "0xzz1", "0x1é", "0x" + "11" * 33, "0X12", "gobuildid "]


@pytest.mark.parametrize("wanted", ["gobuildid", "0x0123456789abcdefABCDEF", "0x" + "f0" * 32])
def test_accepted(reference: Reference, wanted: str) -> None:
    read = ElfFile(str(reference("-w", "-B", wanted)))
    assert read.contents(read.by_name[SECTION]) == gnu_note(build_id(wanted, BUILD_ID))


@pytest.mark.parametrize("wanted", ["none", "", "0x"])
def test_no_id(wanted: str) -> None:
    assert build_id(wanted, BUILD_ID) == b""


@pytest.mark.parametrize("wanted", REFUSED)
def test_refused(refusal: Refusal, wanted: str) -> None:
    with pytest.raises(LinkError) as refused:
        build_id(wanted, BUILD_ID)
    assert str(refused.value) == refusal("-w", "-B", wanted)
    assert refused.value.prefixed and refused.value.status == 2


def test_no_go_build_id_to_make_one_of(refusal: Refusal) -> None:
    with pytest.raises(LinkError) as refused:
        build_id("gobuildid", "")
    assert str(refused.value) == refusal("-w", "-buildid=", "-B", "gobuildid")
