"""The functions of a program, their names and files, and those inlined into them: half of pclntab.

Everything is numbered in the order in which the functions, laid out as text, mention it first.
"""

from __future__ import annotations

import cython
from cython.cimports.goweld.codec.goobj_kernel import (
    AUX_FUNCDATA,
    AUX_FUNCINFO,
    AUX_PCDATA,
    sym_auxs,
    sym_data,
    sym_name,
)
from cython.cimports.goweld.model.live_kernel import live_auxs
from cython.cimports.goweld.model.memory_kernel import Column
from cython.cimports.goweld.model.symbols_kernel import (
    MISSING,
    content,
    gw_hash,
    gw_prefetch,
    local_index,
    resolve,
)
from cython.cimports.libc.stdint import uint8_t, uint32_t, uint64_t
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
SLASH = cython.declare(uint8_t, 47)
BACKSLASH = cython.declare(uint8_t, 92)
DOT = cython.declare(uint8_t, 46)


class Functions:
    """The functions to describe: `count` live ids of `order`."""

    def __init__(self, live: Live, order: Ids, count: int) -> None:
        t = cython.address(self.t)
        self.live = live
        self.memory = []
        self.kept = [order]
        self.goroot = b""
        t.c = cython.address(self.live.c)
        t.order = cython.cast("uint32_t *", cython.cast(Column, order).ptr)
        t.n = count
        t.funcs = cython.cast("Function *", self.column(cython.sizeof(Function), t.n))
        t.units = cython.cast("Unit *", self.column(cython.sizeof(Unit), t.c.syms.nobjects))
        t.unit_of = cython.cast("uint32_t *", self.column(4, t.c.syms.nobjects))

    def column(self, itemsize, length):
        memory = Column(itemsize, length)
        self.memory.append(memory)
        return cython.cast(Column, memory).ptr

    def describe(self) -> int:
        """Read each function's description, lay out runtime.functab; the first function that is corrupt, or 0."""
        t = cython.address(self.t)
        with cython.nogil:
            bad = describe_functions(t)
        return bad

    def units(self) -> list[int]:
        """The compilation units in the order of their first function (ld.makePclntab), as objects."""
        return [self.t.units[i].obj for i in range(self.t.nunit)]

    def set_files(
        self, tables: list[list[bytes]], goroot: bytes | None, expand: Callable[[bytes], bytes] | None
    ) -> None:
        """Give each unit its file table.

        What follows $GOROOT is put behind `goroot` if both are clean paths; else `expand` makes the name of it.
        Without `expand`, $GOROOT stays.
        """
        t = cython.address(self.t)
        self.goroot = goroot
        self.kept.append(tables)
        total = cython.cast(uint64_t, 0)
        for table in tables:
            total += len(table)
        room = cython.cast(uint64_t, 1024)
        while room < 2 * total:
            room *= 2
        seen = Column(cython.sizeof(FileSlot), room)
        entries = cython.cast("FileSlot *", cython.cast(Column, seen).ptr)
        t.files = cython.cast("File *", self.column(cython.sizeof(File), total))
        t.slots = cython.cast("uint32_t *", self.column(4, total))
        at = cython.cast(uint32_t, 0)
        for i in range(t.nunit):
            t.units[i].first = at
            for raw in tables[i]:
                t.slots[at] = self.enter_file(raw, entries, room - 1, expand)
                at += 1
            t.units[i].nfile = at - t.units[i].first
        seen.free()
        return 0

    def enter_file(self, raw, table, mask, expand):
        """The index of a file: the same for equal names only, whatever they expand to."""
        text = cython.cast("const uint8_t *", cython.cast("const char *", raw))
        size = cython.cast(uint32_t, len(raw))
        i = gw_hash(text, size) & mask
        while table[i].file:
            if table[i].size == size and memcmp(table[i].raw, text, size) == 0:
                return table[i].file - 1
            i = (i + 1) & mask
        file = self.t.nfile
        self.describe_file(cython.address(self.t.files[file]), raw, expand)
        self.t.nfile += 1
        table[i].raw = text
        table[i].size = size
        table[i].file = self.t.nfile
        return file

    def describe_file(self, file, raw, expand):
        """How a file's name will read (ld.expandFile)."""
        shown = cython.cast("const uint8_t *", cython.cast("const char *", raw))
        size = cython.cast(uint32_t, len(raw))
        if size >= 8 and memcmp(shown, FILE_PREFIX, 8) == 0:
            shown += 8
            size -= 8
        if (
            expand is not None
            and size > 7
            and memcmp(shown, GOROOT, 7) == 0
            and (shown[7] == SLASH or shown[7] == BACKSLASH)
        ):
            shown += 7
            size -= 7
            if self.goroot is not None and is_clean(shown, size):
                file.in_goroot = True
            else:
                expanded = cython.cast(bytes, expand(cython.cast("const char *", shown)[:size]))
                self.kept.append(expanded)
                shown = cython.cast("const uint8_t *", cython.cast("const char *", expanded))
                size = cython.cast(uint32_t, len(expanded))
        file.name = shown
        file.size = size + 1
        if file.in_goroot:
            file.size += cython.cast(uint32_t, len(self.goroot))
        return 0

    def name(self) -> int:
        """Name the functions and those inlined into them, and their files; the first one that is corrupt, or 0."""
        t = cython.address(self.t)
        t.names = cython.cast("Name *", self.column(cython.sizeof(Name), t.n + t.ntree + 1))
        t.nname = 1
        t.live_name = cython.cast("uint32_t *", self.column(4, t.c.n))
        dead = Column(4, t.c.syms.n, True)
        self.memory.append(dead)
        t.dead_name = cython.cast("uint32_t *", cython.cast(Column, dead).ptr)
        t.trees = cython.cast("InlinedCall *", self.column(cython.sizeof(InlinedCall), t.ntree))
        with cython.nogil:
            bad = name_functions(t)
        return bad

    def missing(self) -> bytes:
        """The inlined function whose description is missing, where that is what is wrong; else empty."""
        name = cython.address(self.t.names[self.t.culprit])
        return cython.cast("const char *", name.text)[: name.size]

    def sizes(self) -> tuple[int, int, int]:
        """Sizes of runtime.funcnametab, runtime.cutab and runtime.filetab."""
        t = cython.address(self.t)
        entries = offset_units(t)
        return t.names_size, 4 * entries, t.files_size

    def functab_size(self) -> int:
        """The size of runtime.functab."""
        return self.t.functab_size

    def counts(self) -> tuple[int, int]:
        """How many functions and files the tables hold."""
        return self.t.n, self.t.nused

    def fill(self, funcnametab: int, cutab: int, filetab: int) -> None:
        """Write those tables into the content of the symbols."""
        t = cython.address(self.t)
        names = cython.cast("uint8_t *", t.c.data[cython.cast(uint32_t, funcnametab)])
        units = cython.cast("uint32_t *", t.c.data[cython.cast(uint32_t, cutab)])
        files = cython.cast("uint8_t *", t.c.data[cython.cast(uint32_t, filetab)])
        prefix = cython.cast(bytes, self.goroot if self.goroot is not None else b"")
        goroot = cython.cast("const uint8_t *", cython.cast("const char *", prefix))
        ngoroot = cython.cast(uint32_t, len(prefix))
        with cython.nogil:
            fill_names(t, names)
            fill_units(t, units)
            fill_files(t, files, goroot, ngoroot)
        return 0

    def free(self) -> None:
        """Give back what only building needed."""
        for memory in self.memory:
            memory.free()
        self.kept = []
        return 0


