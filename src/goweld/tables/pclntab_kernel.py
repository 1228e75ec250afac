"""The functions of a program, their names and files, and those inlined into them: half of pclntab.

Everything is numbered in the order in which the functions, laid out as text, mention it first.
"""

from __future__ import annotations

import cython
from cython.cimports.goweld.codec.goobj_kernel import (
    AUX_FUNCDATA,
    AUX_FUNCINFO,
    AUX_PCDATA,
    file_records,
    sym_auxs,
    sym_data,
    sym_name,
)
from cython.cimports.goweld.model.live_kernel import live_auxs
from cython.cimports.goweld.model.memory_kernel import Column, touch
from cython.cimports.goweld.model.pool_kernel import run_tasks
from cython.cimports.goweld.model.symbols_kernel import (
    MISSING,
    content,
    gw_hash,
    local_index,
    object_at,
    resolve,
)
from cython.cimports.libc.stdint import int64_t, uint8_t, uint32_t, uint64_t
from cython.cimports.libc.string import memcmp, memcpy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from goweld.model.live_kernel import Live
    from goweld.model.memory_kernel import Column as Ids

# Tables that every function with an inline tree has (internal/abi.PCDATA_InlTreeIndex, FUNCDATA_InlTree).
INLINE_PCDATA = cython.declare(uint32_t, 3)
INLINE_FUNCDATA = cython.declare(uint32_t, 4)
INFO_HEAD = cython.declare(uint64_t, 20)  # goobj.FuncInfo before its lists: FuncInfoHead
FILE_PREFIX = cython.declare("const char *", b"gofile..")  # cmd/internal/src.FileSymPrefix
GOROOT = cython.declare("const char *", b"$GOROOT")
HUGE_PAGE = cython.declare(uint64_t, 2 << 20)
SLASH = cython.declare(uint8_t, 47)
BACKSLASH = cython.declare(uint8_t, 92)
DOT = cython.declare(uint8_t, 46)


def reserve_together(live: Live, symbols: list[int], sizes: list[int]) -> None:
    """Give each of the symbols zeroed content of its own, all of it in one piece of memory."""
    total = cython.cast(uint64_t, 0)
    for size in sizes:
        total += in_lines(size)
    memory = Column(1, in_pages(total))
    live.memory.append(memory)
    at = cython.cast("uint8_t *", cython.cast(Column, memory).ptr)
    for i in range(len(symbols)):
        s = cython.cast(uint32_t, symbols[i])
        live.c.data[s] = at
        live.c.ndata[s] = sizes[i]
        live.c.size[s] = sizes[i]
        at += in_lines(sizes[i])
    return 0


def in_lines(size):
    """A size rounded up to cache lines."""
    return (size + 63) & ~cython.cast(uint64_t, 63)


def in_pages(size):
    """A size rounded up so that the system aligns the memory to huge pages, where it is large enough.

    A fault on a huge page costs a third of those on the small ones it replaces.
    """
    if size < HUGE_PAGE:
        return size
    return (size + 2 * HUGE_PAGE - 1) & ~(HUGE_PAGE - 1)


def enter_files(t, table, mask):
    """Each unit's files by their numbers, which are those of its object's file table."""
    n = cython.declare(uint32_t, 0)
    at = cython.cast(uint32_t, 0)
    for i in range(t.nunit):
        o = cython.address(t.c.syms.objects[t.units[i].obj])
        records = file_records(o, cython.address(n))
        t.units[i].first = at
        t.units[i].nfile = n
        for k in range(n):
            record = cython.cast("uint32_t *", records + 8 * k)
            t.slots[at] = enter_file(t, o.base + record[1], record[0], table, mask) - 1
            at += 1


