# POSIX threads, their locks and conditions, and the atomic operations on what threads count together.

from libc.stdint cimport int64_t, uint32_t


cdef extern from "pthread.h" nogil:
    ctypedef unsigned long pthread_t
    int pthread_create(pthread_t* thread, const void* attr, void* (*start)(void*) noexcept nogil, void* arg) noexcept
    pthread_t pthread_self() noexcept
    int pthread_detach(pthread_t thread) noexcept
    ctypedef struct pthread_mutex_t:
        pass
    int pthread_mutex_init(pthread_mutex_t* mutex, const void* attr) noexcept
    int pthread_mutex_lock(pthread_mutex_t* mutex) noexcept
    int pthread_mutex_trylock(pthread_mutex_t* mutex) noexcept
    int pthread_mutex_unlock(pthread_mutex_t* mutex) noexcept
    ctypedef struct pthread_cond_t:
        pass
    int pthread_cond_init(pthread_cond_t* condition, const void* attr) noexcept
    int pthread_cond_wait(pthread_cond_t* condition, pthread_mutex_t* mutex) noexcept
    int pthread_cond_signal(pthread_cond_t* condition) noexcept
    int pthread_cond_broadcast(pthread_cond_t* condition) noexcept


cdef extern from *:
    """
    #include <stdint.h>
    static inline int64_t gw_atomic_next(int64_t* p) { return __atomic_fetch_add(p, 1, __ATOMIC_RELAXED); }
    static inline uint32_t gw_take_number(uint32_t* p) { return __atomic_fetch_add(p, 1, __ATOMIC_RELAXED); }
    static inline uint32_t gw_shared_count(const uint32_t* p) { return __atomic_load_n(p, __ATOMIC_RELAXED); }
    """
    int64_t atomic_next "gw_atomic_next" (int64_t* p) noexcept nogil
    uint32_t take_number "gw_take_number" (uint32_t* p) noexcept nogil
    uint32_t shared_count "gw_shared_count" (const uint32_t* p) noexcept nogil
