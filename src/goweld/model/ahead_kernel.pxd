from libc.stdint cimport int64_t
from posix.types cimport mode_t, off_t


cdef extern from "<fcntl.h>" nogil:
    int c_open "open" (const char* path, int flags, ...) noexcept
    enum: O_RDONLY, O_CLOEXEC, O_NONBLOCK


cdef extern from "<sys/stat.h>" nogil:
    struct stat_t "stat":
        mode_t st_mode
        off_t st_size
    int fstat(int fd, stat_t* status) noexcept
    bint S_ISREG(mode_t mode) noexcept


cdef extern from "<string.h>" nogil:
    void* memmem(const void* hay, size_t size, const void* needle, size_t length) noexcept


cdef extern from *:
    """
    #include <sched.h>
    #include <stdint.h>
    /* Whether the state was `from` and now is `to`. */
    static inline int gw_turn(int64_t* state, int64_t from, int64_t to) {
        return __atomic_compare_exchange_n(state, &from, to, 0, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE);
    }
    static inline int64_t gw_state(int64_t* state) { return __atomic_load_n(state, __ATOMIC_ACQUIRE); }
    """
    bint turn "gw_turn" (int64_t* state, int64_t before, int64_t after) noexcept nogil
    int64_t state_of "gw_state" (int64_t* state) noexcept nogil
    int sched_yield() noexcept nogil


cdef enum:
    WAITING = 0
    OPENING = 1               # by the thread that goes ahead
    MAPPED = 2
    LEFT = 3                  # to who needs it: taken first, or not to be had


cdef struct Ahead:
    const char* path
    void* first               # the mapping, `length` bytes
    size_t length
    size_t object             # where the object in the second member begins, 0: there is none
    size_t object_end         # where the part of it ends that is read first
    int64_t state


cdef struct AheadFiles:
    Ahead* list
    int64_t n
    int end_block             # where the part of an object ends that is read first


cdef class FilesAhead:
    cdef AheadFiles* files
    cdef dict index           # path -> place in the list
    cpdef object take(self, str path)


cdef void* go_ahead(void* argument) noexcept nogil
cdef bint map_file(Ahead* file, int end_block) noexcept nogil
cdef void populate(Ahead* file, size_t first, size_t end) noexcept nogil
cdef void find_object(int fd, size_t at, Ahead* file, int end_block) noexcept nogil
cdef size_t second_member(int fd) noexcept nogil
