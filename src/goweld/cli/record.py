"""The record of who did each link: one line per link, appended to the file that GOWELD_RECORD names.

A line is KIND, package, output and detail, separated by tabs. The go command keeps what a linker prints and
replays it in later builds, so a linker may not print which linker it was: it says so here.
"""

from __future__ import annotations

import os

LINKED = "linked"  # Goweld wrote the output
PASSED = "passed"  # the real linker was handed the link; the detail is why
FAILED = "failed"  # Goweld reported an error; the detail is its first line
DIFFERS = "differs"  # under --verify the two outputs differ; the detail is where


class Entry:
    """One line of a record."""

    __slots__ = ("kind", "package", "output", "detail")

    def __init__(self, kind: str, package: str, output: str, detail: str) -> None:
        self.kind = kind
        self.package = package
        self.output = output
        self.detail = detail


def append(kind: str, output: str, detail: str = "") -> None:
    """Add one line, if a record is wanted. Links run in parallel: a line is one appending write."""
    path = os.environ.get("GOWELD_RECORD")
    if not path:
        return
    package = os.environ.get("TOOLEXEC_IMPORTPATH", "")
    line = "\t".join(_escape(field) for field in (kind, package, output, detail)) + "\n"
    try:
        file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o666)
    except OSError:
        # A link does not fail for its record; whoever counts sees that a line is missing.
        return
    os.write(file, line.encode("utf-8", "surrogateescape"))
    os.close(file)


def read(path: str) -> list[Entry]:
    """All lines of a record; none if it was never written."""
    try:
        with open(path, encoding="utf-8", errors="surrogateescape", newline="\n") as file:
            lines = file.read().split("\n")[:-1]
    except FileNotFoundError:
        return []
    return [Entry(*(_unescape(field) for field in line.split("\t"))) for line in lines]


def _escape(field: str) -> str:
    return field.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n")


def _unescape(field: str) -> str:
    parts = field.split("\\\\")
    return "\\".join(part.replace("\\t", "\t").replace("\\n", "\n") for part in parts)
