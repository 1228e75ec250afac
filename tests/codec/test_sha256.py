"""Is it SHA-256, whatever part of a block is left over?"""

from __future__ import annotations

import hashlib

import pytest

from goweld.codec.sha256_kernel import digest


@pytest.mark.parametrize("size", [0, 1, 54, 55, 56, 63, 64, 65, 119, 120, 128, 1000])
def test_the_same_as_hashlib(size: int) -> None:
    content = bytes(i * 7 % 256 for i in range(size))
    assert digest(content) == hashlib.sha256(content).digest()
