"""What Go's deflate encoders at the fastest level share: the stream, Huffman codes, blocks, Adler-32.

A stream is memory of the caller's, one for each section that is being compressed.  An encoder's `start` opens
it over the output, `feed` takes the section in pieces of any size, which do not show in the result, and
`finish` gives the length, or -1 where the room did not suffice.  Nothing else is written, so streams may run
in parallel.
"""

from __future__ import annotations

import cython
from cython.cimports.libc.stdint import int64_t, uint8_t, uint16_t, uint32_t, uint64_t
from cython.cimports.libc.string import memcpy, memmove, memset

FIXED_LITERALS = cython.declare(uint32_t[288])
FIXED_OFFSETS = cython.declare(uint32_t[32])
LENGTH_SYMBOLS = cython.declare(uint32_t[256])
LENGTH_ORDER = cython.declare(uint8_t[19])


def open_stream(s, out, room, encode_block, end_stream):
    """Make s ready to be fed; the output will be at `out`, `room` bytes at most."""
    memset(s.table, 0, cython.sizeof(s.table))
    memset(s.window, 0, HISTORY)
    s.bits = 0
    s.nbits = 0
    s.out = out
    s.at = out
    s.end = out + room
    s.resume = cython.NULL
    s.failed = False
    s.encode_block = encode_block
    s.end_stream = end_stream
    s.total = 0
    s.position = 2 * HISTORY
    s.adler = 1
    s.pending = 0
    s.reusable = False
    s.only_literals = False
    s.header = 0
    # The header of a zlib stream: deflate with a window of 32 KiB, its fastest level.
    begin_output(s)
    put(s, 0x0178, 16)
    end_output(s)


def feed(s, p, n):
    """Take n more bytes.

    The last block is encoded otherwise than the rest, so a full one is kept back until more arrives.
    What can be is encoded where it lies: its history has to lie before it, and a little more that is read but
    makes no difference.
    """
    count = cython.declare(uint64_t)
    behind = cython.declare(uint64_t, 0)
    while n:
        if s.pending == BLOCK:
            encode(s, s.window + HISTORY, BLOCK, False)
            memmove(s.window, s.window + BLOCK, HISTORY)
            s.pending = 0
        if s.pending == 0 and behind >= HISTORY + SLACK:
            while n >= BLOCK + SLACK:
                encode(s, p, BLOCK, False)
                p += BLOCK
                n -= BLOCK
                behind += BLOCK
            memcpy(s.window, p - HISTORY, HISTORY)
        count = cython.cast(uint64_t, BLOCK - s.pending)
        if count > n:
            count = n
        memcpy(s.window + HISTORY + s.pending, p, count)
        s.pending += cython.cast(int64_t, count)
        p += count
        n -= count
        behind += count


def finish(s):
    """Write what is left.  The length of the stream, or -1 where it exceeds the room."""
    if s.pending:
        encode(s, s.window + HISTORY, s.pending, True)
        s.pending = 0
    begin_output(s)
    s.end_stream(s)
    adler = s.adler
    put(s, adler >> 24, 8)
    put(s, adler >> 16 & 255, 8)
    put(s, adler >> 8 & 255, 8)
    put(s, adler & 255, 8)
    end_output(s)
    return -1 if s.failed else s.at - s.out


def encode(s, src, n, last):
    """One block, written straight to the output while a block is sure to fit."""
    if s.failed:
        return
    if s.position >= FARTHEST:
        move_origin(s)
    begin_output(s)
    s.encode_block(s, src, n, HISTORY if s.total else 0, last)
    end_output(s)
    s.adler = adler32(s.adler, src, cython.cast(uint64_t, n))
    s.position += cython.cast(uint32_t, n)
    s.total += cython.cast(uint64_t, n)


def move_origin(s):
    """Count positions from a later place, so that 32 bits suffice.  What is out of reach is forgotten."""
    for i in range(TABLE):
        behind = s.position - s.table[i]
        s.table[i] = 2 * HISTORY - behind if behind <= HISTORY else 0
    s.position = 2 * HISTORY


def begin_output(s):
    if s.end - s.at < STAGE:
        s.resume = s.at
        s.at = s.stage


