from libc.stdint cimport uint8_t, uint32_t, uint64_t

from goweld.codec.elf_object_kernel cimport ElfObject
from goweld.codec.goobj_kernel cimport DebugPart, GoObj
from goweld.model.kinds cimport K_DWARF_ADDR, K_DWARF_CUINFO
from goweld.model.memory_kernel cimport Arena, Column, Input


cdef inline bint is_debug(uint32_t kind) noexcept nogil:
    """Whether a symbol of that kind is debug information."""
    return K_DWARF_CUINFO <= kind <= K_DWARF_ADDR


cdef struct Fetching:
    GoObj* list
    uint32_t n
    uint8_t kind_of[256]
    bint debug


cdef void populate(const uint8_t* first, const uint8_t* end) noexcept nogil
cdef void drop(const uint8_t* first, const uint8_t* end) noexcept nogil
cdef void find_debug_part(GoObj* o, const uint8_t* kind_of, DebugPart* d) noexcept nogil
cdef uint32_t within(uint32_t index, uint32_t most) noexcept nogil
cdef void* fetch_all(void* argument) noexcept nogil


cdef class Objects:
    cdef Fetching fetching
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
    cpdef int fetch(self, bytes kinds, bint debug) except -1
    cpdef int divide(self) except -1
    cpdef int release(self, int part) except -1
    cpdef int refer(self, uint32_t index, list packages) except -1
    cpdef uint32_t flags(self, uint32_t index)
    cpdef uint32_t lib(self, uint32_t index)
    cpdef list files(self, uint32_t index)
