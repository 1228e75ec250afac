from libc.stdint cimport uint8_t, uint32_t, uint64_t

from goweld.model.live_kernel cimport Live, LiveColumns


cpdef mangle(Live live)

cdef uint64_t room_of(LiveColumns* c) noexcept nogil
cdef void name_all(LiveColumns* c, uint8_t* names) noexcept nogil
