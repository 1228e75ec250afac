"""The symbol table's loop: choose the symbols by their columns alone, then write entries and strings at once.

Names lie scattered over the input files, so each is touched once, and fetched ahead.
"""

from __future__ import annotations

import cython
from cython.cimports.goweld.model.kinds import (
    K_DYNIMPORT,
    K_ELF_RX_SECT,
    K_FIRST_UNALLOCATED,
    K_TEXT,
    K_TEXT_END,
    K_TLSBSS,
    K_UNDEFEXT,
)
from cython.cimports.goweld.model.live_kernel import (
    A_ABI0_TWIN,
    A_ABI_INTERNAL,
    A_CONTENT_HASHED,
    A_FILE_LOCAL,
    A_HIDDEN,
    A_LOCAL,
    A_NOT_IN_SYMTAB,
    Live,
    outside_name,
)
from cython.cimports.goweld.model.memory_kernel import Column
from cython.cimports.goweld.model.symbols_kernel import gw_prefetch
from cython.cimports.libc.stdint import uint8_t, uint32_t, uint64_t
from cython.cimports.libc.string import memchr, memcmp, memcpy

AHEAD = cython.declare(uint32_t, 16)
FILE_NAME = cython.declare(bytes, b"go.go")


class ForHost:
    """What the table has besides if the host linker reads it.

    `starts`: the addresses of sections, which values count from; `debug`: the ELF numbers of debug sections,
    which get symbols; `exported`: the live ids of what C code may refer to, all else being local unless
    `dynlinking`: then Go code in other files may refer to all.  `shared`: it will take names from this table.
    """

    def __init__(
        self,
        live: Live,
        starts: list[int],
        debug: list[int],
        exported: list[int],
        dynlinking: bool = False,
        shared: bool = False,
    ) -> None:
        n = len(live)
        self.dynlinking = dynlinking
        self.shared = shared
        self.places = Column(4, n)
        self.starts = Column(8, 256)
        self.exported = Column(1, n)
        self.debug = debug
        for i in range(min(len(starts), 256)):
            cython.cast("uint64_t *", self.starts.ptr)[i] = starts[i]
        for s in exported:
            cython.cast("uint8_t *", self.exported.ptr)[cython.cast(uint32_t, s)] = 1


