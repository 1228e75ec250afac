# What type descriptors and the names in them say, read from the mapped objects.

from libc.stdint cimport int64_t, uint8_t, uint32_t, uint64_t

from goweld.codec.goobj_kernel cimport FLAG2_ITAB, FLAG_GOTYPE, GoObj, RelocRecord, sym_data, sym_relocs
from goweld.deadcode.signatures cimport Text
from goweld.model.symbols_kernel cimport (
    BAD, SYM_CLONED, SymbolColumns, content, gw_attr, local_index, object_at, resolve,
)


cdef enum:
    COMMON_SIZE = 48          # abi.CommonSize(8)
    TFLAG_OFFSET = 20
    TFLAG_UNCOMMON = 1
    KIND_OFFSET = 23
    # abi.Kind
    ARRAY = 17
    CHAN = 18
    FUNC = 19
    INTERFACE = 20
    MAP = 21
    POINTER = 22
    SLICE = 23
    STRUCT = 25


cdef inline uint64_t kind_size(uint32_t kind) noexcept nogil:
    """Where a type's uncommon data starts (abi.RTypeSize with 8-byte pointers, Go 1.27)."""
    if kind == STRUCT or kind == INTERFACE:
        return COMMON_SIZE + 32
    if kind == POINTER or kind == FUNC or kind == SLICE:
        return COMMON_SIZE + 8
    if kind == ARRAY:
        return COMMON_SIZE + 24
    if kind == CHAN:
        return COMMON_SIZE + 16
    if kind == MAP:
        return COMMON_SIZE + 88
    return COMMON_SIZE


cdef inline bint is_gotype(SymbolColumns* s, uint32_t id) noexcept nogil:
    """Whether a symbol is a type descriptor (loader.IsGoType)."""
    cdef uint32_t holder
    cdef GoObj* o
    if id == 0 or id >= s.first_ref or gw_attr(s.attr + id) & SYM_CLONED:
        return False
    holder = content(s, id)
    o = &s.objects[object_at(s, holder)]
    return o.syms[local_index(s, o, holder)].flag & FLAG_GOTYPE != 0


cdef inline bint symbol_text(SymbolColumns* s, uint32_t id, Text* text) noexcept nogil:
    """A symbol's content as a string; False where its object is corrupt."""
    cdef uint32_t holder
    cdef GoObj* o
    cdef int64_t size
    text.ptr = NULL
    text.size = 0
    if id == 0 or id >= s.first_ref:
        return True
    holder = content(s, id)
    o = &s.objects[object_at(s, holder)]
    size = sym_data(o, local_index(s, o, holder), &text.ptr)
    if size < 0:
        return False
    text.size = <uint64_t>size
    return True


cdef inline bint type_name(SymbolColumns* s, uint32_t id, Text* name) noexcept nogil:
    """The name a name symbol holds: a flag byte, a varint length, the bytes (ld.decodetypeName)."""
    cdef Text whole
    cdef uint64_t size = 0
    cdef uint64_t i = 1
    cdef int shift = 0
    name.ptr = NULL
    name.size = 0
    if id == 0:
        return True
    if not symbol_text(s, id, &whole):
        return False
    while i < whole.size and shift < 63:
        size |= <uint64_t>(whole.ptr[i] & 0x7F) << shift
        i += 1
        if not whole.ptr[i - 1] & 0x80:
            if size > whole.size - i:
                return False
            name.ptr = whole.ptr + i
            name.size = size
            return True
        shift += 7
    return False


cdef inline uint32_t itab_type(SymbolColumns* s, uint32_t id) noexcept nogil:
    """The type an R_USEIFACE names: its target, or the type of an itab (ld.decodeItabType); 0: neither."""
    cdef uint32_t holder, li
    cdef GoObj* o
    cdef RelocRecord* r
    cdef int i
    if id == 0 or id >= s.first_ref:
        return 0
    holder = content(s, id)
    o = &s.objects[object_at(s, holder)]
    li = local_index(s, o, holder)
    if o.syms[li].flag2 & FLAG2_ITAB:
        for i in range(sym_relocs(o, li, &r)):
            if r[i].off == 8:
                id = resolve(s, o, r[i].pkg, r[i].idx)
                return id if id < s.n and is_gotype(s, id) else 0
        return 0
    return id if is_gotype(s, id) else 0


cdef inline uint32_t reloc_at(SymbolColumns* s, GoObj* o, RelocRecord* r, int n, int64_t off, int near) noexcept nogil:
    """The target of the relocation at an offset, looked for around an index first; BAD: there is none."""
    cdef int i
    for i in range(near - 1 if near else 0, near + 3 if near + 3 < n else n):
        if r[i].off == off:
            return resolve(s, o, r[i].pkg, r[i].idx)
    for i in range(n):
        if r[i].off == off:
            return resolve(s, o, r[i].pkg, r[i].idx)
    return BAD
