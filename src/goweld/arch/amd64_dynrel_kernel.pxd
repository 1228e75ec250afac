from libc.stdint cimport int64_t, uint32_t

from goweld.arch.dynrel_kernel cimport Rules, Tables
from goweld.codec.goobj_kernel cimport RelocRecord
from goweld.model.live_kernel cimport LiveColumns


cdef enum:
    R_X86_64_64 = 1
    R_X86_64_PC32 = 2
    R_X86_64_PLT32 = 4
    R_X86_64_GLOB_DAT = 6
    R_X86_64_RELATIVE = 8
    R_X86_64_GOTPCREL = 9
    R_X86_64_32 = 10
    R_X86_64_GOTTPOFF = 22
    R_X86_64_TPOFF32 = 23
    R_X86_64_PC64 = 24
    R_X86_64_GOTPCRELX = 41
    R_X86_64_REX_GOTPCRELX = 42

    MOVQ = 0x8b
    LEAQ = 0x8d


cpdef Rules rules()

cdef int wants(LiveColumns* c, bint pie, uint32_t s, RelocRecord* r, uint32_t t) noexcept nogil
cdef int settle(Tables* d, uint32_t s, RelocRecord* r, uint32_t t) noexcept nogil
cdef int settle_elf(Tables* d, uint32_t s, RelocRecord* r, uint32_t t, int elf) noexcept nogil
cdef int settle_pcrel(Tables* d, RelocRecord* r, uint32_t t, int size) noexcept nogil
cdef int settle_got(Tables* d, uint32_t s, RelocRecord* r, uint32_t t) noexcept nogil
cdef uint32_t elf_type(int kind, uint32_t size, int target_kind) noexcept nogil