def enter_file(t, text, size, table, mask):
    """The index of a file, from 1: the same for equal names only, whatever they expand to."""
    h = gw_hash(text, size)
    tag = h & ~cython.cast(uint64_t, 0xFFFFFFFF)
    i = h & mask
    while table[i]:
        if table[i] & ~cython.cast(uint64_t, 0xFFFFFFFF) == tag:
            file = t.files + (cython.cast(uint32_t, table[i]) - 1)
            if file.raw_size == size and memcmp(file.raw, text, size) == 0:
                return cython.cast(uint32_t, table[i])
        i = (i + 1) & mask
    file = t.files + t.nfile
    file.raw = text
    file.raw_size = size
    describe_file(t, file)
    t.nfile += 1
    table[i] = tag | t.nfile
    return t.nfile


def describe_file(t, file):
    """How a file's name will read (ld.expandFile)."""
    shown = file.raw
    size = file.raw_size
    if size >= 8 and memcmp(shown, FILE_PREFIX, 8) == 0:
        shown += 8
        size -= 8
    in_goroot = cython.declare(cython.bint, t.expands and size > 7 and memcmp(shown, GOROOT, 7) == 0)
    if in_goroot and (shown[7] == SLASH or shown[7] == BACKSLASH):
        shown += 7
        size -= 7
        file.in_goroot = t.goroot != cython.NULL and is_clean(shown, size)
        file.unclean = not file.in_goroot
    file.name = shown
    file.size = size + 1
    if file.in_goroot:
        file.size += t.ngoroot


class Functions:
    """The functions to describe: `count` live ids of `order`."""

    def __init__(self, live: Live, order: Ids, count: int) -> None:
        t = cython.address(self.t)
        self.live = live
        self.memory = []
        kept: list[object] = [order]
        self.kept = kept
        t.c = cython.address(self.live.c)
        t.order = cython.cast("uint32_t *", cython.cast(Column, order).ptr)
        t.n = count
        t.funcs = cython.cast("Function *", self.take(cython.sizeof(Function), t.n))
        t.units = cython.cast("Unit *", self.take(cython.sizeof(Unit), t.c.syms.nobjects))
        t.unit_of = cython.cast("uint32_t *", self.take(4, t.c.syms.nobjects))
        t.name_of = cython.cast("uint32_t *", self.take(4, t.c.syms.n))
        t.name_off = cython.cast("uint32_t *", self.take(4, t.n))

    def take(self, itemsize, length, sparse=False):
        """Zeroed memory that `free` gives back.  `sparse`: most of it will not be touched."""
        size = itemsize * length
        memory = Column(1, size if sparse else in_pages(size), sparse)
        self.memory.append(memory)
        return cython.cast(Column, memory).ptr

    def describe(self) -> int:
        """Read each function's description, lay out runtime.functab; the first corrupt function, or 0."""
        t = cython.address(self.t)
        with cython.nogil:
            number_units(t)
            run_tasks(b"describe functions", describe_run, t, runs(t.n, RUN))
            return lay_out_functab(t)

    def set_files(self, goroot: bytes | None, expand: Callable[[bytes], bytes] | None) -> None:
        """Give each unit its file table.

        What follows $GOROOT is put behind `goroot` if both are clean paths; else `expand` makes the name.
        Without `expand`, $GOROOT stays.
        """
        t = cython.address(self.t)
        if goroot is not None:
            self.goroot = goroot
            t.goroot = cython.cast("const uint8_t *", cython.cast("const char *", self.goroot))
            t.ngoroot = len(goroot)
        t.expands = expand is not None
        total = cython.cast(uint64_t, 0)
        count = cython.declare(uint32_t, 0)
        for i in range(t.nunit):
            file_records(t.c.syms.objects + t.units[i].obj, cython.address(count))
            total += count
        room = cython.cast(uint64_t, 1024)
        while room < 2 * total:
            room *= 2
        t.slots = cython.cast("uint32_t *", self.take(4, total))
        t.files = cython.cast("File *", self.take(cython.sizeof(File), total, True))
        entries = cython.cast("uint64_t *", self.take(8, room))
        touch(entries, 8 * room)
        with cython.nogil:
            enter_files(t, entries, room - 1)
        for i in range(t.nfile):
            file = cython.address(t.files[i])
            if file.unclean and expand is not None:
                name = cython.cast(bytes, expand(cython.cast("const char *", file.name)[: file.size - 1]))
                self.kept.append(name)
                file.name = cython.cast("const uint8_t *", cython.cast("const char *", name))
                file.size = cython.cast(uint32_t, len(name) + 1)
        return 0

    def prepare_names(self):
        """Room for all names and inline trees that there can be."""
        t = cython.address(self.t)
        t.trees = cython.cast("InlinedCall *", self.take(cython.sizeof(InlinedCall), t.ntree))
        t.names = cython.cast("Name *", self.take(cython.sizeof(Name), t.n + t.ntree + 1, True))
        t.nname = 1
        return 0

    def allow_imports(self) -> None:
        """Let shared libraries define functions that are inlined here."""
        self.t.imports = True

    def missing(self) -> tuple[bytes, int]:
        """The inlined function whose description is missing, and its object; 0: that is not what is wrong."""
        name = cython.address(self.t.names[self.t.culprit])
        return cython.cast("const char *", name.text)[: name.size], self.t.culprit_obj

    def functab_size(self) -> int:
        """The size of runtime.functab."""
        return self.t.functab_size

    def counts(self) -> tuple[int, int]:
        """How many functions and files the tables hold."""
        return self.t.n, self.t.nused

    def free(self) -> None:
        """Give back what only building needed."""
        for memory in self.memory:
            memory.free()
        self.kept = []
        return 0


