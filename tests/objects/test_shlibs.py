"""Is a shared library read as it says, and a damaged one refused by name?"""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from goweld.codec.elf import note
from goweld.errors import LinkError
from goweld.objects.shlibs import DEPS_TAG, GO, HASH_TAG, SHT_DYNSYM, SHT_NOTE, read_one

SHT_STRTAB = 3


def library(path: Path, *, hash: bytes = b"h" * 32, needs: bytes = b"libother.so", symbols: int = 2) -> str:
    """A file with notes, `symbols` dynamic symbols and their names."""
    contents = [
        (0, b""),
        (SHT_NOTE, note(GO, HASH_TAG, hash) + note(GO, DEPS_TAG, needs)),
        (SHT_DYNSYM, bytes(24 * symbols)),
        (SHT_STRTAB, b"\0name\0"),
    ]
    body = b"".join(content for _, content in contents)
    at, headers = 64, b""
    for kind, content in contents:
        headers += struct.pack("<IIQQQQIIQQ", 0, kind, 0, 0x1000, at, len(content), 3, 0, 1, 0)
        at += len(content)
    start = struct.pack("<6s10xHHIQQQIHHHHHH", b"\x7fELF\x02\x01", 3, 62, 1, 0, 0, at, 0, 64, 0, 0, 64, 4, 0)
    path.write_bytes(start + body + headers)
    return str(path)


def test_what_a_library_says(tmp_path: Path) -> None:
    beside = tmp_path / "libother.so"
    beside.touch()
    found = read_one(library(tmp_path / "lib.so"), [])
    assert (found.hash, found.needs) == (b"h" * 32, [str(beside)])
    assert found.symbols[1] == 2


def test_needed_libraries_are_looked_for(tmp_path: Path) -> None:
    with pytest.raises(LinkError, match="cannot find shared library: libother.so"):
        read_one(library(tmp_path / "lib.so"), [str(tmp_path / "nowhere")])


@pytest.mark.parametrize("size", [0, 10, 63, 64, 200])
def test_a_truncated_library_is_refused(tmp_path: Path, size: int) -> None:
    path = tmp_path / "lib.so"
    library(path)
    path.write_bytes(path.read_bytes()[:size])
    with pytest.raises(LinkError, match=r"shared library.*lib\.so"):
        read_one(str(path), [])


def test_a_library_without_a_hash_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LinkError, match="cannot read ABI hash from shared library"):
        read_one(library(tmp_path / "lib.so", hash=b""), [])
