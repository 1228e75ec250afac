from libc.stdint cimport int64_t, uint8_t, uint32_t, uint64_t

from goweld.model.live_kernel cimport Live, LiveColumns


cdef enum:
    # Abbreviations (cmd/internal/dwarf.DW_ABRV_*): those of what the linker writes itself.
    ABBREV_COMPUNIT = 1
    ABBREV_COMPUNIT_TEXTLESS = 2
    ABBREV_STRUCTFIELD = 14
    ABBREV_FUNCTYPEPARAM = 15
    ABBREV_FUNCTYPEOUTPARAM = 16
    ABBREV_DOTDOTDOT = 17
    ABBREV_ARRAYRANGE = 18
    ABBREV_NULLTYPE = 19
    ABBREV_BASETYPE = 20
    ABBREV_ARRAYTYPE = 21
    ABBREV_CHANTYPE = 22
    ABBREV_FUNCTYPE = 23
    ABBREV_IFACETYPE = 24
    ABBREV_MAPTYPE = 25
    ABBREV_PTRTYPE = 26
    ABBREV_BARE_PTRTYPE = 27
    ABBREV_SLICETYPE = 28
    ABBREV_STRINGTYPE = 29
    ABBREV_STRUCTTYPE = 30
    ABBREV_TYPEDECL = 31

    UNSPECIFIED = 1           # the first DIE: the type of what has none

    WHY_CORRUPT = 1           # bad: a raw id
    WHY_NOT_A_TYPE = 2        # bad: a raw id
    WHY_KIND = 3              # bad: a raw id
    WHY_MEMORY = 4
    WHY_NO_ROOM = 5           # more symbols than the caller announced
    WHY_NO_MEMBER = 6         # bad: a DIE
    WHY_WRONG_KIND = 7        # bad: a live id


cdef struct Die:              # a type; a reference to a type is the index of its DIE
    const uint8_t* name
    uint32_t nname
    uint32_t sym              # live id of its symbol, go:info.NAME for all but the definitions behind typedefs
    uint32_t raw              # the type symbol it describes, canonical; 0: there is none
    uint32_t runtime          # live id of that for DW_AT_go_runtime_type; 0: the type is dead
    uint32_t type
    uint32_t key
    uint32_t elem
    uint32_t first_field
    uint32_t nfields
    int64_t size
    uint8_t abbrev
    uint8_t kind              # abi.Kind
    uint8_t encoding
    bint owned                # whether the name is this table's


cdef struct Field:            # a DIE without a symbol, inside a type's
    const uint8_t* name
    uint32_t nname
    uint32_t type
    int64_t offset            # in the struct; the length of an array
    uint8_t abbrev
    bint embedded


cdef struct Pending:          # a type whose references from `next` on are raw ids still
    uint32_t die
    uint32_t next


cdef struct DieTable:
    LiveColumns* c
    Die* dies                 # in order of creation; [0] is unused
    uint32_t n
    uint32_t room
    Field* fields
    uint32_t nfields
    uint32_t fields_room
    Pending* pending
    uint32_t npending
    uint32_t pending_room
    uint64_t* by_raw          # open addressing: a type symbol above its DIE; 0: free
    uint64_t raw_mask
    uint32_t likely           # how many DIEs, or fields, there are room for at first
    uint64_t nraw
    uint32_t* by_name         # open addressing: DIEs that describe no type symbol
    uint64_t name_mask
    uint64_t nnames
    uint8_t* text
    uint64_t text_room
    uint32_t uintptr          # DIE of array indices
    uint32_t eface            # raw ids of the types behind interfaces
    uint32_t iface
    uint32_t known            # live id of go:info.NAME for the next new DIE; 0: to be looked up
    int why
    uint32_t bad
    const char* member        # that a type lacks, where that is why


cdef class Dies:
    cdef readonly Live live
    cdef DieTable t


cdef uint32_t stop(DieTable* t, int why, uint32_t bad) noexcept nogil
cdef void* grow(DieTable* t, void* p, uint32_t* room, uint64_t itemsize) noexcept nogil
cdef uint64_t slot_of(uint64_t raw) noexcept nogil
cdef uint32_t find_raw(DieTable* t, uint32_t raw) noexcept nogil
cdef bint enter_raw(DieTable* t, uint32_t raw, uint32_t die) noexcept nogil
cdef uint32_t find_made(DieTable* t, const uint8_t* name, uint64_t size) noexcept nogil
cdef bint enter_made(DieTable* t, uint32_t die) noexcept nogil
cdef const uint8_t* prefixed(DieTable* t, const char* prefix, uint64_t before, const uint8_t* name,
                             uint64_t size) noexcept nogil
cdef uint32_t lookup(DieTable* t, const char* prefix, uint64_t before, const uint8_t* name,
                     uint64_t size) noexcept nogil
cdef uint32_t lookup_type(DieTable* t, const uint8_t* name, uint64_t size) noexcept nogil
cdef uint32_t info_symbol(DieTable* t, const uint8_t* name, uint64_t size) noexcept nogil
cdef uint32_t append_die(DieTable* t, uint32_t abbrev, const uint8_t* name, uint64_t size) noexcept nogil
cdef uint32_t new_die(DieTable* t, uint32_t abbrev, const uint8_t* name, uint64_t size) noexcept nogil
cdef uint32_t new_typedef(DieTable* t, uint32_t definition) noexcept nogil
cdef uint32_t new_owned(DieTable* t, uint32_t abbrev, uint8_t* name, uint64_t size) noexcept nogil
cdef uint32_t take_fields(DieTable* t, uint32_t n) noexcept nogil
