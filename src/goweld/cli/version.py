"""-V: what the real linker of the same release prints."""

from __future__ import annotations

import os

from goweld.cli import reallinker

TYPE_CHECKING = False
if TYPE_CHECKING:
    from goweld.cli.link import Call


def show(call: Call, how: str) -> int:
    """Answer -V or, with how = "full", -V=full. Returns the exit status.

    The go command keys its caches on this text, so it must be the real linker's to the byte: where that is at
    hand it answers itself, elsewhere the release in GOROOT does.
    """
    from goweld.cli.link import complain

    path = None if reallinker.called_itself() else reallinker.find(call.tool, call.launcher)
    if path:
        try:
            reallinker.become(path, call.program, [f"-V={how}"])
        except OSError as error:
            return complain(f"cannot run the real linker {path}: {error.strerror}")
    release = _release(call)
    if release is None:
        return complain("cannot tell which Go release this is; set GOROOT")
    if not release.startswith("go1"):
        return complain(
            f"-V of a development version ({release}) holds its linker's build id, and it is not found"
        )
    experiments = os.environ.get("GOEXPERIMENT", "")
    if experiments:
        return complain(f"-V with GOEXPERIMENT={experiments} needs the real linker, and it is not found")
    name = call.program.rpartition("/")[2].removesuffix(".exe")
    os.write(1, f"{name} version {release}\n".encode())
    return 0


def _release(call: Call) -> str | None:
    """The first line of GOROOT's VERSION, where GOROOT is the tool's own, the one that is set, or go's."""
    tool = call.tool or call.program
    own = os.path.normpath(os.path.join(os.path.dirname(tool), "..", "..", "..")) if "/" in tool else ""
    for goroot in (own, os.environ.get("GOROOT") or reallinker.find_goroot()):
        if not goroot:
            continue
        try:
            with open(os.path.join(goroot, "VERSION"), encoding="utf-8") as file:
                return file.readline().strip()
        except OSError:
            continue
    return None