def is_clean(text, size):
    """Whether a path from the root has no element that path.Clean would change."""
    if text[0] != SLASH:
        return False
    for i in range(size):
        if text[i] == SLASH and (i + 1 == size or text[i + 1] == SLASH or text[i + 1] == DOT):
            return False
    return True


def describe_functions(t):
    """The functions in text order, their units, and where each lies in runtime.functab."""
    size = cython.cast(uint64_t, 8) * t.n + 4
    for i in range(t.n):
        f = t.funcs + i
        f.id = t.order[i]
        if not describe_function(t, f):
            return f.id
        size = (size + 7) & ~cython.cast(uint64_t, 7)
        f.record = cython.cast(uint32_t, size)
        size += FUNC_SIZE + 4 * (cython.cast(uint64_t, f.npcdata) + f.nfuncdata)
    t.functab_size = size
    return 0


def describe_function(t, f):
    """One function's unit, description and number of tables; false where its object is corrupt."""
    c = t.c
    k = c.obj[f.id]
    if k:
        if t.unit_of[k] == 0:
            t.units[t.nunit].obj = k
            t.nunit += 1
            t.unit_of[k] = t.nunit
        f.unit = t.unit_of[k]
    count = live_auxs(c, f.id, cython.address(f.auxs))
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
            f.info = func_info(cython.address(c.syms.objects[k]), f.auxs[i].idx, cython.address(f.ninl))
            if f.info == cython.NULL:
                return False
    if f.info == cython.NULL:
        f.npcdata = 0
        f.nfuncdata = 0
        return True
    if f.ninl:
        f.tree = t.ntree
        t.ntree += f.ninl
        if f.npcdata < INLINE_PCDATA:
            f.npcdata = INLINE_PCDATA
        if f.nfuncdata < INLINE_FUNCDATA:
            f.nfuncdata = INLINE_FUNCDATA
    t.npc += f.naux
    t.nfd += f.nfuncdata
    return True


