"""Response files: an argument @FILE stands for the words in FILE, quoted as gcc quotes them."""

from __future__ import annotations

import errno

from goweld.errors import LinkError


def expand(arguments: list[str]) -> list[str]:
    """Replace each @file by the words in it, which may name further files (objabi.expandArgs)."""
    words: list[str] = []
    for argument in arguments:
        if argument.startswith("@"):
            words += expand(split_response(_read(argument[1:])))
        else:
            words.append(argument)
    return words


def _read(path: str) -> str:
    try:
        with open(path, "rb") as file:
            return file.read().decode("utf-8", "surrogateescape")
    except OSError as error:
        # Go opens a directory and fails to read it, and prints the system's texts in lower case.
        verb = "read" if error.errno == errno.EISDIR else "open"
        raise LinkError(f"{verb} {path}: {(error.strerror or str(error)).lower()}", status=1) from None


def split_response(text: str) -> list[str]:
    """A response file's words, quoted as gcc quotes them (objabi.ParseArgs)."""
    words: list[str] = []
    word: list[str] | None = None
    quote = ""
    at = 0
    while at < len(text):
        char = text[at]
        at += 1
        if quote == "'" or (quote and char != "\\"):
            if char == quote:
                quote = ""
            else:
                word = (word or []) + [char]
        elif char == "\\":
            kept, at = _unescape(text, at, inside=quote)
            if kept is not None:
                word = (word or []) + [kept]
        elif char in "'\"":
            quote = char
            word = word or []
        elif char in " \t\n\r":
            if word is not None:
                words.append("".join(word))
            word = None
        else:
            word = (word or []) + [char]
    if word is not None:
        words.append("".join(word))
    return words


def _unescape(text: str, at: int, *, inside: str) -> tuple[str | None, int]:
    """What a backslash before `at` leaves: a character or nothing, and where to go on."""
    if text.startswith("\n", at):
        return None, at + 1
    if text.startswith("\r\n", at):
        return None, at + 2
    following = text[at : at + 1]
    if inside:
        return (following, at + 1) if following and following in '\\"$`' else ("\\", at)
    return (following, at + 1) if following else (None, at)
