"""The Go build ID as an ELF note."""

from __future__ import annotations

from goweld.codec.elf import note

SECTION = ".note.go.buildid"
NAME = b"Go\0\0"
TAG = 4


def go_note(buildid: str) -> bytes:
    """The note that says what -buildid said (ld.elfwritegobuildid)."""
    return note(NAME, TAG, buildid.encode(errors="surrogateescape"))
