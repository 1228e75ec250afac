from libc.stdint cimport int64_t, uint8_t, uint32_t, uint64_t

from goweld.codec.deflate_kernel cimport Stream


cdef void start(Stream* s, uint8_t* out, uint64_t room) noexcept nogil
cdef int64_t deflate(const uint8_t* src, uint64_t n, uint8_t* out, uint64_t room) noexcept nogil
cpdef bytes compress(bytes data, object pieces=*, object room=*)

cdef void encode_block(Stream* s, const uint8_t* src, int64_t n, int64_t history, bint last) noexcept nogil
cdef void end_stream(Stream* s) noexcept nogil
cdef void find_matches(Stream* s, const uint8_t* src, int64_t n) noexcept nogil
cdef void end_matches(Stream* s, const uint8_t* src, int64_t n, uint32_t* to, uint32_t matches) noexcept nogil
cdef void write_matches(Stream* s, const uint8_t* src, int64_t n) noexcept nogil
cdef void write_literals(Stream* s, const uint8_t* src, int64_t n) noexcept nogil


cdef inline uint32_t hash4(uint32_t value) noexcept nogil:
    """hash, of four bytes, to fourteen bits."""
    return (value * <uint32_t>0x1e35a7bd) >> 18
