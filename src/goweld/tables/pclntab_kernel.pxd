from libc.stdint cimport int32_t, int64_t, uint8_t, uint32_t, uint64_t

from goweld.codec.goobj_kernel cimport AuxRecord, FuncInfoHead, GoObj, InlNode
from goweld.model.live_kernel cimport Live, LiveColumns
from goweld.model.memory_kernel cimport Column


cdef enum:
    FUNC_SIZE = 44            # runtime._func without its tables
    UNNAMED = 0x80000000      # TableState.name_of
    NO_OFFSET = 0xffffffff    # cutab: a file that nothing uses; cuOffset: no unit; funcdata: none
    RUN = 512                 # functions that one task takes


cdef struct Function:         # 64 bytes
    AuxRecord* auxs
    const uint8_t* info       # its goobj.FuncInfo; NULL: none
    uint32_t naux
    uint32_t id
    uint32_t raw              # canonical raw id; 0: the linker made it
    uint32_t unit             # index + 1; 0: none
    uint32_t record           # offset of its runtime._func in runtime.functab
    uint32_t npcdata
    uint32_t nfuncdata
    uint32_t ninl
    uint32_t tree             # its first entry among all inline trees, laid end to end
    uint32_t args
    int32_t start_line
    uint8_t func_id
    uint8_t func_flag
    uint8_t is_corrupt


cdef struct Unit:
    uint32_t obj
    uint32_t first            # its file table begins here in `slots`
    uint32_t nfile
    uint32_t used             # one more than the greatest file index in use
    uint32_t cu_off           # in entries of runtime.cutab


cdef struct File:
    const uint8_t* raw        # as the objects have it
    const uint8_t* name       # as runtime.filetab shows it, without `goroot` where that comes first
    uint32_t raw_size
    uint32_t size             # with goroot and the NUL
    uint32_t off
    bint used
    bint in_goroot
    bint unclean              # what follows $GOROOT must be joined with it in another way


cdef struct Name:
    const uint8_t* text
    uint32_t size             # without the NUL
    uint32_t off
    int32_t start_line
    uint8_t func_id
    bint has_info


cdef struct InlinedCall:      # runtime.inlinedCall
    uint8_t func_id
    uint8_t pad[3]
    uint32_t name_off
    int32_t parent_pc
    int32_t start_line


cdef struct TableState:
    LiveColumns* c
    uint32_t* order
    Function* funcs
    uint32_t n
    Unit* units
    uint32_t nunit
    uint32_t* unit_of         # object -> index + 1
    File* files
    uint32_t nfile
    uint32_t nused            # files in use
    uint32_t* slots           # the units' file tables end to end: indices into files
    Name* names               # [0] is unused
    uint32_t nname
    uint32_t* name_of         # canonical raw id -> name; 0: not seen yet; UNNAMED | i: function i, not seen yet
    uint32_t* name_off        # of each function, in runtime.funcnametab
    InlinedCall* trees
    uint64_t ntree
    uint32_t most_auxs        # the greatest number of auxiliary symbols of a function
    uint64_t npc              # at most so many pcdata symbols, funcdata symbols
    uint64_t nfd
    uint64_t names_size
    uint64_t files_size
    uint64_t cutab_entries
    uint64_t functab_size
    bint expands              # whether $GOROOT in names is to be replaced
    const uint8_t* goroot     # what takes $GOROOT's place
    uint32_t ngoroot
    uint32_t culprit          # the inlined function, where that is what is wrong: its name index
    bint imports              # inlined functions may be another library's, which does not describe them
    uint32_t culprit_obj      # and its object


cdef class Functions:
    cdef TableState t
    cdef readonly Live live
    cdef list memory
    cdef list kept            # what pointers point into
    cdef bytes goroot
    cdef void* take(self, uint64_t itemsize, uint64_t length, bint sparse=*) except NULL
    cpdef uint32_t describe(self) except *
    cpdef int set_files(self, bytes goroot, object expand) except -1
    cdef int prepare_names(self) except -1
    cpdef tuple missing(self)
    cpdef allow_imports(self)
    cpdef int free(self) except -1


cpdef int reserve_together(Live live, list symbols, list sizes) except -1

cdef uint64_t in_lines(uint64_t size) noexcept nogil
cdef uint64_t in_pages(uint64_t size) noexcept nogil
cdef uint64_t runs(uint64_t n, uint64_t length) noexcept nogil
cdef uint64_t run_end(uint64_t i, uint64_t n, uint64_t length) noexcept nogil
cdef bint is_clean(const uint8_t* text, uint32_t size) noexcept nogil
cdef void number_units(TableState* t) noexcept nogil
cdef void describe_run(void* context, int64_t i) noexcept nogil
cdef bint describe_function(TableState* t, Function* f) noexcept nogil
cdef bint read_tables(TableState* t, GoObj* o, Function* f) noexcept nogil
cdef uint32_t lay_out_functab(TableState* t) noexcept nogil
cdef const uint8_t* func_info(GoObj* o, uint32_t li, uint32_t* ninl) noexcept nogil
cdef const uint8_t* info_of(GoObj* o, uint32_t li) noexcept nogil
cdef uint32_t name_functions(TableState* t) noexcept nogil
cdef bint walk_function(TableState* t, Function* f) noexcept nogil
cdef bint use_file(TableState* t, Unit* unit, uint32_t index) noexcept nogil
cdef uint32_t object_of(TableState* t, GoObj* o, InlNode* node) noexcept nogil
cdef uint32_t inlinee(TableState* t, GoObj* o, InlNode* node) noexcept nogil
cdef uint32_t name_inlinee(TableState* t, uint32_t raw) noexcept nogil
cdef uint32_t name_function(TableState* t, Function* f) noexcept nogil
cdef uint32_t add_name(TableState* t, const uint8_t* text, uint32_t size) noexcept nogil
cdef void offset_units(TableState* t) noexcept nogil
cdef void fill_names(TableState* t, uint8_t* to) noexcept nogil
cdef void enter_files(TableState* t, uint64_t* table, uint64_t mask) noexcept nogil
cdef uint32_t enter_file(TableState* t, const uint8_t* text, uint32_t size, uint64_t* table,
                         uint64_t mask) noexcept nogil
cdef void describe_file(TableState* t, File* file) noexcept nogil
cdef void fill_units(TableState* t, uint32_t* to) noexcept nogil
cdef void fill_files(TableState* t, uint8_t* to) noexcept nogil
