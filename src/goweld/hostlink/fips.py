"""The FIPS hash, made anew over what the host linker wrote (ld.elffips).

As in cmd/link, a file in which it cannot be made stays as it is: the program finds out if it is told to care.
"""

from __future__ import annotations

import os

from goweld.codec.sha256 import ZeroKeyed
from goweld.model.names import FIPS_BRACKETS, FIPS_HEADER, FIPS_MAGIC, FIPS_SUM_SIZE

SECTION = b".go.fipsinfo"
SHT_NOBITS = 8
PT_LOAD = 1
BLOCK = 1 << 20


class Unfit(Exception):
    """The file is not one in which the hash can be made."""


def seal(path: str, copy: str) -> None:
    """Hash what go:fipsinfo's pointers enclose, and write the sum behind its magic; `copy` is -fipso's."""
    try:
        file = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        return
    try:
        hashed = ZeroKeyed()
        copied = os.open(copy, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o666) if copy else -1
        try:
            take(hashed, copied, FIPS_HEADER)
            at, segments = look(file)
            for start, size in ranges(file, at, segments):
                take(hashed, copied, size.to_bytes(8, "big"))
                for offset in range(start, start + size, BLOCK):
                    take(hashed, copied, read(file, offset, min(BLOCK, start + size - offset)))
            os.pwrite(file, hashed.digest(), at + len(FIPS_MAGIC))
        finally:
            if copied >= 0:
                os.close(copied)
    except (OSError, Unfit):
        return
    finally:
        os.close(file)


def take(hashed: ZeroKeyed, copied: int, part: bytes) -> None:
    hashed.update(part)
    if copied >= 0:
        os.write(copied, part)


def ranges(file: int, at: int, segments: list[tuple[int, int, int]]) -> list[tuple[int, int]]:
    """Where the bracketed bytes lie in the file, and how many they are."""
    found = []
    # The first pointer is the section's own address.
    start = at + len(FIPS_MAGIC) + FIPS_SUM_SIZE + 8
    pointers = read(file, start, 8 * len(FIPS_BRACKETS))
    for i in range(0, len(pointers), 16):
        first, end = number(pointers, i, 8), number(pointers, i + 8, 8)
        for offset, address, size in segments:
            if address <= first <= end <= address + size:
                found.append((first - address + offset, end - first))
                break
        else:
            raise Unfit
    return found


def look(file: int) -> tuple[int, list[tuple[int, int, int]]]:
    """Where the section is in an ELF file, and (offset, address, size) of what is loaded."""
    head = read(file, 0, 64)
    if head[:6] != b"\x7fELF\x02\x01":
        raise Unfit
    count = number(head, 56, 2)
    table = read(file, number(head, 32, 8), 56 * count)
    segments = [
        (number(table, i + 8, 8), number(table, i + 16, 8), number(table, i + 32, 8))
        for i in range(0, 56 * count, 56)
        if number(table, i, 4) == PT_LOAD
    ]
    count = number(head, 60, 2)
    table = read(file, number(head, 40, 8), 64 * count)
    at = 64 * number(head, 62, 2)
    names = read(file, number(table, at + 24, 8), number(table, at + 32, 8))
    for i in range(0, 64 * count, 64):
        start = number(table, i, 4)
        if names[start : start + len(SECTION) + 1] == SECTION + b"\0":
            if number(table, i + 4, 4) == SHT_NOBITS:
                break
            return number(table, i + 24, 8), segments
    raise Unfit


def number(table: bytes, at: int, size: int) -> int:
    return int.from_bytes(table[at : at + size], "little")


def read(file: int, at: int, size: int) -> bytes:
    content = os.pread(file, size, at)
    if len(content) != size:
        raise Unfit
    return content
