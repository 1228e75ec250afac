"""The symbol table: choose the symbols by their columns alone, then write entries and strings by runs.

Names lie scattered over the input files: all threads measure them first, which tells each run its place.
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
from cython.cimports.goweld.model.pool_kernel import run_tasks
from cython.cimports.goweld.model.symbols_kernel import gw_prefetch
from cython.cimports.libc.stdint import uint8_t, uint32_t, uint64_t
from cython.cimports.libc.string import memchr, memcmp, memcpy

AHEAD = cython.declare(uint32_t, 16)
RUN = cython.declare(uint32_t, 2048)  # symbols
FILE_NAME = cython.declare(bytes, b"go.go")
FILE_NAME_SIZE = cython.declare(uint64_t, 5)


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
    e = cython.declare(Emission)
    room = cython.cast(cython.Py_ssize_t, c.n) + count + 2
    ids = Column(8, room)
    functions = cython.cast("uint32_t *", order.ptr)
    debug = host.debug if host is not None else []
    ndebug = cython.cast(uint64_t, len(debug))
    e.c = c
    e.chosen = cython.address(chosen)
    e.numbers = cython.cast("const uint16_t *", cython.cast("const char *", numbers))
    e.nsections = cython.cast(uint32_t, len(numbers) // 2)
    chosen.ids[0] = cython.cast("uint32_t *", ids.ptr)
    chosen.ids[1] = chosen.ids[0] + room
    chosen.count[0] = chosen.count[1] = 0
    chosen.exported = cython.NULL
    chosen.dynlinking = chosen.shared = False
    e.w.places = cython.NULL
    e.w.starts = cython.NULL
    if host is not None:
        chosen.exported = cython.cast("uint8_t *", host.exported.ptr)
        chosen.dynlinking = host.dynlinking
        chosen.shared = host.shared
        e.w.places = cython.cast("uint32_t *", host.places.ptr)
        e.w.starts = cython.cast("uint64_t *", host.starts.ptr)
    with cython.nogil:
        choose_text(c, cython.address(chosen), functions, count, text, etext)
        choose_data(c, cython.address(chosen))
    runs = Column(cython.sizeof(Run), runs_of(chosen.count[0]) + runs_of(chosen.count[1]))
    e.runs = cython.cast("Run *", runs.ptr)
    with cython.nogil:
        make_runs(cython.address(e))
        run_tasks(b"measure names", measure, cython.address(e), e.count[0] + e.count[1])
        add_up(cython.address(e), 2 + ndebug, 2 + FILE_NAME_SIZE)
    symtab = Column(cython.sizeof(ElfSym), e.nentries)
    strtab = Column(1, e.nbytes)
    begin_table(cython.address(e.w), symtab, strtab, debug)
    with cython.nogil:
        bad = emit_all(cython.address(e))
    ids.free()
    runs.free()
    return symtab, strtab, e.first_global, bad


def begin_table(w, symtab, strtab, debug):
    """What comes before all symbols: nothing, the debug sections, the name of the source file."""
    w.table = cython.cast("ElfSym *", cython.cast(Column, symtab).ptr)
    w.strings = cython.cast("uint8_t *", cython.cast(Column, strtab).ptr)
    w.bad = 0
    entry = w.table + 1
    for number in debug:
        entry.st_info = STT_SECTION
        entry.st_shndx = number
        entry += 1
    entry.st_name = 1
    entry.st_info = STT_FILE
    entry.st_shndx = SHN_ABS
    memcpy(w.strings + 1, cython.cast("const char *", FILE_NAME), FILE_NAME_SIZE)
    return 0


def emit_all(e):
    """Write all runs, the local symbols first, as a symbol's first place counts; a bad symbol or 0."""
    run_tasks(b"write symbols", emit_local, e, e.count[STB_LOCAL])
    run_tasks(b"write symbols", emit_global, e, e.count[STB_GLOBAL])
    for i in range(e.count[STB_LOCAL] + e.count[STB_GLOBAL]):
        if e.runs[i].bad:
            return e.runs[i].bad
    return 0


def runs_of(count):
    return (count + RUN - 1) // RUN


def make_runs(e):
    """Divide both lists."""
    n = cython.cast(uint32_t, 0)
    for bind in range(2):
        count = e.chosen.count[bind]
        e.count[bind] = cython.cast(uint32_t, runs_of(count))
        for i in range(e.count[bind]):
            run = cython.address(e.runs[n])
            run.bind = bind
            run.ids = e.chosen.ids[bind] + i * RUN
            run.n = RUN if count - i * RUN > RUN else count - i * RUN
            n += 1


def measure(context, i):
    """A task: how many entries a run has, and how many bytes of strings."""
    e = cython.cast("Emission *", context)
    run = cython.address(e.runs[i])
    for k in range(run.n):
        if k + AHEAD < run.n:
            gw_prefetch(e.c.name[run.ids[k + AHEAD] & ~ALIAS])
        if has_entry(e.c, run.ids[k] & ~ALIAS):
            run.entry += 1
            run.string += name_size(e.c, e.chosen, run.ids[k])


