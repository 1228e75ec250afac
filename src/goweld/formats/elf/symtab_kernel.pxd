from libc.stdint cimport int64_t, uint8_t, uint16_t, uint32_t, uint64_t

from goweld.model.live_kernel cimport Live, LiveColumns
from goweld.model.memory_kernel cimport Column


cdef enum:
    STB_LOCAL = 0
    STB_GLOBAL = 1
    STT_NOTYPE = 0
    STT_OBJECT = 1
    STT_FUNC = 2
    STT_SECTION = 3
    STT_FILE = 4
    STT_TLS = 6
    STV_HIDDEN = 2
    SHN_UNDEF = 0
    ALIAS = 0x80000000        # of a chosen id: the local name of a global function
    LOCAL_SIZE = 6
    ABI0_SIZE = 5
    ABI_INTERNAL_SIZE = 12
    SHN_ABS = 0xfff1


cdef packed struct ElfSym:
    uint32_t st_name
    uint8_t st_info
    uint8_t st_other
    uint16_t st_shndx
    uint64_t st_value
    uint64_t st_size


cdef struct Chosen:           # which symbols go into the table: live ids in the order of the table
    uint8_t* exported         # by live id, for the host linker: whether C code may refer to it; NULL: not for it
    bint dynlinking           # see ForHost
    bint shared
    uint32_t* ids[2]          # local, global
    uint32_t count[2]


cdef struct Written:
    ElfSym* next
    uint8_t* strings
    uint8_t* end              # of the strings so far
    uint32_t bad              # live id of the first symbol that cannot be in the table
    ElfSym* table
    uint32_t* places          # see ForHost; NULL: nobody asks
    uint64_t* starts          # by section index: what values count from


cdef struct Run:              # symbols of one list, and where what is written of them goes
    uint32_t* ids
    uint32_t n
    int bind
    uint64_t entry            # the first entry; at first, how many there are
    uint64_t string           # the first string's offset; at first, how many bytes there are
    uint32_t bad


cdef struct Emission:
    LiveColumns* c
    Chosen* chosen
    Written w                 # of the first run
    const uint16_t* numbers
    uint32_t nsections
    Run* runs                 # the local symbols', then the global ones'
    uint32_t count[2]
    uint64_t nentries
    uint64_t first_global
    uint64_t nbytes


cdef class ForHost:
    cdef readonly Column places       # by live id: the symbol's number in the table; 0: it is not there
    cdef Column starts
    cdef Column exported
    cdef list debug
    cdef bint dynlinking
    cdef bint shared


cpdef tuple write(Live live, Column order, uint32_t count, uint32_t text, uint32_t etext, bytes numbers,
                  ForHost host=*)

cdef void choose(LiveColumns* c, Chosen* chosen, uint32_t s) noexcept nogil
cdef void choose_text(LiveColumns* c, Chosen* chosen, uint32_t* order, uint32_t count, uint32_t text,
                      uint32_t etext) noexcept nogil
cdef void choose_data(LiveColumns* c, Chosen* chosen) noexcept nogil
cdef int binding(LiveColumns* c, Chosen* chosen, uint32_t s) noexcept nogil
cdef bint is_text(int kind) noexcept nogil
cdef bint is_undefined(int kind) noexcept nogil
cdef bint is_static_temporary(const uint8_t* name, uint32_t size) noexcept nogil
cdef int begin_table(Written* w, Column symtab, Column strtab, list debug) except -1
cdef uint32_t emit_all(Emission* e) noexcept nogil
cdef uint64_t runs_of(uint64_t count) noexcept nogil
cdef void make_runs(Emission* e) noexcept nogil
cdef void measure(void* context, int64_t i) noexcept nogil
cdef void add_up(Emission* e, uint64_t entry, uint64_t string) noexcept nogil
cdef bint has_entry(LiveColumns* c, uint32_t s) noexcept nogil
cdef bint is_hidden(LiveColumns* c, uint32_t s) noexcept nogil
cdef void emit_local(void* context, int64_t i) noexcept nogil
cdef void emit_global(void* context, int64_t i) noexcept nogil
cdef void emit(Emission* e, Run* run) noexcept nogil
cdef void emit_entry(Emission* e, Written* w, int bind, uint32_t s) noexcept nogil
cdef uint64_t name_size(LiveColumns* c, Chosen* chosen, uint32_t id) noexcept nogil
cdef uint32_t middle_dots(const uint8_t* name, uint64_t size) noexcept nogil
cdef uint32_t suffix(LiveColumns* c, Chosen* chosen, uint32_t s) noexcept nogil
cdef void put_name(LiveColumns* c, Written* w, Chosen* chosen, uint32_t s) noexcept nogil
cdef void copy_name(Written* w, const uint8_t* name, uint64_t size) noexcept nogil
