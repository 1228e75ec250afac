"""The GNU build ID: what -B asks for, and the ELF note (ld.addbuildinfo)."""

from __future__ import annotations

from goweld.codec.elf import note
from goweld.codec.sha256 import sha256
from goweld.errors import LinkError

SECTION = ".note.gnu.build-id"
NAME = b"GNU\0"
TAG = 3
LENGTH = 20  # of an ID made from the Go build ID
MOST = 32  # digits, by the message; in truth bytes


def build_id(wanted: str, go_build_id: str) -> bytes:
    """The ID that -B's value stands for, empty where there is to be none."""
    if wanted in ("", "none"):
        return b""
    if wanted == "gobuildid":
        if not go_build_id:
            raise LinkError("-B gobuildid requires a Go build ID supplied via -buildid")
        return hashed(go_build_id.encode(errors="surrogateescape"))
    if not wanted.startswith("0x"):
        raise LinkError(f"-B argument must start with 0x: {wanted}")
    digits = wanted[2:].encode(errors="surrogateescape")
    if len(digits) // 2 > MOST:
        raise LinkError(f"-B option too long (max {MOST} digits): {wanted}")
    for digit in digits:
        if digit not in b"0123456789abcdefABCDEF":
            raise LinkError(f"-B argument contains invalid hex digit {chr(digit)}: {wanted}")
    if len(digits) % 2:
        raise LinkError(f"-B argument must have even number of digits: {wanted}")
    return bytes.fromhex(digits.decode())


def hashed(go_build_id: bytes) -> bytes:
    """The ID made from a Go build ID: a hash that cannot be mistaken for SHA-256 (hash.Sum32)."""
    digest = bytearray(sha256(go_build_id).digest()[:LENGTH])
    digest[0] ^= 0xFF
    return bytes(digest)


def gnu_note(id: bytes) -> bytes:
    return note(NAME, TAG, id)
