"""Which DIEs the compiler made are in which unit, and which types they refer to (ld.dwarfGenerateDebugInfo).

Loops over the functions of a unit, over the variables, and over the relocations of what the compiler wrote
about them.
"""

from __future__ import annotations

import cython
from cython.cimports.goweld.codec.goobj_kernel import (
    AUX_DWARF_INFO,
    AUX_GOTYPE,
    FLAG2_DICT,
    sym_data,
    sym_name,
    sym_relocs,
)
from cython.cimports.goweld.dwarf.dies_kernel import (
    WHY_CORRUPT,
    WHY_MEMORY,
    WHY_NO_ROOM,
    WHY_WRONG_KIND,
    Dies,
    lookup_type,
    stop,
)
from cython.cimports.goweld.dwarf.scan_kernel import USED_TYPE, Scan
from cython.cimports.goweld.dwarf.types_kernel import define, define_builtins, define_known
from cython.cimports.goweld.model.kinds import (
    K_BSS,
    K_DATA,
    K_DATA_END,
    K_DWARF_ABSFCN,
    K_DWARF_CONST,
    K_DWARF_TYPE,
    K_DWARF_VAR,
    K_MODULEDATA,
    K_NOPTRBSS,
    K_NOPTRDATA,
    K_NOPTRDATA_END,
    K_RODATA,
    K_RODATA_END,
    K_TLSBSS,
    K_TYPE,
    R_DWARFSECREF,
    R_USEIFACE,
)
from cython.cimports.goweld.model.live_kernel import (
    A_ADOPTED,
    A_CLONED,
    A_FILE_LOCAL,
    A_LINKER,
    A_NOT_IN_SYMTAB,
    append_beside,
    has_aux,
    live_auxs,
)
from cython.cimports.goweld.model.memory_kernel import Arena, Column, touch
from cython.cimports.goweld.model.pool_kernel import run_tasks
from cython.cimports.goweld.model.symbols_kernel import (
    canonical,
    content,
    live_of,
    local_index,
    locate,
    object_at,
    resolve,
    set_live,
)
from cython.cimports.libc.stdint import uint32_t, uint64_t
from cython.cimports.libc.stdlib import free, realloc
from cython.cimports.libc.string import memcmp, memmove

TYPE_CHECKING = False
if TYPE_CHECKING:
    from goweld.dwarf.units_kernel import Units
    from goweld.model.live_kernel import Live

NINFO = cython.declare(cython.int, 8)  # the length of "go:info."
RANGE = cython.declare(uint64_t, 1 << 14)  # symbols that a task looks at


def add(t, list, id):
    """Append to a list; False where there is no memory."""
    if list.n == list.room:
        wanted = list.room * 2 if list.room else t.likely
        grown = cython.cast("uint32_t *", realloc(list.ids, cython.cast(uint64_t, wanted) * 4))
        if grown == cython.NULL:
            stop(t, WHY_MEMORY, 0)
            return False
        list.ids = grown
        list.room = wanted
    list.ids[list.n] = id
    list.n += 1
    return True


def visit_unit(t, info, obj, constants):
    """List the DIEs and ranges of a unit's functions, and define the types of its constants and of those.

    (dwctxt.dwarfVisitFunction, its functions one after the other.)
    """
    if constants:
        if t.c.kind[constants] != K_DWARF_CONST:
            return stop(t, WHY_WRONG_KIND, constants)
        import_types(t, constants)
    info.functions.of[obj].first = info.functions.n
    info.ranges.of[obj].first = info.ranges.n
    info.abstract.of[obj].first = info.abstract.n
    scan = cython.address(info.scan.t)
    for i in range(scan.ends[obj - 1], scan.ends[obj]):
        if scan.dies[i]:
            add(t, cython.address(info.functions), scan.dies[i])
            if scan.ranges[i]:
                add(t, cython.address(info.ranges), scan.ranges[i])
    m = cython.address(scan.mentions[obj])
    for i in range(m.n):
        if m.ids[i] & USED_TYPE:
            define(t, canonical(t.c.syms, m.ids[i] & ~USED_TYPE))
        elif not follow(t, info, m.ids[i]):
            break
    free(m.ids)
    m.ids = cython.NULL
    m.n = 0
    info.functions.of[obj].end = info.functions.n
    info.ranges.of[obj].end = info.ranges.n
    info.abstract.of[obj].end = info.abstract.n
    return t.why == 0


