"""The DIEs of types, as cmd/link's dwctxt keeps them: in order of creation, found by type symbol or by name.

A DIE's symbol is go:info.NAME, the one functions refer to where they mention the type; a DIE that describes a
type symbol is found by that symbol alone, since one name means one symbol.
"""

from __future__ import annotations

import cython
from cython.cimports.goweld.model.kinds import K_DWARF_TYPE
from cython.cimports.goweld.model.live_kernel import A_NOT_IN_SYMTAB, append_beside
from cython.cimports.goweld.model.memory_kernel import touch
from cython.cimports.goweld.model.symbols_kernel import find_name, gw_hash, live_of, set_live
from cython.cimports.libc.stdint import uint32_t, uint64_t
from cython.cimports.libc.stdlib import calloc, free, realloc
from cython.cimports.libc.string import memcmp, memcpy, memset

TYPE_CHECKING = False
if TYPE_CHECKING:
    from goweld.model.live_kernel import Live


def stop(t, why, bad):
    """Remember the first thing that went wrong."""
    if t.why == 0:
        t.why = why
        t.bad = bad
    return 0


def grow(t, p, room, itemsize):
    """Twice the room for an array; the room as it was, and the work stopped, where there is no memory."""
    wanted = room[0] * 2 if room[0] else t.likely
    grown = realloc(p, wanted * itemsize)
    if grown == cython.NULL:
        stop(t, WHY_MEMORY, 0)
        return p
    room[0] = wanted
    return grown


def slot_of(raw):
    return (raw * cython.cast(uint64_t, 0x9E3779B1)) >> 12


def find_raw(t, raw):
    """The DIE of a type symbol (dwctxt.tdmap); 0 where it has none yet."""
    i = slot_of(raw) & t.raw_mask
    while t.by_raw[i]:
        if t.by_raw[i] >> 32 == raw:
            return cython.cast(uint32_t, t.by_raw[i])
        i = (i + 1) & t.raw_mask
    return 0


def enter_raw(t, raw, die):
    """Say which DIE describes a type symbol."""
    if 2 * t.nraw >= t.raw_mask:
        slots = cython.cast("uint64_t *", calloc(2 * (t.raw_mask + 1), 8))
        if slots == cython.NULL:
            return stop(t, WHY_MEMORY, 0)
        old = t.by_raw
        n = t.raw_mask + 1
        t.by_raw = slots
        t.raw_mask = 2 * n - 1
        t.nraw = 0
        for k in range(n):
            if old[k]:
                enter_raw(t, old[k] >> 32, cython.cast(uint32_t, old[k]))
        free(old)
    i = slot_of(raw) & t.raw_mask
    while t.by_raw[i]:
        i = (i + 1) & t.raw_mask
    t.by_raw[i] = cython.cast(uint64_t, raw) << 32 | die
    t.nraw += 1
    return True


def find_made(t, name, size):
    """The DIE of that name among those that describe no type symbol; 0 where there is none."""
    i = gw_hash(name, size) & t.name_mask
    while t.by_name[i]:
        d = cython.address(t.dies[t.by_name[i]])
        if d.nname == size and memcmp(d.name, name, size) == 0:
            return t.by_name[i]
        i = (i + 1) & t.name_mask
    return 0


def enter_made(t, die):
    """Let a DIE that describes no type symbol be found by its name."""
    if 2 * t.nnames >= t.name_mask:
        slots = cython.cast("uint32_t *", calloc(2 * (t.name_mask + 1), 4))
        if slots == cython.NULL:
            return stop(t, WHY_MEMORY, 0)
        old = t.by_name
        n = t.name_mask + 1
        t.by_name = slots
        t.name_mask = 2 * n - 1
        t.nnames = 0
        for k in range(n):
            if old[k]:
                enter_made(t, old[k])
        free(old)
    i = gw_hash(t.dies[die].name, t.dies[die].nname) & t.name_mask
    while t.by_name[i]:
        i = (i + 1) & t.name_mask
    t.by_name[i] = die
    t.nnames += 1
    return True


def prefixed(t, prefix, before, name, size):
    """A name behind a prefix, good until the next call; NULL where there is no memory."""
    if before + size > t.text_room:
        wanted = 2 * (before + size)
        grown = cython.cast("uint8_t *", realloc(t.text, wanted))
        if grown == cython.NULL:
            stop(t, WHY_MEMORY, 0)
            return cython.NULL
        t.text = grown
        t.text_room = wanted
    memcpy(t.text, prefix, before)
    memcpy(t.text + before, name, size)
    return t.text


def lookup(t, prefix, before, name, size):
    """The canonical raw id of the symbol with a prefixed name; 0 where there is none."""
    p = prefixed(t, prefix, before, name, size)
    if p == cython.NULL:
        return 0
    s = t.c.syms
    return s.entries[find_name(s, p, before + size, 0, False)].id


