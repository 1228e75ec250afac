"""arm64's rules for relocations that the dynamic linker must see to (arm64.adddynrel)."""

from __future__ import annotations

import cython
from cython.cimports.goweld.arch.dynrel_kernel import (
    CHANGED,
    DONE,
    LEFT,
    NOT_OURS,
    NOTED,
    UNEXPECTED_TYPE,
    Rules,
    add_got,
    add_plt,
    is_import,
    is_text,
    settle_address,
)
from cython.cimports.goweld.codec.goobj_kernel import R_WEAK
from cython.cimports.goweld.model.kinds import R_ADDR, R_ELF


def rules() -> Rules:
    made = Rules()
    made.wants = wants
    made.settle = settle
    return made


def wants(c, pie, s, r, t):
    kind = r.type & (R_WEAK - 1)
    if kind == R_ADDR and pie and t:
        return CHANGED if is_text(c.kind[s]) else NOTED
    return CHANGED if kind >= R_ELF or is_import(c, t) else LEFT


def settle(d, s, r, t):
    kind = r.type & (R_WEAK - 1)
    if kind >= R_ELF:
        return UNEXPECTED_TYPE
    if kind == R_CALLARM64:
        r.add = add_plt(d, t)
        r.idx = d.plt_symbol
        return DONE
    if kind == R_ADDR:
        return settle_address(d, s, r, t, R_AARCH64_GLOB_DAT, R_AARCH64_RELATIVE)
    if kind == R_ARM64_GOTPCREL:
        # The same pair of instructions, with a word of the GOT.
        r.type = R_ARM64_PCREL_LDST64
        r.add = add_got(d, t, R_AARCH64_GLOB_DAT)
        r.idx = d.got_symbol
        return DONE
    return cython.cast(cython.int, DONE if d.pie else NOT_OURS)
