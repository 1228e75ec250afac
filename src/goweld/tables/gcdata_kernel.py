"""The GC program of a data section: which words of it are pointers (ld.GCProg, gcprog.Writer).

Types are read by raw id: deadcode need not have reached a variable's type.
"""

from __future__ import annotations

import cython
from cython.cimports.goweld.codec.goobj_kernel import AUX_GOTYPE, sym_auxs, sym_data, sym_relocs
from cython.cimports.goweld.model.imports_kernel import Imports, content_at, import_of, target_at
from cython.cimports.goweld.model.symbols_kernel import content, local_index, object_at, resolve
from cython.cimports.libc.stdint import int64_t, uint32_t, uint64_t
from cython.cimports.libc.stdlib import free, realloc

TYPE_CHECKING = False
if TYPE_CHECKING:
    from goweld.model.live_kernel import Live
    from goweld.model.memory_kernel import Column

WORD = cython.declare(cython.int, 8)
ARRAY = cython.declare(cython.int, 17)
STRUCT = cython.declare(cython.int, 25)
COMMON_SIZE = cython.declare(cython.int, 48)
TFLAG_UNCOMMON = cython.declare(cython.int, 1)
TFLAG_ON_DEMAND = cython.declare(cython.int, 16)


def emit(w, byte):
    if w.n == w.room:
        wanted = w.room * 2 if w.room else 4096
        grown = cython.cast("uint8_t *", realloc(w.out, wanted))
        if grown == cython.NULL:
            return stop(w, 0, WHY_MEMORY)
        w.out = grown
        w.room = wanted
    w.out[w.n] = byte
    w.n += 1
    return True


def stop(w, bad, why):
    if w.why == 0:
        w.bad = bad
        w.why = why
    return False


def flush(w):
    """Write the literal bits collected so far."""
    if w.nbits == 0:
        return
    emit(w, w.nbits)
    byte = cython.declare(cython.int, 0)
    for i in range(w.nbits):
        byte |= w.bits[i] << (i % 8)
        if i % 8 == 7:
            emit(w, byte)
            byte = 0
    if w.nbits % 8:
        emit(w, byte)
    w.nbits = 0


def literal(w, bit):
    if w.nbits == 127:
        flush(w)
    w.bits[w.nbits] = bit
    w.nbits += 1
    w.index += 1


def varint(w, v):
    while v >= 128:
        emit(w, 128 | (v & 127))
        v >>= 7
    emit(w, cython.cast(cython.int, v))


def repeat(w, n, c):
    """Repeat the last n bits c times."""
    if n == 0 or c == 0:
        return
    flush(w)
    if n < 128:
        emit(w, 128 | cython.cast(cython.int, n))
    else:
        emit(w, 128)
        varint(w, n)
    varint(w, c)
    w.index += n * c


def zero_until(w, index):
    """Zero bits up to an index: literals for a few, a repeated zero for many."""
    skip = index - w.index
    if skip <= 0:
        return
    if skip < 32:
        for i in range(skip):
            literal(w, 0)
        return
    literal(w, 0)
    flush(w)
    repeat(w, 1, skip - 1)


def open_type(w, raw, t):
    """Find a type's descriptor and relocations; False where there is none or it is corrupt."""
    s = w.c.syms
    if w.imports and raw >= s.first_ref:
        return open_import(w, raw, t)
    if raw == 0 or raw >= s.first_ref:
        return stop(w, raw, WHY_NO_POINTERS)
    holder = content(s, raw)
    t.o = cython.address(s.objects[object_at(s, holder)])
    li = local_index(s, t.o, holder)
    t.size = sym_data(t.o, li, cython.address(t.p))
    t.n = sym_relocs(t.o, li, cython.address(t.r))
    if t.size < COMMON_SIZE or t.n < 0:
        return stop(w, raw, WHY_CORRUPT)
    return True


def open_import(w, raw, t):
    """The same for the type of a shared library, whose relocations are done."""
    e = import_of(w.imports, raw, cython.address(t.shlib))
    t.o = cython.NULL
    t.r = cython.NULL
    t.n = 0
    t.e = e
    if e != cython.NULL:
        t.p = content_at(t.shlib, e.st_value, e.st_size)
        t.size = e.st_size
    if e == cython.NULL or t.p == cython.NULL or t.size < COMMON_SIZE:
        return stop(w, raw, WHY_CORRUPT)
    return True


def type_target(w, t, off):
    """The raw id that a type's relocation at an offset names; 0 where there is none."""
    for i in range(t.n):
        if t.r[i].off == off:
            raw = resolve(w.c.syms, t.o, t.r[i].pkg, t.r[i].idx)
            return raw if raw < w.c.syms.n else 0
    return 0


