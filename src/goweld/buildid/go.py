"""The Go build ID as an ELF note."""

from __future__ import annotations

from goweld.codec.elf import note
from goweld.model.kinds import K_ELF_RO_SECT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from goweld.model.live_kernel import Live

SECTION = ".note.go.buildid"
NAME = b"Go\0\0"
TAG = 4


def make_section(live: Live, buildid: str) -> None:
    """The note as a symbol that becomes a section, for the host linker to place (ld.addgonote)."""
    symbol = live.create(SECTION.encode(), K_ELF_RO_SECT)
    live.set_data(symbol, go_note(buildid))
    live.set_align(symbol, 4)


def go_note(buildid: str) -> bytes:
    """The note that says what -buildid said (ld.elfwritegobuildid)."""
    return note(NAME, TAG, buildid.encode(errors="surrogateescape"))
