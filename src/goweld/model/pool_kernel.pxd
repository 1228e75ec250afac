from libc.stdint cimport int64_t

ctypedef void (*Task)(void* context, int64_t index) noexcept nogil


cpdef int thread_count() noexcept nogil
cpdef set_threads(int n)
cdef void run_beside(void* (*start)(void*) noexcept nogil, void* argument) noexcept nogil
cdef void run_tasks(Task task, void* context, int64_t n) noexcept nogil


cdef struct Batch:
    Task task
    void* context
    int64_t n
    int64_t next


cdef void* work(void* batch) noexcept nogil
