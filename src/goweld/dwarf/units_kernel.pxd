from libc.stdint cimport uint32_t

from goweld.model.live_kernel cimport Live, LiveColumns
from goweld.model.memory_kernel cimport Column


cdef class Units:
    cdef readonly Live live
    cdef readonly Column funcs        # live ids of functions, unit by unit, in text order within each
    cdef Column first_of              # per object where its functions end: unit k has [first[k - 1], first[k])
    cdef uint32_t* ids
    cdef uint32_t* first
    cpdef uint32_t count(self, uint32_t obj)
    cpdef uint32_t function(self, uint32_t obj, uint32_t i)
