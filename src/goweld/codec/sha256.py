"""SHA-256 without hashlib: that would load OpenSSL, which takes longer than all that a link hashes."""

from __future__ import annotations

import sys

if sys.version_info >= (3, 12):
    from _sha2 import sha256
else:
    from _sha256 import sha256

__all__ = ["sha256"]
