from libc.stdint cimport int32_t, int64_t, uint8_t, uint16_t, uint32_t, uint64_t

from goweld.codec.goobj_kernel cimport GoObj, HostPart, RelocRecord, SymRecord
from goweld.model.memory_kernel cimport Arena, Input


cdef packed struct ElfHeader:  # Elf64_Ehdr
    uint8_t ident[16]
    uint16_t type
    uint16_t machine
    uint32_t version
    uint64_t entry
    uint64_t phoff
    uint64_t shoff
    uint32_t flags
    uint16_t ehsize
    uint16_t phentsize
    uint16_t phnum
    uint16_t shentsize
    uint16_t shnum
    uint16_t shstrndx


cdef packed struct ElfSection:  # Elf64_Shdr
    uint32_t name
    uint32_t type
    uint64_t flags
    uint64_t addr
    uint64_t off
    uint64_t size
    uint32_t link
    uint32_t info
    uint64_t align
    uint64_t entsize


cdef packed struct ElfSymbol:  # Elf64_Sym
    uint32_t name
    uint8_t info
    uint8_t other
    uint16_t shndx
    uint64_t value
    uint64_t size


cdef enum:
    IDENT_DATA = 5
    IDENT_VERSION = 6
    LITTLE_ENDIAN = 1
    BIG_ENDIAN = 2
    CLASS64 = 2
    ET_REL = 1

    SHT_PROGBITS = 1
    SHT_RELA = 4
    SHT_NOBITS = 8
    SHT_REL = 9
    SHF_WRITE = 1
    SHF_ALLOC = 2
    SHF_EXECINSTR = 4
    SHN_COMMON = 0xfff2

    STT_NOTYPE = 0
    STT_OBJECT = 1
    STT_FUNC = 2
    STT_SECTION = 3
    STT_COMMON = 5
    STB_LOCAL = 0
    STB_GLOBAL = 1
    STB_WEAK = 2
    STV_HIDDEN = 2

    SYMBOL_SIZE = 24
    RELA_SIZE = 24
    REL_SIZE = 16

    # What is wrong with a symbol or relocation.
    BAD_NAME = 1
    BAD_BINDING = 2
    BAD_SECTION_SYMBOL = 3
    BAD_SECTION = 4
    TOO_LARGE = 5
    BAD_INDEX = 6
    BAD_SYMBOL = 7
    BAD_TYPE = 8
    BAD_ADDEND = 9


cdef struct Piece:            # what is known of a section
    const uint8_t* content    # NULL: not looked at
    const uint8_t* name
    uint32_t nname
    uint32_t kind             # linker symbol kind
    uint32_t li               # local index of its symbol; NOWHERE
    uint32_t nrel


cdef struct Reading:
    const uint8_t* base
    uint64_t length
    ElfSection* sections
    Piece* pieces
    uint32_t nsections
    const ElfSymbol* symbols
    uint32_t nsymbols
    const uint8_t* strings
    uint64_t nstrings
    uint64_t got              # where the block of names has ".got"
    uint64_t bad              # number of the symbol or relocation that is wrong
    uint8_t sizes[256]        # of relocations by type; 0: none that is known


cdef class ElfObject:
    cdef Input source
    cdef Py_ssize_t start
    cdef Py_ssize_t length
    cdef str name
    cdef str package
    cdef Arena arena
    cdef Reading r
    cdef int fill(self, GoObj* o) except -1
    cdef int read_header(self, int machine, str architecture) except -1
    cdef int read_sections(self) except -1
    cdef bint read_symbol_table(self) except -1
    cdef int map_section(self, uint32_t i, str where) except -1
    cdef list make_sections(self)
    cdef int make_symbols(self, GoObj* o, list names) except -1
    cdef int make_relocations(self, GoObj* o) except -1
    cdef bytes section_name(self, uint32_t i)
    cdef bytes symbol_name(self, uint32_t i)


cdef bint starts(const uint8_t* name, uint64_t n, const char* prefix, uint64_t size) noexcept nogil
cdef uint64_t text_size(const uint8_t* p, uint64_t most) noexcept nogil
cdef bint is_symbol(int type) noexcept nogil
cdef bint passed_over(Piece* section, int type, const uint8_t* name, uint64_t n) noexcept nogil
cdef int describe(Reading* r, uint32_t i, SymRecord* record, GoObj* o) noexcept nogil
cdef int count_relocations(Reading* r, uint32_t i) noexcept nogil
cdef int convert(Reading* r, GoObj* o, uint32_t i, RelocRecord* out) noexcept nogil
cdef int relocation_at(Reading* r, uint32_t i, const uint8_t* p, bint rela, RelocRecord* out) noexcept nogil
cdef void sort_relocations(RelocRecord* first, uint32_t n, RelocRecord* copy, uint32_t* order) noexcept nogil
cdef bint by_offset(void* context, uint32_t a, uint32_t b) noexcept nogil
