from libc.stdint cimport uint8_t, uint32_t, uint64_t

from goweld.codec.goobj_kernel cimport GoObj
from goweld.dwarf.dies_kernel cimport Dies, DieTable


cdef struct Prototypes:       # DIEs of the runtime's own structs
    uint32_t string
    uint32_t slice
    uint32_t map
    uint32_t table
    uint32_t groups
    uint32_t sudog
    uint32_t waitq
    uint32_t hchan


cpdef bint synthesize(Dies dies, list prototypes)

cdef uint32_t prototype(DieTable* t, uint32_t raw) noexcept nogil
cdef uint32_t pointer_to(DieTable* t, uint32_t die) noexcept nogil
cdef uint32_t internal_type(DieTable* t, const char* base, uint32_t first, uint32_t second, bint* new) noexcept nogil
cdef bint copy_members(DieTable* t, uint32_t die, uint32_t source) noexcept nogil
cdef bint substitute(DieTable* t, uint32_t die, const char* member, uint32_t type) noexcept nogil
cdef uint32_t group_type(DieTable* t, uint32_t raw) noexcept nogil
cdef void strings(DieTable* t, uint32_t raw) noexcept nogil
cdef void slices(DieTable* t, uint32_t raw) noexcept nogil
cdef void maps(DieTable* t, uint32_t map, uint32_t table, uint32_t groups) noexcept nogil
cdef uint32_t map_internals(DieTable* t, uint32_t die, Prototypes* p) noexcept nogil
cdef void channels(DieTable* t, uint32_t sudog, uint32_t waitq, uint32_t hchan) noexcept nogil
cdef uint32_t channel_internals(DieTable* t, uint32_t die, Prototypes* p) noexcept nogil
