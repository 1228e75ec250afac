from libc.stdint cimport int64_t, uint8_t, uint32_t

from goweld.codec.goobj_kernel cimport RelocRecord
from goweld.model.live_kernel cimport LiveColumns


# Apply relocation r of s, of type `kind`, to t, at `to`, which r.size bytes follow: what came of it (outcome.pxd),
# and in `found` what was computed.
ctypedef int (*Apply)(LiveColumns* c, uint32_t s, RelocRecord* r, uint32_t kind, uint32_t t, uint8_t* to,
                      int64_t* found) noexcept nogil


cdef class Instructions:
    cdef Apply apply
