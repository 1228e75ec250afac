"""What deadcode starts from."""

from __future__ import annotations


class Roots:
    """The entry, and the symbols that the linker makes before deadcode, all by raw id.

    `marked` are roots besides the entry.  `made` says what the linker's own symbols refer to, and what
    `override` does: an object's symbol whose references the linker replaces.
    """

    __slots__ = ("entry", "made", "override", "marked")

    def __init__(self, entry: bytes) -> None:
        self.entry = entry
        self.made: dict[int, list[int]] = {}
        self.override = 0
        self.marked: list[int] = []