def runs(n, length):
    """How many tasks n items make."""
    return (n + length - 1) // length


def run_end(i, n, length):
    """The end of task i's items, which begin at i * length."""
    return n if (i + 1) * length > n else (i + 1) * length


def is_clean(text, size):
    """Whether a path from the root has no element that path.Clean would change."""
    if text[0] != SLASH:
        return False
    for i in range(size):
        if text[i] == SLASH and (i + 1 == size or text[i + 1] == SLASH or text[i + 1] == DOT):
            return False
    return True


def number_units(t):
    """The compilation units in the order of their first function."""
    for i in range(t.n):
        k = t.c.obj[t.order[i]]
        if k and t.unit_of[k] == 0:
            t.units[t.nunit].obj = k
            t.nunit += 1
            t.unit_of[k] = t.nunit


def describe_run(context, i):
    """One run of functions, independently of all others."""
    t = cython.cast("TableState *", context)
    first = i * RUN
    for j in range(first, run_end(i, t.n, RUN)):
        f = t.funcs + j
        f.id = t.order[j]
        if t.c.obj[f.id]:
            f.is_corrupt = not describe_function(t, f)
            t.name_of[f.raw] = UNNAMED | cython.cast(uint32_t, j)


def describe_function(t, f):
    """A function's unit and description; false where its object is corrupt."""
    k = t.c.obj[f.id]
    o = cython.address(t.c.syms.objects[k])
    f.unit = t.unit_of[k]
    f.raw = t.c.raw[f.id]
    if not read_tables(t, o, f):
        return False
    if f.info == cython.NULL:
        f.npcdata = 0
        f.nfuncdata = 0
        return True
    head = cython.cast("FuncInfoHead *", f.info)
    f.args = head.args
    f.start_line = head.start_line
    f.func_id = head.func_id
    f.func_flag = head.func_flag
    if f.ninl:
        if f.npcdata < INLINE_PCDATA:
            f.npcdata = INLINE_PCDATA
        if f.nfuncdata < INLINE_FUNCDATA:
            f.nfuncdata = INLINE_FUNCDATA
    return True