def write(
    live: Live,
    order: Column,
    count: int,
    text: int,
    etext: int,
    numbers: bytes,
    host: ForHost | None = None,
) -> tuple[Column, Column, int, int]:
    """The symbols and their strings as columns, the first global's number, and the id of a bad symbol or 0.

    `order` holds the ids of the functions, `count` of them; `text` and `etext` are the ids of the symbols
    before and after them.
    """
    c = cython.address(live.c)
    chosen = cython.declare(Chosen)
    w = cython.declare(Written)
    room = cython.cast(cython.Py_ssize_t, c.n) + count + 2
    ids = Column(8, room)
    functions = cython.cast("uint32_t *", order.ptr)
    by_section = cython.cast("const uint16_t *", cython.cast("const char *", numbers))
    nsections = cython.cast(uint32_t, len(numbers) // 2)
    with cython.nogil:
        chosen.ids[0] = cython.cast("uint32_t *", ids.ptr)
        chosen.ids[1] = chosen.ids[0] + room
        chosen.count[0] = chosen.count[1] = 0
        chosen.names = 0
        chosen.exported = cython.NULL
        chosen.dynlinking = chosen.shared = False
    debug = host.debug if host is not None else []
    ndebug = len(debug)
    w.places = cython.NULL
    w.starts = cython.NULL
    if host is not None:
        chosen.exported = cython.cast("uint8_t *", host.exported.ptr)
        chosen.dynlinking = host.dynlinking
        chosen.shared = host.shared
        w.places = cython.cast("uint32_t *", host.places.ptr)
        w.starts = cython.cast("uint64_t *", host.starts.ptr)
    with cython.nogil:
        choose_text(c, cython.address(chosen), functions, count, text, etext)
        choose_data(c, cython.address(chosen))
    symtab = Column(cython.sizeof(ElfSym), 2 + ndebug + chosen.count[0] + chosen.count[1])
    strtab = Column(1, 2 + len(FILE_NAME) + chosen.names)
    w.table = cython.cast("ElfSym *", symtab.ptr)
    w.next = w.table + 1
    w.strings = cython.cast("uint8_t *", strtab.ptr)
    w.end = w.strings + 1
    for i in range(ndebug):
        w.next.st_info = STT_SECTION
        w.next.st_shndx = debug[i]
        w.next += 1
    w.next.st_name = 1
    w.next.st_info = STT_FILE
    w.next.st_shndx = SHN_ABS
    file_name = cython.cast("const char *", FILE_NAME)
    copy_name(cython.address(w), cython.cast("const uint8_t *", file_name), len(FILE_NAME))
    w.end += 1
    w.next += 1
    w.bad = 0
    with cython.nogil:
        emit(c, cython.address(w), cython.address(chosen), STB_LOCAL, by_section, nsections)
        first_global = w.next - w.table
        emit(c, cython.address(w), cython.address(chosen), STB_GLOBAL, by_section, nsections)
    ids.free()
    symtab.length = w.next - w.table
    strtab.length = w.end - w.strings
    return symtab, strtab, first_global, w.bad


def choose(c, chosen, s):
    """Put a symbol into its list, and count its name with its NUL.

    Functions that other Go code may refer to have a second, local name: by that they refer to each other, not
    to those that the dynamic linker may put in their place (ld.putelfsym).
    """
    bind = binding(c, chosen, s)
    size = cython.declare(uint32_t)
    outside_name(c, s, cython.address(size))
    whole = size + suffix(c, chosen, s) + 1
    if chosen.dynlinking and bind == STB_GLOBAL and is_text(c.kind[s]):
        chosen.ids[STB_LOCAL][chosen.count[STB_LOCAL]] = s | ALIAS
        chosen.count[STB_LOCAL] += 1
        chosen.names += LOCAL_SIZE + whole
    chosen.ids[bind][chosen.count[bind]] = s
    chosen.count[bind] += 1
    chosen.names += whole


def suffix(c, chosen, s):
    """The bytes that tell a function's ABI (ld.mangleABIName).

    ABI0 functions that have an ABIInternal twin show it; in a library, others do too.
    """
    if c.attr[s] & A_ABI0_TWIN:
        return ABI0_SIZE
    if not chosen.shared or chosen.exported[s] or not is_text(c.kind[s]) or not c.attr[s] & A_ABI_INTERNAL:
        return 0
    if c.nname[s] >= 5 and memcmp(c.name[s], b"type:", 5) == 0:
        return 0
    return ABI_INTERNAL_SIZE


def choose_text(c, chosen, order, count, text, etext):
    """The functions, whatever their attributes, between the two markers (ld.genelfsym)."""
    if text:
        choose(c, chosen, text)
    for i in range(count):
        choose(c, chosen, order[i])
    if etext and is_text(c.kind[etext]):
        choose(c, chosen, etext)


def choose_data(c, chosen):
    """All that is not text, by live id.  Thread-local storage has no address but for the host linker."""
    for s in range(1, c.n):
        kind = c.kind[s]
        if K_ELF_RX_SECT <= kind < K_FIRST_UNALLOCATED:
            if (kind != K_TLSBSS or chosen.exported) and not c.attr[s] & A_NOT_IN_SYMTAB:
                choose(c, chosen, s)
        elif is_undefined(kind):
            choose(c, chosen, s)


def binding(c, chosen, s):
    """Which of the two lists a symbol is in (ld.putelfsym)."""
    attr = c.attr[s]
    if chosen.exported and not (chosen.dynlinking or chosen.exported[s] or is_undefined(c.kind[s])):
        return STB_LOCAL
    if attr & (A_LOCAL | A_HIDDEN):
        return STB_LOCAL
    if attr & A_CONTENT_HASHED and is_text(c.kind[s]):
        return STB_LOCAL
    if attr & A_FILE_LOCAL and not is_static_temporary(c.name[s], c.nname[s]):
        return STB_LOCAL
    return STB_GLOBAL


def is_text(kind):
    return cython.cast(cython.bint, K_TEXT <= kind <= K_TEXT_END)


def is_undefined(kind):
    """Whether another file defines the symbol: a host object's, a shared library's, or nobody knows whose."""
    return cython.cast(cython.bint, K_DYNIMPORT <= kind <= K_UNDEFEXT)


def is_static_temporary(name, size):
    """Whether a name is one the compiler gives its static temporaries (ld.isStaticTmp)."""
    i = cython.cast(uint32_t, 0)
    while i + 7 <= size:
        if memcmp(name + i, "..stmp_", 7) == 0:
            return True
        i += 1
    return False


def emit(c, w, chosen, bind, numbers, nsections):
    """Write one list's entries.  Data with no name, or one in ".", is left out."""
    for i in range(chosen.count[bind]):
        if i + AHEAD < chosen.count[bind]:
            gw_prefetch(c.name[chosen.ids[bind][i + AHEAD] & ~ALIAS])
        s = chosen.ids[bind][i] & ~ALIAS
        kind = c.kind[s]
        sect = c.sect[s]
        number = cython.cast(uint32_t, SHN_UNDEF)
        size = cython.cast(uint32_t, 0)
        # Of what a shared library defines, ELF's type has the place of the alignment.
        elf_type = c.align[s] if kind == K_DYNIMPORT else STT_NOTYPE
        if not is_undefined(kind):
            elf_type = STT_FUNC if is_text(kind) else STT_TLS if kind == K_TLSBSS else STT_OBJECT
            hidden = cython.cast(cython.bint, c.nname[s] == 0 or c.name[s][0] == 46)
            if elf_type != STT_FUNC and hidden and not c.attr[s] & A_FILE_LOCAL:
                continue
            if sect == 0 or sect >= nsections or (elf_type != STT_FUNC and hidden):
                if w.bad == 0:
                    w.bad = s
                continue
            number = numbers[sect]
            size = c.size[s]
        e = w.next
        e.st_name = cython.cast(uint32_t, w.end - w.strings)
        e.st_info = cython.cast(uint8_t, (bind << 4) | elf_type)
        e.st_other = STV_HIDDEN if c.attr[s] & A_HIDDEN else 0
        e.st_shndx = number
        e.st_value = c.value[s]
        e.st_size = size
        if w.places:
            if not w.places[s]:
                w.places[s] = cython.cast(uint32_t, w.next - w.table)
            if number:
                e.st_value -= w.starts[sect]
        if chosen.ids[bind][i] & ALIAS:
            memcpy(w.end, b"local.", LOCAL_SIZE)
            w.end += LOCAL_SIZE
        put_name(c, w, chosen, s)
        w.next += 1


def put_name(c, w, chosen, s):
    """A symbol's string."""
    size = cython.declare(uint32_t)
    name = outside_name(c, s, cython.address(size))
    if chosen.dynlinking:
        memcpy(w.end, name, size)
        w.end += size
    else:
        copy_name(w, name, size)
    added = suffix(c, chosen, s)
    if added == ABI0_SIZE:
        memcpy(w.end, b".abi0", ABI0_SIZE)
    elif added:
        memcpy(w.end, b".abiinternal", ABI_INTERNAL_SIZE)
    w.end += added + 1


def copy_name(w, name, size):
    """Copy a name, each middle dot (C2 B7) as a full stop."""
    left = size
    while left:
        dot = cython.cast("const uint8_t *", memchr(name, 0xC2, left))
        if dot == cython.NULL:
            memcpy(w.end, name, left)
            w.end += left
            return
        before = cython.cast(uint64_t, dot - name)
        memcpy(w.end, name, before)
        w.end += before
        width = 1
        if before + 1 < left and dot[1] == 0xB7:
            w.end[0] = 46
            width = 2
        else:
            w.end[0] = dot[0]
        w.end += 1
        name = dot + width
        left -= before + width
