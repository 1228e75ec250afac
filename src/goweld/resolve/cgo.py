"""cgo directives: what they make of symbols (ld.Link.loadcgodirectives, ld.setCgoAttr)."""

from __future__ import annotations

import os

from goweld.codec.jsonlists import string_lists
from goweld.errors import LinkError
from goweld.model.cgo import Cgo, Import
from goweld.model.kinds import A_CLONED, K_BSS, K_DYNIMPORT, K_HOSTOBJ, K_NONE, K_NOPTRBSS, K_XREF

TYPE_CHECKING = False
if TYPE_CHECKING:
    from goweld.model.libraries import CgoText, Libraries
    from goweld.model.live_kernel import Live
    from goweld.model.mode import Mode
    from goweld.model.options import Options
    from goweld.model.symbols_kernel import Symbols

VERSIONS = {"ABI0": 0, "ABIInternal": 1}
IMPORTABLE = (K_NONE, K_XREF, K_BSS, K_NOPTRBSS, K_HOSTOBJ)
# How many words each may have, itself included.
WORDS = {
    "cgo_import_dynamic": (2, 3, 4),
    "cgo_import_static": (2,),
    "cgo_export_static": (2, 3, 4),
    "cgo_export_dynamic": (2, 3, 4),
    "cgo_dynamic_linker": (2,),
    "cgo_ldflag": (2,),
}
OF_C_PROGRAM = ("c-shared", "c-archive", "plugin")  # they have a main of their own, or none


class Directives:
    """One object's directives, as lists of words."""

    __slots__ = ("object", "lines")

    def __init__(self, text: CgoText) -> None:
        self.object = text.name
        try:
            self.lines = string_lists(text.text.decode("utf-8", "replace"))
        except ValueError as error:
            raise LinkError(f"{text.name}: failed decoding cgo directives: {error}") from None
        for line in self.lines:
            if not line or len(line) not in WORDS.get(line[0], ()) or not line[1]:
                raise LinkError(f"{text.name}: invalid cgo directive: {line}")


def parse(libraries: Libraries) -> list[Directives]:
    """The directives of all objects in the order of reading."""
    return [Directives(text) for text in libraries.cgo]


def wanted(directives: list[Directives]) -> list[tuple[bytes, int]]:
    """The (name, version) of every symbol that directives speak of."""
    names: dict[tuple[bytes, int], None] = {}
    for object in directives:
        for line in object.lines:
            if line[0] not in ("cgo_ldflag", "cgo_dynamic_linker"):
                names[encoded(line[1]), VERSIONS.get(line[3], 0) if is_export(line) and line[3:] else 0] = (
                    None
                )
    return list(names)


def apply(options: Options, mode: Mode, directives: list[Directives], symbols: Symbols) -> Cgo:
    """Make symbols what the directives say."""
    work = Applying(options, mode, symbols)
    for object in directives:
        for line in object.lines:
            work.apply(object.object, line)
    if not mode.external:
        work.forget_host_objects()
    if work.errors:
        raise LinkError("\n".join(work.errors), prefixed=False)
    return work.cgo


def encoded(name: str) -> bytes:
    return name.encode("utf-8", "surrogateescape")


def is_export(line: list[str]) -> bool:
    return line[0].startswith("cgo_export_")


