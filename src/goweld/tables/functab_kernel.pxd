from libc.stdint cimport uint8_t, uint32_t, uint64_t

from goweld.codec.goobj_kernel cimport GoObj, RelocRecord
from goweld.model.live_kernel cimport Live, LiveColumns
from goweld.model.memory_kernel cimport Column
from goweld.tables.pclntab_kernel cimport Function, Functions, TableState


cdef enum:
    SUBBUCKET_SIZE = 256      # bytes of text: internal/abi.FuncTabBucketSize / ld.SUBBUCKETS
    SUBBUCKETS = 16
    MOST_BYTES = 2000000000   # no section is larger
    BUCKET_ENTRY = 20         # runtime.findfuncbucket

    TREE = 0                  # FuncdataRecord.id of an inline tree
    TREE_ALIGN = 3            # log2 + 1: it has 32-bit fields
    ALIGNMENTS = 34


cdef enum FuncdataFault:
    SOUND = 0
    ZERO_SIZE
    WRONG_TYPE
    WRONG_SIZE
    NO_SECTION
    CORRUPT
    TOO_LARGE


cdef struct FuncdataRecord:
    uint32_t id               # live id, or TREE
    uint32_t func             # of an inline tree: the function
    uint32_t off              # in go:func.*
    uint32_t align            # log2 + 1


cdef struct FunctabState:
    TableState* t
    LiveColumns* c
    uint8_t* functab
    uint32_t* pcs             # the pcdata symbols in the order of runtime.pctab
    uint32_t npc
    uint64_t pctab_size
    FuncdataRecord* fds       # in order of their first mention
    uint32_t* by_align        # the same, greatest alignment first: indices
    uint32_t nfd
    uint64_t func_size
    uint32_t func_align
    uint32_t nrel
    bint bad
    uint32_t deferreturn      # live id; 0: dead
    uint32_t defer_builtin    # its number among the builtins; NO_BUILTIN: it has none
    uint32_t defer_obj        # where it is package definition defer_idx; 0: nowhere
    uint32_t defer_idx
    FuncdataFault fault
    uint32_t culprit          # the funcdata with that fault
    uint32_t detail           # the type or size, or the target, of its relocation


cdef class Functab:
    cdef FunctabState d
    cdef readonly Functions functions
    cdef list memory
    cdef void* column(self, uint64_t itemsize, uint64_t length) except NULL
    cpdef uint32_t collect(self, uint32_t functab, uint32_t deferreturn) except *
    cpdef bint place_funcdata(self)
    cpdef tuple sizes(self)
    cpdef tuple fault(self)
    cpdef bint fill(self, uint32_t pctab, uint32_t gofunc) except *
    cpdef uint32_t finish(self, uint64_t text) except *
    cpdef int fill_findfunctab(self, uint32_t findfunctab) except -1
    cpdef int free(self) except -1


cdef void know_deferreturn(FunctabState* d, uint32_t id) noexcept nogil
cdef uint32_t collect_all(FunctabState* d) noexcept nogil
cdef bint collect_function(FunctabState* d, Function* f) noexcept nogil
cdef bint is_pc_table(LiveColumns* c, uint32_t id) noexcept nogil
cdef uint32_t pc_offset(FunctabState* d, uint32_t id) noexcept nogil
cdef uint32_t funcdata_index(FunctabState* d, Function* f, uint32_t id, uint32_t slot) noexcept nogil
cdef uint32_t tree_index(FunctabState* d, Function* f) noexcept nogil
cdef void find_deferreturns(FunctabState* d, uint32_t first, uint32_t end) noexcept nogil
cdef uint32_t deferreturn_of(FunctabState* d, uint32_t id) noexcept nogil
cdef bint calls_deferreturn(FunctabState* d, GoObj* o, uint32_t k, RelocRecord* r) noexcept nogil
cdef bint place_all(FunctabState* d) noexcept nogil
cdef uint64_t funcdata_size(FunctabState* d, FuncdataRecord* fd) noexcept nogil
cdef void sort_by_align(FunctabState* d) noexcept nogil
cdef void fill_pctab(FunctabState* d, uint8_t* to) noexcept nogil
cdef bint fill_funcdata(FunctabState* d, uint8_t* to, RelocRecord* relocs) noexcept nogil
cdef bint move_relocs(FunctabState* d, FuncdataRecord* fd, RelocRecord** to) noexcept nogil
cdef bint blame(FunctabState* d, FuncdataFault fault, uint32_t id, uint32_t detail) noexcept nogil
cdef uint32_t finish_records(FunctabState* d, uint32_t first, uint32_t end, uint64_t text) noexcept nogil
cdef void finish_record(FunctabState* d, Function* f, uint32_t entry) noexcept nogil
cdef int fill_buckets(FunctabState* d, uint8_t* to, uint32_t n) noexcept nogil
