from libc.stdint cimport uint8_t, uint32_t

cdef extern from "<signal.h>" nogil:
    ctypedef struct siginfo_t:
        void* si_addr
    ctypedef struct sigaction_t "struct sigaction":
        void (*sa_sigaction)(int signal, siginfo_t* info, void* context) noexcept nogil
        void (*sa_handler)(int signal) noexcept nogil
        int sa_flags
    int sigaction(int signal, const sigaction_t* new, sigaction_t* old)
    int raise_signal "raise" (int signal)
    void (*SIG_DFL)(int signal) noexcept nogil
    int SA_SIGINFO
    int SIGBUS
    int SIGHUP
    int SIGINT
    int SIGQUIT
    int SIGTERM
    int kill(int process, int signal)

cdef extern from "<sys/wait.h>" nogil:
    int waitpid(int process, int* status, int options)
    int WNOHANG

cdef extern from "<time.h>" nogil:
    ctypedef struct timespec_t "struct timespec":
        long tv_nsec
    int nanosleep(const timespec_t* time, timespec_t* left)


cdef struct Mapped:
    const uint8_t* first
    const uint8_t* end
    const char* path          # kept for the life of the process


cdef int watch(const uint8_t* first, Py_ssize_t length, const char* path) except -1
cpdef int hold(bytes path) except -1
cpdef let_go()
cpdef int hold_folder(bytes path) except -1
cpdef int hold_inside(bytes path) except -1
cpdef let_go_folder()
cpdef child(int process)
cpdef child_starts()

cdef void on_bus_error(int signal, siginfo_t* info, void* context) noexcept nogil
cdef void on_end(int signal) noexcept nogil
cdef void end_by(int signal) noexcept nogil
cdef void clean() noexcept nogil
cdef void end_child() noexcept nogil
cdef void say(const char* text) noexcept nogil
cdef void catch_signals() noexcept
cdef const char* path_at(const uint8_t* address) noexcept nogil
