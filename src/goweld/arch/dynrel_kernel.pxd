from libc.stdint cimport int32_t, int64_t, uint8_t, uint32_t, uint64_t

from goweld.codec.goobj_kernel cimport RelocRecord
from goweld.model.live_kernel cimport Live, LiveColumns
from goweld.model.memory_kernel cimport Column


cdef enum:
    LEFT = 0                  # what a relocation wants: nothing, an entry, to be changed, to change content too
    NOTED = 1
    CHANGED = 2
    REWRITTEN = 3

    DONE = 0                  # what becomes of one
    NOT_OURS = 1              # the processor's rules do not say how
    UNEXPECTED_TYPE = 2
    OF_IMPORT = 3             # a type that symbols of shared libraries cannot have
    UNKNOWN_SYMBOL = 4
    WRONG_SIZE = 5
    MOST = 32                 # failures that are kept


cdef struct Hit:              # a relocation that is not left as it is
    uint32_t symbol
    uint32_t reloc
    uint32_t target
    uint32_t want


cdef struct Found:            # what one task found
    Hit* hits
    uint64_t n
    uint64_t room
    bint no_memory


cdef struct Failed:
    uint32_t symbol
    uint32_t type
    uint32_t target
    int why


cdef struct Table:            # symbols with an entry, in the order of entries
    uint32_t* ids
    uint32_t n
    uint32_t* of              # by live id: the entry's number from 1 on; 0: none


cdef struct Tables:
    LiveColumns* c
    bint pie
    Table dynsym
    Table plt
    Table got
    uint32_t plt_symbol
    uint32_t got_symbol
    uint32_t plt_head         # bytes in .plt before the first entry, and of each
    uint32_t plt_entry
    uint32_t* rela            # .rela as words of four bytes
    RelocRecord* relocs
    uint64_t nrela


ctypedef int (*Wants)(LiveColumns* c, bint pie, uint32_t s, RelocRecord* r, uint32_t t) noexcept nogil
ctypedef int (*Settle)(Tables* d, uint32_t s, RelocRecord* r, uint32_t t) noexcept nogil


# Have the code around `off` set a thread-local offset rather than load it from the GOT; False: it is no such load.
ctypedef bint (*Relax)(uint8_t* code, int32_t off) noexcept nogil

# The ELF type of a relocation that the host linker is to apply; 0 where it has none.
ctypedef uint32_t (*ElfType)(int kind, uint32_t size, int target_kind) noexcept nogil


cdef class Rules:
    cdef Wants wants
    cdef Settle settle
    cdef ElfType elf_type     # NULL: no host linker is known
    cdef Relax relax          # NULL: no such relocation


cdef struct Scan:
    LiveColumns* c
    bint pie
    Wants wants
    uint32_t* ids
    uint32_t n
    Found* found              # by task


cdef class DynamicRelocations:
    cdef Live live
    cdef Rules rules
    cdef Tables d
    cdef list memory
    cdef list runs
    cdef uint64_t nhits
    cdef Failed failed[32]
    cdef uint32_t nfailed
    cpdef int find(self, Column ids, uint32_t count) except -1
    cpdef list settle(self, uint32_t rela, list exported)
    cpdef list failures(self)
    cdef int make_writable(self) except -1
    cdef int make_room(self, uint32_t rela, uint64_t exports) except -1
    cdef int lay_out(self, Table* table, uint64_t n) except -1
    cdef object entries(self, Table* table)


cdef void find_range(void* context, int64_t index) noexcept nogil
cdef void find_in(Scan* s, Found* f, uint32_t symbol) noexcept nogil
cdef bint note(Found* f, uint32_t s, uint32_t reloc, uint32_t t, int want) noexcept nogil
cdef uint32_t settle_all(Tables* d, Settle settle, Found* f, Failed* failed, uint32_t nfailed) noexcept nogil
cdef uint32_t enter(Table* table, uint32_t s) noexcept nogil
cdef uint32_t add_plt(Tables* d, uint32_t t) noexcept nogil
cdef uint32_t add_got(Tables* d, uint32_t t, uint32_t glob_dat) noexcept nogil
cdef void add_rela(Tables* d, uint32_t s, int64_t off, uint32_t type, uint32_t number, uint32_t t, int64_t add) noexcept nogil
cdef int settle_address(Tables* d, uint32_t s, RelocRecord* r, uint32_t t, uint32_t glob_dat, uint32_t relative) noexcept nogil
cdef bint is_import(LiveColumns* c, uint32_t t) noexcept nogil
cdef bint is_text(uint32_t kind) noexcept nogil
