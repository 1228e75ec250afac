"""Ways to damage what C compilers made: ELF objects among a package file's members, and a library archive."""

from __future__ import annotations

import random
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tests.fuzz.damage import HEADER, MAGIC, Damage, with_byte

ELF = b"\x7fELF"
EHDR, SHDR = 64, 64
# Where a reader is led astray soonest: nothing, one, the sign bit, and all that do not fit.
EXTREMES = (0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 0xFFFFFFF0)
EXTREMES_64 = (*EXTREMES, 1 << 32, (1 << 63) - 1, 1 << 63, (1 << 64) - 1, (1 << 64) - 16)
# Section types by what they hold; names tell string tables apart.
TABLES = {2: "symbol table", 4: "relocations", 17: "section group", 7: "note", 8: "zeroed section"}


@dataclass(frozen=True)
class Member:
    """An ELF object in an archive: where its archive header, its bytes and its end lie."""

    file: str
    header: int
    start: int
    end: int


class Objects:
    """The host objects of a link's files, of a library those that are needed, and the parts of them."""

    def __init__(self, content: dict[str, bytes], library: str) -> None:
        self.content = content
        found = [member for file in content for member in objects(file, content[file])]
        self.members = [m for m in found if m.file != library or wanted(content[library], m)]
        self.regions: dict[str, list[tuple[str, int, int]]] = {}
        for member in self.members:
            for region, start, end in regions(content[member.file], member):
                self.regions.setdefault(region, []).append((member.file, start, end))
        start = len(MAGIC) + HEADER
        size = int(content[library][start - 12 : start - 2])
        self.regions["archive index"] = [(library, start, start + size)]


def objects(file: str, data: bytes) -> Iterator[Member]:
    """The ELF members of an archive."""
    at = len(MAGIC)
    while at + HEADER <= len(data):
        start = at + HEADER
        end = start + int(data[at + 48 : at + 58])
        if data[start : start + 4] == ELF:
            yield Member(file, at, start, end)
        at = end + (end & 1)


def wanted(data: bytes, member: Member) -> bool:
    """Whether a library's member is one that the program needs: it divides numbers of 128 bits."""
    return data[member.header : member.header + 16].startswith((b"_udivti3", b"_divti3", b"_umodti3"))


def regions(data: bytes, member: Member) -> Iterator[tuple[str, int, int]]:
    """The parts of an object as (region, start, end)."""
    start = member.start
    yield "archive header of an object", member.header, start
    yield "ELF header", start, start + EHDR
    shoff, count = sections(data, start)
    yield "section headers", start + shoff, start + shoff + count * SHDR
    for number in range(1, count):
        header = struct.unpack_from("<IIQQQQIIQQ", data, start + shoff + number * SHDR)
        kind, flags, off, size = header[1], header[2], header[4], header[5]
        if kind == 3:
            yield "string table", start + off, start + off + size
        elif kind in TABLES and kind != 8 and size:
            yield TABLES[kind], start + off, start + off + size
        elif kind == 1 and size:
            yield "loaded section" if flags & 2 else "debug section", start + off, start + off + size


def sections(data: bytes, start: int) -> tuple[int, int]:
    """Where an object's section headers lie, and how many there are."""
    (shoff,) = struct.unpack_from("<Q", data, start + 40)
    (count,) = struct.unpack_from("<H", data, start + 60)
    return shoff, count


def region_byte(objects: Objects, region: str, rng: random.Random) -> Damage:
    file, start, end = rng.choice(objects.regions[region])
    content, detail = with_byte(objects.content[file], rng.randrange(start, end), rng)
    return Damage(f"a byte of {region}", file, detail, content)


def region_number(objects: Objects, region: str, rng: random.Random) -> Damage:
    """A number of 2, 4 or 8 bytes set to an extreme."""
    file, start, end = rng.choice(objects.regions[region])
    width = rng.choice((2, 4, 8))
    at = start + rng.randrange(max(1, (end - start) // width)) * width
    value = rng.choice(EXTREMES_64) & (1 << 8 * width) - 1
    data = objects.content[file]
    content = data[:at] + value.to_bytes(width, "little")[: len(data) - at] + data[at + width :]
    return Damage(f"a number of {region}", file, f"{width} bytes at {at:#x} to {value:#x}", content)


def header_field(objects: Objects, region: str, rng: random.Random) -> Damage:
    """One field of one section header, as likely a small section's as a large one's."""
    member = rng.choice(
        [m for m in objects.members if (m.file, m.start, m.start + EHDR) in objects.regions[region]]
    )
    data = objects.content[member.file]
    shoff, count = sections(data, member.start)
    section = rng.randrange(count)
    off, width = rng.choice(((0, 4), (4, 4), (8, 8), (24, 8), (32, 8), (40, 4), (44, 4), (48, 8), (56, 8)))
    at = member.start + shoff + section * SHDR + off
    old = int.from_bytes(data[at : at + width], "little")
    value = rng.choice((rng.choice(EXTREMES_64), old + 1, old - 1, old ^ 1 << rng.randrange(16)))
    value &= (1 << 8 * width) - 1
    content = data[:at] + value.to_bytes(width, "little") + data[at + width :]
    detail = f"section {section} of the object at {member.start:#x}, +{off} from {old:#x} to {value:#x}"
    return Damage("a field of a section header", member.file, detail, content)


def cut_object(objects: Objects, region: str, rng: random.Random) -> Damage:
    """An object that ends early, in an archive that is right about it."""
    member = rng.choice(objects.members)
    length = rng.randrange(member.end - member.start)
    data = objects.content[member.file]
    content = with_object(data, member, data[member.start : member.start + length])
    return Damage(
        "an object cut short", member.file, f"that at {member.start:#x} to {length:#x} bytes", content
    )


def other_object(objects: Objects, region: str, rng: random.Random) -> Damage:
    """An object in the place of another."""
    one, other = rng.sample(objects.members, 2)
    source = objects.content[other.file]
    content = with_object(objects.content[one.file], one, source[other.start : other.end])
    return Damage(
        "a swapped object", one.file, f"at {one.start:#x} that of {other.file} at {other.start:#x}", content
    )


def with_object(data: bytes, member: Member, body: bytes) -> bytes:
    """The archive with another body for a member."""
    header = (
        data[member.header : member.header + 48]
        + b"%-10d" % len(body)
        + data[member.start - 2 : member.start]
    )
    after = member.end + (member.end & 1)
    return data[: member.header] + header + body + b"\n" * (len(body) & 1) + data[after:]


def truncation(objects: Objects, region: str, rng: random.Random) -> Damage:
    file = rng.choice([member.file for member in objects.members])
    length = rng.randrange(len(objects.content[file]))
    return Damage("truncated", file, f"to {length:#x} bytes", objects.content[file][:length])


# In each 10 damages.
STEPS: tuple[Callable[[Objects, str, random.Random], Damage], ...] = (
    *(region_byte, region_number, header_field, region_byte, region_number),
    *(cut_object, region_byte, region_number, header_field, other_object),
)


def host_damages(objects: Objects, count: int, seed: int) -> list[Damage]:
    """`count` damages, the same for the same seed; regions by turns."""
    rng = random.Random(seed)
    names = sorted(objects.regions)
    found = []
    turn = 0
    for number in range(count):
        step = truncation if number % 20 == 19 else STEPS[number % 10]
        region = "ELF header"
        if step in (region_byte, region_number):
            region = names[turn % len(names)]
            turn += 1
        found.append(step(objects, region, rng))
    return found
