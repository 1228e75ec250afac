"""Host objects of an internal link: their symbols, and archives for what they lack (ld.hostobjs)."""

from __future__ import annotations

import os

from goweld.codec.ar import MAGIC, MalformedArchive, member, symbol_map
from goweld.errors import LinkError, Unsupported
from goweld.model.kinds import K_DYNIMPORT
from goweld.model.libraries import HostObject
from goweld.model.memory_kernel import Input
from goweld.resolve.host_kernel import (
    bind_packages,
    blank,
    enter,
    export,
    is_placed,
    names_of,
    section_of,
    undefined,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from goweld.errors import Diagnostics
    from goweld.model.cgo import Cgo
    from goweld.model.hosts import HostObjects
    from goweld.model.options import Options
    from goweld.model.symbols_kernel import Symbols

GOT = b".got"  # the linker's own
STACK_CHECK = b"__stack_chk_fail_local"
DUPLICATE = 1
WHY = {
    DUPLICATE: "duplicate symbol reference: {name} in both {other} and {here}",
    2: "{name}: duplicate symbol definition",
    3: "{name}: defined by Go code too",
}


def load(
    options: Options,
    symbols: Symbols,
    hosts: HostObjects,
    cgo: Cgo,
    library: Callable[[str], str],
    diagnostics: Diagnostics,
) -> None:
    """Enter the symbols of all host objects, and of members of the compiler's archives that they need.

    `library` asks the C compiler for the path of one: its answer, or "none".
    """
    work = Loading(symbols, hosts)
    for raw, kind in cgo.kinds.items():
        blank(symbols, raw, kind == K_DYNIMPORT)
    before = [(name, export(symbols, name, raw)) for name, raw in cgo.by_name.items()]
    symbols.number_hosts()
    for host in hosts.added:
        work.enter(host)
    if work.lacking():
        path = options.libgcc or library("--print-libgcc-file-name")
        if path != "none":
            work.archive(path)
        # glibc and musl keep this one in an archive of its own.
        if STACK_CHECK in work.lacking():
            for name in ("libc_nonshared.a", "libssp_nonshared.a"):
                path = library("--print-file-name=" + name)
                if path != "none":
                    work.archive(path)
    for local, raw in before:
        export(symbols, local, raw)
    diagnostics.say(hosts.said)
    for raw in list(cgo.kinds):
        if is_placed(symbols, raw):
            del cgo.kinds[raw]
            if raw not in cgo.dynamic_exports:
                cgo.imports.pop(raw, None)


class Loading:
    """Host objects being entered, one after the other."""

    def __init__(self, symbols: Symbols, hosts: HostObjects) -> None:
        self.symbols = symbols
        self.hosts = hosts
        self.entered = 0

    def enter(self, host: HostObject) -> None:
        """Enter the symbols of the next host object (loadelf.Load)."""
        symbols = self.symbols
        why, raw, other = enter(symbols, symbols.objects.n + self.entered)
        if why:
            ids = other, *((section_of(symbols, id) for id in (other, raw)) if why == DUPLICATE else (0, 0))
            name, where, here = (symbols.name(id).decode("utf-8", "replace") for id in ids)
            text = WHY[why].format(name=name, other=where, here=here)
            raise LinkError(f"loadelf: {host.name}: {text}", prefixed=False)
        self.entered += 1

    def lacking(self) -> dict[bytes, int]:
        """Names that host objects refer to and nothing defines, in the order of references."""
        found: dict[bytes, int] = {}
        for raw, source in undefined(self.symbols):
            name = self.symbols.name(raw)
            if name != GOT:
                found.setdefault(name, source)
        return found

    def archive(self, path: str) -> None:
        """Load the members of an archive that define what is lacking, until none does (ld.hostArchive)."""
        try:
            source = Input(path)
        except FileNotFoundError:
            return
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise LinkError(f"cannot open file {path}: open {path}: {reason}") from None
        if source.length < len(MAGIC):
            raise LinkError(f"file {path} too short")
        if source.read(0, len(MAGIC)) != MAGIC:
            raise LinkError(f"{path} is not an archive file")
        try:
            places = symbol_map(source)
        except MalformedArchive as error:
            raise LinkError(f"{path} {error}") from None
        package = os.path.basename(path)
        package = package[: package.rindex(".a")] if ".a" in package else package
        loaded: set[int] = set()
        while True:
            load: list[int] = []
            for name in self.lacking():
                place = places.get(name, 0)
                if place and place not in loaded:
                    load.append(place)
                    loaded.add(place)
            for place in load:
                self.member(source, place, package)
            if not load:
                return

    def member(self, source: Input, place: int, package: str) -> None:
        """Load one member of an archive."""
        try:
            name, start, size = member(source, place)
        except MalformedArchive:
            raise LinkError(f"{source.path} missing archive entry at offset {place}") from None
        host = HostObject(package, f"{source.path}({name})", source, start, size, True)
        try:
            index = self.hosts.add(host)
            first = names_of(self.symbols, index)
            bind_packages(self.symbols, first)
            self.symbols.number_hosts()
        except OverflowError as error:
            raise Unsupported(str(error)) from None
        self.enter(host)
