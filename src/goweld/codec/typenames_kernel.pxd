from libc.stdint cimport uint8_t, uint32_t, uint64_t


cdef enum:
    SHORT = 14                # bytes of a name that is kept as it is
    CODE = 8                  # base64 digits of a hash


cdef struct Cut:              # what of a name a hash stands for; none where end is 0
    uint64_t start
    uint64_t end
    uint64_t kept             # bytes before the hash


cdef bint begins(const uint8_t* name, uint64_t n, const char* text, uint64_t size) noexcept nogil
cdef Cut cut_of(const uint8_t* name, uint64_t n) noexcept nogil
cdef void put_code(const uint8_t* p, uint64_t n, uint8_t* out) noexcept nogil
cdef uint64_t short_size(const uint8_t* name, uint64_t n) noexcept nogil
cdef uint64_t put_short(const uint8_t* name, uint64_t n, uint8_t* out) noexcept nogil
