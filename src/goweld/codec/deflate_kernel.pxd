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
    SLACK = 16                # bytes that may be read after a block, and before its history
    FIRST_OFFSET = 288        # the symbol of the first offset code, among all of a block's
    ALL_SYMBOLS = 320
    FOUR_COUNTS = 1280
    BLOCK_SYMBOLS = 65552     # a match has two for four bytes or more; literals are written by SLACK


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
    uint32_t nsymbols
    uint32_t nmatches
    uint32_t literal_freq[SYMBOLS]
    uint32_t offset_freq[OFFSETS + 2]
    uint32_t literal_codes[SYMBOLS]
    uint32_t offset_codes[OFFSETS + 2]
    uint32_t byte_codes[SYMBOLS]
    Description description
    uint32_t table[TABLE]
    uint32_t symbols[BLOCK_SYMBOLS]         # nine bits, and above them the bits that follow the code
    uint8_t window[HISTORY + BLOCK + SLACK + 1]
    uint8_t stage[STAGE]


cdef extern from *:
    """
    #include <stdint.h>
    #include <string.h>
    #ifdef __SSE2__
    #include <emmintrin.h>
    static inline void gw_widen(uint32_t* to, const uint8_t* from) {
        __m128i zero = _mm_setzero_si128(), bytes = _mm_loadu_si128((const __m128i*)from);
        __m128i low = _mm_unpacklo_epi8(bytes, zero), high = _mm_unpackhi_epi8(bytes, zero);
        _mm_storeu_si128((__m128i*)to, _mm_unpacklo_epi16(low, zero));
        _mm_storeu_si128((__m128i*)(to + 4), _mm_unpackhi_epi16(low, zero));
        _mm_storeu_si128((__m128i*)(to + 8), _mm_unpacklo_epi16(high, zero));
        _mm_storeu_si128((__m128i*)(to + 12), _mm_unpackhi_epi16(high, zero));
    }
    #else
    static inline void gw_widen(uint32_t* to, const uint8_t* from) {
        for (int i = 0; i < 16; i++) to[i] = from[i];
    }
    #endif
    """
    void widen "gw_widen"(uint32_t* to, const uint8_t* src) noexcept nogil
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
    cdef uint64_t first, second
    # The first sixteen without a branch on where they differ: nobody could foretell it.
    if most >= 16:
        first = load64(a) ^ load64(b)
        second = load64(a + 8) ^ load64(b + 8)
        if first | second:
            n = 8 & -<int64_t>(first == 0)
            first |= second & -<uint64_t>(first == 0)
            return n + (ctz(first) >> 3)
        n = 16
    while n + 8 <= most:
        first = load64(a + n) ^ load64(b + n)
        if first:
            return n + (ctz(first) >> 3)
        n += 8
    while n < most and a[n] == b[n]:
        n += 1
    return n


cdef inline int64_t match_before(const uint8_t* a, const uint8_t* b, int64_t most) noexcept nogil:
    """How many bytes before a and b agree, of `most` at most; eight can be read in any case."""
    cdef int64_t n = 8
    cdef uint64_t differ = load64(a - 8) ^ load64(b - 8)
    if differ:
        n = clz(differ) >> 3
    else:
        while n < most and a[-n - 1] == b[-n - 1]:
            n += 1
    return most if n > most else n


cdef inline uint32_t differ4(const uint8_t* p, uint32_t distance, uint32_t value) noexcept nogil:
    """0 if the four bytes `distance` before p, less than HISTORY, are those of value; without a branch."""
    return (load32(p - (distance & (HISTORY - 1))) ^ value) | distance >> 15


cdef inline uint32_t offset_symbol(uint32_t offset) noexcept nogil:
    """An offset, counted from 0, as a symbol and what follows: two codes to every power of two."""
    cdef uint32_t extra = 62 - clz(offset | 2)
    return FIRST_OFFSET + 2 * extra + (offset >> extra) + ((offset & ((1 << extra) - 1)) << 9)


cdef inline uint32_t length_code(uint32_t length) noexcept nogil:
    """The code of a match's length less three: four codes to every power of two, one for the longest."""
    cdef uint32_t extra = 61 - clz(length | 4)
    return 28 if length == 255 else 4 * extra + (length >> extra)


cdef inline uint32_t offset_extra(uint32_t code) noexcept nogil:
    return 0 if code < 4 else (code >> 1) - 1


cdef inline uint32_t length_extra(uint32_t code) noexcept nogil:
    return 0 if code < 8 or code == 28 else (code >> 2) - 1


cdef inline uint32_t* add_literals(uint32_t* to, const uint8_t* src, int64_t n) noexcept nogil:
    """Add n symbols; up to SLACK bytes more are read, and symbols written."""
    cdef int64_t i = 0
    widen(to, src)
    while n - i > SLACK:
        i += SLACK
        widen(to + i, src + i)
    return to + n


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
cdef void put_symbols(Stream* s, const uint32_t* literal_codes, const uint32_t* offset_codes) noexcept nogil
cdef void count_symbols(Stream* s) noexcept nogil
cdef uint32_t* length_symbols() noexcept nogil
cdef void count_bytes(const uint8_t* src, int64_t n, uint32_t* freq) noexcept nogil
cdef uint64_t lane_sum(uint64_t lanes) noexcept nogil
cdef uint32_t adler32(uint32_t adler, const uint8_t* p, uint64_t n) noexcept nogil

cdef void open_stream(
    Stream* s, uint8_t* out, uint64_t room, EncodeBlock encode_block, EndStream end_stream
) noexcept nogil
cdef void feed(Stream* s, const uint8_t* p, uint64_t n) noexcept nogil
cdef int64_t finish(Stream* s) noexcept nogil
cdef void encode(Stream* s, const uint8_t* src, int64_t n, bint last) noexcept nogil
cdef void move_origin(Stream* s) noexcept nogil
cdef void begin_output(Stream* s) noexcept nogil
cdef void end_output(Stream* s) noexcept nogil
cdef feed_pieces(Stream* s, bytes data, object pieces)
