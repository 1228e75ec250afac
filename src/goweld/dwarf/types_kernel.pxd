from libc.stdint cimport int64_t, uint8_t, uint16_t, uint32_t, uint64_t

from goweld.codec.goobj_kernel cimport GoObj, RelocRecord
from goweld.dwarf.dies_kernel cimport DieTable


cdef struct TypeData:         # a type symbol's content
    uint32_t raw
    GoObj* o
    const uint8_t* p
    int64_t size
    RelocRecord* r
    int n
    int near                  # where the last search among the relocations ended


cdef uint32_t define(DieTable* t, uint32_t raw) noexcept nogil
cdef void define_known(DieTable* t, uint32_t raw, uint32_t sym) noexcept nogil
cdef bint define_builtins(DieTable* t, uint32_t pointer, uint32_t uintptr) noexcept nogil
cdef uint32_t reach(DieTable* t, uint32_t raw) noexcept nogil
cdef uint32_t begin(DieTable* t, uint32_t raw) noexcept nogil
cdef void walk(DieTable* t) noexcept nogil
cdef uint32_t* reference(DieTable* t, uint32_t die, uint32_t slot, bint* more) noexcept nogil
cdef bint open_content(DieTable* t, uint32_t raw, TypeData* d) noexcept nogil
cdef uint32_t target_at(DieTable* t, TypeData* d, int64_t off) noexcept nogil
cdef int64_t word_at(TypeData* d, int64_t off) noexcept nogil
cdef bint type_name(DieTable* t, uint32_t raw, const uint8_t** name, uint64_t* size) noexcept nogil
cdef bint refer(DieTable* t, uint32_t die, TypeData* d) noexcept nogil
cdef bint describe_struct(DieTable* t, uint32_t die, TypeData* d) noexcept nogil
cdef bint describe_func(DieTable* t, uint32_t die, TypeData* d) noexcept nogil
cdef bint describe_array(DieTable* t, uint32_t die, TypeData* d) noexcept nogil
cdef bint read_name(DieTable* t, uint32_t raw, const uint8_t** name, uint32_t* size, bint* embedded) noexcept nogil
cdef bint starts_with(const uint8_t* name, uint64_t size, const char* prefix, uint64_t n) noexcept nogil
cdef bint has_typedef(const uint8_t* name, uint64_t size) noexcept nogil
cdef uint32_t encoding_of(uint32_t kind) noexcept nogil
