from libc.stdint cimport int32_t, int64_t, uint8_t, uint16_t, uint32_t, uint64_t

from goweld.model.memory_kernel cimport Input


cdef packed struct SymRecord:  # goobj.Sym, 21 bytes
    uint32_t name_len
    uint32_t name_off
    uint16_t abi
    uint8_t type
    uint8_t flag
    uint8_t flag2
    uint32_t size
    uint32_t align


cdef packed struct RelocRecord:  # goobj.Reloc, 23 bytes
    int32_t off
    uint8_t size
    uint16_t type
    int64_t add
    uint32_t pkg
    uint32_t idx


cdef packed struct AuxRecord:  # goobj.Aux, 9 bytes
    uint8_t type
    uint32_t pkg
    uint32_t idx


cdef packed struct InlNode:  # goobj.InlTreeNode, 24 bytes
    int32_t parent
    uint32_t file
    int32_t line
    uint32_t pkg
    uint32_t idx
    int32_t parent_pc


cdef packed struct FuncInfoHead:  # goobj.FuncInfo up to its file list
    uint32_t args
    uint32_t locals
    uint8_t func_id
    uint8_t func_flag
    uint16_t pad
    int32_t start_line
    uint32_t nfile


cdef enum:
    PKG_NONE = 0x7fffffff
    PKG_HASHED64 = 0x7ffffffe
    PKG_HASHED = 0x7ffffffd
    PKG_BUILTIN = 0x7ffffffc
    PKG_SELF = 0x7ffffffb

    ABI_STATIC = 0xffff

    FLAG_DUPOK = 1
    FLAG_LOCAL = 2
    FLAG_TYPELINK = 4
    FLAG_LEAF = 8
    FLAG_NOSPLIT = 16
    FLAG_REFLECT_METHOD = 32
    FLAG_GOTYPE = 64

    FLAG2_USED_IN_IFACE = 1
    FLAG2_ITAB = 2
    FLAG2_DICT = 4
    FLAG2_PKGINIT = 8
    FLAG2_LINKNAME = 16
    FLAG2_LINKNAME_STD = 32
    FLAG2_WASM_EXPORT = 128

    HEADER_SIZE = 96          # magic, fingerprint, flags, block offsets
    BLOCK_TABLE = 20          # where in the header the offsets are, four bytes each
    BLOCK_RELOC_INDEX = 11    # the block behind strings, symbols and hashes
    BLOCK_DATA = 16           # the block behind relocations and auxiliary symbols

    OBJ_SHARED = 1
    OBJ_ASSEMBLY = 4
    OBJ_UNLINKABLE = 8
    OBJ_STD = 16

    HOST_KIND = 128           # SymRecord.type of a host object's symbol, plus its linker kind

    R_WEAK = 0x8000

    AUX_GOTYPE = 0
    AUX_FUNCINFO = 1
    AUX_FUNCDATA = 2
    AUX_DWARF_INFO = 3
    AUX_DWARF_LOC = 4
    AUX_DWARF_RANGES = 5
    AUX_DWARF_LINES = 6
    AUX_PCSP = 7
    AUX_PCFILE = 8
    AUX_PCLINE = 9
    AUX_PCINLINE = 10
    AUX_PCDATA = 11


cdef struct DebugPart:        # of an object: relocations and contents of what describes its functions
    const uint8_t* relocs
    const uint8_t* relocs_end
    const uint8_t* data
    const uint8_t* data_end


cdef enum:
    NOWHERE = 0xffffffff      # a local index that is none

    HOST_NONE = 0             # HostSymbol.role: nothing that can be referred to
    HOST_SECTION = 1
    HOST_LOCAL = 2
    HOST_GLOBAL = 3
    HOST_WEAK = 4


cdef struct HostSymbol:       # what a host object's symbol is besides its record
    uint64_t value            # offset in its section
    uint32_t outer            # local index of the section it lies in; NOWHERE: undefined, common or a section
    uint32_t next             # the next symbol of the same section by address, of a section the first; NOWHERE
    uint8_t role
    bint hidden
    bint common


