from libc.stdint cimport int64_t, uint8_t, uint32_t, uint64_t

from goweld.codec.goobj_kernel cimport GoObj, SymRecord
from goweld.model.memory_kernel cimport Column
from goweld.model.symbols_kernel cimport SymbolColumns, Symbols


cdef struct HashSlot:
    uint64_t low
    uint64_t high
    uint32_t id
    uint32_t size


cdef struct HashTable:
    HashSlot* slots
    uint64_t mask
    uint64_t used


cdef struct Entering:
    SymbolColumns* s
    HashTable short
    HashTable long
    uint32_t* texts
    uint32_t ntexts
    uint32_t corrupt_hash     # the first object whose hashed definitions are corrupt, or 0
    uint32_t corrupt_name
    uint8_t* corrupt          # whether an object's package definitions are
    uint32_t* found           # raw ids of package definitions, each object's from its first on
    uint32_t* counts          # how many, by object


cpdef uint32_t enter_definitions(Symbols symbols) except *
cpdef tuple merge_named(Symbols symbols, bint strict)
cpdef uint32_t bind_references(Symbols symbols) except *
cpdef uint32_t apply_reference_flags(Symbols symbols) except *
cpdef list linkname_references(Symbols symbols)
cpdef set_builtins(Symbols symbols, list raws)
cpdef block_linkname(Symbols symbols, uint32_t raw)

cdef Column make_table(HashTable* t, uint64_t entries)
cdef uint32_t hashed_of(Entering* e) noexcept nogil
cdef uint64_t home(uint64_t low, uint64_t high) noexcept nogil
cdef void grow_table(HashTable* t) noexcept nogil
cdef bint is_sound(SymbolColumns* s, GoObj* o, SymRecord* r) noexcept nogil
cdef bint has_sound_name(GoObj* o, SymRecord* r) noexcept nogil
cdef void note_definition(SymbolColumns* s, uint32_t id, SymRecord* r) noexcept nogil
cdef uint32_t enter(SymbolColumns* s, HashTable* t, uint64_t low, uint64_t high, uint32_t raw,
                    uint32_t size) noexcept nogil
cdef uint32_t names_of(SymbolColumns* s) noexcept nogil
cdef bint enter_names(SymbolColumns* s, GoObj* o, SymRecord* r, uint32_t n, uint32_t raw, bint defined) noexcept nogil
cdef bint enter_package(Entering* e, uint32_t k) noexcept nogil
cdef void name_twins(Entering* e) noexcept nogil
cdef void find_package_names(void* context, int64_t index) noexcept nogil
cdef void name_packages(Entering* e) noexcept nogil
cdef bint is_unnamed_or_static(SymRecord* r) noexcept nogil
cdef uint32_t known_entry(SymbolColumns* s, uint32_t raw) noexcept nogil
cdef int merge(SymbolColumns* s, uint32_t raw, uint32_t old) noexcept nogil
cdef void fix_size(SymbolColumns* s, uint32_t id, uint32_t size) noexcept nogil
cdef bint is_text(int kind) noexcept nogil
cdef bint is_data(int kind) noexcept nogil
cdef bint judged(SymbolColumns* s, GoObj* o, uint32_t raw) noexcept nogil

cdef enum:
    KIND_NOPTRDATA = 32
    KIND_NOPTRBSS = 45
    BATCH = 16                # names entered side by side
cdef void enter_some(void* context, int64_t index) noexcept nogil
