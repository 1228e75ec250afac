from libc.stdint cimport int64_t, uint8_t, uint32_t, uint64_t

from goweld.codec.elf_object_kernel cimport ElfObject
from goweld.codec.goobj_kernel cimport DebugPart, GoObj
from goweld.model.kinds cimport K_DWARF_ADDR, K_DWARF_CUINFO
from goweld.model.memory_kernel cimport Arena, Column, Input


cdef inline bint is_debug(uint32_t kind) noexcept nogil:
    """Whether a symbol of that kind is debug information."""
    return K_DWARF_CUINFO <= kind <= K_DWARF_ADDR


cdef extern from *:
    """
    #include <sys/syscall.h>
    #include <sys/uio.h>
    #include <unistd.h>
    static inline int gw_this_process(void) { return (int)syscall(SYS_pidfd_open, getpid(), 0); }
    static inline int64_t gw_process_madvise(int process, const struct iovec* list, int n, int advice) {
        return syscall(SYS_process_madvise, process, list, (size_t)n, advice, 0u);
    }
    """
    struct iovec:
        void* iov_base
        size_t iov_len
    int this_process "gw_this_process" () noexcept nogil
    int64_t process_madvise "gw_process_madvise" (int process, iovec* list, int n, int advice) noexcept nogil


cdef enum:
    RANGES = 256


cdef struct Dropping:         # ranges of pages to let go of
    int process               # a descriptor of this process
    iovec list[RANGES]
    int n
    uint64_t bytes


cdef void drop(Dropping* d, const uint8_t* first, const uint8_t* end) noexcept nogil
cdef void drop_part(Dropping* d, GoObj* o, int part) noexcept nogil
cdef void finish_drop(Dropping* d) noexcept nogil
cdef void find_debug_part(GoObj* o, const uint8_t* kind_of, DebugPart* d) noexcept nogil
cdef uint32_t within(uint32_t index, uint32_t most) noexcept nogil


cdef class Objects:
    cdef Dropping dropping
    cdef GoObj* list          # [0] stands for the linker itself
    cdef readonly uint32_t n  # Go objects are 1 .. n - 1
    cdef readonly uint32_t nhosts  # host objects are n .. n + nhosts - 1
    cdef Column memory
    cdef Arena arena
    cdef readonly list inputs
    cdef readonly list names

    cpdef uint32_t add(self, Input source, Py_ssize_t start, Py_ssize_t length, uint32_t lib, str name) except 0
    cpdef uint32_t room(self)
    cpdef uint32_t add_host(self, ElfObject host, str name) except 0
    cpdef int divide(self, bytes kinds) except -1
    cpdef int release(self, int part) except -1
    cpdef int refer(self, uint32_t index, list packages) except -1
    cpdef uint32_t flags(self, uint32_t index)
    cpdef uint32_t lib(self, uint32_t index)
