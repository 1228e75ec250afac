"""The hash table of dynamic symbols, and the versions asked of shared libraries (ld.elfdynhash)."""

from __future__ import annotations

from goweld.codec.elf import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

FIRST = 2  # 0 and 1 stand for local and for global symbols without a version


def elf_hash(name: bytes) -> int:
    """The System V ABI's hash of a name."""
    h = 0
    for byte in name:
        h = (h << 4) + byte
        h = (h ^ (h & 0xF0000000) >> 24) & 0x0FFFFFFF
    return h


def hash_table(symbols: Sequence[tuple[int, bytes]]) -> bytes:
    """.hash over (number, name) of all symbols: buckets, and chains that begin with the last one entered."""
    count = len(symbols) + 1
    nbuckets = 1 + count.bit_length()
    buckets = [0] * nbuckets
    chains = [0] * count
    for number, name in symbols:
        bucket = elf_hash(name) % nbuckets
        chains[number] = buckets[bucket]
        buckets[bucket] = number
    return record("4" * (2 + nbuckets + count), nbuckets, count, *buckets, *chains)


class Versions:
    """What is needed of which library: the last one asked for comes first, in a library as among them."""

    def __init__(self) -> None:
        self.libraries: dict[str, dict[str, list[int]]] = {}  # version -> the symbols that need it

    def need(self, symbol: int, library: str, version: str) -> None:
        self.libraries.setdefault(library, {}).setdefault(version, []).append(symbol)

    def _ordered(self) -> list[tuple[str, list[tuple[str, list[int]]]]]:
        return [
            (library, list(reversed(versions.items())))
            for library, versions in reversed(self.libraries.items())
        ]

    def needed(self, string: Callable[[str], int]) -> bytes:
        """.gnu.version_r; `string` enters a string into .dynstr."""
        content = b""
        number = FIRST
        ordered = self._ordered()
        for i, (library, versions) in enumerate(ordered):
            following = 16 + 16 * len(versions) if i + 1 < len(ordered) else 0
            content += record("22444", 1, len(versions), string(library), 16, following)
            for j, (version, _) in enumerate(versions):
                name = version.encode("utf-8", "surrogateescape")
                following = 16 if j + 1 < len(versions) else 0
                content += record("42244", elf_hash(name), 0, number, string(version), following)
                number += 1
        return content

    def table(self, count: int) -> bytes:
        """.gnu.version for `count` symbols."""
        numbers = [0] + [1] * (count - 1)
        number = FIRST
        for _, versions in self._ordered():
            for _, symbols in versions:
                for symbol in symbols:
                    numbers[symbol] = number
                number += 1
        return record("2" * count, *numbers)