def read_tables(t, o, f):
    """A function's FuncInfo and how many tables it has; false where its object is corrupt."""
    count = live_auxs(t.c, f.id, cython.address(f.auxs))
    if count < 0:
        return False
    f.naux = count
    for i in range(f.naux):
        kind = f.auxs[i].type
        if kind == AUX_PCDATA:
            f.npcdata += 1
        elif kind == AUX_FUNCDATA:
            f.nfuncdata += 1
        elif kind == AUX_FUNCINFO and f.info == cython.NULL:
            f.info = func_info(o, f.auxs[i].idx, cython.address(f.ninl))
            if f.info == cython.NULL:
                return False
    return True


def lay_out_functab(t):
    """Where each function's record and inline tree will lie; the first corrupt function, or 0."""
    size = cython.cast(uint64_t, 8) * t.n + 4
    for i in range(t.n):
        f = t.funcs + i
        if f.is_corrupt:
            return f.id
        size = (size + 7) & ~cython.cast(uint64_t, 7)
        f.record = cython.cast(uint32_t, size)
        size += FUNC_SIZE + 4 * (cython.cast(uint64_t, f.npcdata) + f.nfuncdata)
        f.tree = cython.cast(uint32_t, t.ntree)
        t.ntree += f.ninl
        t.npc += f.naux
        t.nfd += f.nfuncdata
        if f.naux > t.most_auxs:
            t.most_auxs = f.naux
    t.functab_size = size
    return 0


def func_info(o, li, ninl):
    """A function's goobj.FuncInfo and the length of its inline tree; NULL where the object is corrupt."""
    data = cython.declare("const uint8_t *", cython.NULL)
    if li >= o.nalldef:
        return cython.NULL
    size = sym_data(o, li, cython.address(data))
    if size < cython.cast(int64_t, INFO_HEAD + 4):
        return cython.NULL
    end = INFO_HEAD + 4 * cython.cast(uint64_t, cython.cast("FuncInfoHead *", data).nfile)
    if end + 4 > cython.cast(uint64_t, size):
        return cython.NULL
    ninl[0] = cython.cast("uint32_t *", data + end)[0]
    if end + 4 + cython.cast(uint64_t, ninl[0]) * cython.sizeof(InlNode) > cython.cast(uint64_t, size):
        return cython.NULL
    return data


def name_functions(t):
    """Names, files and inline trees, function by function; the id of the first that is corrupt, or 0."""
    for i in range(t.n):
        f = t.funcs + i
        name = t.name_of[f.raw] if f.raw else UNNAMED
        if name & UNNAMED:
            name = name_function(t, f)
        t.name_off[i] = t.names[name].off
        if f.info != cython.NULL and not walk_function(t, f):
            return f.id
    offset_units(t)
    return 0


def name_function(t, f):
    """Give a function with text the next name."""
    id = add_name(t, t.c.name[f.id], t.c.nname[f.id])
    name = t.names + id
    if f.info != cython.NULL:
        name.has_info = True
        name.func_id = f.func_id
        name.start_line = f.start_line
    if f.raw:
        t.name_of[f.raw] = id
    return id


def walk_function(t, f):
    """A function's files and inline tree; false where its object is corrupt."""
    o = cython.address(t.c.syms.objects[t.c.obj[f.id]])
    unit = t.units + (f.unit - 1)
    nfile = cython.cast("FuncInfoHead *", f.info).nfile
    files = cython.cast("uint32_t *", f.info + INFO_HEAD)
    for i in range(nfile):
        if not use_file(t, unit, files[i]):
            return False
    nodes = cython.cast("InlNode *", f.info + INFO_HEAD + 4 * cython.cast(uint64_t, nfile) + 4)
    calls = t.trees + f.tree
    for i in range(f.ninl):
        if not use_file(t, unit, nodes[i].file):
            return False
        id = inlinee(t, o, nodes + i)
        if id == 0:
            return False
        name = t.names + id
        if not name.has_info and not t.imports:
            t.culprit = id
            t.culprit_obj = object_of(t, o, nodes + i)
            return False
        calls[i].func_id = name.func_id
        calls[i].name_off = name.off
        calls[i].parent_pc = nodes[i].parent_pc
        calls[i].start_line = name.start_line
    return True


