from libc.stdint cimport int64_t, uint8_t, uint32_t, uint64_t

from goweld.codec.goobj_kernel cimport GoObj, RelocRecord
from goweld.model.live_kernel cimport Live, LiveColumns
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
    uint32_t at               # of another: the index of the one that takes this one's turn in go:func.*


cdef struct FunctabState:
    TableState* t
    LiveColumns* c
    Function* funcs           # t's
    uint32_t n
    uint8_t* functab
    uint32_t* targets         # of one function's auxiliary symbols
    uint32_t* pcs             # the pcdata symbols in the order of runtime.pctab
    uint32_t npc
    uint64_t pctab_size
    FuncdataRecord* fds       # in order of their first mention
    uint32_t nfd
    uint64_t func_size
    uint32_t func_align
    RelocRecord* relocs       # of go:func.*
    uint32_t nrel
    bint bad
    uint32_t bad_name         # the functions that are corrupt, found while naming and while collecting tables
    uint32_t bad_table
    uint32_t far              # the function that is too far from text
    uint64_t text             # where text begins
    uint32_t call_operand     # bytes of a call before its operand
    uint8_t* to[5]            # what is filled, in the order of Functab.sizes
    uint32_t deferreturn      # live id; 0: dead
    uint32_t defer_obj        # where it is package definition defer_idx; 0: nowhere
    uint32_t defer_idx
    uint64_t defer_builtin    # the reference to it as a builtin, or NO_KEY
    FuncdataFault fault
    uint32_t culprit          # the funcdata with that fault, or the pcdata that is corrupt
    uint32_t detail           # the type or size, or the target, of its relocation


cdef class Functab:
    cdef FunctabState d
    cdef readonly Functions functions
    cpdef uint32_t collect(self, uint32_t functab) except *
    cpdef list sizes(self)
    cpdef uint32_t funcdata_align(self)
    cpdef tuple fault(self)
    cpdef uint32_t fill(self, list tables, uint64_t text, uint32_t deferreturn,
                        uint32_t call_operand) except *
    cpdef int fill_findfunctab(self, uint32_t findfunctab) except -1


cdef void collect_task(void* context, int64_t i) noexcept nogil
cdef void fill_task(void* context, int64_t i) noexcept nogil
cdef uint32_t collect_all(FunctabState* d) noexcept nogil
cdef void find_targets(FunctabState* d, Function* f) noexcept nogil
cdef void collect_function(FunctabState* d, Function* f) noexcept nogil
cdef bint is_pc_table(LiveColumns* c, uint32_t id) noexcept nogil
cdef uint32_t pc_offset(FunctabState* d, uint32_t id) noexcept nogil
cdef uint32_t funcdata_index(FunctabState* d, Function* f, uint32_t id, uint32_t slot) noexcept nogil
cdef uint32_t tree_index(FunctabState* d, Function* f) noexcept nogil
cdef bint place_all(FunctabState* d) noexcept nogil
cdef uint64_t funcdata_size(FunctabState* d, FuncdataRecord* fd) noexcept nogil
cdef void sort_by_align(FunctabState* d) noexcept nogil
cdef void fill_pctab(FunctabState* d, uint8_t* to, uint32_t first, uint32_t end) noexcept nogil
cdef bint fill_funcdata(FunctabState* d, uint8_t* to) noexcept nogil
cdef bint move_relocs(FunctabState* d, FuncdataRecord* fd, RelocRecord** to) noexcept nogil
cdef bint blame(FunctabState* d, FuncdataFault fault, uint32_t id, uint32_t detail) noexcept nogil
cdef void finish_run(FunctabState* d, uint32_t first, uint32_t end) noexcept nogil
cdef void finish_record(FunctabState* d, Function* f, uint32_t name_off, uint32_t entry) noexcept nogil
cdef void know_deferreturn(FunctabState* d, uint32_t id) noexcept nogil
cdef uint64_t key(uint64_t pkg, uint64_t idx) noexcept nogil
cdef void deferreturn_keys(FunctabState* d, GoObj* o, uint32_t k, uint64_t* keys) noexcept nogil
cdef uint32_t deferreturn_of(FunctabState* d, uint32_t id, uint64_t* keys) noexcept nogil
cdef uint32_t made_deferreturn(FunctabState* d, RelocRecord* r, RelocRecord* end) noexcept nogil
cdef bint leads_to(LiveColumns* c, uint32_t id, uint32_t function) noexcept nogil
cdef int fill_buckets(FunctabState* d, uint8_t* to, uint32_t n) noexcept nogil
