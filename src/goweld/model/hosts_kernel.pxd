from libc.stdint cimport uint8_t, uint32_t, uint64_t

from goweld.codec.goobj_kernel cimport GoObj
from goweld.model.live_kernel cimport Live, LiveColumns

cpdef int connect(Live live) except -1
cpdef place_interiors(Live live)

cdef void add_part(LiveColumns* c, GoObj* o, uint32_t li, uint32_t id, uint32_t* ninterior) noexcept nogil
cdef void move_interior(LiveColumns* c, uint32_t section) noexcept nogil
