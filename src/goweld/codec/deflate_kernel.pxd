from libc.stdint cimport int64_t, uint8_t, uint16_t, uint32_t, uint64_t
from libc.string cimport memcpy


cdef enum:
    BLOCK = 65535             # maxStoreBlockSize: what is looked at, and written, at a time
    HISTORY = 32768           # how far back a match may lie
    FARTHEST = 0x1000000      # positions are counted up to here
    TABLE = 32768             # the larger encoder's tableSize
    LITERALS = 286            # bytes, end of block, lengths
    END = 256                 # the end of a block
    OFFSETS = 30
    SYMBOLS = 288             # LITERALS with two that are never used
    NODES = 572               # of a tree over LITERALS
    TWO_LEVELS = 1144
    ALL_LEVELS = 9152
    LENGTHS = 19              # the alphabet in which code lengths are written
    ADLER = 65521
    STAGE = 73728             # more than a block can take, whichever way it is written
    MOST_MATCHES = 21848      # in a block, of three bytes or more each


# A code has its length in the low byte and its bits, reversed for the stream, above it. 0: no code.

cdef struct Description:      # of two codes, as a dynamic block's header gives it
    int literals              # how many lengths it lists
    int offsets
    int lengths
    int count
    uint16_t items[LITERALS + OFFSETS]      # a symbol, and above its eight bits what follows it
    uint32_t codes[LENGTHS]
    int64_t size              # in bits


ctypedef void (*EncodeBlock)(
    Stream* s, const uint8_t* src, int64_t n, int64_t history, bint last
) noexcept nogil
ctypedef void (*EndStream)(Stream* s) noexcept nogil


cdef struct Stream:
    uint64_t bits             # not yet written, fewer than eight between calls
    uint32_t nbits
    uint8_t* at               # where whole bytes go
    uint8_t* out
    uint8_t* end
    uint8_t* resume           # where the staged block belongs; NULL: it is not staged
    bint failed               # the room ran out
    EncodeBlock encode_block
    EndStream end_stream
    uint64_t total            # bytes that were encoded
    uint32_t position         # of the block's first byte, as the table counts
    uint32_t adler
    int64_t pending           # bytes in the window that were not encoded
    bint reusable             # the last header's codes go on into the next block, which may use them
    bint only_literals        # they know no matches
    int64_t header            # size of that header in bits
    uint32_t nsequences
    uint32_t tail             # literals after the last match
    uint32_t tokens           # literals and matches
    uint32_t literal_freq[SYMBOLS]
    uint32_t offset_freq[OFFSETS + 2]
    uint32_t literal_codes[SYMBOLS]
    uint32_t offset_codes[OFFSETS + 2]
    uint32_t byte_codes[SYMBOLS]
    Description description
    uint32_t table[TABLE]
    uint64_t sequences[MOST_MATCHES]
    uint8_t window[HISTORY + BLOCK + 1]
    uint8_t stage[STAGE]


cdef extern from *:
    int ctz "__builtin_ctzll"(unsigned long long x) noexcept nogil
    int clz "__builtin_clzll"(unsigned long long x) noexcept nogil


cdef inline uint64_t load64(const uint8_t* p) noexcept nogil:
    cdef uint64_t value
    memcpy(&value, p, 8)
    return value


cdef inline uint32_t load32(const uint8_t* p) noexcept nogil:
    cdef uint32_t value
    memcpy(&value, p, 4)
    return value


cdef inline void store64(uint8_t* p, uint64_t value) noexcept nogil:
    memcpy(p, &value, 8)


cdef inline int64_t match_length(const uint8_t* a, const uint8_t* b, int64_t most) noexcept nogil:
    """How many bytes of a and b agree, of `most` at most."""
    cdef int64_t n = 0
    cdef uint64_t differ
    while n + 8 <= most:
        differ = load64(a + n) ^ load64(b + n)
        if differ:
            return n + (ctz(differ) >> 3)
        n += 8
    while n < most and a[n] == b[n]:
        n += 1
    return n


cdef inline uint32_t offset_code(uint32_t offset) noexcept nogil:
    """The code of an offset, which counts from 0: two codes to every power of two."""
    cdef uint32_t top
    if offset < 2:
        return offset
    top = 63 - clz(offset)
    return 2 * top + ((offset >> (top - 1)) & 1)


