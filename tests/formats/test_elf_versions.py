"""The hash table of dynamic symbols, and the versions asked of libraries."""

from __future__ import annotations

from goweld.formats.elf.versions import Versions, elf_hash, hash_table


def test_hash_is_the_abis() -> None:
    assert elf_hash(b"") == 0
    assert elf_hash(b"printf") == 0x077905A6
    assert elf_hash(b"exit") == 0x0006CF04
    assert elf_hash(b"GLIBC_2.2.5") == 0x09691A75


def test_every_symbol_is_found_by_its_chain() -> None:
    symbols = [(i, f"name{i}".encode()) for i in range(1, 40)]
    table = memoryview(hash_table(symbols)).cast("I")
    nbuckets, count = table[0], table[1]
    assert count == 40
    assert len(table) == 2 + nbuckets + count
    for number, name in symbols:
        at = table[2 + elf_hash(name) % nbuckets]
        while at not in (0, number):
            at = table[2 + nbuckets + at]
        assert at == number


def test_no_symbols_still_have_a_table() -> None:
    assert list(memoryview(hash_table([])).cast("I")) == [2, 1, 0, 0, 0]


def test_the_last_library_and_version_asked_for_come_first() -> None:
    versions = Versions()
    versions.need(1, "libc.so.6", "A")
    versions.need(2, "libm.so.6", "B")
    versions.need(3, "libc.so.6", "C")
    versions.need(4, "libc.so.6", "A")
    strings: list[str] = []

    def string(text: str) -> int:
        strings.append(text)
        return len(strings)

    needed = versions.needed(string)
    assert strings == ["libm.so.6", "B", "libc.so.6", "C", "A"]
    assert len(needed) == 2 * 16 + 3 * 16
    numbers = memoryview(versions.table(6)).cast("H")
    assert list(numbers) == [0, 4, 2, 3, 4, 1]
