from libc.stdint cimport int64_t, uint32_t, uint64_t

from goweld.codec.goobj_kernel cimport AuxRecord, GoObj, RelocRecord
from goweld.dwarf.units_kernel cimport Units
from goweld.model.live_kernel cimport Live, LiveColumns


cdef extern from *:
    """
    static inline uint32_t gw_get(const uint32_t* p) { return __atomic_load_n(p, __ATOMIC_RELAXED); }
    static inline void gw_put(uint32_t* p, uint32_t v) { __atomic_store_n(p, v, __ATOMIC_RELAXED); }
    """
    uint32_t get "gw_get" (const uint32_t* p) nogil
    void put "gw_put" (uint32_t* p, uint32_t v) nogil


cdef enum:
    USED_TYPE = 0x80000000    # of a mention: it names the type itself, not the type's DIE
    RECENT = 4096             # mentions that a unit remembers lest it list them again
    LONGEST = 4096            # of names looked up here


cdef struct Mentions:         # raw ids that a unit's functions mention, most of them once
    uint32_t* ids
    uint32_t n
    uint32_t room


cdef struct ScanState:
    LiveColumns* c
    uint32_t* functions       # units.funcs and, per object, where its functions end in there
    uint32_t* ends
    uint32_t* dies            # in step with functions: live ids, 0 where there is none
    uint32_t* ranges
    Mentions* mentions        # by object
    uint32_t* type_of         # by live id of a go:info.T: the raw id of type:T, 0 where it is not known
    uint32_t* objects         # those to look at
    uint32_t bad              # a function with something wrong about it


cdef class Scan:
    cdef ScanState t
    cdef list memory
    cdef void* column(self, uint64_t itemsize, uint64_t length) except NULL


cdef void fetch(LiveColumns* c, uint32_t die) noexcept nogil
cdef void scan_unit(void* context, int64_t index) noexcept nogil
cdef bint find_symbols(LiveColumns* c, uint32_t s, uint32_t* die, uint32_t* ranges) noexcept nogil
cdef bint scan_relocations(ScanState* t, uint32_t die, Mentions* m, uint32_t* recent) noexcept nogil
cdef uint32_t find_type(LiveColumns* c, uint32_t info) noexcept nogil
cdef bint mention(Mentions* m, uint32_t id) noexcept nogil
