"""Shared libraries of Go packages: what they say of themselves, where their symbols lie (ld.ldshlibsyms)."""

from __future__ import annotations

import os

from goweld.errors import LinkError, reason
from goweld.model.memory_kernel import Input
from goweld.model.shlibs import Shlib

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from goweld.model.libraries import Libraries

SHT_RELA, SHT_NOTE, SHT_NOBITS, SHT_DYNSYM = 4, 7, 8, 11
SYM_SIZE = 24  # and that of a relocation
GO = b"Go\0\0"
HASH_TAG, DEPS_TAG = 2, 3


def read(libraries: Libraries, directories: Sequence[str], debug: bool) -> list[Shlib]:
    """Every library that holds a package, once, in the order of the packages.

    `debug`: debug information is wanted, and cmd/link cannot make it of types that a library has.
    """
    found: list[Shlib] = []
    for library in libraries.list:
        if library.shlib:
            path = find(library.shlib, directories)
            if all(shlib.path != path for shlib in found):
                found.append(read_one(path, directories))
    if found and debug:
        raise LinkError("dwarf: missing type (no data): type:unsafe.Pointer")
    return found


def find(name: str, directories: Sequence[str]) -> str:
    """Where a library lies (ld.findshlib)."""
    if os.path.isabs(name):
        return name
    for directory in directories:
        path = os.path.join(directory, name)
        if os.path.exists(path):
            return os.path.normpath(path)
    raise LinkError(f"cannot find shared library: {name}", prefixed=False)


def read_one(path: str, directories: Sequence[str]) -> Shlib:
    """The notes and the dynamic symbol table of one library."""
    try:
        source = Input(path)
    except OSError as error:
        raise LinkError(f"cannot open shared library: {path}: {reason(error)}", prefixed=False) from None
    sections = Sections(source)
    hash = sections.note(HASH_TAG)
    if not hash:
        raise LinkError(f"cannot read ABI hash from shared library {path}: no such note", prefixed=False)
    needs = []
    for name in sections.note(DEPS_TAG).decode("utf-8", "surrogateescape").split("\n"):
        beside = os.path.normpath(os.path.join(os.path.dirname(path), name))
        if name:
            needs.append(beside if not os.path.isabs(name) and os.path.exists(beside) else name)
    symbols = sections.of_type(SHT_DYNSYM)
    if symbols is None or symbols.link >= len(sections.all):
        raise LinkError(f"cannot read symbols from shared library: {path}", prefixed=False)
    strings = sections.all[symbols.link]
    if strings.type == SHT_NOBITS:
        raise LinkError(f"cannot read symbols from shared library: {path}", prefixed=False)
    relas = sections.of_type(SHT_RELA)
    loaded = [(s.addr, s.size, s.offset) for s in sections.all if s.addr and s.type != SHT_NOBITS]
    return Shlib(
        path,
        hash,
        [found for name in needs if (found := find(name, directories))],
        source,
        (symbols.offset, symbols.size // SYM_SIZE),
        (strings.offset, strings.size),
        loaded,
        (relas.offset, relas.size // SYM_SIZE) if relas else (0, 0),
    )


class Header:
    """A section header, as far as it matters here."""

    __slots__ = ("type", "addr", "offset", "size", "link")

    def __init__(self, record: bytes) -> None:
        self.type = int.from_bytes(record[4:8], "little")
        self.addr = int.from_bytes(record[16:24], "little")
        self.offset = int.from_bytes(record[24:32], "little")
        self.size = int.from_bytes(record[32:40], "little")
        self.link = int.from_bytes(record[40:44], "little")


class Sections:
    """The sections of a shared library; none reaches beyond the file."""

    def __init__(self, source: Input) -> None:
        self.source = source
        head = source.read(0, min(64, source.length))
        broken = LinkError(f"cannot open shared library: {source.path}", prefixed=False)
        if len(head) < 64 or head[:6] != b"\x7fELF\x02\x01":
            raise broken
        start = int.from_bytes(head[40:48], "little")
        count = int.from_bytes(head[60:62], "little")
        if start + 64 * count > source.length:
            raise broken
        table = source.read(start, 64 * count)
        self.all = [Header(table[64 * i : 64 * i + 64]) for i in range(count)]
        for section in self.all:
            if section.type not in (0, SHT_NOBITS) and section.offset + section.size > source.length:
                raise broken

    def of_type(self, wanted: int) -> Header | None:
        return next((section for section in self.all if section.type == wanted), None)

    def note(self, tag: int) -> bytes:
        """What Go's note of that kind says; empty where there is none (ld.readnote)."""
        for section in self.all:
            if section.type != SHT_NOTE:
                continue
            rest = self.source.read(section.offset, section.size)
            while len(rest) >= 12:
                name_size, size, kind = (int.from_bytes(rest[i : i + 4], "little") for i in (0, 4, 8))
                start = 12 + (name_size + 3 & -4)
                if rest[12 : 12 + name_size] == GO and kind == tag:
                    return rest[start : start + size]
                rest = rest[start + (size + 3 & -4) :]
        return b""
