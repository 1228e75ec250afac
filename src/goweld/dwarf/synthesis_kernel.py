"""What strings, slices, maps and channels are made of: DIEs after the runtime's structs (dwctxt.synthesize*).

Each pass walks the types there were when it began, the newest first, and so leaves out those it brings.
"""

from __future__ import annotations

import cython
from cython.cimports.goweld.dwarf.dies_kernel import (
    ABBREV_CHANTYPE,
    ABBREV_MAPTYPE,
    ABBREV_PTRTYPE,
    ABBREV_SLICETYPE,
    ABBREV_STRINGTYPE,
    ABBREV_STRUCTTYPE,
    ABBREV_TYPEDECL,
    WHY_CORRUPT,
    WHY_MEMORY,
    WHY_NO_MEMBER,
    Field,
    enter_made,
    enter_raw,
    find_made,
    find_raw,
    lookup_type,
    new_owned,
    stop,
    take_fields,
)
from cython.cimports.goweld.dwarf.types_kernel import TypeData, define, open_content, target_at
from cython.cimports.goweld.model.symbols_kernel import live_of
from cython.cimports.libc.stdint import uint32_t, uint64_t
from cython.cimports.libc.stdlib import free, malloc
from cython.cimports.libc.string import memcmp, memcpy, strlen

TYPE_CHECKING = False
if TYPE_CHECKING:
    from goweld.dwarf.dies_kernel import Dies

KIND_POINTER = cython.declare(cython.int, 22)
KIND_STRUCT = cython.declare(cython.int, 25)
MAP_GROUP = cython.declare(cython.int, 64)  # where a map type names its group's type


def synthesize(dies: Dies, prototypes: list[int]) -> bool:
    """Complete the types; `prototypes` are the raw ids of the type symbols of PROTOTYPES.

    Whether nothing stopped the work.
    """
    t = cython.address(dies.t)
    string = cython.cast(uint32_t, prototypes[0])
    slice = cython.cast(uint32_t, prototypes[1])
    map = cython.cast(uint32_t, prototypes[2])
    table = cython.cast(uint32_t, prototypes[3])
    groups = cython.cast(uint32_t, prototypes[4])
    sudog = cython.cast(uint32_t, prototypes[5])
    waitq = cython.cast(uint32_t, prototypes[6])
    hchan = cython.cast(uint32_t, prototypes[7])
    with cython.nogil:
        strings(t, string)
        slices(t, slice)
        maps(t, map, table, groups)
        channels(t, sudog, waitq, hchan)
    return t.why == 0


def prototype(t, raw):
    """The definition of a struct type, made now if need be (dwctxt.findprotodie)."""
    die = define(t, raw)
    if t.dies[die].abbrev == ABBREV_TYPEDECL:
        return t.dies[die].type
    return die


def pointer_to(t, die):
    """The DIE of the pointer to a type (dwctxt.defptrto); 0 where something stops the work."""
    size = cython.cast(uint64_t, t.dies[die].nname) + 1
    name = cython.cast("uint8_t *", malloc(size))
    if name == cython.NULL:
        return stop(t, WHY_MEMORY, 0)
    name[0] = 42
    memcpy(name + 1, t.dies[die].name, size - 1)
    raw = lookup_type(t, name, size)
    found = find_raw(t, raw) if raw else find_made(t, name, size)
    if found:
        free(name)
        return found
    new = new_owned(t, ABBREV_PTRTYPE, name, size)
    if new == 0:
        return 0
    t.dies[new].type = die
    if raw == 0:
        enter_made(t, new)
        return new
    enter_raw(t, raw, new)
    t.dies[new].raw = raw
    if live_of(t.c.syms, raw):
        t.dies[new].runtime = live_of(t.c.syms, raw)
        t.dies[new].kind = KIND_POINTER
    return new


def internal_type(t, base, first, second, new):
    """The DIE of a struct of the runtime's for the given types, and whether it is new and to be filled in.

    (dwctxt.mkinternaltype; `second` is 0 where there is one type only.)
    """
    a = cython.address(t.dies[first])
    b = cython.address(t.dies[second])
    nbase = strlen(base)
    size = nbase + a.nname + 2
    if second:
        size += b.nname + 1
    new[0] = False
    name = cython.cast("uint8_t *", malloc(size))
    if name == cython.NULL:
        return stop(t, WHY_MEMORY, 0)
    memcpy(name, base, nbase)
    name[nbase] = 60
    memcpy(name + nbase + 1, a.name, a.nname)
    if second:
        name[nbase + 1 + a.nname] = 44
        memcpy(name + nbase + 2 + a.nname, b.name, b.nname)
    name[size - 1] = 62
    found = find_made(t, name, size)
    if found:
        free(name)
        return found
    die = new_owned(t, ABBREV_STRUCTTYPE, name, size)
    new[0] = die != 0
    if die:
        enter_made(t, die)
    return die


