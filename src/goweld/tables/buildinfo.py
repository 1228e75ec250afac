"""Stage 5: what `go version -m` reads out of a program (ld.Link.buildinfo)."""

from __future__ import annotations

from goweld.model.kinds import K_BUILDINFO, K_DYNIMPORT, K_RODATA, R_ADDR

TYPE_CHECKING = False
if TYPE_CHECKING:
    from goweld.model.live_kernel import Live


MAGIC = b"\xff Go buildinf:"
INLINE = 2  # the strings follow the header; there are no pointers to them
HEADER_SIZE = 32
ALIGN = 16
REFERENCE = b"go:buildinfo.ref"


def build(live: Live, version: bytes, modinfo: bytes) -> None:
    """Make go:buildinfo from runtime.buildVersion's and runtime.modinfo's values, and a reference to it.

    The reference keeps a host linker from dropping it.
    """
    info = live.create(b"go:buildinfo", K_BUILDINFO)
    live.set_align(info, ALIGN)
    content = (MAGIC + bytes((8, INLINE))).ljust(HEADER_SIZE, b"\0") + _counted(version) + _counted(modinfo)
    live.set_data(info, content + bytes(-len(content) % ALIGN))
    known = live.lookup(REFERENCE)
    # cmd/link appends to what a shared library has of that name.
    before = live.size(known) if live.kind(known) == K_DYNIMPORT else 0
    reference = live.create(REFERENCE, K_RODATA)
    live.set_align(reference, 8)
    live.set_data(reference, bytes(before + 8))
    live.set_relocs(reference, [(before, 8, R_ADDR, 0, info)])


def _counted(text: bytes) -> bytes:
    """A string after its length as a varint (ld.appendString)."""
    prefix = bytearray()
    left = len(text)
    while left >= 0x80:
        prefix.append(left & 0x7F | 0x80)
        left >>= 7
    prefix.append(left)
    return bytes(prefix) + text