def follow(t, info, raw):
    """Define the type that a function's DIE mentions, or list the abstract function."""
    target = live_of(t.c.syms, raw)
    kind = t.c.kind[target]
    if kind == K_DWARF_ABSFCN:
        if not info.listed[target]:
            info.listed[target] = 1
            add(t, cython.address(info.abstract), target)
            import_types(t, target)
    elif kind != K_DWARF_TYPE:
        # One of that kind is defined already: nothing else gives a symbol this kind.
        import_type(t, target, raw, info.scan.t.type_of[target])
    return t.why == 0


def import_types(t, s):
    """Define the types that an abstract function or constants refer to (dwctxt.importInfoSymbol)."""
    c = t.c
    if c.attr[s] & A_LINKER:
        return True
    o = cython.address(c.syms.objects[c.obj[s]])
    for i in range(c.nrel[s]):
        r = c.rel[s] + i
        if r.type == R_DWARFSECREF and not import_type(t, s, locate(c.syms, o, r.pkg, r.idx), 0):
            return False
    return t.why == 0


def import_type(t, s, raw, type):
    """Define the type behind a reference of s to go:info.T, and let the reference find it should it be dead.

    `type` is the type's symbol, 0 if it is to be looked up.
    """
    syms = t.c.syms
    name = cython.declare("const uint8_t *", cython.NULL)
    if raw == 0 or raw >= syms.n:
        return stop(t, WHY_WRONG_KIND, s)
    first = canonical(syms, raw)
    if t.c.kind[live_of(syms, first)] != K_DWARF_TYPE and object_at(syms, first):
        if type == 0:
            definer = cython.address(syms.objects[object_at(syms, first)])
            size = sym_name(definer, local_index(syms, definer, first), cython.address(name))
            if size <= NINFO or memcmp(name, cython.cast("const char *", b"go:info."), NINFO) != 0:
                return stop(t, WHY_WRONG_KIND, s)
            type = lookup_type(t, name + NINFO, size - NINFO)
        define_known(t, type, live_of(syms, first))
    if live_of(syms, raw) == 0 and live_of(syms, first):
        set_live(syms, raw, live_of(syms, first))
    return True


def is_variable_kind(kind):
    """Kinds of symbols that may be variables."""
    return (
        K_RODATA <= kind <= K_RODATA_END
        or K_DATA <= kind <= K_DATA_END
        or K_NOPTRDATA <= kind <= K_NOPTRDATA_END
        or kind == K_TYPE
        or kind == K_BSS
        or kind == K_NOPTRBSS
        or kind == K_TLSBSS
        or kind == K_MODULEDATA
    )


def find_variables(context, index):
    """A task: the symbols of one range of ids that may be variables, or dictionaries of generic functions."""
    f = cython.cast("Finding *", context)
    c = f.c
    first = cython.cast(uint32_t, index * RANGE)
    end = first + RANGE if first + RANGE < c.loaded else c.loaded
    n = cython.cast(uint32_t, 0)
    for s in range(first, end):
        hidden = c.attr[s] & (A_FILE_LOCAL | A_NOT_IN_SYMTAB | A_LINKER | A_ADOPTED)
        if is_variable_kind(c.kind[s]) and not hidden and (has_aux(c, s, AUX_GOTYPE) or is_dictionary(c, s)):
            f.ids[first + n] = s
            n += 1
    f.counts[index] = n


def is_dictionary(c, s):
    # Most read-only data has no relocations: its record need not be looked at.
    if c.kind[s] != K_RODATA or c.nrel[s] == 0 or c.attr[s] & A_CLONED:
        return False
    return cython.cast(cython.bint, c.syms.objects[c.obj[s]].syms[c.li[s]].flag2 & FLAG2_DICT)