def copy_members(t, die, source):
    """Give a type copies of a struct's members (dwctxt.copychildren)."""
    n = t.dies[source].nfields
    first = take_fields(t, n)
    if t.why:
        return False
    memcpy(
        cython.address(t.fields[first]),
        cython.address(t.fields[t.dies[source].first_field]),
        n * cython.sizeof(Field),
    )
    t.dies[die].first_field = first
    t.dies[die].nfields = n
    return True


def substitute(t, die, member, type):
    """Give a member another type (dwctxt.substitutetype)."""
    d = cython.address(t.dies[die])
    size = strlen(member)
    for i in range(d.first_field, d.first_field + d.nfields):
        f = cython.address(t.fields[i])
        if f.nname == size and memcmp(f.name, member, size) == 0:
            f.type = type
            return type != 0
    if t.why == 0:
        t.member = member
    stop(t, WHY_NO_MEMBER, die)
    return False


def strings(t, raw):
    last = t.n - 1
    source = prototype(t, raw)
    die = last
    while die and t.why == 0:
        if t.dies[die].abbrev == ABBREV_STRINGTYPE:
            copy_members(t, die, source)
        die -= 1


def slices(t, raw):
    last = t.n - 1
    source = prototype(t, raw)
    die = last
    while die and t.why == 0:
        if t.dies[die].abbrev == ABBREV_SLICETYPE and copy_members(t, die, source):
            substitute(t, die, b"array", pointer_to(t, t.dies[die].elem))
        die -= 1


def maps(t, map, table, groups):
    p = cython.declare(Prototypes)
    last = t.n - 1
    p.map = prototype(t, map)
    p.table = prototype(t, table)
    p.groups = prototype(t, groups)
    die = last
    while die and t.why == 0:
        if t.dies[die].abbrev == ABBREV_MAPTYPE:
            found = map_internals(t, die, cython.address(p))
            t.dies[die].type = found
        die -= 1


def group_type(t, raw):
    """The DIE of the type of a map's groups; 0 where something stops the work."""
    d = cython.declare(TypeData)
    if not open_content(t, raw, cython.address(d)):
        return stop(t, WHY_CORRUPT, raw)
    group = target_at(t, cython.address(d), MAP_GROUP)
    if group == 0:
        return stop(t, WHY_CORRUPT, raw)
    return define(t, group)


def map_internals(t, die, p):
    """The pointer type behind a map: to its map<K,V>, with the table and the groups that this leads to."""
    new = cython.declare(cython.bint)
    key = t.dies[die].key
    value = t.dies[die].elem
    group = group_type(t, t.dies[die].raw)
    if group == 0:
        return 0
    groups = internal_type(t, b"groupReference", key, value, cython.address(new))
    if new and copy_members(t, groups, p.groups):
        substitute(t, groups, b"data", pointer_to(t, group))
        t.dies[groups].size = t.dies[p.groups].size
        t.dies[groups].kind = KIND_STRUCT
    table = internal_type(t, b"table", key, value, cython.address(new))
    if new and copy_members(t, table, p.table):
        substitute(t, table, b"groups", groups)
        t.dies[table].size = t.dies[p.table].size
        t.dies[table].kind = KIND_STRUCT
    map = internal_type(t, b"map", key, value, cython.address(new))
    if new and copy_members(t, map, p.map):
        directory = pointer_to(t, table)
        substitute(t, map, b"dirPtr", pointer_to(t, directory))
        t.dies[map].size = t.dies[p.map].size
        t.dies[map].kind = KIND_STRUCT
    return pointer_to(t, map) if t.why == 0 else 0


def channels(t, sudog, waitq, hchan):
    p = cython.declare(Prototypes)
    last = t.n - 1
    p.sudog = prototype(t, sudog)
    p.waitq = prototype(t, waitq)
    p.hchan = prototype(t, hchan)
    die = last
    while die and t.why == 0:
        if t.dies[die].abbrev == ABBREV_CHANTYPE:
            found = channel_internals(t, die, cython.address(p))
            t.dies[die].type = found
        die -= 1


def channel_internals(t, die, p):
    """The pointer type behind a channel: to its hchan<T>, with the queues that this leads to."""
    new = cython.declare(cython.bint)
    elem = t.dies[die].elem
    sudog = internal_type(t, b"sudog", elem, 0, cython.address(new))
    if new and copy_members(t, sudog, p.sudog):
        substitute(t, sudog, b"elem", pointer_to(t, elem))
        t.dies[sudog].size = t.dies[p.sudog].size
    waitq = internal_type(t, b"waitq", elem, 0, cython.address(new))
    if new and copy_members(t, waitq, p.waitq):
        pointer = pointer_to(t, sudog)
        substitute(t, waitq, b"first", pointer)
        substitute(t, waitq, b"last", pointer)
        t.dies[waitq].size = t.dies[p.waitq].size
    hchan = internal_type(t, b"hchan", elem, 0, cython.address(new))
    if new and copy_members(t, hchan, p.hchan):
        substitute(t, hchan, b"recvq", waitq)
        substitute(t, hchan, b"sendq", waitq)
        t.dies[hchan].size = t.dies[p.hchan].size
    return pointer_to(t, hchan) if t.why == 0 else 0
