"""What a shared library of Go packages says in notes to what is linked with it later (ld.Link.doelf)."""

from __future__ import annotations

import os

from goweld.codec.elf import note
from goweld.codec.sha256 import sha256
from goweld.model.kinds import A_LOCAL, A_SPECIAL, K_ELF_RO_SECT, K_RODATA

TYPE_CHECKING = False
if TYPE_CHECKING:
    from goweld.model.libraries import Libraries
    from goweld.model.live_kernel import Live
    from goweld.model.shlibs import Shlib

GO = b"Go\0\0"
HASH = b".note.go.abihash"
HASH_BYTES = b"go:link.abihashbytes"  # what the hash's note holds after its head
HEAD_SIZE = 16
TAGS = {b".note.go.pkg-list": 1, HASH: 2, b".note.go.deps": 3}


def add(live: Live, packages: list[str], libraries: Libraries, shlibs: list[Shlib]) -> None:
    """Make the notes: which packages this is, the hash of all that they export, and the libraries needed.

    `packages` are those that the command line names.
    """
    hash = sha256(b"\1")  # not a plain hash of the same bytes (hash.New32)
    for library in sorted(libraries.list, key=lambda library: library.package.encode()):
        hash.update(library.fingerprint)
    digest = hash.digest()
    pointer = live.create(HASH_BYTES, K_RODATA)
    live.add_attr(pointer, A_LOCAL | A_SPECIAL)
    live.set_size(pointer, len(digest))
    names = "".join(package + "\n" for package in packages)
    needed = "\n".join(os.path.basename(shlib.path) for shlib in shlibs)
    for name, content in (
        (HASH, digest),
        (b".note.go.pkg-list", names.encode("utf-8", "surrogateescape")),
        (b".note.go.deps", needed.encode("utf-8", "surrogateescape")),
    ):
        section = live.create(name, K_ELF_RO_SECT)
        live.set_data(section, note(GO, TAGS[name], content))
        live.set_align(section, 4)


def point(live: Live) -> None:
    """Have go:link.abihashbytes mean the hash in its note, once that has its place (ld.Link.address)."""
    pointer, section = live.lookup(HASH_BYTES), live.lookup(HASH)
    live.set_sect(pointer, live.sect(section))
    live.set_value(pointer, live.value(section) + HEAD_SIZE)
