"""The bytes of Go 1.27's compress/zlib at BestSpeed: compress/flate's fastEncL1 and its huffmanBitWriter.

Codes outlive a block where writing new ones would not pay; Go estimates in float32 whether it would, and so
does this, operation by operation.
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
    extra_size,
    feed,
    feed_pieces,
    finish,
    fixed_literals,
    fixed_offsets,
    length_symbols,
    load64,
    match_before,
    match_length,
    offset_symbol,
    open_stream,
    put,
    put_code,
    put_description,
    put_literals,
    put_stored,
    put_symbols,
)
from cython.cimports.libc.stdint import int64_t, uint32_t
from cython.cimports.libc.stdlib import free, malloc
from cython.cimports.libc.string import memcpy, memset

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

MARGIN = cython.declare(cython.int, 11)  # inputMargin: no match begins so near the end of a block
FEW_TOKENS = cython.declare(cython.int, 250)  # maxPredefinedTokens
PENALTY = cython.declare(cython.int, 7)  # logNewTablePenalty
NEVER = cython.declare(int64_t, 0x7FFFFFFF)


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
    """deflateFast."""
    if n < 128 and last:
        if n <= 32:
            write_stored(s, src, n, False)
        else:
            write_literals(s, src, n, True)
        return
    find_matches(s, src, n, history)
    if s.nmatches == 0:
        write_stored(s, src, n, False)
    elif s.nsymbols - s.nmatches > n - (n >> 4):
        write_literals(s, src, n, last)
    else:
        write_matches(s, src, n, last)


def end_stream(s):
    """compressor.close: an empty block with fixed codes."""
    if s.reusable:
        end_block(s)
    put(s, 3, 10)
    put(s, 0, -s.nbits & 7)


def find_matches(s, src, n, history):
    """fastEncL1.encode: a table of the latest place of every hash of five bytes.

    Places are counted from s.position at src[0]; an unused entry is too far away.  What lies up to `history`
    bytes before src may be matched.
    """
    table = cython.cast("uint32_t *", s.table)
    lengths = length_symbols()
    to = cython.cast("uint32_t *", s.symbols)
    i = cython.cast(int64_t, s.position)
    p = src - i
    first = i - history
    end = i + n
    limit = end - MARGIN
    emitted = i
    ahead = i
    matches = cython.cast(uint32_t, 0)
    distance = cython.cast(uint32_t, 0)
    current = load64(p + i)
    while True:
        while True:
            hash = hash5(current)
            ahead = i + 2 + ((i - emitted) >> 5)
            if ahead > limit:
                end_matches(s, p + emitted, end - emitted, to, matches)
                return
            following = load64(p + ahead)
            distance = cython.cast(uint32_t, i) - table[hash]
            table[hash] = cython.cast(uint32_t, i)
            hash = hash5(following)
            other = cython.cast(uint32_t, ahead) - table[hash]
            missed = cython.cast(int64_t, differ4(p + i, distance, cython.cast(uint32_t, current)) != 0)
            if missed & (differ4(p + ahead, other, cython.cast(uint32_t, following)) != 0) == 0:
                break
            table[hash] = cython.cast(uint32_t, ahead)
            current = following >> 8
            i = ahead + 1
        # Where only the second place matches, Go enters the next one under its hash.
        table[hash] = cython.cast(uint32_t, ahead + missed)
        distance ^= (distance ^ other) & cython.cast(uint32_t, -missed)
        i += (ahead - i) & -missed
        ahead += missed
        while True:
            length = match_length(p + i + 4, p + i + 4 - distance, end - i - 4) + 4
            most = i - emitted
            room = i - distance - first
            back = match_before(p + i, p + i - distance, most if most < room else room)
            to = add_literals(to, p + emitted, most - back)
            offset = offset_symbol(distance - 1)
            i += length
            emitted = i
            length += back
            while length > 258:
                part = 258 if length > 261 else 255
                length -= part
                to[0] = lengths[part - 3]
                to[1] = offset
                to += 2
                matches += 1
            to[0] = lengths[length - 3]
            to[1] = offset
            to += 2
            matches += 1
            if ahead >= i:
                i = ahead + 1
            if i >= limit:
                end_matches(s, p + emitted, end - emitted, to, matches)
                return
            current = load64(p + i - 2)
            table[hash5(current)] = cython.cast(uint32_t, i - 2)
            current >>= 16
            hash = hash5(current)
            distance = cython.cast(uint32_t, i) - table[hash]
            table[hash] = cython.cast(uint32_t, i)
            # Here, a match may be one byte farther back.
            if differ4(p + i - 1, distance - 1, cython.cast(uint32_t, current)):
                current >>= 8
                i += 1
                break


def end_matches(s, src, n, to, matches):
    """What follows the last match are literals."""
    to = add_literals(to, src, n)
    s.nsymbols = cython.cast(uint32_t, to - cython.cast("uint32_t *", s.symbols))
    s.nmatches = matches


def write_matches(s, src, n, last):
    """writeBlockDynamic: with the codes at hand, new ones, the fixed ones, or as the block is."""
    count_symbols(s)
    if s.only_literals and s.reusable:
        end_block(s)
        s.only_literals = False
    if s.reusable:
        suited = can_encode(s.literal_freq, s.literal_codes, LITERALS)
        if not suited or not can_encode(s.offset_freq, s.offset_codes, OFFSETS):
            end_block(s)
    tokens = s.nsymbols - s.nmatches + (1 if last else 0)
    offsets = OFFSETS
    while offsets > 1 and s.offset_freq[offsets - 1] == 0:
        offsets -= 1
    extra = extra_size(s.literal_freq, s.offset_freq)
    stored = (n + 5) * 8
    fixed = NEVER
    if tokens < FEW_TOKENS:
        fixed = 3 + extra + coded_size(s.literal_freq, fixed_literals(), LITERALS)
        fixed += coded_size(s.offset_freq, fixed_offsets(), OFFSETS)
    if s.reusable:
        size = coded_size(s.literal_freq, s.literal_codes, LITERALS)
        size += coded_size(s.offset_freq, s.offset_codes, OFFSETS) + extra
        anew = s.header + estimated_size(s, tokens)
        anew += (s.literal_codes[END] & 255) + (anew >> PENALTY)
        if anew < size:
            end_block(s)
            size = anew
        if fixed + 7 < size and stored > size:
            write_fixed(s)
            return
        if stored <= size:
            write_stored(s, src, n, False)
            return
    if not s.reusable:
        build_codes(s.literal_freq, LITERALS, 15, s.literal_codes)
        build_codes(s.offset_freq, OFFSETS, 15, s.offset_codes)
        literals = LITERALS
        while s.literal_freq[literals - 1] == 0:
            literals -= 1
        describe(
            cython.address(s.description),
            s.literal_codes,
            literals,
            s.offset_codes,
            offsets,
        )
        size = s.description.size + extra + coded_size(s.literal_freq, s.literal_codes, LITERALS)
        size += coded_size(s.offset_freq, s.offset_codes, OFFSETS)
        if fixed <= size and stored > fixed:
            write_fixed(s)
            return
        if stored <= size:
            write_stored(s, src, n, False)
            return
        put_description(s, cython.address(s.description))
        s.header = s.description.size
        s.reusable = not last
        s.only_literals = False
    put_symbols(s, s.literal_codes, s.offset_codes)
    if last:
        put_code(s, s.literal_codes[END])
        s.reusable = False


def write_literals(s, src, n, last):
    """writeBlockHuff: every byte by a code, or as the block is."""
    freq = cython.cast("uint32_t *", s.literal_freq)
    count_bytes(src, n, freq)
    stored = (n + 5) * 8
    if n > 1024 and looks_random(freq, n):
        write_stored(s, src, n, False)
        return
    freq[END] = 1
    build_codes(freq, END + 1, 15, s.byte_codes)
    size = coded_size(freq, s.byte_codes, END + 1)
    size += s.header if s.reusable else 70 * 8
    size += size >> PENALTY
    if stored <= size:
        write_stored(s, src, n, False)
        return
    if s.reusable:
        suited = can_encode(freq, s.literal_codes, END)
        if not suited or size < coded_size(freq, s.literal_codes, END):
            end_block(s)
    if not s.reusable:
        memcpy(s.literal_codes, s.byte_codes, cython.sizeof(s.byte_codes))
        memset(s.offset_codes, 0, cython.sizeof(s.offset_codes))
        s.offset_codes[0] = 1
        describe(cython.address(s.description), s.literal_codes, END + 1, s.offset_codes, 1)
        put_description(s, cython.address(s.description))
        s.header = s.description.size
        s.only_literals = True
        s.reusable = True
    put_literals(s, src, n, s.literal_codes)
    if last:
        end_block(s)
        s.only_literals = False


def write_fixed(s):
    """The block with the fixed codes."""
    if s.reusable:
        end_block(s)
    put(s, 2, 3)
    put_symbols(s, fixed_literals(), fixed_offsets())
    put_code(s, fixed_literals()[END])


def write_stored(s, src, n, last):
    if s.reusable:
        end_block(s)
    put_stored(s, src, n, last)


def end_block(s):
    """The end of a block that was left open."""
    put_code(s, s.literal_codes[END])
    s.reusable = False


def can_encode(freq, codes, n):
    """Whether there is a code for every symbol."""
    missing = cython.declare(cython.bint, False)
    for i in range(n):
        missing = missing | cython.cast(cython.bint, freq[i] != 0) & cython.cast(cython.bint, codes[i] == 0)
    return not missing


def looks_random(freq, n):
    """Whether all bytes are about as frequent."""
    average = cython.cast(cython.double, n) / 256
    most = cython.cast(cython.double, 2 * n)
    total = cython.cast(cython.double, 0)
    for i in range(256):
        difference = cython.cast(cython.double, freq[i]) - average
        total += difference * difference
        if total >= most:
            return False
    return True


def estimated_size(s, tokens):
    """tokens.EstimatedBits: the entropy of the block, a symbol 1 to 15 bits, in float32."""
    # Declared: Cython would add in double, and round once.
    entropy = cython.declare(cython.float, 0)
    share = cython.declare(cython.float, cython.cast(cython.float, 1) / cython.cast(cython.float, tokens))
    matches = cython.cast(uint32_t, 0)
    for i in range(256):
        if s.literal_freq[i]:
            entropy += symbol_cost(s.literal_freq[i], share)
    entropy += cython.cast(cython.float, 15)
    for i in range(END + 1, LITERALS):
        if s.literal_freq[i]:
            entropy += symbol_cost(s.literal_freq[i], share)
            matches += s.literal_freq[i]
    share = cython.cast(cython.float, 1) / cython.cast(cython.float, matches)
    for i in range(OFFSETS):
        if s.offset_freq[i]:
            entropy += symbol_cost(s.offset_freq[i], share)
    return cython.cast(int64_t, entropy) + extra_size(s.literal_freq, s.offset_freq)


def symbol_cost(freq, share):
    count = cython.declare(cython.float, freq)
    cost = cython.declare(cython.float, -fast_log2(count * share))
    if cost < 1:
        cost = 1
    if cost > 15:
        cost = 15
    return cost * count


def fast_log2(value):
    """mFastLog2: the exponent, and a parabola through the rest."""
    bits = cython.declare(uint32_t)
    rest = cython.declare(cython.float)
    square = cython.declare(cython.float, -0.34484843)
    linear = cython.declare(cython.float, 2.02466578)
    constant = cython.declare(cython.float, 0.67487759)
    memcpy(cython.address(bits), cython.address(value), 4)
    exponent = cython.declare(cython.float, cython.cast(cython.int, bits >> 23 & 255) - 128)
    bits = bits & 0x7FFFFF | 0x3F800000
    memcpy(cython.address(rest), cython.address(bits), 4)
    parabola = cython.declare(cython.float, (square * rest + linear) * rest - constant)
    return exponent + parabola
