# Which relocations are calls.

from libc.stdint cimport uint32_t


cdef inline bint is_direct_call(uint32_t type) noexcept nogil:
    """Whether a relocation is that of a call with its target in the instruction (RelocType.IsDirectCall).

    CALL, CALLARM, CALLARM64, CALLPOWER, CALLMIPS, RISCV_JAL, RISCV_JAL_TRAMP, RISCV_CALL, CALLLOONG64.
    """
    return type in (7, 8, 9, 11, 12, 59, 60, 61, 84)