def use_file(t, unit, index):
    """Note that a unit mentions a file of its table; false where it has no such file."""
    if index >= unit.nfile:
        return False
    if index >= unit.used:
        unit.used = index + 1
    file = t.files + t.slots[unit.first + index]
    if not file.used:
        file.used = True
        file.off = cython.cast(uint32_t, t.files_size)
        t.files_size += file.size
        t.nused += 1
    return True


def object_of(t, o, node):
    """The object that defines an inlined function; the reference is good."""
    s = t.c.syms
    return object_at(s, content(s, resolve(s, o, node.pkg, node.idx)))


def inlinee(t, o, node):
    """The name index of an inlined function, which need not be live; 0 where the reference is bad."""
    raw = resolve(t.c.syms, o, node.pkg, node.idx)
    if raw == 0 or raw >= MISSING:
        return 0
    id = t.name_of[raw]
    if id == 0:
        return name_inlinee(t, raw)
    if id & UNNAMED:
        return name_function(t, t.funcs + (id & ~UNNAMED))
    return id


def name_inlinee(t, raw):
    """Give a function that has no text the next name; 0 where its object is corrupt."""
    s = t.c.syms
    text = cython.declare("const uint8_t *", cython.NULL)
    holder = content(s, raw)
    o = cython.address(s.objects[object_at(s, holder)])
    li = local_index(s, o, holder)
    size = sym_name(o, li, cython.address(text))
    if size < 0:
        return 0
    id = add_name(t, text, cython.cast(uint32_t, size))
    info = info_of(o, li)
    if info != cython.NULL:
        head = cython.cast("FuncInfoHead *", info)
        name = t.names + id
        name.has_info = True
        name.func_id = head.func_id
        name.start_line = head.start_line
    t.name_of[raw] = id
    return id


def info_of(o, li):
    """A function's goobj.FuncInfo by its local index; NULL: it has none."""
    auxs = cython.declare("AuxRecord *", cython.NULL)
    ninl = cython.cast(uint32_t, 0)
    for i in range(sym_auxs(o, li, cython.address(auxs))):
        if auxs[i].type == AUX_FUNCINFO:
            return func_info(o, auxs[i].idx, cython.address(ninl))
    return cython.NULL


def add_name(t, text, size):
    """The next name (ld.generateFuncnametab)."""
    id = t.nname
    name = t.names + id
    t.nname += 1
    name.text = text
    name.size = size
    name.off = cython.cast(uint32_t, t.names_size)
    t.names_size += cython.cast(uint64_t, size) + 1
    return id


def offset_units(t):
    """Lay the units' file tables out in runtime.cutab, each as far as it is used."""
    for i in range(t.nunit):
        t.units[i].cu_off = cython.cast(uint32_t, t.cutab_entries)
        t.cutab_entries += t.units[i].used


def fill_names(t, to):
    """runtime.funcnametab."""
    for i in range(1, t.nname):
        memcpy(to + t.names[i].off, t.names[i].text, t.names[i].size)


def fill_units(t, to):
    """runtime.cutab."""
    for i in range(t.nunit):
        unit = t.units + i
        for j in range(unit.used):
            file = t.files + t.slots[unit.first + j]
            to[unit.cu_off + j] = file.off if file.used else NO_OFFSET


def fill_files(t, to):
    """runtime.filetab."""
    for i in range(t.nfile):
        file = t.files + i
        if not file.used:
            continue
        at = to + file.off
        size = file.size - 1
        if file.in_goroot:
            memcpy(at, t.goroot, t.ngoroot)
            at += t.ngoroot
            size -= t.ngoroot
        memcpy(at, file.name, size)
