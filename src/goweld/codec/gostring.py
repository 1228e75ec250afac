"""Go string literals and package path prefixes."""

from __future__ import annotations

SIMPLE = {"a": 7, "b": 8, "f": 12, "n": 10, "r": 13, "t": 9, "v": 11, "\\": 92, "'": 39, '"': 34}


def unquote(literal: str) -> str:
    """The value of a Go string literal, as text with surrogate escapes for stray bytes (strconv.Unquote).

    Raises ValueError where the literal is not one.
    """
    if len(literal) < 2 or literal[0] != literal[-1] or literal[0] not in '"`':
        raise ValueError(literal)
    quote, body = literal[0], literal[1:-1]
    if quote == "`":
        if "`" in body:
            raise ValueError(literal)
        return body.replace("\r", "")
    body = "".join("\ufffd" if "\udc80" <= c <= "\udcff" else c for c in body)
    if "\\" not in body:
        if '"' in body or "\n" in body:
            raise ValueError(literal)
        return body
    out = bytearray()
    parts = body.split("\\")
    out += encode(parts[0], literal)
    i = 1
    while i < len(parts):
        part = parts[i]
        if not part:
            # Two backslashes in a row: one backslash, and the next part is plain text.
            out.append(92)
            i += 1
            if i >= len(parts):
                raise ValueError(literal)
            out += encode(parts[i], literal)
        else:
            used, value = escape(part, literal)
            out += value + encode(part[used:], literal)
        i += 1
    return out.decode("utf-8", "surrogateescape")


def encode(text: str, literal: str) -> bytes:
    if '"' in text or "\n" in text:
        raise ValueError(literal)
    return text.encode("utf-8", "surrogateescape")


def escape(part: str, literal: str) -> tuple[int, bytes]:
    """The length and value of the escape sequence that starts `part`, its backslash taken off."""
    head = part[0]
    if head in SIMPLE and head != "'":
        if head == '"':
            return 1, b'"'
        return 1, bytes([SIMPLE[head]])
    if head in "xuU":
        digits = {"x": 2, "u": 4, "U": 8}[head]
        code = part[1 : 1 + digits]
        if len(code) < digits:
            raise ValueError(literal)
        value = number(code, 16)
        if head == "x":
            return 3, bytes([value])
        return 1 + digits, chr(value).encode()
    if head in "01234567" and len(part) >= 3:
        value = number(part[:3], 8)
        if value > 255:
            raise ValueError(literal)
        return 3, bytes([value])
    raise ValueError(literal)


def number(digits: str, base: int) -> int:
    """An unsigned number; int() would take signs, spaces and underscores too."""
    if not digits.isalnum():
        raise ValueError(digits)
    return int(digits, base)


def path_to_prefix(path: str) -> str:
    """A package path as symbol names spell it (objabi.PathToPrefix)."""
    last = path[path.rfind("/") + 1 :]
    plain = path.isascii() and path.isprintable()
    if plain and " " not in path and "%" not in path and '"' not in path and "." not in last:
        return path
    raw = path.encode("utf-8", "surrogateescape")
    slash = raw.rfind(b"/")
    return "".join(
        f"%{c:02x}" if c <= 32 or c in b'%"' or c >= 0x7F or (c == 46 and i > slash) else chr(c)
        for i, c in enumerate(raw)
    )
