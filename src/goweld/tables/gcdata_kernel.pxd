from libc.stdint cimport int64_t, uint8_t, uint32_t, uint64_t

from goweld.codec.goobj_kernel cimport AuxRecord, GoObj, RelocRecord
from goweld.model.imports_kernel cimport ElfSym, ImportColumns, Imports, Shared
from goweld.model.live_kernel cimport Live, LiveColumns
from goweld.model.memory_kernel cimport Column


cdef struct GCWriter:         # gcprog.Writer
    LiveColumns* c
    uint8_t* out
    uint64_t n
    uint64_t room
    int64_t index
    uint8_t bits[127]
    int nbits
    int depth                 # of types inside each other
    uint32_t bad              # the raw type or live symbol that stopped it
    int why
    ImportColumns* imports    # NULL: no shared library is linked with


cdef struct TypeInfo:
    GoObj* o                  # NULL: a shared library's
    Shared* shlib
    ElfSym* e
    const uint8_t* p
    int64_t size
    RelocRecord* r
    int n


cdef enum:
    WHY_CORRUPT = 1
    WHY_NO_TYPE = 2
    WHY_NO_POINTERS = 3
    WHY_ON_DEMAND = 4
    WHY_MEMORY = 5
    WHY_NO_MASK = 6

    MOST_BYTES = 2000000000   # no section is larger
    DEEPEST = 1000


cpdef tuple pointer_program(Live live, Column order, uint32_t first, uint32_t count, int64_t end,
                            Imports imports=*)

cdef bint emit(GCWriter* w, int byte) noexcept nogil
cdef void flush(GCWriter* w) noexcept nogil
cdef void literal(GCWriter* w, int bit) noexcept nogil
cdef void varint(GCWriter* w, int64_t v) noexcept nogil
cdef void repeat(GCWriter* w, int64_t n, int64_t c) noexcept nogil
cdef void zero_until(GCWriter* w, int64_t index) noexcept nogil
cdef bint stop(GCWriter* w, uint32_t bad, int why) noexcept nogil
cdef bint open_type(GCWriter* w, uint32_t raw, TypeInfo* t) noexcept nogil
cdef bint open_import(GCWriter* w, uint32_t raw, TypeInfo* t) noexcept nogil
cdef uint32_t type_target(GCWriter* w, TypeInfo* t, int64_t off) noexcept nogil
cdef bint add_type(GCWriter* w, uint32_t raw, int64_t off) noexcept nogil
cdef bint add_inner(GCWriter* w, uint32_t raw, int64_t off) noexcept nogil
cdef bint add_array(GCWriter* w, uint32_t raw, TypeInfo* t, int64_t off) noexcept nogil
cdef bint add_import(GCWriter* w, uint32_t raw, Shared* library, ElfSym* e, int64_t off) noexcept nogil
cdef bint add_parts(GCWriter* w, uint32_t raw, Shared* library, ElfSym* e, const uint8_t* p,
                    int64_t off) noexcept nogil
cdef bint put_mask(GCWriter* w, uint32_t raw, const uint8_t* p, int64_t words, int64_t off) noexcept nogil
cdef bint add_mask(GCWriter* w, uint32_t raw, TypeInfo* t, int64_t off) noexcept nogil
cdef bint add_struct(GCWriter* w, uint32_t raw, TypeInfo* t, int64_t off) noexcept nogil
cdef uint32_t gotype_of(LiveColumns* c, uint32_t s) noexcept nogil