def end_output(s):
    if s.resume == cython.NULL:
        return
    size = s.at - s.stage
    s.at = s.resume
    s.resume = cython.NULL
    if size > s.end - s.at:
        s.failed = True
        return
    memcpy(s.at, s.stage, cython.cast(cython.size_t, size))
    s.at += size


# Huffman codes


def reversed_bits(code, length):
    result = cython.cast(uint32_t, 0)
    for _ in range(length):
        result = result << 1 | code & 1
        code >>= 1
    return result


def build_codes(freq, n, longest, codes):
    """The codes of n symbols by their frequencies, as huffmanEncoder.generate makes them."""
    keys = cython.declare(uint32_t[SYMBOLS])
    spare = cython.declare(uint32_t[SYMBOLS])
    counts = cython.declare(cython.int[16])
    first = cython.declare(uint32_t[16])
    used = 0
    for i in range(n):
        codes[i] = 0
        if freq[i]:
            keys[used] = freq[i] << 9 | cython.cast(uint32_t, i)
            used += 1
    if used <= 2:
        for i in range(used):
            codes[keys[i] & 511] = cython.cast(uint32_t, i) << 8 | 1
        return
    sort_by_frequency(keys, spare, used)
    if not count_unlimited(keys, used, longest, counts):
        count_limited(keys, used, min(longest, used - 1), counts)
    # The most frequent symbols have the shortest codes; among codes of one length the symbols ascend.
    code = cython.cast(uint32_t, 0)
    rank = used
    for length in range(1, longest + 1):
        code <<= 1
        first[length] = code
        code += cython.cast(uint32_t, counts[length])
        for _ in range(counts[length]):
            rank -= 1
            codes[keys[rank] & 511] = cython.cast(uint32_t, length)
    for i in range(n):
        bits = codes[i]
        if bits:
            codes[i] = reversed_bits(first[bits], bits) << 8 | bits
            first[bits] += 1


def sort_by_frequency(keys, spare, n):
    """Sort keys: a symbol in nine bits, its frequency in sixteen above them.  The symbols ascend already."""
    starts = cython.declare(cython.int[257])
    shift = 9
    while shift < 25:
        memset(starts, 0, cython.sizeof(starts))
        for i in range(n):
            starts[(keys[i] >> shift & 255) + 1] += 1
        for i in range(1, 256):
            starts[i] += starts[i - 1]
        for i in range(n):
            digit = keys[i] >> shift & 255
            spare[starts[digit]] = keys[i]
            starts[digit] += 1
        keys, spare = spare, keys
        shift += 8


def count_unlimited(keys, n, longest, counts):
    """How many codes have which length in Huffman's code, if none is longer than allowed.

    The 2n - 2 nodes below the root are made in ascending order, and a pair goes before a leaf as frequent.
    Each pair joins two neighbours, so the nodes at a depth and deeper are a prefix: its leaves count.
    The lists that Go merges level by level (bitCounts) agree with this one as far as it looks at them.
    """
    nodes = cython.declare(uint32_t[NODES])
    leaves = cython.declare(uint16_t[NODES])
    most = 2 * n - 2
    leaf = 0
    pair = 0
    for i in range(most):
        leaves[i] = cython.cast(uint16_t, leaf)
        lightest = nodes[pair] + nodes[pair + 1] if pair + 1 < i else cython.cast(uint32_t, 0xFFFFFFFF)
        if leaf < n and keys[leaf] >> 9 < lightest:
            nodes[i] = keys[leaf] >> 9
            leaf += 1
        else:
            nodes[i] = lightest
            pair += 2
    leaves[most] = cython.cast(uint16_t, n)
    memset(counts, 0, 16 * cython.sizeof(cython.int))
    depth = 1
    while most:
        if depth > longest:
            return False
        below = 2 * (most - cython.cast(cython.int, leaves[most]))
        counts[depth] = cython.cast(cython.int, leaves[most]) - cython.cast(cython.int, leaves[below])
        most = below
        depth += 1
    return True


