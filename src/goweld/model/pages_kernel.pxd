from libc.stdint cimport uint8_t, uint32_t, uint64_t

from goweld.codec.goobj_kernel cimport AuxRecord, GoObj, RelocRecord
from goweld.model.live_kernel cimport A_LINKER, Live, LiveColumns, live_auxs
from goweld.model.memory_kernel cimport CHECKED, Column
from goweld.model.objects_kernel cimport Objects


cdef struct Pages:
    GoObj* objects
    uint32_t n                # objects are 1 .. n - 1
    uint64_t* first           # by object: the first of its pages in `used`
    uint8_t* used             # by page: whether something live lies in it


cdef void mark(Pages* p, uint32_t k, const void* first, uint64_t length) noexcept nogil
cdef void mark_live(Pages* p, LiveColumns* c) noexcept nogil
cdef void* let_go(void* argument) noexcept nogil
cpdef int release_dead(Objects objects, Live live) except -1