def func_info(o, li, ninl):
    """A function's goobj.FuncInfo and the length of its inline tree; NULL where the object is corrupt."""
    data = cython.declare("const uint8_t *", cython.NULL)
    if li >= o.nalldef:
        return cython.NULL
    size = sym_data(o, li, cython.address(data))
    if size < INFO_HEAD + 4:
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
        name = t.live_name[f.id]
        if name == 0:
            name = add_name(t, t.c.name[f.id], t.c.nname[f.id], f.info)
            t.live_name[f.id] = name
        f.name_off = t.names[name].off
        if f.info != cython.NULL and not walk_function(t, f):
            return f.id
    return 0


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
        if not name.has_info:
            t.culprit = id
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


def inlinee(t, o, node):
    """The name index of an inlined function, which need not be live; 0 where the reference is bad."""
    s = t.c.syms
    info = cython.declare("const uint8_t *", cython.NULL)
    raw = resolve(s, o, node.pkg, node.idx)
    if raw == 0 or raw >= MISSING:
        return 0
    live = s.live[raw]
    if live == 0:
        return dead_inlinee(t, raw)
    id = t.live_name[live]
    if id == 0:
        if t.c.obj[live]:
            info = info_of(cython.address(s.objects[t.c.obj[live]]), t.c.li[live])
        id = add_name(t, t.c.name[live], t.c.nname[live], info)
        t.live_name[live] = id
    return id


def dead_inlinee(t, raw):
    """The same for a function that is only ever inlined, by its canonical raw id."""
    s = t.c.syms
    text = cython.declare("const uint8_t *", cython.NULL)
    id = t.dead_name[raw]
    if id == 0:
        holder = content(s, raw)
        definer = cython.address(s.objects[s.object[holder]])
        li = local_index(s, definer, holder)
        size = sym_name(definer, li, cython.address(text))
        if size < 0:
            return 0
        id = add_name(t, text, cython.cast(uint32_t, size), info_of(definer, li))
        t.dead_name[raw] = id
    return id


def info_of(o, li):
    """A function's goobj.FuncInfo by its local index; NULL: it has none."""
    auxs = cython.declare("AuxRecord *", cython.NULL)
    ninl = cython.cast(uint32_t, 0)
    for i in range(sym_auxs(o, li, cython.address(auxs))):
        if auxs[i].type == AUX_FUNCINFO:
            return func_info(o, auxs[i].idx, cython.address(ninl))
    return cython.NULL


def add_name(t, text, size, info):
    """Give a function the next name (ld.generateFuncnametab)."""
    id = t.nname
    name = t.names + id
    t.nname += 1
    name.text = text
    name.size = size
    name.off = cython.cast(uint32_t, t.names_size)
    t.names_size += cython.cast(uint64_t, size) + 1
    if info != cython.NULL:
        head = cython.cast("FuncInfoHead *", info)
        name.has_info = True
        name.func_id = head.func_id
        name.start_line = head.start_line
    return id


def offset_units(t):
    """Lay the units' file tables out in runtime.cutab, each as far as it is used; the number of entries."""
    entries = cython.cast(uint64_t, 0)
    for i in range(t.nunit):
        t.units[i].cu_off = cython.cast(uint32_t, entries)
        entries += t.units[i].used
    return entries


def fill_names(t, to):
    """runtime.funcnametab."""
    for i in range(1, t.nname):
        if i + 16 < t.nname:
            gw_prefetch(t.names[i + 16].text)
        memcpy(to + t.names[i].off, t.names[i].text, t.names[i].size)


def fill_units(t, to):
    """runtime.cutab."""
    for i in range(t.nunit):
        unit = t.units + i
        for j in range(unit.used):
            file = t.files + t.slots[unit.first + j]
            to[unit.cu_off + j] = file.off if file.used else NO_OFFSET


def fill_files(t, to, goroot, ngoroot):
    """runtime.filetab."""
    for i in range(t.nfile):
        file = t.files + i
        if not file.used:
            continue
        at = to + file.off
        size = file.size - 1
        if file.in_goroot:
            memcpy(at, goroot, ngoroot)
            at += ngoroot
            size -= ngoroot
        memcpy(at, file.name, size)