class Applying:
    """The state while directives are applied."""

    def __init__(self, options: Options, mode: Mode, symbols: Symbols) -> None:
        self.options = options
        self.mode = mode
        self.symbols = symbols
        self.cgo = Cgo(options.interpreter)
        self.of_hosts: dict[int, None] = {}  # symbols that a host object is said to define
        self.refused: set[str] = set()
        self.errors: list[str] = []

    def apply(self, object: str, line: list[str]) -> None:
        if object in self.refused:
            return
        if line[0] == "cgo_import_dynamic":
            self.import_dynamic(object, line)
        elif line[0] == "cgo_import_static":
            raw = self.symbols.create(encoded(line[1]))
            self.cgo.kinds[raw] = K_HOSTOBJ
            self.of_hosts[raw] = None
        elif is_export(line):
            self.export(object, line)
        elif line[0] == "cgo_ldflag":
            self.cgo.flags.append(line[1])
        elif not self.options.interpreter:
            known = self.cgo.interpreter
            if known and known != line[1]:
                self.refuse(object, f"conflict dynlinker: {known} and {line[1]}")
                return
            self.cgo.interpreter = line[1]

    def refuse(self, object: str, message: str) -> None:
        """An error, after which the rest of the object's directives says nothing."""
        self.refused.add(object)
        self.errors.append(f"{self.options.program}: {message}")

    def kind(self, raw: int) -> int:
        return self.cgo.kinds.get(raw, self.symbols.kind(raw))

    def import_dynamic(self, object: str, line: list[str]) -> None:
        local, remote, library = line[1], line[2] if line[2:] else line[1], line[3] if line[3:] else ""
        cgo = self.cgo
        if self.options.static:
            self.refuse(object, f"{object}: cannot use dynamic imports with -d flag")
            return
        if local == remote == "_":
            cgo.dynamic = True
            cgo.libraries.append(library)
            return
        remote, _, version = remote.partition("#")
        raw = self.symbols.create(encoded(local))
        kind = self.kind(raw)
        if kind in IMPORTABLE:
            cgo.imports[raw] = Import(encoded(remote), library, version)
            cgo.names[raw] = encoded(remote)
            if kind == K_HOSTOBJ:
                self.of_hosts[raw] = None
            else:
                cgo.kinds[raw] = K_DYNIMPORT
            cgo.dynamic = True

    def export(self, object: str, line: list[str]) -> None:
        cgo = self.cgo
        abi = line[3] if line[3:] else "ABI0"
        if abi not in VERSIONS:
            words = " ".join(line)
            self.refuse(object, f"bad ABI in cgo_export directive [{words}]")
            return
        name = encoded(line[1])
        remote = encoded(line[2]) if line[2:] else name
        raw = self.symbols.create(name, VERSIONS[abi])
        if self.kind(raw) == K_HOSTOBJ:
            self.of_hosts[raw] = None
        if self.mode.buildmode in OF_C_PROGRAM and raw == self.symbols.lookup(b"main", 0):
            return
        imported = cgo.imports.get(raw)
        if imported and imported.soname:
            del cgo.imports[raw]
            del cgo.names[raw]
            cgo.kinds[raw] = K_NONE
        if raw not in cgo.static_exports and raw not in cgo.dynamic_exports:
            cgo.names[raw] = remote
        elif cgo.names[raw] != remote:
            known = cgo.names[raw].decode("utf-8", "replace")
            self.refuse(object, f"conflicting cgo_export directives: {line[1]} as {known} and {line[2]}")
            return
        static = line[0] == "cgo_export_static"
        known_exports = cgo.static_exports if static else cgo.dynamic_exports
        # The host linker is offered what C code may refer to, the dynamic linker what libraries may.
        if self.mode.external == static and raw not in known_exports:
            cgo.exported.append(raw)
        if static and not self.mode.external:
            cgo.by_name[name] = raw
        known_exports.add(raw)

    def forget_host_objects(self) -> None:
        """Say no longer that host objects define symbols: they are about to be read, or a library does."""
        cgo = self.cgo
        for raw in self.of_hosts:
            if self.kind(raw) == K_HOSTOBJ:
                imported = cgo.imports.get(raw)
                exported = raw in cgo.static_exports or raw in cgo.dynamic_exports
                known = imported is not None and imported.soname and not exported
                cgo.kinds[raw] = K_DYNIMPORT if known else K_NONE


def number(cgo: Cgo, live: Live) -> None:
    """Give live symbols the kinds that directives made of them, and speak of them by live ids from now on."""
    for raw, kind in cgo.kinds.items():
        symbol = live.of(raw)
        if symbol:
            live.set_kind(symbol, kind)
            live.set_size(symbol, 0)
            live.add_attr(symbol, A_CLONED)
            live.set_name(symbol, live.symbols.name(raw))
    cgo.dynamic_names = [os.fsdecode(cgo.names[raw]) for raw in cgo.dynamic_exports]
    cgo.imports = {live.of(raw): imported for raw, imported in cgo.imports.items() if live.of(raw)}
    cgo.names = {live.of(raw): name for raw, name in cgo.names.items() if live.of(raw)}
    for symbol, name in cgo.names.items():
        if name != live.name(symbol):
            live.set_outside_name(symbol, name)
    cgo.static_exports = {live.of(raw) for raw in cgo.static_exports}
    cgo.dynamic_exports = {live.of(raw) for raw in cgo.dynamic_exports}
    cgo.exported = [live.of(raw) for raw in cgo.exported]
    cgo.kinds.clear()
    cgo.by_name.clear()
