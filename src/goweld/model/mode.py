"""Mode: what is built, and whether the host linker completes it."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from goweld.model.options import Options

RELRO = ("pie", "c-archive", "c-shared", "shared", "plugin")


class Mode:
    """The outcome of ld.determineLinkMode, and what ld.Target says by it.

    `external`: an object for the host linker is written, and it makes the output; `cgo`: runtime/cgo is
    linked; `plugins`: the program can open plugins; `dynlinking`: Go code in other files will be linked with
    this at run time (ld.Link.DynlinkingGo); `relro`: data that only the dynamic linker writes is kept apart.
    """

    __slots__ = ("buildmode", "external", "cgo", "plugins", "linkshared", "dynlinking", "relro")

    def __init__(self, options: Options, *, external: bool, cgo: bool, plugins: bool) -> None:
        self.buildmode = options.buildmode
        self.external = external
        self.cgo = cgo
        self.plugins = plugins
        self.linkshared = options.linkshared
        self.dynlinking = self.buildmode in ("shared", "plugin") or options.linkshared or plugins
        self.relro = self.buildmode in RELRO or options.linkshared