def add_up(e, entry, string):
    """Tell each run where its entries and strings begin, the first as given; count them all."""
    e.first_global = entry
    for i in range(e.count[0] + e.count[1]):
        run = cython.address(e.runs[i])
        entries = run.entry
        size = run.string
        run.entry = entry
        run.string = string
        entry += entries
        string += size
        if run.bind == STB_LOCAL:
            e.first_global = entry
    e.nentries = entry
    e.nbytes = string


def choose(c, chosen, s):
    """Put a symbol into its list.

    Functions that other Go code may refer to have a second, local name: by that they refer to each other, not
    to those that the dynamic linker may put in their place (ld.putelfsym).
    """
    bind = binding(c, chosen, s)
    if chosen.dynlinking and bind == STB_GLOBAL and is_text(c.kind[s]):
        chosen.ids[STB_LOCAL][chosen.count[STB_LOCAL]] = s | ALIAS
        chosen.count[STB_LOCAL] += 1
    chosen.ids[bind][chosen.count[bind]] = s
    chosen.count[bind] += 1


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


def has_entry(c, s):
    """Data with no name, or one in ".", is left out."""
    return is_undefined(c.kind[s]) or is_text(c.kind[s]) or c.attr[s] & A_FILE_LOCAL or not is_hidden(c, s)


def is_hidden(c, s):
    return c.nname[s] == 0 or c.name[s][0] == 46


def emit_local(context, i):
    """A task: one run of the local symbols."""
    e = cython.cast("Emission *", context)
    emit(e, cython.address(e.runs[i]))


def emit_global(context, i):
    """A task: one run of the global symbols."""
    e = cython.cast("Emission *", context)
    emit(e, cython.address(e.runs[e.count[STB_LOCAL] + i]))


def emit(e, run):
    """Write a run's entries and strings."""
    c = e.c
    w = cython.declare(Written, e.w)
    w.next = w.table + run.entry
    w.end = w.strings + run.string
    for i in range(run.n):
        if i + AHEAD < run.n:
            gw_prefetch(c.name[run.ids[i + AHEAD] & ~ALIAS])
        s = run.ids[i] & ~ALIAS
        if has_entry(c, s):
            emit_entry(e, cython.address(w), run.bind, s)
            if run.ids[i] & ALIAS:
                memcpy(w.end, b"local.", LOCAL_SIZE)
                w.end += LOCAL_SIZE
            put_name(c, cython.address(w), e.chosen, s)
            w.next += 1
    run.bad = w.bad


def emit_entry(e, w, bind, s):
    """Write a symbol's entry; its string is the next."""
    c = e.c
    kind = c.kind[s]
    sect = c.sect[s]
    number = cython.cast(uint32_t, SHN_UNDEF)
    size = cython.cast(uint32_t, 0)
    # Of what a shared library defines, ELF's type has the place of the alignment.
    elf_type = c.align[s] if kind == K_DYNIMPORT else STT_NOTYPE
    if not is_undefined(kind):
        elf_type = STT_FUNC if is_text(kind) else STT_TLS if kind == K_TLSBSS else STT_OBJECT
        if sect == 0 or sect >= e.nsections or (elf_type != STT_FUNC and is_hidden(c, s)):
            if w.bad == 0:
                w.bad = s
            return
        number = e.numbers[sect]
        size = c.size[s]
    entry = w.next
    entry.st_name = cython.cast(uint32_t, w.end - w.strings)
    entry.st_info = cython.cast(uint8_t, (bind << 4) | elf_type)
    entry.st_other = STV_HIDDEN if c.attr[s] & A_HIDDEN else 0
    entry.st_shndx = number
    entry.st_value = c.value[s]
    entry.st_size = size
    if w.places:
        if not w.places[s]:
            w.places[s] = cython.cast(uint32_t, w.next - w.table)
        if number:
            entry.st_value -= w.starts[sect]


def name_size(c, chosen, id):
    """The bytes of a symbol's string, with its NUL."""
    s = id & ~ALIAS
    size = cython.declare(uint32_t)
    name = outside_name(c, s, cython.address(size))
    whole = cython.cast(uint64_t, size) + suffix(c, chosen, s) + 1
    if id & ALIAS:
        whole += LOCAL_SIZE
    if not chosen.dynlinking:
        whole -= middle_dots(name, size)
    return whole


def middle_dots(name, size):
    """How many middle dots a name has, which are two bytes each."""
    n = cython.cast(uint32_t, 0)
    end = name + size
    while name < end:
        name = cython.cast("const uint8_t *", memchr(name, 0xC2, end - name))
        if name == cython.NULL:
            break
        if name + 1 < end and name[1] == 0xB7:
            n += 1
        name += 1
    return n


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
