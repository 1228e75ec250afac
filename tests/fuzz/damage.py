"""Ways to damage one package file of a link: a byte, a truncation, a zeroed page, another package's file."""

from __future__ import annotations

import random
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass

MAGIC = b"!<arch>\n"
HEADER = 60
PAGE = 4096
OBJECT_HEADER = 96
# The blocks of a goobj, in the order of its block table (goobj.BlkAutolib and following).
BLOCKS = (
    *("autolib", "package index", "files", "definitions", "hashed64 definitions", "hashed definitions"),
    *("non-package definitions", "non-package references", "reference flags", "hashes64", "hashes"),
    *("relocation index", "aux index", "data index", "relocations", "auxes", "data", "reference names"),
)
# What else a package file holds.
AROUND = ("archive header", "export data", "text header", "object header", "strings")


@dataclass(frozen=True)
class Damage:
    """What is done to one package's file; `content` is None where another package's file takes its place."""

    kind: str
    package: str
    detail: str
    content: bytes | None = None
    instead: str = ""

    def __str__(self) -> str:
        return f"{self.kind}: {self.package}: {self.detail}"


class Files:
    """The package files of a link, by import path."""

    def __init__(self, content: dict[str, bytes]) -> None:
        self.content = content
        self.packages = list(content)
        self.sizes = [len(data) for data in content.values()]
        self.regions: dict[str, list[tuple[str, int, int]]] = {}
        for package, data in content.items():
            for region, start, end in regions(data):
                if end > start:
                    self.regions.setdefault(region, []).append((package, start, end))

    def by_size(self, rng: random.Random) -> str:
        return rng.choices(self.packages, self.sizes)[0]


def members(data: bytes) -> Iterator[tuple[str, int, int]]:
    """Each archive member's name, and where its header and its end lie."""
    at = len(MAGIC)
    while at + HEADER <= len(data):
        name = data[at : at + 16].decode().strip()
        end = at + HEADER + int(data[at + 48 : at + 58])
        yield name, at, end
        at = end + (end & 1)


def regions(data: bytes) -> Iterator[tuple[str, int, int]]:
    """The parts of a package file as (region, start, end)."""
    for name, header, end in members(data):
        start = header + HEADER
        yield "archive header", header, start
        if name == "__.PKGDEF":
            yield "export data", start, end
            continue
        body = data.index(b"\n!\n", start) + 3
        yield "text header", start, body
        yield "object header", body, body + OBJECT_HEADER
        blocks = struct.unpack_from("<19I", data, body + 20)
        yield "strings", body + OBJECT_HEADER, body + blocks[0]
        for block, first, after in zip(BLOCKS, blocks, blocks[1:], strict=False):
            yield block, body + first, body + after


def with_byte(data: bytes, at: int, rng: random.Random) -> tuple[bytes, str]:
    """The file with one byte changed, and what was done."""
    value = data[at] ^ rng.randrange(1, 256)
    return data[:at] + bytes([value]) + data[at + 1 :], f"byte {at:#x} from {data[at]:#04x} to {value:#04x}"


def any_byte(files: Files, rng: random.Random) -> Damage:
    package = files.by_size(rng)
    content, detail = with_byte(files.content[package], rng.randrange(len(files.content[package])), rng)
    return Damage("a byte", package, detail, content)


def region_byte(region: str) -> Callable[[Files, random.Random], Damage]:
    def damage(files: Files, rng: random.Random) -> Damage:
        package, start, end = rng.choice(files.regions[region])
        content, detail = with_byte(files.content[package], rng.randrange(start, end), rng)
        return Damage(f"a byte of {region}", package, detail, content)

    return damage


def truncation(files: Files, rng: random.Random) -> Damage:
    package = files.by_size(rng)
    length = rng.randrange(len(files.content[package]))
    return Damage("truncated", package, f"to {length:#x} bytes", files.content[package][:length])


def zeroed_page(files: Files, rng: random.Random) -> Damage:
    package = files.by_size(rng)
    data = files.content[package]
    start = rng.randrange(len(data)) // PAGE * PAGE
    zeros = bytes(min(PAGE, len(data) - start))
    return Damage("a zeroed page", package, f"at {start:#x}", data[:start] + zeros + data[start + PAGE :])


def swap(files: Files, rng: random.Random) -> Damage:
    package, instead = rng.sample(files.packages, 2)
    return Damage("a swapped archive", package, f"the file of {instead}", None, instead)


def damages(files: Files, count: int, seed: int) -> list[Damage]:
    """`count` damages, the same for the same seed.

    In each 20 there are five of any byte, seven by region, four truncations, three pages, one swap.
    """
    rng = random.Random(seed)
    present = [region for region in (*AROUND, *BLOCKS) if region in files.regions]
    by_region = 0
    found = []
    for number in range(count):
        step = number % 20
        if step < 5:
            found.append(any_byte(files, rng))
        elif step < 12:
            found.append(region_byte(present[by_region % len(present)])(files, rng))
            by_region += 1
        elif step < 16:
            found.append(truncation(files, rng))
        elif step < 19:
            found.append(zeroed_page(files, rng))
        else:
            found.append(swap(files, rng))
    return found
