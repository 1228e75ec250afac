"""Relocations that are left to the host linker (ld.extreloc).

They are found where contents are relocated: what another section holds, and every address.  ELF keeps the
addend beside the place, which stays zero.  Each run gathers its own; they are written once all are counted.
"""

from __future__ import annotations

import cython
from cython.cimports.goweld.arch.outcome import NOTHING, OK, WHY_NO_ELF_TYPE, WHY_NO_NAME, WHY_NO_SECTION
from cython.cimports.goweld.codec.goobj_kernel import R_WEAK
from cython.cimports.goweld.model.kinds import (
    K_DYNIMPORT,
    K_UNDEFEXT,
    R_ADDR,
    R_CALL,
    R_DWARFSECREF,
    R_GOTPCREL,
    R_PCREL,
    R_TLS_IE,
    R_TLS_LE,
)
from cython.cimports.goweld.relocate.apply_kernel import Rela, resolve_here, settle, write_at
from cython.cimports.libc.stdint import int64_t, uint64_t
from cython.cimports.libc.stdlib import free, malloc, realloc
from cython.cimports.libc.string import memset


def reserve(c, r):
    """Room for all relocations of a run; false where there is no memory."""
    n = cython.cast(uint64_t, 0)
    for i in range(r.n):
        n += c.nrel[r.ids[i]]
    r.external.n = 0
    r.external.to = cython.NULL
    if n:
        r.external.to = cython.cast("Rela *", malloc(n * cython.sizeof(Rela)))
    return n == 0 or r.external.to != cython.NULL


def trim(external):
    """Give back the room that was not needed."""
    if external.n == 0:
        free(external.to)
        external.to = cython.NULL
    elif external.to != cython.NULL:
        smaller = realloc(external.to, external.n * cython.sizeof(Rela))
        if smaller != cython.NULL:
            external.to = cython.cast("Rela *", smaller)


def is_elsewhere(kind):
    """Whether another file defines symbols of the kind."""
    return cython.cast(cython.bint, K_DYNIMPORT <= kind <= K_UNDEFEXT)


def fold(p, t, add):
    """The symbol that stands for t in the symbol table, and the offset in it (ld.FoldSubSymbolOffset)."""
    c = p.c
    if c.kind[t] >= 64 or t == p.names.alone:
        return t
    carrier = p.names.carrier[c.kind[t]]
    if carrier == 0:
        return t
    add[0] += cython.cast(int64_t, c.value[t] - c.value[carrier])
    return carrier


def leave(p, s, r, t, at, size, found, external):
    """Apply one relocation, or leave it to the host linker; OK, or why not."""
    why = settle(p, s, r, cython.address(t), size)
    if why != OK:
        return OK if why == NOTHING else why
    c = p.c
    kind = r.type & (R_WEAK - 1)
    add = cython.declare(int64_t, r.add)
    if kind == R_CALL or kind == R_PCREL or kind == R_GOTPCREL:
        if t == 0 and (r.pkg or r.idx):
            return WHY_NO_SECTION  # dead, and nothing takes its place
        if t == 0 or (c.sect[t] == c.sect[s] and kind != R_GOTPCREL and c.kind[t] != K_UNDEFEXT):
            return resolve_here(p, s, r, t, at, found)
        if c.kind[t] == K_UNDEFEXT:
            add = 0
        else:
            t = fold(p, t, cython.address(add))
        add -= r.size  # ELF counts from where the place begins
    elif kind == R_ADDR:
        t = fold(p, t, cython.address(add))
    elif kind == R_DWARFSECREF:
        if c.sect[t] == 0:
            return WHY_NO_SECTION
        add += cython.cast(int64_t, c.value[t] - p.section_start[c.sect[t]])
        return put(p, s, r, kind, p.names.of_section[c.sect[t]], t, add, at, external)
    elif kind == R_TLS_LE or kind == R_TLS_IE:
        if t == 0:
            t = p.names.tls
        return put(p, s, r, kind, p.names.number[t], t, add, at, external)
    else:
        return resolve_here(p, s, r, t, at, found)
    if c.sect[t] == 0 and not is_elsewhere(c.kind[t]):
        return WHY_NO_SECTION
    return put(p, s, r, kind, p.names.number[t], t, add, at, external)


def put(p, s, r, kind, number, t, add, at, external):
    """Append a relocation, to the symbol of that number in the symbol table."""
    c = p.c
    if number == 0:
        return WHY_NO_NAME
    elf = p.names.elf_type(kind, r.size, c.kind[t])
    if elf == 0:
        return WHY_NO_ELF_TYPE
    memset(at + r.off, 0, r.size)
    e = external.to + external.n
    external.n += 1
    e.r_offset = c.value[s] + r.off - external.base
    e.r_info = cython.cast(uint64_t, number) << 32 | elf
    e.r_addend = add
    return OK


def write_relas(context, index):
    """A task: write one run's relocations to their place in the file, and let go of them."""
    b = cython.cast("Runs *", context)
    e = cython.address(b.list[index].external)
    if e.n and not b.error:
        error = write_at(b.file, cython.cast("const uint8_t *", e.to), e.n * cython.sizeof(Rela), e.fileoff)
        if error:
            b.error = error
    free(e.to)
    e.to = cython.NULL
