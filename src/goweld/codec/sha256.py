"""SHA-256 without hashlib: that would load OpenSSL, which takes longer than all that a link hashes."""

from __future__ import annotations

import sys

if sys.version_info >= (3, 12):
    from _sha2 import sha256
else:
    from _sha256 import sha256

__all__ = ["ZeroKeyed", "sha256"]


class ZeroKeyed:
    """HMAC-SHA256 with a key of zeros."""

    __slots__ = ("inner",)

    def __init__(self) -> None:
        self.inner = sha256(b"\x36" * 64)

    def update(self, part: bytes) -> None:
        self.inner.update(part)

    def digest(self) -> bytes:
        outer: bytes = sha256(b"\x5c" * 64 + self.inner.digest()).digest()
        return outer
