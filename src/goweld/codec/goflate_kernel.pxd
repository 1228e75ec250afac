from libc.stdint cimport int64_t, uint8_t, uint32_t, uint64_t

from goweld.codec.deflate_kernel cimport Stream


cdef void start(Stream* s, uint8_t* out, uint64_t room) noexcept nogil
cdef int64_t deflate(const uint8_t* src, uint64_t n, uint8_t* out, uint64_t room) noexcept nogil
cpdef bytes compress(bytes data, object pieces=*, object room=*)

cdef void encode_block(Stream* s, const uint8_t* src, int64_t n, int64_t history, bint last) noexcept nogil
cdef void end_stream(Stream* s) noexcept nogil
cdef void find_matches(Stream* s, const uint8_t* src, int64_t n, int64_t history) noexcept nogil
cdef void end_matches(Stream* s, const uint8_t* src, int64_t n, uint32_t* to, uint32_t matches) noexcept nogil
cdef void write_matches(Stream* s, const uint8_t* src, int64_t n, bint last) noexcept nogil
cdef void write_literals(Stream* s, const uint8_t* src, int64_t n, bint last) noexcept nogil
cdef void write_fixed(Stream* s) noexcept nogil
cdef void write_stored(Stream* s, const uint8_t* src, int64_t n, bint last) noexcept nogil
cdef void end_block(Stream* s) noexcept nogil
cdef bint can_encode(const uint32_t* freq, const uint32_t* codes, int n) noexcept nogil
cdef bint looks_random(const uint32_t* freq, int64_t n) noexcept nogil
cdef int64_t estimated_size(const Stream* s, uint32_t tokens) noexcept nogil
cdef float symbol_cost(uint32_t freq, float share) noexcept nogil
cdef float fast_log2(float value) noexcept nogil


cdef inline uint32_t hash5(uint64_t value) noexcept nogil:
    """hashLen of five bytes, to fifteen bits."""
    return <uint32_t>(((value << 24) * <uint64_t>889523592379) >> 49)

