from libc.stdint cimport uint32_t

from goweld.arch.dynrel_kernel cimport Rules, Tables
from goweld.codec.goobj_kernel cimport RelocRecord
from goweld.model.live_kernel cimport LiveColumns


cdef enum:
    R_AARCH64_GLOB_DAT = 1025
    R_AARCH64_RELATIVE = 1027
    R_CALLARM64 = 9
    R_ARM64_GOTPCREL = 34
    R_ARM64_PCREL_LDST64 = 40


cpdef Rules rules()

cdef int wants(LiveColumns* c, bint pie, uint32_t s, RelocRecord* r, uint32_t t) noexcept nogil
cdef int settle(Tables* d, uint32_t s, RelocRecord* r, uint32_t t) noexcept nogil
