"""How two archives differ: their members, then the first member that differs, as the file that it is."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator

from goweld.codec.ar import HEADER_SIZE, MAGIC
from goweld.errors import LinkError
from goweld.explain.bytediff import Difference, hex_context

ELF = b"\x7fELF"
NAMES_SHOWN = 12


def is_archive(path: str) -> bool:
    try:
        with open(path, "rb") as file:
            return file.read(len(MAGIC)) == MAGIC
    except OSError as err:
        raise LinkError(f"{err.filename}: {err.strerror}") from err


def contents(path: str) -> list[tuple[str, bytes, bytes]]:
    """Each member's name, header and bytes."""
    with open(path, "rb") as file:
        data = file.read()
    found = []
    at = len(MAGIC)
    while at + HEADER_SIZE <= len(data):
        header = data[at : at + HEADER_SIZE]
        if not header[48:58].strip().isdigit():
            raise LinkError(f"{path}: malformed archive: a header at {at:#x} without a size")
        start, size = at + HEADER_SIZE, int(header[48:58])
        found.append((header[:16].decode(errors="replace").strip(), header, data[start : start + size]))
        at = start + size + (size & 1)
    return found


def differences(a: str, b: str) -> Iterator[tuple[str, list[str] | tuple[str, str]]]:
    """A headline for each difference, with lines that show it or with the two ELF files to compare."""
    ours, theirs = contents(a), contents(b)
    names_a, names_b = [name for name, *_ in ours], [name for name, *_ in theirs]
    if names_a != names_b:
        lists = [
            f"{side} {' '.join(names[:NAMES_SHOWN])}" for side, names in (("A", names_a), ("B", names_b))
        ]
        yield f"members: A has {len(names_a)}, B has {len(names_b)}, or another order", lists
    with tempfile.TemporaryDirectory(prefix="goweld-compare-") as folder:
        for (name, header_a, one), (other, header_b, two) in zip(ours, theirs, strict=False):
            if name != other:
                return
            if one != two and one[:4] == two[:4] == ELF:
                paths = os.path.join(folder, "a"), os.path.join(folder, "b")
                for path, data in zip(paths, (one, two), strict=True):
                    with open(path, "wb") as file:
                        file.write(data)
                yield f"member {name}", paths
            elif one != two:
                difference = Difference(one, two)
                said = f"{len(one)} and {len(two)} bytes, the first other at {difference.first:#x}"
                yield f"member {name}: {said}", hex_context(one, two, difference.first)
            elif header_a != header_b:
                yield f"member {name}: header A {header_a!r} B {header_b!r}", []