def lookup_type(t, name, size):
    """The raw id of a type's symbol by the type's name; 0 where there is none."""
    return lookup(t, b"type:", 5, name, size)


def info_symbol(t, name, size):
    """The live id of go:info.NAME, alive from now on; 0 where there is no room."""
    s = t.c.syms
    raw = cython.cast(uint32_t, 0)
    sym = t.known
    t.known = 0
    if sym == 0:
        raw = lookup(t, b"go:info.", 8, name, size)
        sym = live_of(s, raw)
    if sym:
        t.c.kind[sym] = K_DWARF_TYPE
        t.c.attr[sym] |= A_NOT_IN_SYMTAB
        return sym
    sym = append_beside(t.c, K_DWARF_TYPE)
    if sym == 0:
        return stop(t, WHY_NO_ROOM, 0)
    if raw:
        t.c.raw[sym] = raw
        set_live(s, raw, sym)
    return sym


def append_die(t, abbrev, name, size):
    """A new DIE without a symbol; 0 where there is no memory."""
    if t.n >= t.room:
        t.dies = cython.cast("Die *", grow(t, t.dies, cython.address(t.room), cython.sizeof(Die)))
        if t.n >= t.room:
            return 0
    d = cython.address(t.dies[t.n])
    memset(d, 0, cython.sizeof(Die))
    d.name = name
    d.nname = cython.cast(uint32_t, size)
    d.abbrev = abbrev
    t.n += 1
    return t.n - 1


def new_die(t, abbrev, name, size):
    """A new DIE (dwctxt.newdie); 0 where something stops the work.  The name must stay where it is."""
    sym = info_symbol(t, name, size)
    if sym == 0:
        return 0
    die = append_die(t, abbrev, name, size)
    if die:
        t.dies[die].sym = sym
    return die


def new_typedef(t, definition):
    """The typedef of a named type: it takes the name's symbol, its definition a nameless one (dotypedef)."""
    anonymous = append_beside(t.c, K_DWARF_TYPE)
    if anonymous == 0:
        return stop(t, WHY_NO_ROOM, 0)
    die = append_die(t, ABBREV_TYPEDECL, t.dies[definition].name, t.dies[definition].nname)
    if die:
        t.dies[die].sym = t.dies[definition].sym
        t.dies[die].type = definition
        t.dies[definition].sym = anonymous
    return die


def new_owned(t, abbrev, name, size):
    """A new DIE under a name that the table frees."""
    die = new_die(t, abbrev, name, size)
    if die == 0:
        free(name)
        return 0
    t.dies[die].owned = True
    return die


def take_fields(t, n):
    """The index of n new fields, zero; the work is stopped where there is no memory."""
    while t.fields_room - t.nfields < n and t.why == 0:
        t.fields = cython.cast(
            "Field *", grow(t, t.fields, cython.address(t.fields_room), cython.sizeof(Field))
        )
    first = t.nfields
    if t.why == 0:
        memset(cython.address(t.fields[first]), 0, n * cython.sizeof(Field))
        t.nfields += n
    return first


class Dies:
    """The table, empty."""

    def __init__(self, live: Live) -> None:
        self.live = live
        t = cython.address(self.t)
        t.c = cython.address(self.live.c)
        t.n = 1
        # Arrays that are not used cost nothing; a move costs much.
        t.likely = t.c.n // 8 + 4096
        t.raw_mask = 1023
        while t.raw_mask < 2 * t.likely:
            t.raw_mask = 2 * t.raw_mask + 1
        t.name_mask = 1023
        t.by_raw = cython.cast("uint64_t *", calloc(t.raw_mask + 1, 8))
        t.by_name = cython.cast("uint32_t *", calloc(t.name_mask + 1, 4))
        if t.by_raw == cython.NULL or t.by_name == cython.NULL:
            raise MemoryError
        touch(t.by_raw, 8 * (t.raw_mask + 1))

    def __dealloc__(self) -> None:
        t = cython.address(self.t)
        for i in range(1, t.n):
            if t.dies[i].owned:
                free(cython.cast("uint8_t *", t.dies[i].name))
        free(t.dies)
        free(t.fields)
        free(t.pending)
        free(t.by_raw)
        free(t.by_name)
        free(t.text)

    def __len__(self) -> int:
        """How many DIEs there are, one more than the last index."""
        return self.t.n

    def die(self, index: int) -> tuple[int, bytes, int, int, int]:
        """A DIE's abbreviation, name, symbol, size and number of fields, for tests and messages."""
        d = cython.address(self.t.dies[cython.cast(uint32_t, index)])
        return d.abbrev, cython.cast("const char *", d.name)[: d.nname], d.sym, d.size, d.nfields

    def member(self) -> str:
        """The member that a type lacks, where that is what stopped the work."""
        return self.t.member.decode()

    def trouble(self) -> tuple[int, int]:
        """What stopped the work, and the symbol or DIE it stopped at; (0, 0) where nothing did."""
        return self.t.why, self.t.bad
