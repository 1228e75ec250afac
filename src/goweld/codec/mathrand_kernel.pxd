from libc.stdint cimport int32_t, int64_t, uint32_t, uint64_t

from goweld.model.memory_kernel cimport Column


cdef enum:
    LENGTH = 607              # x[n] = x[n - LENGTH] + x[n - TAP]
    TAP = 273
    DOUBLE = 1214


cdef struct Source:           # rngSource
    uint64_t vec[LENGTH]
    int tap
    int feed


cpdef shuffle(Column ids, uint32_t first, uint32_t end, int64_t seed)

cdef void seed_source(Source* r, int64_t seed, const uint64_t* cooked) noexcept nogil
cdef int32_t next_seed(int32_t x) noexcept nogil
cdef void spread(uint64_t* vec, int32_t x, int shift) noexcept nogil
cdef void cook(uint64_t* cooked) noexcept nogil
cdef void times(uint64_t* product, const uint64_t* a) noexcept nogil
cdef void reduce(uint64_t* p, int top) noexcept nogil
cdef uint64_t next_number(Source* r) noexcept nogil
cdef uint32_t below(Source* r, uint32_t n) noexcept nogil
