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
        header = source.read(offset, HEADER_SIZE)
        if len(header) < HEADER_SIZE:
            return
        digits = header[48:58].strip(b" ")
        if not digits.isdigit():
            raise MalformedArchive
        size = int(digits)
        start = offset + HEADER_SIZE
        yield header[:16].strip(b" ").decode("utf-8", "surrogateescape"), start, size
        offset = start + size + (size & 1)