def visit_data(t, info, s):
    """List a variable's DIE and define its type; define the types that a dictionary refers to."""
    c = t.c
    o = cython.address(c.syms.objects[c.obj[s]])
    a = cython.declare("AuxRecord *", cython.NULL)
    n = live_auxs(c, s, cython.address(a))
    kind = cython.cast(uint32_t, 0)
    die = cython.cast(uint32_t, 0)
    for i in range(n):
        if a[i].type == AUX_GOTYPE:
            kind = resolve(c.syms, o, a[i].pkg, a[i].idx)
        elif a[i].type == AUX_DWARF_INFO:
            die = resolve(c.syms, o, a[i].pkg, a[i].idx)
    if kind >= c.syms.n or die >= c.syms.n:
        return stop(t, WHY_WRONG_KIND, s)
    if kind == 0:
        return visit_dictionary(t, s) if is_dictionary(c, s) else True
    if die == 0:
        return True
    define(t, kind)
    found = live_of(c.syms, die)
    if found == 0:
        found = revive(t, die)
        if found == 0:
            return False
        import_types(t, found)
    if c.kind[found] != K_DWARF_VAR:
        return stop(t, WHY_WRONG_KIND, s)
    if not add(t, cython.address(info.variables), found):
        return False
    info.unit_of[info.variables.n - 1] = c.obj[s]
    return True


def visit_dictionary(t, s):
    """Define the types that a generic function's dictionary converts to interfaces."""
    c = t.c
    o = cython.address(c.syms.objects[c.obj[s]])
    for i in range(c.nrel[s]):
        r = c.rel[s] + i
        if r.type == R_USEIFACE:
            raw = resolve(c.syms, o, r.pkg, r.idx)
            if raw >= c.syms.n:
                return stop(t, WHY_WRONG_KIND, s)
            define(t, raw)
    return True


def revive(t, raw):
    """The live id of a symbol that deadcode did not reach: it does not look at what the linker altered."""
    c = t.c
    s = c.syms
    if raw >= s.first_ref:
        return stop(t, WHY_CORRUPT, raw)
    holder = content(s, raw)
    k = object_at(s, holder)
    o = cython.address(s.objects[k])
    li = local_index(s, o, holder)
    live = append_beside(c, s.kind_of[o.syms[li].type])
    if live == 0:
        return stop(t, WHY_NO_ROOM, 0)
    size = sym_data(o, li, cython.address(c.data[live]))
    n = sym_relocs(o, li, cython.address(c.rel[live]))
    if size < 0 or n < 0:
        return stop(t, WHY_CORRUPT, raw)
    c.attr[live] = A_NOT_IN_SYMTAB
    c.obj[live] = k
    c.li[live] = li
    c.ndata[live] = cython.cast(uint32_t, size)
    c.size[live] = o.syms[li].size
    c.nrel[live] = n
    c.raw[live] = raw
    set_live(s, raw, live)
    return live


def sort_variables(list, unit_of, sorted, nobjects):
    """Put the variables of each unit together, in the order they have."""
    for i in range(list.n):
        list.of[unit_of[i]].end += 1
    first = cython.cast(uint32_t, 0)
    for k in range(nobjects):
        n = list.of[k].end
        list.of[k].first = first
        list.of[k].end = first
        first += n
    for i in range(list.n):
        span = cython.address(list.of[unit_of[i]])
        sorted[span.end] = list.ids[i]
        span.end += 1


def listed_of(list, obj):
    found = []
    for i in range(list.of[obj].first, list.of[obj].end):
        found.append(list.ids[i])
    return found


