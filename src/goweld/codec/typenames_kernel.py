"""Names of types, where Go code in other files refers to them: hashes, as types' names run to any length.

(ld.typeSymbolMangle)
"""

from __future__ import annotations

import cython
from cython.cimports.goweld.codec.sha256_kernel import sha256_sum
from cython.cimports.libc.stdint import uint8_t, uint32_t
from cython.cimports.libc.string import memchr, memcmp, memcpy

DIGITS = cython.declare(bytes, b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
CODES = cython.declare(uint8_t[64])
for k in range(64):
    CODES[k] = DIGITS[k]


def begins(name, n, text, size):
    return cython.cast(cython.bint, n >= size and memcmp(name, text, size) == 0)


def cut_of(name, n):
    """Which part of a name is replaced by its hash."""
    cut = cython.declare(Cut)
    cut.start = cut.end = cut.kept = 0
    is_type = begins(name, n, b"type:", 5)
    if not is_type and (n == 0 or memchr(name, 64, n) == cython.NULL):
        return cut
    if begins(name, n, b"type:runtime.", 13) or begins(name, n, b"go:string.", 10):
        return cut
    if n <= SHORT and memchr(name, 64, n) == cython.NULL:
        return cut
    if is_type:
        cut.start = 5
        cut.end = n
        cut.kept = 6 if name[5] == 46 else 5
        return cut
    bracket = cython.cast("const uint8_t *", memchr(name, 91, n))
    cut.start = bracket - name + 1 if bracket != cython.NULL else 0
    cut.kept = cut.start
    cut.end = n
    i = n
    while i > cut.start:
        i -= 1
        if name[i] == 93:
            cut.end = i
            break
    return cut


def put_code(p, n, out):
    """The first six bytes of a hash that cannot be mistaken for SHA-256 (hash.Sum32), in base64."""
    sum = cython.declare(uint8_t[32])
    sha256_sum(p, n, sum)
    sum[0] ^= 0xFF
    for i in range(2):
        three = cython.cast("uint8_t *", sum) + 3 * i
        bits = cython.cast(uint32_t, three[0]) << 16 | cython.cast(uint32_t, three[1]) << 8 | three[2]
        for j in range(4):
            out[4 * i + j] = CODES[bits >> (18 - 6 * j) & 63]


def short_size(name, n):
    """The length of the name that other files use; 0: the name itself."""
    cut = cut_of(name, n)
    return cut.kept + CODE + n - cut.end if cut.end else 0


def put_short(name, n, out):
    """Write that name; its length."""
    cut = cut_of(name, n)
    memcpy(out, name, cut.kept)
    put_code(name + cut.start, cut.end - cut.start, out + cut.kept)
    memcpy(out + cut.kept + CODE, name + cut.end, n - cut.end)
    return cut.kept + CODE + n - cut.end
