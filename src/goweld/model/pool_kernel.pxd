from libc.stdint cimport int64_t

ctypedef void (*Task)(void* context, int64_t index) noexcept nogil


cpdef int thread_count() noexcept nogil
cpdef set_threads(int n)
cdef void run_beside(void* (*start)(void*) noexcept nogil, void* argument) noexcept nogil
cdef void run_tasks(const char* name, Task task, void* context, int64_t n) noexcept nogil


cdef struct Batch:
    const char* name
    Task task
    void* context
    int64_t n
    int64_t next
    int64_t wanted            # how many more helpers it could use
    int64_t helping           # how many are at it
    Batch* below              # offered before it


cdef struct Span:
    char name[32]
    int64_t index
    int64_t began
    int64_t ended
    int64_t thread


cpdef int64_t span_begins() noexcept nogil
cpdef void span_ends(const char* name, int64_t index, int64_t began) noexcept nogil
cdef void work(Batch* b) noexcept nogil
cdef void offer(Batch* b) noexcept nogil
cdef void withdraw(Batch* b) noexcept nogil
cdef void* helper(void* argument) noexcept nogil
