"""The bytes of compress/zlib at BestSpeed as Go wrote it up to 1.26: compress/flate's deflateFast.

Every block has codes of its own, or is stored.
"""

from __future__ import annotations

import cython
from cython.cimports.goweld.codec.deflate_kernel import (
    END,
    LITERALS,
    OFFSETS,
    Stream,
    add_literals,
    build_codes,
    coded_size,
    count_bytes,
    count_symbols,
    describe,
    differ4,
    feed,
    feed_pieces,
    finish,
    length_symbols,
    load32,
    load64,
    match_length,
    offset_symbol,
    open_stream,
    put_code,
    put_description,
    put_literals,
    put_stored,
    put_symbols,
)
from cython.cimports.libc.stdint import int64_t, uint32_t
from cython.cimports.libc.stdlib import free, malloc
from cython.cimports.libc.string import memset

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

MARGIN = cython.declare(cython.int, 15)  # inputMargin: no match begins so near the end of a block
LONGEST = cython.declare(cython.int, 258)  # maxMatchLength


def start(s, out, room):
    """Begin a stream over `out`; feed and finish are deflate_kernel's."""
    open_stream(s, out, room, encode_block, end_stream)


def deflate(src, n, out, room):
    """Compress n bytes into `out`: the length, or -1 where it exceeds the room or memory ran out.

    n + n / 8192 + 64 bytes always suffice.
    """
    s = cython.cast("Stream *", malloc(cython.sizeof(Stream)))
    if s == cython.NULL:
        return -1
    start(s, out, room)
    feed(s, src, n)
    size = finish(s)
    free(s)
    return size


def compress(data: bytes, pieces: Sequence[int] = (), room: int | None = None) -> bytes:
    """data as one stream, fed in pieces of the sizes given; empty where it exceeds the room.  For tests."""
    space = len(data) + len(data) // 8192 + 64 if room is None else room
    size = cython.declare(int64_t)
    out = cython.cast("uint8_t *", malloc(space + 1))
    if pieces:
        s = cython.cast("Stream *", malloc(cython.sizeof(Stream)))
        start(s, out, space)
        feed_pieces(s, data, pieces)
        size = finish(s)
        free(s)
    else:
        size = deflate(
            cython.cast("const uint8_t *", cython.cast("const char *", data)), len(data), out, space
        )
    result = b"" if size < 0 else cython.cast("char *", out)[:size]
    free(out)
    return result


def encode_block(s, src, n, history, last):
    """encSpeed."""
    if n < 128 and last:
        if n <= 16:
            put_stored(s, src, n, False)
        else:
            write_literals(s, src, n)
        return
    find_matches(s, src, n)
    if s.nsymbols - s.nmatches > n - (n >> 4):
        write_literals(s, src, n)
    else:
        write_matches(s, src, n)


def end_stream(s):
    """compressor.close: an empty stored block."""
    put_stored(s, s.window, 0, True)


def find_matches(s, src, n):
    """deflateFast.encode: a table of the latest place of every hash of four bytes.

    Places are counted from s.position at src[0]; an unused entry is too far away.
    """
    table = cython.cast("uint32_t *", s.table)
    lengths = length_symbols()
    to = cython.cast("uint32_t *", s.symbols)
    i = cython.cast(int64_t, s.position)
    p = src - i
    end = i + n
    limit = end - MARGIN
    emitted = i
    matches = cython.cast(uint32_t, 0)
    distance = cython.cast(uint32_t, 0)
    current = load32(p + i)
    while True:
        # After 32 bytes without a match every other place is looked up, after another 32 every third.
        skip = cython.cast(int64_t, 32)
        ahead = i
        while True:
            i = ahead
            ahead += skip >> 5
            skip += skip >> 5
            if ahead > limit:
                end_matches(s, p + emitted, end - emitted, to, matches)
                return
            hash = hash4(current)
            distance = cython.cast(uint32_t, i) - table[hash]
            table[hash] = cython.cast(uint32_t, i)
            if differ4(p + i - 1, distance - 1, current) == 0:
                break
            current = load32(p + ahead)
        to = add_literals(to, p + emitted, i - emitted)
        while True:
            most = end - i - 4
            if most > LONGEST - 4:
                most = LONGEST - 4
            length = match_length(p + i + 4, p + i + 4 - distance, most) + 4
            to[0] = lengths[length - 3]
            to[1] = offset_symbol(distance - 1)
            to += 2
            matches += 1
            i += length
            emitted = i
            if i >= limit:
                end_matches(s, p + emitted, end - emitted, to, matches)
                return
            word = load64(p + i - 1)
            table[hash4(cython.cast(uint32_t, word))] = cython.cast(uint32_t, i - 1)
            current = cython.cast(uint32_t, word >> 8)
            hash = hash4(current)
            distance = cython.cast(uint32_t, i) - table[hash]
            table[hash] = cython.cast(uint32_t, i)
            if differ4(p + i - 1, distance - 1, current):
                current = cython.cast(uint32_t, word >> 16)
                i += 1
                break


def end_matches(s, src, n, to, matches):
    """What follows the last match are literals."""
    to = add_literals(to, src, n)
    s.nsymbols = cython.cast(uint32_t, to - cython.cast("uint32_t *", s.symbols))
    s.nmatches = matches


def write_matches(s, src, n):
    """writeBlockDynamic."""
    count_symbols(s)
    literals = LITERALS
    while s.literal_freq[literals - 1] == 0:
        literals -= 1
    offsets = OFFSETS
    while offsets > 1 and s.offset_freq[offsets - 1] == 0:
        offsets -= 1
    build_codes(s.literal_freq, LITERALS, 15, s.literal_codes)
    build_codes(s.offset_freq, OFFSETS, 15, s.offset_codes)
    describe(
        cython.address(s.description),
        s.literal_codes,
        literals,
        s.offset_codes,
        offsets,
    )
    size = s.description.size + coded_size(s.literal_freq, s.literal_codes, LITERALS)
    size += coded_size(s.offset_freq, s.offset_codes, OFFSETS)
    if (n + 5) * 8 < size + (size >> 4):
        put_stored(s, src, n, False)
        return
    put_description(s, cython.address(s.description))
    put_symbols(s, s.literal_codes, s.offset_codes)
    put_code(s, s.literal_codes[END])


def write_literals(s, src, n):
    """writeBlockHuff."""
    count_bytes(src, n, s.literal_freq)
    s.literal_freq[END] = 1
    build_codes(s.literal_freq, END + 1, 15, s.literal_codes)
    memset(s.offset_codes, 0, cython.sizeof(s.offset_codes))
    s.offset_codes[0] = 1
    describe(cython.address(s.description), s.literal_codes, END + 1, s.offset_codes, 1)
    # One bit more is Go's: it counts an offset that is not there.
    size = s.description.size + coded_size(s.literal_freq, s.literal_codes, END + 1) + 1
    if (n + 5) * 8 < size + (size >> 4):
        put_stored(s, src, n, False)
        return
    put_description(s, cython.address(s.description))
    put_literals(s, src, n, s.literal_codes)
    put_code(s, s.literal_codes[END])
