"""Where two byte strings differ."""

from __future__ import annotations

import re

NONZERO = re.compile(rb"[^\0]")


class Difference:
    """The differing positions of two byte strings, as far as both reach."""

    def __init__(self, a: bytes, b: bytes) -> None:
        size = min(len(a), len(b))
        # One XOR of two big integers costs a copy or two of the data; a loop over bytes would cost seconds.
        xor = int.from_bytes(a[:size], "little") ^ int.from_bytes(b[:size], "little")
        self._xor = xor.to_bytes(size, "little")
        self.count = size - self._xor.count(0)
        self.first = self.next(0) if self.count else size

    def next(self, off: int) -> int:
        """The first differing position at or after an offset, -1 if there is none."""
        match = NONZERO.search(self._xor, max(off, 0))
        return match.start() if match else -1


def first_differing_byte(a: bytes, b: bytes) -> int:
    """The first position where they differ; the shorter length if one begins with the other."""
    return Difference(a, b).first


def hex_context(a: bytes, b: bytes, off: int, before: int = 16, after: int = 32) -> list[str]:
    """Rows of 16 bytes around an offset: one line where both agree, else one for A and one for B."""
    lines = []
    start = max((off & ~15) - before, 0)
    for row in range(start, min((off & ~15) + after, max(len(a), len(b))), 16):
        x, y = a[row : row + 16], b[row : row + 16]
        if x == y:
            lines.append(f"+{row:#08x}    {hex_row(x)}")
        else:
            lines += [f"+{row:#08x}  A {hex_row(x)}", f"+{row:#08x}  B {hex_row(y)}"]
    return lines


def hex_row(data: bytes) -> str:
    """Up to 16 bytes in hexadecimal and as text."""
    text = "".join(chr(byte) if 32 <= byte < 127 else "." for byte in data)
    return f"{data.hex(' '):<47}  |{text}|"