cdef inline uint32_t length_code(uint32_t length) noexcept nogil:
    """The code of a match's length less three: four codes to every power of two, one for the longest."""
    cdef uint32_t top
    if length < 8:
        return length
    if length == 255:
        return 28
    top = 63 - clz(length)
    return 4 * (top - 1) + ((length >> (top - 2)) & 3)


cdef inline uint32_t offset_extra(uint32_t code) noexcept nogil:
    return 0 if code < 4 else (code >> 1) - 1


cdef inline uint32_t length_extra(uint32_t code) noexcept nogil:
    return 0 if code < 8 or code == 28 else (code >> 2) - 1


cdef inline uint64_t sequence(
    int64_t literals, uint32_t length, uint32_t offset, uint32_t code
) noexcept nogil:
    """Literals, then a match: its length less three, its offset less one, the offset's code."""
    return <uint64_t>literals | <uint64_t>offset << 16 | <uint64_t>length << 32 | <uint64_t>code << 40


cdef inline void put(Stream* s, uint64_t value, uint32_t n) noexcept nogil:
    """Write n bits, 56 at most."""
    s.bits |= value << s.nbits
    s.nbits += n
    store64(s.at, s.bits)
    s.at += s.nbits >> 3
    s.bits >>= s.nbits & 56
    s.nbits &= 7


cdef inline void put_code(Stream* s, uint32_t code) noexcept nogil:
    put(s, code >> 8, code & 255)


cdef uint32_t* fixed_literals() noexcept nogil
cdef uint32_t* fixed_offsets() noexcept nogil
cdef void make_tables() noexcept nogil
cdef uint32_t reversed_bits(uint32_t code, uint32_t length) noexcept nogil
cdef void build_codes(const uint32_t* freq, int n, int longest, uint32_t* codes) noexcept nogil
cdef void sort_by_frequency(uint32_t* keys, uint32_t* spare, int n) noexcept nogil
cdef bint count_unlimited(const uint32_t* keys, int n, int longest, int* counts) noexcept nogil
cdef void count_limited(const uint32_t* keys, int n, int longest, int* counts) noexcept nogil
cdef int64_t coded_size(const uint32_t* freq, const uint32_t* codes, int n) noexcept nogil
cdef int64_t extra_size(const uint32_t* literal_freq, const uint32_t* offset_freq) noexcept nogil
cdef void describe(
    Description* d, const uint32_t* literal_codes, int literals, const uint32_t* offset_codes, int offsets
) noexcept nogil
cdef int add_run(uint16_t* items, int count, int length, int run) noexcept nogil
cdef void put_description(Stream* s, const Description* d) noexcept nogil
cdef void put_stored(Stream* s, const uint8_t* src, int64_t n, bint last) noexcept nogil
cdef void put_literals(Stream* s, const uint8_t* src, int64_t n, const uint32_t* codes) noexcept nogil
cdef void put_sequences(
    Stream* s, const uint8_t* src, const uint32_t* literal_codes, const uint32_t* offset_codes
) noexcept nogil
cdef void count_bytes(const uint8_t* src, int64_t n, uint32_t* freq) noexcept nogil
cdef uint64_t lane_sum(uint64_t lanes) noexcept nogil
cdef uint32_t adler32(uint32_t adler, const uint8_t* p, uint64_t n) noexcept nogil

cdef void open_stream(
    Stream* s, uint8_t* out, uint64_t room, EncodeBlock encode_block, EndStream end_stream
) noexcept nogil
cdef void feed(Stream* s, const uint8_t* p, uint64_t n) noexcept nogil
cdef uint64_t history(const Stream* s) noexcept nogil
cdef int64_t finish(Stream* s) noexcept nogil
cdef void encode(Stream* s, const uint8_t* src, int64_t n, bint last) noexcept nogil
cdef void move_origin(Stream* s) noexcept nogil
cdef void begin_output(Stream* s) noexcept nogil
cdef void end_output(Stream* s) noexcept nogil
cdef bytes compress_pieces(Stream* s, bytes data, object pieces)
