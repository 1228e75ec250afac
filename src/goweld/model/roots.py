"""What deadcode starts from."""

from __future__ import annotations

from goweld.codec.gostring import path_to_prefix

TYPE_CHECKING = False
if TYPE_CHECKING:
    from goweld.model.mode import Mode
    from goweld.model.options import Options

LIBRARIES = ("c-archive", "c-shared")
PROGRAMS = ("exe", "pie")
PLUGIN_TABLE = b"go:plugin.tabs"
PLUGIN_EXPORTS = b"go:plugin.exports"
UNREACHABLE = b"runtime.unreachableMethod"


class Roots:
    """Where the program starts, and the symbols that the linker makes before deadcode, by raw id.

    `entry` is empty where the output is entered some other way.  `names` are roots in both versions; with
    `everything`, all that is defined is a root instead.  `referring` names a symbol whose references are
    roots although it is none itself.  `marked` are more roots.  `made` says what the linker's
    own symbols refer to, and what `override` does: an object's symbol whose references the linker replaces.
    """

    __slots__ = ("entry", "names", "everything", "referring", "made", "override", "marked")

    def __init__(self, entry: bytes, names: list[bytes], everything: bool = False) -> None:
        self.entry = entry
        self.names = names
        self.everything = everything
        self.referring = b""
        self.made: dict[int, list[int]] = {}
        self.override = 0
        self.marked: list[int] = []

    def wanted(self) -> list[tuple[bytes, int]]:
        """The names to look up."""
        names = {self.entry, *self.names, self.referring} - {b""}
        return [(name, version) for name in sorted(names) for version in (0, 1)]


def choose(options: Options, mode: Mode, port: str) -> Roots:
    """By what is built (ld.libinit, deadcodePass.init); `port` is GOARCH_GOOS."""
    entry = options.entry.encode("utf-8", "surrogateescape")
    if not entry and mode.buildmode in LIBRARIES:
        entry = f"_rt0_{port}_lib".encode()
    elif not entry and mode.buildmode in PROGRAMS:
        entry = f"_rt0_{port}".encode()
    if mode.buildmode == "shared":
        return Roots(entry, [], everything=True)
    if mode.buildmode == "plugin":
        package = path_to_prefix(options.pluginpath).encode("utf-8", "surrogateescape")
        roots = Roots(entry, [entry, UNREACHABLE, package + b"..inittask", package + b".main", PLUGIN_TABLE])
        roots.referring = PLUGIN_EXPORTS
        return roots
    if mode.buildmode in PROGRAMS and mode.linkshared:
        return Roots(entry, [b"main.main", b"main..inittask", UNREACHABLE])
    # The C library's start calls main, which the runtime defines for it.
    start = b"main" if mode.buildmode in PROGRAMS and mode.external else entry
    return Roots(entry, [start, UNREACHABLE])
