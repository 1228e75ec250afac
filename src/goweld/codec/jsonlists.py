"""Lists of lists of strings in JSON: what cgo directives are written as (encoding/json)."""

from __future__ import annotations

ESCAPES = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\", "/": "/"}


def string_lists(text: str) -> list[list[str]]:
    """The value that `text` begins with.  Raises ValueError where it is no list of lists of strings."""
    pieces = text.split('"')
    if "\\" in text:
        pieces = _rejoin(pieces)
    between = ["".join(piece.split()) for piece in pieces[::2]]
    if len(pieces) == 1 and between[0] == "[]":
        return []
    if len(pieces) % 2 == 0 or len(pieces) == 1:
        raise ValueError("unexpected end of JSON input")
    found: list[list[str]] = []
    for i, opening in enumerate(between[:-1]):
        if opening == ("],[" if i else "[["):
            found.append([])
        elif opening != "," or not i:
            raise ValueError(f"invalid character sequence {opening!r} between strings")
        found[-1].append(_unescape(pieces[2 * i + 1]))
    if between[-1] != "]]":
        raise ValueError(f"invalid character sequence {between[-1]!r} after the last string")
    return found


def _rejoin(pieces: list[str]) -> list[str]:
    """Put strings together that were cut at an escaped quote."""
    joined: list[str] = []
    going_on = False
    for piece in pieces:
        if going_on:
            joined[-1] += '"' + piece
        else:
            joined.append(piece)
        # Only a string has backslashes, and only an odd number of them escapes the quote that follows.
        backslashes = len(piece) - len(piece.rstrip("\\"))
        going_on = len(joined) % 2 == 0 and backslashes % 2 == 1
    return joined


def _unescape(string: str) -> str:
    lowest = min(string, default=" ")
    if lowest < " ":
        raise ValueError(f"invalid character {lowest!r} in string")
    if "\\" not in string:
        return string
    parts: list[str] = []
    at = 0
    while (found := string.find("\\", at)) >= 0:
        parts.append(string[at:found])
        letter = string[found + 1 : found + 2]
        at = found + 2
        if letter == "u":
            parts.append(chr(int(string[at : at + 4], 16)))
            at += 4
        elif letter in ESCAPES:
            parts.append(ESCAPES[letter])
        else:
            raise ValueError("invalid character in string escape code")
    parts.append(string[at:])
    joined = "".join(parts)
    # A character beyond the first 65536 is written as two escapes.
    return joined.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