def count_limited(keys, n, longest, counts):
    """The same where codes would be too long: package-merge, from the deepest level up."""
    nodes = cython.declare(uint32_t[TWO_LEVELS])
    leaves = cython.declare(uint16_t[ALL_LEVELS])
    size = 0
    for level in range(1, longest + 1):
        above = nodes + NODES * (level & 1)
        below = nodes + NODES * (level & 1 ^ 1)
        before = leaves + NODES * level
        count = min(n + size // 2, 2 * n - 2)
        leaf = 0
        pair = 0
        for i in range(count):
            before[i] = cython.cast(uint16_t, leaf)
            lightest = below[pair] + below[pair + 1] if pair + 1 < size else cython.cast(uint32_t, 0xFFFFFFFF)
            if leaf < n and keys[leaf] >> 9 < lightest:
                above[i] = keys[leaf] >> 9
                leaf += 1
            else:
                above[i] = lightest
                pair += 2
        before[count] = cython.cast(uint16_t, leaf)
        size = count
    memset(counts, 0, 16 * cython.sizeof(cython.int))
    depth = 1
    taken = cython.cast(cython.int, leaves[NODES * longest + 2 * n - 2])
    most = 2 * n - 2
    while depth < longest:
        most = 2 * (most - taken)
        fewer = cython.cast(cython.int, leaves[NODES * (longest - depth) + most])
        counts[depth] = taken - fewer
        taken = fewer
        depth += 1
    counts[longest] = taken


def coded_size(freq, codes, n):
    """The bits that n symbols take."""
    size = cython.cast(int64_t, 0)
    for i in range(n):
        size += cython.cast(int64_t, freq[i]) * cython.cast(int64_t, codes[i] & 255)
    return size


def extra_size(literal_freq, offset_freq):
    """The bits that follow the codes of lengths and offsets."""
    size = cython.cast(int64_t, 0)
    for i in range(LITERALS - END - 1):
        size += cython.cast(int64_t, literal_freq[END + 1 + i]) * length_extra(i)
    for i in range(OFFSETS):
        size += cython.cast(int64_t, offset_freq[i]) * offset_extra(i)
    return size


def make_tables():
    # codegenOrder: what repeats comes first, then the lengths from the middle out.
    LENGTH_ORDER[0], LENGTH_ORDER[1], LENGTH_ORDER[2], LENGTH_ORDER[3] = 16, 17, 18, 0
    for i in range(8):
        LENGTH_ORDER[4 + 2 * i] = cython.cast(uint8_t, 8 + i)
        if i < 7:
            LENGTH_ORDER[5 + 2 * i] = cython.cast(uint8_t, 7 - i)
    for i in range(256):
        code = length_code(cython.cast(uint32_t, i))
        below = cython.cast(uint32_t, i) & ((1 << length_extra(code)) - 1)
        LENGTH_SYMBOLS[i] = END + 1 + code + (below << 9)
    for i in range(288):
        symbol = cython.cast(uint32_t, i)
        if i < 144:
            FIXED_LITERALS[i] = reversed_bits(symbol + 48, 8) << 8 | 8
        elif i < 256:
            FIXED_LITERALS[i] = reversed_bits(symbol + 256, 9) << 8 | 9
        elif i < 280:
            FIXED_LITERALS[i] = reversed_bits(symbol - 256, 7) << 8 | 7
        else:
            FIXED_LITERALS[i] = reversed_bits(symbol - 88, 8) << 8 | 8
    for i in range(32):
        FIXED_OFFSETS[i] = reversed_bits(cython.cast(uint32_t, i), 5) << 8 | 5


def fixed_literals():
    return FIXED_LITERALS


def length_symbols():
    return LENGTH_SYMBOLS


def fixed_offsets():
    return FIXED_OFFSETS


# Blocks


def add_run(items, count, length, run):
    """Describe `run` equal code lengths, as generateCodegen does; how many items there are now."""
    repeated = 0
    if length:
        items[count] = cython.cast(uint16_t, length)
        count += 1
        run -= 1
        while run >= 3:
            repeated = min(run, 6)
            items[count] = cython.cast(uint16_t, 16 | (repeated - 3) << 8)
            count += 1
            run -= repeated
    else:
        while run >= 11:
            repeated = min(run, 138)
            items[count] = cython.cast(uint16_t, 18 | (repeated - 11) << 8)
            count += 1
            run -= repeated
        if run >= 3:
            items[count] = cython.cast(uint16_t, 17 | (run - 3) << 8)
            count += 1
            run = 0
    for _ in range(run):
        items[count] = cython.cast(uint16_t, length)
        count += 1
    return count


def describe(d, literal_codes, literals, offset_codes, offsets):
    """Prepare the header of a block with these codes, and its size."""
    freq = cython.declare(uint32_t[LENGTHS])
    d.literals = literals
    d.offsets = offsets
    count = 0
    run = 0
    previous = cython.cast(cython.int, literal_codes[0] & 255)
    for i in range(literals + offsets):
        length = cython.cast(
            cython.int,
            (literal_codes[i] if i < literals else offset_codes[i - literals]) & 255,
        )
        if length != previous:
            count = add_run(d.items, count, previous, run)
            previous = length
            run = 0
        run += 1
    d.count = add_run(d.items, count, previous, run)
    memset(freq, 0, cython.sizeof(freq))
    for i in range(d.count):
        freq[d.items[i] & 255] += 1
    build_codes(freq, LENGTHS, 7, d.codes)
    d.lengths = LENGTHS
    while d.lengths > 4 and freq[LENGTH_ORDER[d.lengths - 1]] == 0:
        d.lengths -= 1
    d.size = 3 + 5 + 5 + 4 + 3 * d.lengths + coded_size(freq, d.codes, LENGTHS)
    d.size += 2 * freq[16] + 3 * freq[17] + 7 * freq[18]


def put_description(s, d):
    """The header of a block with codes of its own."""
    put(s, 4, 3)
    put(s, cython.cast(uint64_t, d.literals - 257), 5)
    put(s, cython.cast(uint64_t, d.offsets - 1), 5)
    put(s, cython.cast(uint64_t, d.lengths - 4), 4)
    for i in range(d.lengths):
        put(s, d.codes[LENGTH_ORDER[i]] & 255, 3)
    for i in range(d.count):
        item = d.items[i] & 255
        put_code(s, d.codes[item])
        if item >= 16:
            put(s, d.items[i] >> 8, 2 if item == 16 else 3 if item == 17 else 7)


def put_stored(s, src, n, last):
    """A block of n bytes as they are."""
    put(s, 1 if last else 0, 3)
    put(s, 0, -s.nbits & 7)
    put(s, cython.cast(uint64_t, n | (n ^ 0xFFFF) << 16), 32)
    memcpy(s.at, src, cython.cast(cython.size_t, n))
    s.at += n


def put_literals(s, src, n, codes):
    bits = s.bits
    nbits = s.nbits
    at = s.at
    i = cython.cast(int64_t, 0)
    # Three codes of fifteen bits go into what is left of 64.
    while i < n - 2:
        a = codes[src[i]]
        b = codes[src[i + 1]]
        c = codes[src[i + 2]]
        bits |= cython.cast(uint64_t, a >> 8) << nbits
        nbits += a & 255
        bits |= cython.cast(uint64_t, b >> 8) << nbits
        nbits += b & 255
        bits |= cython.cast(uint64_t, c >> 8) << nbits
        nbits += c & 255
        store64(at, bits)
        at += nbits >> 3
        bits >>= nbits & 56
        nbits &= 7
        i += 3
    while i < n:
        a = codes[src[i]]
        bits |= cython.cast(uint64_t, a >> 8) << nbits
        nbits += a & 255
        store64(at, bits)
        at += nbits >> 3
        bits >>= nbits & 56
        nbits &= 7
        i += 1
    s.bits = bits
    s.nbits = nbits
    s.at = at


def put_symbols(s, literal_codes, offset_codes):
    """The block's literals and matches."""
    codes = cython.declare(uint32_t[ALL_SYMBOLS])
    for i in range(LITERALS):
        size = literal_codes[i] & 255
        extra = length_extra(cython.cast(uint32_t, i - END - 1)) if i > END else 0
        codes[i] = literal_codes[i] >> 8 << 16 | size << 8 | size + extra
    for i in range(OFFSETS):
        size = offset_codes[i] & 255
        codes[FIRST_OFFSET + i] = offset_codes[i] >> 8 << 16 | size << 8 | size + offset_extra(i)
    symbols = cython.cast("uint32_t *", s.symbols)
    count = s.nsymbols
    # Two symbols have 56 bits at most. A last one without a fellow gets one that has no bits.
    codes[SYMBOLS - 1] = 0
    symbols[count] = SYMBOLS - 1
    bits = s.bits
    nbits = s.nbits
    at = s.at
    i = cython.cast(uint32_t, 0)
    while i < count:
        a = codes[symbols[i] & 511]
        b = codes[symbols[i + 1] & 511]
        first = cython.cast(uint64_t, a >> 16 | symbols[i] >> 9 << (a >> 8 & 31))
        second = cython.cast(uint64_t, b >> 16 | symbols[i + 1] >> 9 << (b >> 8 & 31))
        size = a & 31
        bits |= (first | second << size) << nbits
        nbits += size + (b & 31)
        store64(at, bits)
        at += nbits >> 3
        bits >>= nbits & 56
        nbits &= 7
        i += 2
    s.bits = bits
    s.nbits = nbits
    s.at = at


def count_symbols(s):
    """The frequencies of the block's symbols, and one end."""
    freq = cython.declare(uint32_t[FOUR_COUNTS])
    memset(freq, 0, cython.sizeof(freq))
    symbols = cython.cast("uint32_t *", s.symbols)
    count = s.nsymbols
    i = cython.cast(uint32_t, 0)
    # Four counts, since adding twice to one has to wait.
    while i + 4 <= count:
        freq[symbols[i] & 511] += 1
        freq[(symbols[i + 1] & 511) + ALL_SYMBOLS] += 1
        freq[(symbols[i + 2] & 511) + 2 * ALL_SYMBOLS] += 1
        freq[(symbols[i + 3] & 511) + 3 * ALL_SYMBOLS] += 1
        i += 4
    while i < count:
        freq[symbols[i] & 511] += 1
        i += 1
    for i in range(ALL_SYMBOLS):
        total = freq[i] + freq[i + ALL_SYMBOLS] + freq[i + 2 * ALL_SYMBOLS] + freq[i + 3 * ALL_SYMBOLS]
        if i < FIRST_OFFSET:
            s.literal_freq[i] = total
        else:
            s.offset_freq[i - FIRST_OFFSET] = total
    s.literal_freq[END] = 1


def count_bytes(src, n, freq):
    memset(freq, 0, 256 * cython.sizeof(uint32_t))
    for i in range(n):
        freq[src[i]] += 1


def adler32(adler, p, n):
    """Adler-32, eight bytes at a time in lanes of sixteen bits, which can take 160 bytes."""
    low = cython.cast(uint64_t, 0x00FF00FF00FF00FF)
    a = cython.cast(uint64_t, adler & 0xFFFF)
    b = cython.cast(uint64_t, adler >> 16)
    while n >= 160:
        even = odd = even_before = odd_before = cython.cast(uint64_t, 0)
        for i in range(20):
            even_before += even
            odd_before += odd
            word = load64(p + 8 * i)
            even += word & low
            odd += word >> 8 & low
        both = even + odd
        b += 160 * a + 8 * (lane_sum(even_before) + lane_sum(odd_before)) - lane_sum(odd)
        b += 2 * (4 * (both & 0xFFFF) + 3 * (both >> 16 & 0xFFFF) + 2 * (both >> 32 & 0xFFFF) + (both >> 48))
        b %= ADLER
        a = (a + lane_sum(both)) % ADLER
        p += 160
        n -= 160
    for i in range(n):
        a += p[i]
        b += a
    return cython.cast(uint32_t, b % ADLER << 16 | a % ADLER)


def lane_sum(lanes):
    """The sum of four lanes of sixteen bits."""
    mask = cython.cast(uint64_t, 0x0000FFFF0000FFFF)
    pairs = (lanes & mask) + (lanes >> 16 & mask)
    return cython.cast(uint32_t, pairs + (pairs >> 32))


def feed_pieces(s, data, pieces):
    """Feed data in pieces of the sizes given, the rest at the end; for tests."""
    p = cython.declare("const uint8_t *", cython.cast("const uint8_t *", cython.cast("const char *", data)))
    left = cython.declare(uint64_t, len(data))
    count = cython.declare(uint64_t)
    for piece in pieces:
        count = piece
        count = left if count > left else count
        feed(s, p, count)
        p += count
        left -= count
    feed(s, p, left)


make_tables()
