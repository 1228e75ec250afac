# LEB128, as DWARF writes numbers.

from libc.stdint cimport int64_t, uint8_t, uint64_t


cdef inline uint8_t* put_uleb128(uint8_t* to, uint64_t value) noexcept nogil:
    """Write an unsigned number, at most ten bytes; the place after it."""
    while value >= 0x80:
        to[0] = <uint8_t>(value | 0x80)
        to += 1
        value >>= 7
    to[0] = <uint8_t>value
    return to + 1


cdef inline uint8_t* put_sleb128(uint8_t* to, int64_t value) noexcept nogil:
    """Write a signed number, at most ten bytes; the place after it."""
    while value < -64 or value > 63:
        to[0] = <uint8_t>(value | 0x80)
        to += 1
        value >>= 7
    to[0] = <uint8_t>(value & 0x7f)
    return to + 1


cdef inline uint8_t* put_fixed_uleb128(uint8_t* to, uint64_t value, int size) noexcept nogil:
    """Write an unsigned number in exactly `size` bytes (ld.writeUleb128FixedLength); the place after it."""
    cdef int i
    for i in range(size - 1):
        to[i] = <uint8_t>(value | 0x80)
        value >>= 7
    to[size - 1] = <uint8_t>(value & 0x7f)
    return to + size