def add_type(w, raw, off):
    """The pointers of a value of some type at an offset (GCProg.AddType)."""
    if w.depth == DEEPEST:
        return stop(w, raw, WHY_CORRUPT)
    w.depth += 1
    added = add_inner(w, raw, off)
    w.depth -= 1
    return added


def add_inner(w, raw, off):
    """The same, by the kind of the type."""
    t = cython.declare(TypeInfo)
    if not open_type(w, raw, cython.address(t)):
        return False
    if cython.cast("int64_t *", t.p + 8)[0] == 0:
        return stop(w, raw, WHY_NO_POINTERS)
    kind = t.p[23]
    if t.o == cython.NULL:
        return add_import(w, raw, t.shlib, t.e, off)
    if kind == STRUCT:
        return add_struct(w, raw, cython.address(t), off)
    if kind == ARRAY:
        return add_array(w, raw, cython.address(t), off)
    return add_mask(w, raw, cython.address(t), off)


def add_import(w, raw, library, e, off):
    """The pointers of a value whose type a shared library has; `raw` is the type to blame."""
    p = cython.cast("const uint8_t *", cython.NULL)
    if e != cython.NULL and e.st_size >= COMMON_SIZE and w.depth < DEEPEST:
        p = content_at(library, e.st_value, e.st_size)
    if p == cython.NULL:
        return stop(w, raw, WHY_CORRUPT)
    words = cython.cast("int64_t *", p + 8)[0] // WORD
    if words <= 0:
        return stop(w, raw, WHY_NO_POINTERS if words == 0 else WHY_CORRUPT)
    if not p[20] & TFLAG_ON_DEMAND:
        mask = content_at(library, cython.cast("uint64_t *", p + 32)[0], (words + 7) // 8)
        return put_mask(w, raw, mask, words, off) if mask != cython.NULL else stop(w, raw, WHY_NO_MASK)
    w.depth += 1
    added = add_parts(w, raw, library, e, p, off)
    w.depth -= 1
    return added


def add_parts(w, raw, library, e, p, off):
    """The same for an array or a struct without a mask: part by part."""
    lib = library
    array = cython.declare(cython.bint, p[23] == ARRAY)
    if e.st_size < COMMON_SIZE + (24 if array else 32) or not (array or p[23] == STRUCT):
        return stop(w, raw, WHY_ON_DEMAND)
    n = cython.cast("int64_t *", p + COMMON_SIZE + 16)[0]
    if array:
        elem = target_at(w.imports, cython.address(lib), e.st_value + COMMON_SIZE)
        if n <= 0 or not add_import(w, raw, lib, elem, off):
            return stop(w, raw, WHY_CORRUPT)
        size = cython.cast("int64_t *", content_at(lib, elem.st_value, COMMON_SIZE))[0]
        if size <= 0 or n > MOST_BYTES // size:
            return stop(w, raw, WHY_CORRUPT)
        if n > 1:
            zero_until(w, (off + size) // WORD)
            repeat(w, size // WORD, n - 1)
        return w.why == 0
    at = cython.cast(uint64_t, COMMON_SIZE + 32 + (16 if p[20] & TFLAG_UNCOMMON else 0))
    if n < 0 or cython.cast(uint64_t, n) > (e.st_size - at) // 24 or at > e.st_size:
        return stop(w, raw, WHY_CORRUPT)
    for _ in range(n):
        lib = library
        field = target_at(w.imports, cython.address(lib), e.st_value + at + 8)
        kind = content_at(lib, field.st_value, COMMON_SIZE) if field != cython.NULL else cython.NULL
        inner = cython.cast("int64_t *", p + at + 16)[0]
        if kind == cython.NULL or inner < 0 or inner > MOST_BYTES:
            return stop(w, raw, WHY_CORRUPT)
        if cython.cast("int64_t *", kind + 8)[0] and not add_import(w, raw, lib, field, off + inner):
            return False
        at += 24
    return w.why == 0


def add_array(w, raw, t, off):
    """The pointers of an array: the first element's, repeated."""
    elem = cython.declare(TypeInfo)
    if t.size < COMMON_SIZE + 24:
        return stop(w, raw, WHY_CORRUPT)
    kind = type_target(w, t, COMMON_SIZE)
    n = cython.cast("int64_t *", t.p + COMMON_SIZE + 16)[0]
    if kind == 0:
        return stop(w, raw, WHY_CORRUPT)
    if not add_type(w, kind, off):
        return False
    if n > 1:
        if not open_type(w, kind, cython.address(elem)):
            return False
        size = cython.cast("int64_t *", elem.p)[0]
        if size <= 0 or n > MOST_BYTES // size:
            return stop(w, raw, WHY_CORRUPT)
        zero_until(w, (off + size) // WORD)
        repeat(w, size // WORD, n - 1)
    return w.why == 0


def add_mask(w, raw, t, off):
    """The pointers of a value that is neither struct nor array: its type has a mask."""
    if t.p[20] & TFLAG_ON_DEMAND:
        return stop(w, raw, WHY_ON_DEMAND)
    mask = type_target(w, t, 32)
    s = w.c.syms
    if mask == 0 or mask >= s.first_ref:
        return stop(w, raw, WHY_CORRUPT)
    holder = content(s, mask)
    o = cython.address(s.objects[object_at(s, holder)])
    p = cython.declare("const uint8_t *", cython.NULL)
    size = sym_data(o, local_index(s, o, holder), cython.address(p))
    words = cython.cast("int64_t *", t.p + 8)[0] // WORD
    if words > 8 * size:
        return stop(w, raw, WHY_CORRUPT)
    return put_mask(w, raw, p, words, off)


def put_mask(w, raw, p, words, off):
    """Write the bits of a mask."""
    for i in range(words):
        if p[i // 8] >> (i % 8) & 1:
            if off // WORD + i < w.index:
                return stop(w, raw, WHY_CORRUPT)
            zero_until(w, off // WORD + i)
            literal(w, 1)
    return w.why == 0


def add_struct(w, raw, t, off):
    """The pointers of a struct, field by field."""
    field = cython.declare(TypeInfo)
    if t.size < COMMON_SIZE + 32:
        return stop(w, raw, WHY_CORRUPT)
    n = cython.cast("int64_t *", t.p + COMMON_SIZE + 16)[0]
    at = cython.cast(int64_t, COMMON_SIZE + 32)
    if t.p[20] & TFLAG_UNCOMMON:
        at += 16
    if n < 0 or n > (t.size - at + 23) // 24:
        return stop(w, raw, WHY_CORRUPT)
    near = cython.cast(cython.int, 0)
    for i in range(n):
        # Relocations ascend, so the search goes on where it stopped.
        while near < t.n and t.r[near].off < at + 8:
            near += 1
        kind = cython.cast(uint32_t, 0)
        if near < t.n and t.r[near].off == at + 8:
            kind = resolve(w.c.syms, t.o, t.r[near].pkg, t.r[near].idx)
        if kind == 0 or kind >= w.c.syms.n:
            return stop(w, raw, WHY_CORRUPT)
        if not open_type(w, kind, cython.address(field)):
            return False
        if cython.cast("int64_t *", field.p + 8)[0]:
            inner = cython.cast("int64_t *", t.p + at + 16)[0] if at + 24 <= t.size else 0
            if inner < 0 or inner > MOST_BYTES:
                return stop(w, raw, WHY_CORRUPT)
            if not add_type(w, kind, off + inner):
                return False
        at += 24
    return w.why == 0


def gotype_of(c, s):
    """The raw id of a variable's type (loader.SymGoType); 0 where it has none."""
    if c.obj[s] == 0:
        return 0
    o = cython.address(c.syms.objects[c.obj[s]])
    a = cython.declare("AuxRecord *", cython.NULL)
    n = sym_auxs(o, c.li[s], cython.address(a))
    for i in range(n):
        if a[i].type == AUX_GOTYPE:
            raw = resolve(c.syms, o, a[i].pkg, a[i].idx)
            return raw if raw < c.syms.n else 0
    return 0


def pointer_program(
    live: Live, order: Column, first: int, count: int, end: int, imports: Imports | None = None
) -> tuple[bytes, int, int]:
    """The program for symbols first .. first + count of `order`, whose values are offsets, up to `end`.

    `imports`: shared libraries may have their types.
    Returns (program, 0, 0), or (b"", why, the offending symbol: a live id for WHY_NO_TYPE, else a raw type).
    """
    c = cython.address(live.c)
    ids = cython.cast("uint32_t *", order.ptr)
    w = cython.declare(GCWriter)
    w.c = c
    w.out = cython.NULL
    w.n = w.room = 0
    w.index = 0
    w.nbits = 0
    w.depth = 0
    w.bad = 0
    w.why = 0
    w.imports = cython.address(imports.i) if imports is not None else cython.NULL
    for i in range(first, first + count):
        kind = gotype_of(c, ids[i])
        if kind == 0:
            stop(cython.address(w), ids[i], WHY_NO_TYPE)
            break
        if not add_type(cython.address(w), kind, c.value[ids[i]]):
            break
    zero_until(cython.address(w), end // WORD)
    flush(cython.address(w))
    emit(cython.address(w), 0)
    program = cython.cast("char *", w.out)[: w.n] if w.why == 0 else b""
    free(w.out)
    return program, w.why, w.bad