cdef struct HostPart:         # what only host objects have; local indices count sections, then ELF symbols
    uint32_t nsections        # that have symbols
    HostSymbol* symbols       # by local index


cdef struct GoObj:            # a host object too: all its symbols are named definitions
    const uint8_t* before     # what precedes it in its file, from the last object on
    const uint8_t* base       # the start of the goobj; string references count from here
    uint64_t length
    SymRecord* syms           # package, hashed64, hashed, named definitions, then references
    const uint8_t* hash64     # 8 bytes for each hashed64 definition
    const uint8_t* hash       # 16 bytes for each hashed definition
    const uint32_t* relocidx  # nalldef + 1 each
    const uint32_t* auxidx
    const uint32_t* dataidx
    RelocRecord* relocs
    AuxRecord* auxs
    const uint8_t* data
    uint32_t nreloc
    uint32_t naux
    uint32_t ndata
    uint32_t ndef
    uint32_t nhashed64
    uint32_t nhashed
    uint32_t nnamed
    uint32_t nref
    uint32_t nalldef
    uint32_t flags
    uint32_t pkgbase          # raw id of package definition 0
    uint32_t hbase            # raw id of hashed64 definition 0
    uint32_t rbase            # raw id of reference 0
    uint32_t npkg
    uint32_t* pkgs            # object index of each package referred to; [0] is unused
    uint32_t lib              # library index
    const uint8_t* refflags   # 10-byte records
    uint32_t nrefflags
    DebugPart debug
    HostPart* host            # NULL in a Go object


cdef bint parse(Input source, Py_ssize_t start, Py_ssize_t length, GoObj* o) except -1


cdef inline int sym_relocs(GoObj* o, uint32_t li, RelocRecord** first) noexcept nogil:
    """The relocations of definition li: their number, or -1 where the object is corrupt."""
    cdef uint32_t a, b
    if li >= o.nalldef:
        first[0] = NULL
        return 0
    a = o.relocidx[li]
    b = o.relocidx[li + 1]
    if a > b or b > o.nreloc:
        return -1
    first[0] = o.relocs + a
    return <int>(b - a)


cdef inline int sym_auxs(GoObj* o, uint32_t li, AuxRecord** first) noexcept nogil:
    """The auxiliary symbols of definition li: their number, or -1 where the object is corrupt."""
    cdef uint32_t a, b
    if li >= o.nalldef:
        first[0] = NULL
        return 0
    a = o.auxidx[li]
    b = o.auxidx[li + 1]
    if a > b or b > o.naux:
        return -1
    first[0] = o.auxs + a
    return <int>(b - a)


cdef inline int64_t sym_data(GoObj* o, uint32_t li, const uint8_t** first) noexcept nogil:
    """The content of definition li: its length, or -1 where the object is corrupt."""
    cdef uint32_t a, b
    if li >= o.nalldef:
        first[0] = NULL
        return 0
    a = o.dataidx[li]
    b = o.dataidx[li + 1]
    if a > b or b > o.ndata:
        return -1
    first[0] = o.data + a
    return <int64_t>(b - a)


cdef inline int64_t sym_name(GoObj* o, uint32_t li, const uint8_t** first) noexcept nogil:
    """The name of symbol li: its length, or -1 where the object is corrupt."""
    cdef SymRecord* r = o.syms + li
    if <uint64_t>r.name_off + r.name_len > o.length:
        return -1
    first[0] = o.base + r.name_off
    return <int64_t>r.name_len


cdef class ObjectHeader:
    cdef readonly bytes fingerprint
    cdef readonly bint unlinkable
    cdef readonly list imports
    cdef readonly list packages


cdef int check_text(GoObj* o, const uint8_t* record) except -1
cdef bytes text(GoObj* o, const uint8_t* record)
cdef const uint8_t* file_records(GoObj* o, uint32_t* count) noexcept nogil
