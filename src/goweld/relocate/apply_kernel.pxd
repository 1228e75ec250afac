from libc.stdint cimport int32_t, int64_t, uint8_t, uint32_t, uint64_t

from goweld.arch.dynrel_kernel cimport ElfType, Relax
from goweld.arch.instructions_kernel cimport Apply
from goweld.codec.goobj_kernel cimport RelocRecord
from goweld.model.live_kernel cimport Live, LiveColumns
from goweld.model.memory_kernel cimport Column
from goweld.model.pthread cimport pthread_mutex_t


cdef packed struct Rela:      # Elf64_Rela
    uint64_t r_offset
    uint64_t r_info
    int64_t r_addend


cdef struct Emission:         # a run's relocations that are left to the host linker
    Rela* to
    uint32_t n
    uint64_t base             # the section's address, which offsets count from
    uint64_t fileoff


cdef struct Names:            # what the host linker knows symbols by
    uint32_t* number          # by live id: the number in the symbol table; 0: it is not there
    uint32_t* of_section      # by section index: that of the section itself
    uint32_t carrier[64]      # by kind: the symbol that stands for all of the kind; 0: each for itself
    uint32_t alone            # stands for itself although its kind has a carrier
    uint32_t tls              # what thread-local references without a symbol mean
    ElfType elf_type


cdef struct Place:            # all that applying relocations needs
    LiveColumns* c
    uint64_t* section_start   # by section index; what section-relative relocations count from
    int64_t tls_offset
    Apply apply               # the architecture's own relocations; NULL: it has none
    Relax relax               # of thread-local loads in a position independent program; NULL: in no other
    uint32_t* slots           # see DebugSections; NULL: no debug section is relocated
    uint64_t* unit_start
    uint32_t unreachable      # runtime.unreachableMethod, which weak addresses of dead symbols become
    Names* names              # NULL: no host linker follows


cdef struct Failure:
    uint32_t symbol
    uint32_t target
    uint32_t reloc            # index of the relocation
    int why
    int64_t value


cdef enum:
    WAITING = 4               # runs of a thread that wait to be written
    MOST_FAILURES = 16        # of each run that are kept


cdef struct Run:              # symbols that are written to the file at once
    uint32_t* ids
    uint32_t n
    uint8_t pad
    uint64_t fileoff
    uint64_t addr
    uint64_t size
    uint8_t* ready            # these bytes instead of symbols
    Emission external
    uint32_t nfailures
    Failure failures[16]


cdef struct Waiting:          # a run whose bytes are ready to be written
    Run* run
    uint8_t* content


cdef struct Runs:
    Place place
    Run* list
    int64_t n
    int64_t next
    int file
    int error                 # an errno
    pthread_mutex_t writing   # held by the thread that writes
    bint no_memory


cdef class Relocation:
    cdef Live live
    cdef readonly object arch
    cdef Runs b
    cdef uint32_t room
    cdef list memory
    cpdef int count_from(self, list section_starts) except -1
    cpdef int refer(self, Column slots, Column starts) except -1
    cpdef int add(self, Column order, uint32_t first, uint32_t count, uint64_t fileoff, uint64_t addr,
                  uint64_t size, uint8_t pad) except -1
    cpdef int add_ready(self, Column content, uint64_t size, uint64_t fileoff) except -1
    cdef Run* append(self, uint64_t fileoff, uint64_t size) except NULL
    cpdef list write(self, int file)
    cpdef list written(self)
    cpdef int name(self, Column numbers, list sections, list carriers, uint32_t alone, uint32_t tls) except -1
    cpdef int64_t runs(self)
    cpdef uint64_t external(self, int64_t first, int64_t end)
    cpdef int write_external(self, int file, uint64_t fileoff) except -1


cdef void write_runs(void* context, int64_t index) noexcept nogil
cdef uint8_t* bytes_of(Runs* b, Run* r, uint8_t* scratch) noexcept nogil
cdef void write_run(Runs* b, Run* r, uint8_t* content) noexcept nogil
cdef uint8_t* as_it_is(LiveColumns* c, Run* r) noexcept nogil
cdef int write_at(int file, const uint8_t* content, uint64_t size, uint64_t fileoff) noexcept nogil
cdef uint32_t apply_symbols(Place* p, uint32_t* ids, uint32_t n, uint8_t* out, uint64_t addr, uint64_t size,
                            uint8_t pad, Failure* failures, uint32_t most, Emission* external) noexcept nogil
cdef bint is_undefined(LiveColumns* c, uint32_t s, RelocRecord* r) noexcept nogil
cdef int settle(Place* p, uint32_t s, RelocRecord* r, uint32_t* t, uint32_t size) noexcept nogil
cdef int relocate(Place* p, uint32_t s, RelocRecord* r, uint32_t t, uint8_t* at, uint32_t size,
                  int64_t* found) noexcept nogil
cdef int resolve_here(Place* p, uint32_t s, RelocRecord* r, uint32_t t, uint8_t* at, int64_t* found) noexcept nogil
cdef void copy_symbol(LiveColumns* c, uint32_t s, uint8_t* origin, uint64_t addr, uint8_t pad) noexcept nogil
cdef void find_targets(LiveColumns* c, uint32_t s, uint32_t* targets) noexcept nogil
cdef void find_live(LiveColumns* c, uint32_t* ids, uint32_t n, uint32_t* targets) noexcept nogil
cdef uint32_t relocate_group(Place* p, uint32_t* ids, uint32_t n, uint32_t* targets, bint found, uint8_t* origin,
                             Failure* failures, uint32_t nfailures, uint32_t most,
                             Emission* external) noexcept nogil
cdef uint32_t fail(Failure* failures, uint32_t nfailures, uint32_t most, uint32_t s, uint32_t reloc,
                   uint32_t target, int why, int64_t value) noexcept nogil
