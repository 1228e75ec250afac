"""Go's math/rand generator and its shuffle, bit for bit: an additive lagged Fibonacci generator.

Seeding mixes in the generator's own state after 7.8e12 steps from seed 1 (rngCooked).  Go keeps that state as
a table; here it is computed by jumping ahead, which takes milliseconds.
"""

from __future__ import annotations

import cython
from cython.cimports.goweld.model.memory_kernel import Column
from cython.cimports.libc.stdint import int32_t, int64_t, uint32_t, uint64_t
from cython.cimports.libc.string import memcpy, memset

TYPE_CHECKING = False
if TYPE_CHECKING:
    from goweld.model.memory_kernel import Column

INT32_MAX = cython.declare(int64_t, 0x7FFFFFFF)
STEPS = cython.declare(uint64_t, 7_800_000_000_000)


def shuffle(ids: Column, first: int, end: int, seed: int) -> None:
    """Shuffle the 32-bit items [first, end) as rand.New(rand.NewSource(seed)).Shuffle does."""
    r = cython.declare(Source)
    cooked = cython.declare(uint64_t[LENGTH])
    cook(cooked)
    seed_source(cython.address(r), seed, cooked)
    items = cython.cast("uint32_t *", ids.ptr) + cython.cast(int64_t, first)
    for i in range(cython.cast(int64_t, end) - cython.cast(int64_t, first) - 1, 0, -1):
        j = below(cython.address(r), cython.cast(uint32_t, i + 1))
        item = items[i]
        items[i] = items[j]
        items[j] = item


def seed_source(r, seed, cooked):
    """rngSource.Seed."""
    seed %= INT32_MAX
    if seed < 0:
        seed += INT32_MAX
    if seed == 0:
        seed = 89482311
    r.tap = 0
    r.feed = LENGTH - TAP
    spread(r.vec, cython.cast(int32_t, seed), 20)
    for i in range(LENGTH):
        r.vec[i] ^= cooked[i]


def spread(vec, x, shift):
    """Fill the state from a seed: each number is three of a simpler generator's, a shift apart."""
    for _ in range(20):
        x = next_seed(x)
    for i in range(LENGTH):
        x = next_seed(x)
        u = cython.cast(uint64_t, x) << (2 * shift)
        x = next_seed(x)
        u ^= cython.cast(uint64_t, x) << shift
        x = next_seed(x)
        vec[i] = u ^ cython.cast(uint64_t, x)


def next_seed(x):
    """x * 48271 modulo 2**31 - 1."""
    return cython.cast(int32_t, cython.cast(int64_t, x) * 48271 % INT32_MAX)


def cook(cooked):
    """The state after STEPS steps from seed 1 (math/rand/gen_cooked.go).

    Written as a sequence, the state obeys x**607 = x**334 + 1.  So the number after n steps is the
    combination of the first 607 whose coefficients are those of x**n modulo that equation, found by repeated
    squaring.
    """
    vec = cython.declare(uint64_t[LENGTH])
    z = cython.declare(uint64_t[DOUBLE])
    power = cython.declare(uint64_t[DOUBLE])
    spread(vec, 1, 10)
    for i in range(LENGTH):
        # The generator walks its state downwards from LENGTH - TAP.
        z[i] = vec[(2 * LENGTH - TAP - 1 - i) % LENGTH]
    for i in range(LENGTH, 2 * LENGTH):
        z[i] = z[i - LENGTH] + z[i - TAP]
    memset(power, 0, cython.sizeof(power))
    power[0] = 1
    for bit in range(42, -1, -1):
        times(power, power)
        if STEPS >> bit & 1:
            for i in range(LENGTH, 0, -1):
                power[i] = power[i - 1]
            power[0] = 0
            reduce(power, LENGTH)
    for s in range(LENGTH):
        sum = cython.cast(uint64_t, 0)
        for i in range(LENGTH):
            sum += power[i] * z[i + s]
        at = (2 * LENGTH - TAP - 1 - s + LENGTH - STEPS % LENGTH) % LENGTH
        cooked[at] = sum


def times(product, a):
    """The square of a polynomial of degree below LENGTH, reduced."""
    square = cython.declare(uint64_t[DOUBLE])
    memset(square, 0, cython.sizeof(square))
    for i in range(LENGTH):
        for j in range(LENGTH):
            square[i + j] += a[i] * a[j]
    reduce(square, 2 * LENGTH - 2)
    memcpy(product, square, LENGTH * 8)


def reduce(p, top):
    """Bring a polynomial of degree `top` below LENGTH."""
    for i in range(top, LENGTH - 1, -1):
        p[i - LENGTH] += p[i]
        p[i - TAP] += p[i]
        p[i] = 0


def next_number(r):
    """rngSource.Uint64."""
    r.tap = r.tap - 1 if r.tap else LENGTH - 1
    r.feed = r.feed - 1 if r.feed else LENGTH - 1
    x = r.vec[r.feed] + r.vec[r.tap]
    r.vec[r.feed] = x
    return x


def below(r, n):
    """A number below n (Rand.int31n)."""
    bits = cython.cast(uint32_t, next_number(r) << 1 >> 32)
    product = cython.cast(uint64_t, bits) * n
    if cython.cast(uint32_t, product) < n:
        least = -n % n
        while cython.cast(uint32_t, product) < least:
            bits = cython.cast(uint32_t, next_number(r) << 1 >> 32)
            product = cython.cast(uint64_t, bits) * n
    return cython.cast(uint32_t, product >> 32)
