"""The relocations that arm64's instructions have (arm64.archreloc): each adds bits to one or two of them.

An address takes two: adrp has the distance in pages, the other what is left, the low twelve bits.
"""

from __future__ import annotations

import cython
from cython.cimports.goweld.arch.instructions_kernel import Instructions
from cython.cimports.goweld.arch.outcome import OK, WHY_SIZE, WHY_UNKNOWN_TYPE, WHY_UNREACHABLE
from cython.cimports.libc.stdint import int64_t, uint32_t, uint64_t

PAGE = cython.declare(int64_t, 0xFFF)
TCB_SIZE = cython.declare(int64_t, 16)  # thread-local storage begins behind two pointers
CALL_REACH = cython.declare(int64_t, 1 << 27)
TLS_REACH = cython.declare(int64_t, 32678)  # sic
# With the upper half to the left, or with the other half kept.
MOVZ = cython.declare(uint32_t, 0xD2A00000)
MOVK = cython.declare(uint32_t, 0xF2800000)

MESSAGES = {
    WHY_FAR_ADDRESS: "program too large, address relocation distance = {value}",
    WHY_FAR_CALL: "program too large, call relocation distance = {value}",
    WHY_FAR_TLS: "TLS offset out of range {value}",
    WHY_UNALIGNED: "offset for 16-bit load/store has unaligned value {low}",
    WHY_UNALIGNED + 1: "offset for 32-bit load/store has unaligned value {low}",
    WHY_UNALIGNED + 2: "offset for 64-bit load/store has unaligned value {low}",
    WHY_INVALID: "invalid address: {value:x} for relocation type: R_AARCH64_LDST16_ABS_LO12_NC",
    WHY_INVALID + 1: "invalid address: {value:x} for relocation type: R_AARCH64_LDST32_ABS_LO12_NC",
    WHY_INVALID + 2: "invalid address: {value:x} for relocation type: R_AARCH64_LDST64_ABS_LO12_NC",
    WHY_INVALID + 3: "invalid address: {value:x} for relocation type: R_AARCH64_LDST128_ABS_LO12_NC",
    WHY_INSTRUCTION: "unsupported instruction for {value:x} R_ARM64_PCREL",
    WHY_GOT_INSTRUCTION: "unsupported instruction for {value:x} R_GOTARM64",
    WHY_GOT_INVALID: "invalid address: {value:x} for relocation type: R_AARCH64_LD64_GOT_LO12_NC",
    WHY_TLS_INVALID: "invalid address: {value:x} for relocation type: R_AARCH64_TLSIE_LD64_GOTTPREL_LO12_NC",
    WHY_OFFSET_INVALID: "invalid address: {value:x} for relocation type: ARM64_RELOC_PAGEOFF12",
}


def instructions() -> Instructions:
    """What relocation calls for arm64."""
    found = Instructions()
    found.apply = apply
    return found


def apply(c, s, r, kind, t, to, found):
    """Apply one relocation; what came of it."""
    words = cython.cast("uint32_t *", to)
    place = cython.cast(int64_t, c.value[s]) + r.off
    address = cython.cast(int64_t, c.value[t]) + r.add
    pair = cython.declare(
        cython.bint,
        kind == R_ADDRARM64 or kind == R_ARM64_TLS_IE or R_ARM64_PCREL_LDST8 <= kind <= R_ARM64_PCREL_LDST64,
    )
    if r.size != (8 if pair else 4):
        return WHY_SIZE
    if t == 0 and kind != R_ARM64_TLS_LE:
        return WHY_UNREACHABLE
    if kind == R_CALLARM64:
        distance = address - place
        found[0] = distance
        if not -CALL_REACH <= distance < CALL_REACH:
            return WHY_FAR_CALL
        words[0] |= cython.cast(uint32_t, distance >> 2) & 0x03FFFFFF
        return OK
    if kind == R_ARM64_TLS_LE or kind == R_ARM64_TLS_IE:
        found[0] = TCB_SIZE + (cython.cast(int64_t, c.value[t]) if kind == R_ARM64_TLS_LE else address)
        return apply_thread_local(words, kind, found[0])
    distance = address - (place & ~PAGE)
    found[0] = distance
    if pair:
        return apply_to_pair(words, kind, distance)
    if kind == R_ARM64_GOT:
        return apply_got(words, distance, found)
    if kind == R_ARM64_PCREL:
        return apply_by_instruction(words, distance, found)
    if R_ARM64_LDST8 <= kind <= R_ARM64_LDST128:
        shift = kind - R_ARM64_LDST8
        if distance & ((1 << shift) - 1):
            return WHY_INVALID + shift - 1
        words[0] |= (cython.cast(uint32_t, distance & PAGE) >> shift) << 10
        return OK
    return WHY_UNKNOWN_TYPE


