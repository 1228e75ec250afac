from libc.stdint cimport int64_t, uint8_t, uint16_t, uint32_t, uint64_t

from goweld.model.live_kernel cimport Live, LiveColumns
from goweld.model.memory_kernel cimport Column, Input
from goweld.model.symbols_kernel cimport SymbolColumns, Symbols


cdef enum:
    STT_NOTYPE = 0
    STT_FUNC = 2
    STT_SECTION = 3
    R_X86_64_64 = 1
    R_AARCH64_ABS64 = 257
    MOST_LIBRARIES = 64
    MOST_SECTIONS = 64


cdef packed struct ElfSym:
    uint32_t st_name
    uint8_t st_info
    uint8_t st_other
    uint16_t st_shndx
    uint64_t st_value
    uint64_t st_size


cdef packed struct Rela:
    uint64_t r_offset
    uint64_t r_info
    int64_t r_addend


cdef struct Part:             # a loaded section
    uint64_t addr
    uint64_t size
    const uint8_t* content


cdef struct Shared:           # a library, as it is mapped
    ElfSym* symbols
    uint32_t n
    const uint8_t* strings
    uint64_t strings_size
    Rela* relas
    uint64_t nrelas
    Part parts[MOST_SECTIONS]
    uint32_t nparts


cdef struct Named:            # a dynamic symbol's name without its ABI
    const uint8_t* name
    uint64_t size
    uint64_t whole            # bytes of the name as it is in the file
    uint32_t version


cdef struct Spot:             # a dynamic symbol
    uint32_t shlib            # its library, from 1; 0: there is none
    uint32_t index


cdef struct Found:            # where a symbol is defined, and the last library that speaks of it
    Spot definition
    Spot last


cdef struct ImportColumns:
    Shared libraries[MOST_LIBRARIES]
    uint32_t nlibraries
    uint32_t first            # raw id of the first symbol that may be an import
    uint32_t n
    Found* found              # by raw id less first


cdef class Imports:
    cdef ImportColumns i
    cdef readonly Symbols symbols
    cdef list memory
    cpdef int add(self, Input source, tuple symbols, tuple strings, list sections,
                   tuple relocations) except -1
    cpdef list enter(self)
    cpdef int find(self) except -1
    cpdef uint64_t size(self, uint32_t raw)
    cpdef bytes data(self, uint32_t raw)
    cpdef bint defines(self, uint32_t raw)
    cpdef int apply(self, Live live) except -1


cdef Named named(Shared* lib, ElfSym* e) noexcept nogil
cdef const uint8_t* content_at(Shared* lib, uint64_t addr, uint64_t size) noexcept nogil
cdef ElfSym* symbol_at(ImportColumns* i, Spot spot, Shared** library) noexcept nogil
cdef ElfSym* last_of(ImportColumns* i, uint32_t raw, Shared** library) noexcept nogil
cdef ElfSym* target_at(ImportColumns* i, Shared** library, uint64_t addr) noexcept nogil
cdef ElfSym* import_of(ImportColumns* i, uint32_t raw, Shared** library) noexcept nogil
cdef void apply_one(ImportColumns* i, LiveColumns* c, uint32_t raw) noexcept nogil
