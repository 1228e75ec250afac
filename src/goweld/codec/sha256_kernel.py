"""SHA-256 of many short strings, where a call of Python's each would cost more than the hash."""

from __future__ import annotations

import cython
from cython.cimports.libc.stdint import uint8_t, uint32_t, uint64_t
from cython.cimports.libc.string import memcpy, memset

ROUND = cython.declare(uint32_t[64])  # of the cube roots of the first primes
START = cython.declare(uint32_t[8])  # of their square roots
CUBE_ROOTS = (
    0x428A2F98,
    0x71374491,
    0xB5C0FBCF,
    0xE9B5DBA5,
    0x3956C25B,
    0x59F111F1,
    0x923F82A4,
    0xAB1C5ED5,
    0xD807AA98,
    0x12835B01,
    0x243185BE,
    0x550C7DC3,
    0x72BE5D74,
    0x80DEB1FE,
    0x9BDC06A7,
    0xC19BF174,
    0xE49B69C1,
    0xEFBE4786,
    0x0FC19DC6,
    0x240CA1CC,
    0x2DE92C6F,
    0x4A7484AA,
    0x5CB0A9DC,
    0x76F988DA,
    0x983E5152,
    0xA831C66D,
    0xB00327C8,
    0xBF597FC7,
    0xC6E00BF3,
    0xD5A79147,
    0x06CA6351,
    0x14292967,
    0x27B70A85,
    0x2E1B2138,
    0x4D2C6DFC,
    0x53380D13,
    0x650A7354,
    0x766A0ABB,
    0x81C2C92E,
    0x92722C85,
    0xA2BFE8A1,
    0xA81A664B,
    0xC24B8B70,
    0xC76C51A3,
    0xD192E819,
    0xD6990624,
    0xF40E3585,
    0x106AA070,
    0x19A4C116,
    0x1E376C08,
    0x2748774C,
    0x34B0BCB5,
    0x391C0CB3,
    0x4ED8AA4A,
    0x5B9CCA4F,
    0x682E6FF3,
    0x748F82EE,
    0x78A5636F,
    0x84C87814,
    0x8CC70208,
    0x90BEFFFA,
    0xA4506CEB,
    0xBEF9A3F7,
    0xC67178F2,
)
SQUARE_ROOTS = (
    0x6A09E667,
    0xBB67AE85,
    0x3C6EF372,
    0xA54FF53A,
    0x510E527F,
    0x9B05688C,
    0x1F83D9AB,
    0x5BE0CD19,
)
for k in range(64):
    ROUND[k] = CUBE_ROOTS[k]
for k in range(8):
    START[k] = SQUARE_ROOTS[k]


def rotated(x, n):
    return x >> n | x << (32 - n)


def compress(h, block):
    """Take one block of 64 bytes into the state."""
    w = cython.declare(uint32_t[64])
    v = cython.declare(uint32_t[8])
    for i in range(16):
        at = block + 4 * i
        w[i] = (
            cython.cast(uint32_t, at[0]) << 24
            | cython.cast(uint32_t, at[1]) << 16
            | cython.cast(uint32_t, at[2]) << 8
            | at[3]
        )
    for i in range(16, 64):
        near = rotated(w[i - 2], 17) ^ rotated(w[i - 2], 19) ^ w[i - 2] >> 10
        far = rotated(w[i - 15], 7) ^ rotated(w[i - 15], 18) ^ w[i - 15] >> 3
        w[i] = near + w[i - 7] + far + w[i - 16]
    memcpy(v, h, 32)
    for i in range(64):
        e = v[4]
        a = v[0]
        chosen = e & v[5] ^ ~e & v[6]
        most = a & v[1] ^ a & v[2] ^ v[1] & v[2]
        one = v[7] + (rotated(e, 6) ^ rotated(e, 11) ^ rotated(e, 25)) + chosen + ROUND[i] + w[i]
        two = (rotated(a, 2) ^ rotated(a, 13) ^ rotated(a, 22)) + most
        for j in range(7, 0, -1):
            v[j] = v[j - 1]
        v[4] += one
        v[0] = one + two
    for i in range(8):
        h[i] += v[i]


def sha256_sum(p, n, out):
    """The hash of n bytes."""
    h = cython.declare(uint32_t[8])
    last = cython.declare(uint8_t[128])
    memcpy(h, START, 32)
    done = cython.cast(uint64_t, 0)
    while n - done >= 64:
        compress(h, p + done)
        done += 64
    left = n - done
    memset(last, 0, 128)
    memcpy(last, p + done, left)
    last[left] = 0x80
    blocks = 1 if left < 56 else 2
    for i in range(8):
        last[64 * blocks - 1 - i] = (8 * n) >> (8 * i) & 0xFF
    for i in range(blocks):
        compress(h, cython.cast("const uint8_t *", last) + 64 * i)
    for i in range(8):
        for j in range(4):
            out[4 * i + j] = h[i] >> (24 - 8 * j) & 0xFF


def digest(content: bytes) -> bytes:
    """The hash of a string; for tests."""
    out = cython.declare(uint8_t[32])
    p = cython.cast("const uint8_t *", cython.cast("const char *", content))
    sha256_sum(p, len(content), out)
    return cython.cast("const char *", cython.cast("uint8_t *", out))[:32]
