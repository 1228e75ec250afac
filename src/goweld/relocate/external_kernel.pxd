from libc.stdint cimport int64_t, uint8_t, uint32_t

from goweld.codec.goobj_kernel cimport RelocRecord
from goweld.model.live_kernel cimport LiveColumns
from goweld.relocate.apply_kernel cimport Emission, Place, Run, Runs


cdef bint reserve(LiveColumns* c, Run* r) noexcept nogil
cdef void trim(Emission* external) noexcept nogil
cdef int leave(Place* p, uint32_t s, RelocRecord* r, uint32_t t, uint8_t* at, uint32_t size, int64_t* found,
               Emission* external) noexcept nogil
cdef int put(Place* p, uint32_t s, RelocRecord* r, int kind, uint32_t number, uint32_t t, int64_t add,
             uint8_t* at, Emission* external) noexcept nogil
cdef uint32_t fold(Place* p, uint32_t t, int64_t* add) noexcept nogil
cdef bint is_elsewhere(int kind) noexcept nogil
cdef void write_relas(void* context, int64_t index) noexcept nogil
