"""Archives: the members of a package file."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from goweld.model.memory_kernel import Input

MAGIC = b"!<arch>\n"
HEADER_SIZE = 60


class MalformedArchive(Exception):
    """The archive's headers do not add up."""


def members(source: Input) -> Iterator[tuple[str, int, int]]:
    """The (name, start, size) of each member, in order (ld.nextar: even padding)."""
    offset = len(MAGIC)
    while offset < source.length:
        offset += offset & 1
        if source.length - offset < HEADER_SIZE:
            return
        name, start, size = member(source, offset)
        yield name, start, size
        offset = start + size + (size & 1)


def member(source: Input, offset: int) -> tuple[str, int, int]:
    """The (name, start, size) of the member whose header lies at an offset."""
    header = source.read(offset + (offset & 1), HEADER_SIZE)
    digits = header[48:58].strip(b" ")
    if len(header) < HEADER_SIZE or not digits.isdigit():
        raise MalformedArchive
    start = offset + (offset & 1) + HEADER_SIZE
    return header[:16].strip(b" ").decode("utf-8", "surrogateescape"), start, int(digits)


def symbol_map(source: Input) -> dict[bytes, int]:
    """Where the member that defines each symbol begins, by the archive's first member (ld.readArmap)."""
    try:
        name, start, size = member(source, len(MAGIC))
    except MalformedArchive:
        raise MalformedArchive("missing armap") from None
    if name not in ("/", "/SYM64/"):
        raise MalformedArchive("missing armap")
    content = source.read(start, size)
    width = 8 if name == "/SYM64/" else 4
    count = int.from_bytes(content[:width], "big")
    names = content[width * (count + 1) :].split(b"\0")
    if len(content) < size or len(content) < width or len(names) <= count:
        raise MalformedArchive("has a truncated armap")
    words = (content[width * (i + 1) : width * (i + 2)] for i in range(count))
    # Of several members that define a symbol, the last counts.
    return {name: int.from_bytes(word, "big") for name, word in zip(names, words, strict=False)}
