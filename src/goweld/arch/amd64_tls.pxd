# Thread-local storage in amd64's code.

from libc.stdint cimport int32_t, uint8_t


cdef inline bint tls_ie_to_le(uint8_t* code, int32_t off) noexcept nogil:
    """Turn the load of an offset from the GOT into one of a constant (amd64.tlsIEtoLE); False: it is no such load.

    `off` is where the operand lies; three bytes of instruction precede it.
    """
    cdef uint8_t* op
    cdef uint8_t reg
    if off < 3:
        return False
    op = code + off - 3
    reg = op[2] >> 3
    if op[1] != 0x8b and reg != 4:
        return False
    if op[0] == 0x4c:
        op[0] = 0x49
    elif op[0] == 0x44:
        op[0] = 0x41
    op[1] = 0xc7 if op[1] == 0x8b else 0x81
    op[2] = 0xc0 | reg
    return True
