from libc.stdint cimport int64_t, uint8_t, uint32_t, uint64_t

from goweld.codec.goobj_kernel cimport GoObj
from goweld.dwarf.pieces_kernel cimport FunctionPieces, Pieces, UnitPieces
from goweld.model.live_kernel cimport LiveColumns
from goweld.model.memory_kernel cimport Column


cdef struct SourceFile:
    const uint8_t* raw        # as the object has it
    uint32_t raw_size
    uint32_t size             # of the whole expanded name; 0: it has none
    const uint8_t* name       # expanded
    const uint8_t* base       # its last element
    uint32_t nbase
    uint32_t dir


cdef struct Directory:
    const uint8_t* path
    uint32_t size
    uint32_t unit             # the last unit that has it
    uint32_t number           # its number there


cdef struct LineState:
    LiveColumns* c
    SourceFile* files         # [0] is unused
    uint32_t nfile
    uint32_t* file_slots
    Directory* dirs           # [0] is unused, [1] is "."
    uint32_t ndir
    uint32_t* dir_slots
    uint64_t mask             # of both tables
    uint8_t* text             # where the next expanded name goes
    uint32_t* unit_files      # the current unit's, as indices of files
    uint32_t* unit_dirs       # and of dirs
    const uint8_t* goroot
    uint32_t ngoroot
    int version


cdef class LineTables:
    cdef readonly Pieces pieces
    cdef readonly Column order        # live ids of the section's pieces
    cdef readonly uint32_t count
    cdef LineState t
    cdef list memory
    cdef bytes goroot
    cdef void* column(self, uint64_t itemsize, uint64_t length) except NULL
    cpdef uint32_t write(self, Column units, uint32_t count) except *
    cpdef object path_of(self, uint32_t obj, bytes part)


cdef uint8_t* write_head(LineState* t, uint32_t s, uint32_t unit, uint8_t* start) noexcept nogil
cdef uint32_t collect_paths(LineState* t, GoObj* o, uint32_t unit, const uint8_t* records, uint32_t n) noexcept nogil
cdef uint8_t* put_tables(LineState* t, uint8_t* to, uint32_t nfile, uint32_t ndir) noexcept nogil
cdef uint8_t* put_base(LineState* t, uint8_t* to, uint32_t i) noexcept nogil
cdef uint8_t* put_text(uint8_t* to, const uint8_t* text, uint32_t size) noexcept nogil
cdef uint32_t enter_file(LineState* t, const uint8_t* raw, uint32_t size) noexcept nogil
cdef void expand(LineState* t, SourceFile* f) noexcept nogil
cdef void split(LineState* t, SourceFile* f) noexcept nogil
cdef uint32_t enter_directory(LineState* t, const uint8_t* path, uint32_t size) noexcept nogil
cdef uint32_t clean(uint8_t* to, const uint8_t* path, uint32_t n) noexcept nogil
cdef uint32_t chain(UnitPieces* u, FunctionPieces* f, uint32_t n, LiveColumns* c, uint32_t* to) noexcept nogil
