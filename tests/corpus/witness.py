"""What a link asks of the host linker: tools that note how they are called, and keep the object they get."""

from __future__ import annotations

import os
import re
from pathlib import Path

from goweld.explain.compare import first_difference, identical

PLACE = "GOWELD_WITNESS"  # names the folder for the notes
OBJECT = "go.o"
NOTES = "calls"
SCRIPT = """#!/bin/sh
[ "${place}" ] || exec {tool} "$@"
for word in "$0" "$@"; do
  printf '%s\\0' "$word"
  case $word in */{object}) /bin/cp "$word" "${place}/{object}"; used=1 ;; esac
done > "${place}/call.$$"
if [ "$used" ]; then
  /bin/cat "${place}/call.$$" >> "${place}/{notes}"
fi
/bin/rm "${place}/call.$$"
exec {tool} "$@"
"""


def stand_in(folder: Path, name: str, tool: str) -> None:
    """Put a script of that name into a folder, which runs the tool.  Only calls with our object are noted."""
    script = SCRIPT.format(object=OBJECT, notes=NOTES, place="{" + PLACE + "}", tool=tool)
    path = folder / name
    path.write_text(script)
    path.chmod(0o755)


def calls(folder: Path, output: Path, temporary: Path) -> list[str]:
    """The words of the calls noted in a folder, without what differs from link to link."""
    path = folder / NOTES
    text = os.fsdecode(path.read_bytes()) if path.exists() else ""
    text = text.replace(str(output), "{output}")
    return re.sub(re.escape(str(temporary)) + r"/[^/\0]+", "{temporary}", text).split("\0")


def difference(theirs: Path, ours: Path, outputs: tuple[Path, Path], temporary: Path) -> str:
    """How two links differ in what they asked of the host linker; "" if they do not."""
    objects = theirs / OBJECT, ours / OBJECT
    here = [path.exists() for path in objects]
    if here[0] != here[1]:
        return "only one of the linkers calls the host linker"
    if here[0] and not identical(str(objects[0]), str(objects[1])):
        return f"{OBJECT}: {first_difference(str(objects[0]), str(objects[1]))}"
    for folder in (theirs, ours) if here[0] else ():
        (folder / OBJECT).unlink()
    wanted = calls(theirs, outputs[0], temporary)
    found = calls(ours, outputs[1], temporary)
    if wanted == found:
        return ""
    at = next((i for i, pair in enumerate(zip(wanted, found, strict=False)) if pair[0] != pair[1]), -1)
    return f"the host linker's command line, word {at}: {wanted[at]!r} and {found[at]!r}"
