"""amd64's rules for relocations that other linkers must see to (amd64.adddynrel, amd64.elfreloc1)."""

from __future__ import annotations

import cython
from cython.cimports.goweld.arch.amd64_tls import tls_ie_to_le
from cython.cimports.goweld.arch.dynrel_kernel import (
    CHANGED,
    DONE,
    LEFT,
    NOT_OURS,
    NOTED,
    OF_IMPORT,
    REWRITTEN,
    UNEXPECTED_TYPE,
    UNKNOWN_SYMBOL,
    Rules,
    add_got,
    add_plt,
    is_import,
    is_text,
    settle_address,
)
from cython.cimports.goweld.codec.goobj_kernel import R_WEAK
from cython.cimports.goweld.model.kinds import (
    K_DYNIMPORT,
    K_NONE,
    K_XREF,
    R_ADDR,
    R_CALL,
    R_DWARFSECREF,
    R_ELF,
    R_GOTPCREL,
    R_PCREL,
    R_TLS_LE,
)
from cython.cimports.libc.stdint import int64_t


def rules() -> Rules:
    made = Rules()
    made.wants = wants
    made.settle = settle
    made.relax = tls_ie_to_le
    made.elf_type = elf_type
    return made


def wants(c, pie, s, r, t):
    kind = r.type & (R_WEAK - 1)
    if kind >= R_ELF:
        elf = kind - R_ELF
        if elf == R_X86_64_GOTPCREL or elf == R_X86_64_GOTPCRELX or elf == R_X86_64_REX_GOTPCRELX:
            return REWRITTEN
        return CHANGED
    if kind == R_ADDR and pie and t:
        return CHANGED if is_text(c.kind[s]) else NOTED
    return CHANGED if is_import(c, t) else LEFT


def settle(d, s, r, t):
    kind = r.type & (R_WEAK - 1)
    if kind >= R_ELF:
        why = settle_elf(d, s, r, t, kind - R_ELF)
        kind = r.type
        if why != DONE or kind != R_ADDR or not d.pie:
            return why
    if kind == R_CALL:
        if is_import(d.c, t):
            r.add = add_plt(d, t)
            r.idx = d.plt_symbol
        return DONE
    if kind == R_ADDR:
        return settle_address(d, s, r, t, R_X86_64_GLOB_DAT, R_X86_64_RELATIVE)
    return DONE if d.pie else NOT_OURS


def settle_elf(d, s, r, t, elf):
    """Make one of Go's relocations of a host object's."""
    if elf == R_X86_64_PC32:
        return settle_pcrel(d, r, t, 4)
    if elf == R_X86_64_PC64:
        return settle_pcrel(d, r, t, 8)
    if elf == R_X86_64_PLT32:
        r.type = R_PCREL
        r.add += 4
        if is_import(d.c, t):
            r.add += add_plt(d, t)
            r.idx = d.plt_symbol
        return DONE
    if elf == R_X86_64_GOTPCREL or elf == R_X86_64_GOTPCRELX or elf == R_X86_64_REX_GOTPCRELX:
        return settle_got(d, s, r, t)
    if elf == R_X86_64_64:
        r.type = R_ADDR
        return OF_IMPORT if is_import(d.c, t) else DONE
    return UNEXPECTED_TYPE


def settle_pcrel(d, r, t, size):
    kind = d.c.kind[t]
    r.type = R_PCREL
    r.add += size
    if is_import(d.c, t):
        return OF_IMPORT
    return UNKNOWN_SYMBOL if kind == K_NONE or kind == K_XREF else DONE


def settle_got(d, s, r, t):
    """A load of an address from the GOT: of a symbol in this file it is computed instead, where it can be."""
    c = d.c
    r.type = R_PCREL
    r.add += 4
    if not is_import(c, t) and 2 <= r.off < cython.cast(int64_t, c.ndata[s]):
        code = cython.cast("unsigned char *", c.data[s])
        if code[r.off - 2] == MOVQ:
            code[r.off - 2] = LEAQ
            return DONE
    r.add += add_got(d, t, R_X86_64_GLOB_DAT)
    r.idx = d.got_symbol
    return DONE


def elf_type(kind, size, target_kind):
    """ELF's name for a relocation; 0 where it has none."""
    if kind == R_ADDR or kind == R_DWARFSECREF:
        return R_X86_64_32 if size == 4 else R_X86_64_64 if size == 8 else 0
    if size != 4:
        return 0
    if kind == R_CALL:
        return R_X86_64_PLT32 if target_kind == K_DYNIMPORT else R_X86_64_PC32
    if kind == R_PCREL:
        return R_X86_64_PC32
    if kind == R_GOTPCREL:
        return R_X86_64_GOTPCREL
    return R_X86_64_TPOFF32 if kind == R_TLS_LE else R_X86_64_GOTTPOFF