def apply_to_pair(words, kind, distance):
    """An address in adrp and add, or in adrp and a load or store."""
    if is_far(distance):
        return WHY_FAR_ADDRESS
    shift = cython.cast(uint32_t, 0) if kind == R_ADDRARM64 else kind - R_ARM64_PCREL_LDST8
    if distance & ((1 << shift) - 1):
        return WHY_UNALIGNED + shift - 1
    words[0] |= page_bits(distance)
    words[1] |= (cython.cast(uint32_t, distance & PAGE) >> shift) << 10
    return OK


def apply_thread_local(words, kind, offset):
    """An offset from the thread pointer; adrp and ldr, to get it from the GOT, become movz and movk."""
    if not 0 <= offset < TLS_REACH:
        return WHY_FAR_TLS
    bits = cython.cast(uint32_t, offset)
    if kind == R_ARM64_TLS_LE:
        words[0] |= bits << 5
        return OK
    if bits & 3:
        return WHY_TLS_INVALID
    words[0] = MOVZ | (words[0] & 0x1F) | ((bits >> 16) << 5)
    words[1] = MOVK | (words[1] & 0x1F) | ((bits & 0xFFFF) << 5)
    return OK


def apply_got(word, distance, found):
    """The address of an entry of the GOT, in adrp or ldr."""
    if (word[0] >> 24) & 0x9F == 0x90:
        if is_far(distance):
            return WHY_FAR_ADDRESS
        word[0] |= page_bits(distance)
        return OK
    if word[0] >> 24 != 0xF9:
        found[0] = word[0]
        return WHY_GOT_INSTRUCTION
    if distance & 7:
        return WHY_GOT_INVALID
    word[0] |= cython.cast(uint32_t, distance & PAGE) << 7
    return OK


def apply_by_instruction(word, distance, found):
    """What the instruction has room for: pages, or what is left in bytes or in units of what it loads."""
    bits = cython.cast(uint32_t, distance & PAGE)
    if (word[0] >> 24) & 0x9F == 0x90:
        if is_far(distance):
            return WHY_FAR_ADDRESS
        word[0] |= page_bits(distance)
        return OK
    if (word[0] >> 24) & 0x9F == 0x91:
        word[0] |= bits << 10
        return OK
    if (word[0] >> 24) & 0x3B != 0x39:
        found[0] = word[0]
        return WHY_INSTRUCTION
    shift = word[0] >> 30
    if shift == 0 and (word[0] >> 20) & 0x48 == 0x48:
        shift = 4  # a vector of 128 bits
    if bits & ((cython.cast(uint32_t, 1) << shift) - 1):
        return WHY_OFFSET_INVALID
    word[0] |= (bits >> shift) << 10
    return OK


def page_bits(distance):
    """A distance in pages, where adrp has its operand: two bits, and nineteen."""
    pages = cython.cast(uint32_t, cython.cast(uint64_t, distance) >> 12)
    return ((pages & 3) << 29) | (((pages >> 2) & 0x7FFFF) << 5)


def is_far(distance):
    """Whether adrp cannot reach it."""
    reach = cython.cast(int64_t, 1) << 32
    return cython.cast(cython.bint, not -reach <= distance < reach)
