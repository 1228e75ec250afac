from libc.stdint cimport uint8_t, uint64_t

cdef extern from *:
    """
    #ifdef __SANITIZE_ADDRESS__
    #define GW_CHECKED 1
    #else
    #define GW_CHECKED 0
    #endif
    """
    # Whether every piece of memory is allocated by itself, so that a step out of it is seen.
    const bint CHECKED "GW_CHECKED"


cdef class Input:
    cdef readonly str path
    cdef const uint8_t* ptr
    cdef readonly Py_ssize_t length


cdef class Column:
    cdef void* ptr
    cdef readonly Py_ssize_t length
    cdef readonly Py_ssize_t itemsize
    cdef size_t mapped


cdef class Arena:
    cdef list chunks
    cdef uint8_t* cursor
    cdef size_t room
    cdef uint8_t* take(self, size_t size) except NULL


cdef const uint8_t* apart(const uint8_t* first, Py_ssize_t length) except? NULL
cdef size_t room_for(size_t size, bint sparse) noexcept nogil
cdef void* map_memory(size_t size, bint sparse) noexcept nogil
cdef void touch(void* p, size_t size) noexcept nogil
cdef void unmap_memory(void* p, size_t size) noexcept nogil
cdef void* reserve(size_t size, bint sparse) except NULL
