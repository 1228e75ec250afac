"""-V: what the real linker of the same release prints."""

from __future__ import annotations

import os

from goweld import arch
from goweld.cli import reallinker
from goweld.errors import LinkError
from goweld.releases import by_version

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from goweld.cli.link import Call


def show(call: Call, how: str) -> int:
    """Answer -V or, with how = "full", -V=full. Returns the exit status.

    The go command keys its caches on this text, so it must be the real linker's to the byte: where that is at
    hand it answers itself, elsewhere the release in GOROOT does.
    """
    from goweld.cli.link import complain, write_error

    path = None if reallinker.called_itself() else reallinker.find(call.tool, call.launcher)
    if path:
        try:
            reallinker.become(path, call.program, [f"-V={how}"])
        except OSError as error:
            return complain(f"cannot run the real linker {path}: {error.strerror}")
    version = _version(call)
    if version is None:
        return complain("cannot tell which Go release this is; set GOROOT")
    name = call.program.rpartition("/")[2].removesuffix(".exe")
    release = by_version(os.fsencode(version))
    if release is None:
        return complain(f"-V for {version} needs its own linker, and it is not found")
    goos, goarch = arch.port(os.environ)
    try:
        differing = release.experiments(os.environ.get("GOEXPERIMENT", ""), goos, goarch)[1]
    except LinkError as error:
        write_error(f"{name}: {error}")
        return 2
    os.write(1, f"{name} version {version}{' X:' + differing if differing else ''}\n".encode())
    return 0


def _version(call: Call) -> str | None:
    """The first line of the first VERSION that is in a GOROOT."""
    for goroot in _goroots(call.tool or call.program):
        try:
            with open(os.path.join(goroot, "VERSION"), encoding="utf-8") as file:
                return file.readline().strip()
        except OSError:
            continue
    return None


def _goroots(tool: str) -> Iterator[str]:
    """The tool's own GOROOT, the one that is set, and go's. Go's tests have the first two lack VERSION."""
    if "/" in tool:
        yield os.path.normpath(os.path.join(os.path.dirname(tool), "..", "..", ".."))
    goroot = os.environ.get("GOROOT")
    if goroot:
        yield goroot
    goroot = reallinker.find_goroot()
    if goroot:
        yield goroot
