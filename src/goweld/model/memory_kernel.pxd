from libc.stdint cimport uint8_t, uint64_t


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


cdef size_t room_for(size_t size, bint sparse) noexcept
cdef void* reserve(size_t size, bint sparse) except NULL
