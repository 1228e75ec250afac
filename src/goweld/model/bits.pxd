# Bits of a word.

from libc.stdint cimport uint32_t


cdef extern from *:
    int count_bits "__builtin_popcount" (uint32_t word) noexcept nogil
    int lowest_bit "__builtin_ctz" (uint32_t word) noexcept nogil  # its number; the word is not 0