class DebugInfo:
    """What .debug_info is made of, unit by unit.  A unit is an object; it is named by its index."""

    def __init__(self, live: Live, units: Units, dwarf5: bool) -> None:
        self.live = live
        self.units = units
        self.dwarf5 = dwarf5
        self.dies = Dies(live)
        self.order: list[int] = []
        self.packages: dict[int, bytes] = {}
        self.producers: dict[int, bytes] = {}
        self.names: dict[int, bytes] = {}
        self.constants: dict[int, int] = {}
        self.arena = Arena()
        self.memory = []
        n = self.live.c.syms.nobjects
        self.functions.of = cython.cast("Span *", self.column(cython.sizeof(Span), n))
        self.abstract.of = cython.cast("Span *", self.column(cython.sizeof(Span), n))
        self.ranges.of = cython.cast("Span *", self.column(cython.sizeof(Span), n))
        self.variables.of = cython.cast("Span *", self.column(cython.sizeof(Span), n))
        self.listed = cython.cast("uint8_t *", self.column(1, self.live.c.n))
        touch(self.listed, self.live.c.n)

    def column(self, itemsize, length):
        memory = Column(itemsize, length)
        self.memory.append(memory)
        return cython.cast(Column, memory).ptr

    def add_unit(self, obj: int, package: bytes, producer: bytes, name: bytes, constants: int) -> None:
        """Add a unit with what its DIE says of it; `constants` is 0 where it has none."""
        self.order.append(obj)
        self.packages[obj] = package
        self.producers[obj] = producer
        self.names[obj] = name
        if constants:
            self.constants[obj] = constants
        if package == b"runtime":
            self.runtime = obj

    def is_empty(self, obj: int) -> bool:
        """Whether a unit has nothing to say: neither functions nor variables nor types."""
        has_variables = self.variables.of[obj].end > self.variables.of[obj].first
        return self.units.count(obj) == 0 and not has_variables and obj != self.runtime

    def define_builtins(self, eface: int, iface: int, pointer: int, uintptr: int) -> bool:
        """Define the types that others need, given their type symbols; whether that went well."""
        t = cython.address(self.dies.t)
        t.eface = eface
        t.iface = iface
        return define_builtins(t, pointer, uintptr)

    def define(self, raw: int) -> bool:
        """Define a type, given its type symbol; whether that went well."""
        t = cython.address(self.dies.t)
        define(t, raw)
        return t.why == 0

    def read_functions(self, objects: list[int]) -> bool:
        """Read what the functions of all units refer to, in that order of units; whether that went well."""
        self.scan = Scan(self.units, objects)
        if self.scan.t.bad:
            stop(cython.address(self.dies.t), WHY_WRONG_KIND, self.scan.t.bad)
        return self.scan.t.bad == 0

    def find_variables(self) -> None:
        """Find what `visit_variables` will look at, while symbols are as they were compiled."""
        f = cython.declare(Finding)
        f.c = cython.address(self.live.c)
        n = (f.c.loaded + RANGE - 1) // RANGE
        f.ids = cython.cast("uint32_t *", self.column(4, f.c.loaded))
        f.counts = cython.cast("uint32_t *", self.column(4, n))
        with cython.nogil:
            run_tasks(b"find variables", find_variables, cython.address(f), n)
            total = cython.cast(uint32_t, 0)
            for i in range(n):
                memmove(f.ids + total, f.ids + i * RANGE, 4 * cython.cast(uint64_t, f.counts[i]))
                total += f.counts[i]
        self.found = f.ids
        self.nfound = total
        return 0

    def visit_functions(self) -> bool:
        """List the DIEs of all units' functions, and define the types that these and the constants refer to.

        Whether that went well.
        """
        t = cython.address(self.dies.t)
        n = cython.cast(uint32_t, len(self.order))
        units = cython.cast("uint32_t *", self.column(8, n))
        for i in range(n):
            units[2 * i] = self.order[i]
            units[2 * i + 1] = self.constants.get(self.order[i], 0)
        info = self
        with cython.nogil:
            for i in range(n):
                if not visit_unit(t, info, units[2 * i], units[2 * i + 1]):
                    break
        return t.why == 0

    def visit_variables(self) -> bool:
        """List the DIEs of the variables the program has, and define their types; whether that went well."""
        t = cython.address(self.dies.t)
        c = cython.address(self.live.c)
        self.unit_of = cython.cast("uint32_t *", self.column(4, self.nfound))
        info = self
        found = self.found
        nfound = self.nfound
        with cython.nogil:
            for i in range(nfound):
                visit_data(t, info, found[i])
                if t.why:
                    break
        sorted = cython.cast("uint32_t *", self.column(4, self.variables.n))
        list = cython.address(self.variables)
        sort_variables(list, self.unit_of, sorted, c.syms.nobjects)
        self.variables.ids = sorted
        return t.why == 0

    def functions_of(self, obj: int) -> list[int]:
        """The subprogram DIEs of a unit."""
        return listed_of(cython.address(self.functions), obj)

    def ranges_of(self, obj: int) -> list[int]:
        """The range lists of a unit's functions."""
        return listed_of(cython.address(self.ranges), obj)

    def abstract_of(self, obj: int) -> list[int]:
        """The abstract subprograms of a unit."""
        return listed_of(cython.address(self.abstract), obj)

    def variables_of(self, obj: int) -> list[int]:
        """The variable DIEs of a unit."""
        return listed_of(cython.address(self.variables), obj)
