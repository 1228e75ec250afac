from libc.stdint cimport int64_t, uint8_t, uint32_t, uint64_t

from goweld.arch.instructions_kernel cimport Instructions
from goweld.arch.outcome cimport WHY_OWN
from goweld.codec.goobj_kernel cimport RelocRecord
from goweld.model.live_kernel cimport LiveColumns


cdef enum:
    R_ADDRARM64 = 3
    R_CALLARM64 = 9
    R_ARM64_TLS_LE = 32
    R_ARM64_TLS_IE = 33
    R_ARM64_GOT = 35
    R_ARM64_PCREL = 36
    R_ARM64_PCREL_LDST8 = 37
    R_ARM64_PCREL_LDST16 = 38
    R_ARM64_PCREL_LDST32 = 39
    R_ARM64_PCREL_LDST64 = 40
    R_ARM64_LDST8 = 41
    R_ARM64_LDST128 = 45

    WHY_FAR_ADDRESS = WHY_OWN
    WHY_FAR_CALL = WHY_OWN + 1
    WHY_FAR_TLS = WHY_OWN + 2
    WHY_UNALIGNED = WHY_OWN + 3    # ... + 5: for loads and stores of 16, 32, 64 bits
    WHY_INVALID = WHY_OWN + 6      # ... + 9: the same, of 16, 32, 64, 128 bits with a relocation of their own
    WHY_INSTRUCTION = WHY_OWN + 10
    WHY_GOT_INSTRUCTION = WHY_OWN + 11
    WHY_GOT_INVALID = WHY_OWN + 12
    WHY_TLS_INVALID = WHY_OWN + 13
    WHY_OFFSET_INVALID = WHY_OWN + 14


cdef int apply(LiveColumns* c, uint32_t s, RelocRecord* r, uint32_t kind, uint32_t t, uint8_t* to,
               int64_t* found) noexcept nogil
cdef int apply_to_pair(uint32_t* words, uint32_t kind, int64_t distance) noexcept nogil
cdef int apply_thread_local(uint32_t* words, uint32_t kind, int64_t offset) noexcept nogil
cdef int apply_got(uint32_t* word, int64_t distance, int64_t* found) noexcept nogil
cdef int apply_by_instruction(uint32_t* word, int64_t distance, int64_t* found) noexcept nogil
cdef uint32_t page_bits(int64_t distance) noexcept nogil
cdef bint is_far(int64_t distance) noexcept nogil
