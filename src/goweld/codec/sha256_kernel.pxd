from libc.stdint cimport uint8_t, uint32_t, uint64_t


cdef uint32_t rotated(uint32_t x, int n) noexcept nogil
cdef void compress(uint32_t* h, const uint8_t* block) noexcept nogil
cdef void sha256_sum(const uint8_t* p, uint64_t n, uint8_t* out) noexcept nogil

cpdef bytes digest(bytes content)
