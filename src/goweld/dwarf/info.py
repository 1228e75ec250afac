"""Debug information of the program: types, functions, variables, constants (ld.dwarfGenerateDebugInfo).

`Description` decides which DIEs there are, before addresses are known; `units_info` makes .debug_info of
them.
"""

from __future__ import annotations

from goweld.dwarf.emit_kernel import chain, count_pieces, emit_types, emit_unit
from goweld.dwarf.info_kernel import DebugInfo
from goweld.dwarf.synthesis_kernel import synthesize
from goweld.errors import LinkError
from goweld.model.beside import Beside
from goweld.model.memory_kernel import Column

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from goweld.dwarf.units_kernel import Units
    from goweld.model.libraries import Libraries, Library
    from goweld.model.live_kernel import Live

# The types that others are defined with: interfaces, pointers without a type, array indices.
BUILTINS = (b"type:runtime.eface", b"type:runtime.iface", b"type:unsafe.Pointer", b"type:uintptr")

# Those that debuggers read interfaces with: always described.
ALWAYS = tuple(
    b"type:internal/abi." + name.encode()
    for name in (
        "Type",
        "ArrayType",
        "ChanType",
        "FuncType",
        "MapType",
        "PtrType",
        "SliceType",
        "StructType",
        "InterfaceType",
        "ITab",
        "Imethod",
    )
)

# The structs that strings, slices, maps and channels are made of, as synthesize() takes them.
PROTOTYPES = (
    b"type:runtime.stringStructDWARF",
    b"type:runtime.slice",
    b"type:internal/runtime/maps.Map",
    b"type:internal/runtime/maps.table",
    b"type:internal/runtime/maps.groupsReference",
    b"type:runtime.sudog",
    b"type:runtime.waitq",
    b"type:runtime.hchan",
)

# Enough for what is made for a unit: its DIE and the end of that, and its parts of other sections.
SYMBOLS_PER_UNIT = 8

WHY = {
    1: "corrupt type data",
    2: 'dwarf: type name doesn\'t start with "type:"',
    3: "dwarf: definition of unknown kind",
    4: "out of memory",
    5: "more symbols made than announced",
    7: "corrupt debug information",
}
NO_MEMBER = 6
WRONG_KIND = 7


def wanted(libraries: Libraries) -> list[tuple[bytes, int]]:
    """The names looked up here: to be announced before the names of the objects are bound."""
    names = [*BUILTINS, *ALWAYS, *PROTOTYPES]
    for library in libraries.list:
        names += (constants_of(library), producer_of(library), package_name_of(library))
    return [(name, 0) for name in names]


def adopted(libraries: Libraries) -> list[tuple[bytes, int]]:
    """The symbols described here whatever deadcode says: every package's constants."""
    return [(constants_of(library), 0) for library in libraries.list]


def path_of(library: Library) -> bytes:
    return library.package.encode("utf-8", "surrogateescape")


def constants_of(library: Library) -> bytes:
    return b"go:constinfo." + path_of(library)


def producer_of(library: Library) -> bytes:
    return b"go:cuinfo.producer." + path_of(library)


def package_name_of(library: Library) -> bytes:
    return b"go:cuinfo.packagename." + path_of(library)


class Description:
    """All DIEs of the program; `version` is the toolchain's.

    To be made once strings have their values, while symbols still have the kinds they were compiled with.
    """

    __slots__ = ("info", "libraries", "version", "listing")

    def __init__(self, live: Live, units: Units, libraries: Libraries, version: str, dwarf5: bool) -> None:
        self.info = info = DebugInfo(live, units, dwarf5)
        self.libraries = libraries
        self.version = version.encode()
        self.listing: Beside | None = None
        eface, iface, pointer, uintptr = (type_symbol(live, name) for name in BUILTINS)
        check(info, info.define_builtins(eface, iface, pointer, uintptr))
        for name in ALWAYS:
            check(info, info.define(type_symbol(live, name)))
        # The largest first, so that no thread is left with one of them at the end.
        objects = [obj for library in libraries.list for obj in library.objects]
        check(info, info.read_functions(sorted(objects, key=units.count, reverse=True)))
        info.find_variables()

    def begin(self) -> None:
        """List the DIEs, one after the other, beside what follows; nothing moves the columns until `settle`.

        What follows may make symbols, and change what functions and data say of themselves.
        """
        self.listing = Beside(b"list DIEs", self._list)
        self.info.live.hold_still()

    def _list(self) -> int:
        info = self.info
        for library in self.libraries.postorder():
            add_package(info, library, self.version)
        check(info, info.visit_functions())
        check(info, info.visit_variables())
        check(info, synthesize(info.dies, [type_symbol(info.live, name) for name in PROTOTYPES]))
        return emit_types(info)

    def settle(self) -> DebugInfo:
        """The DIEs, all of them."""
        if self.listing is not None:
            self.info.live.let_move()
            self.listing.result()
            self.listing = None
        return self.info


def add_package(info: DebugInfo, library: Library, version: bytes) -> None:
    """The units of a package; its constants are in the first."""
    symbols = info.live.symbols
    path = path_of(library)
    constants = info.live.lookup(constants_of(library))
    flags = symbols.data(symbols.lookup(producer_of(library), 0))
    producer = b"Go cmd/compile " + version + (b"; " + flags if flags else b"")
    name = symbols.data(symbols.lookup(package_name_of(library), 0))
    for obj in library.objects:
        info.add_unit(obj, path, producer, name, constants)
        constants = 0


def type_symbol(live: Live, name: bytes) -> int:
    """The raw id of a type that must be there (dwctxt.lookupOrDiag)."""
    raw = live.symbols.lookup(name, 0)
    if not raw:
        raise LinkError("dwarf: missing type: " + name.decode())
    if not live.symbols.data(raw):
        raise LinkError("dwarf: missing type (no data): " + name.decode())
    return raw


def check(info: DebugInfo, fine: bool) -> None:
    """Raise what stopped the work."""
    if fine:
        return
    why, bad = info.dies.trouble()
    symbols = info.live.symbols
    if why == NO_MEMBER:
        lacking = info.dies.die(bad)[1].decode("utf-8", "replace")
        raise LinkError(f"dwarf substitutetype: {lacking} does not have member {info.dies.member()}")
    if why == WRONG_KIND:
        name, where = info.live.name(bad), info.live.object(bad)
    else:
        name, where = (symbols.name(bad), symbols.object_of(bad)) if bad else (b"", 0)
    if why == WRONG_KIND and not where:
        raise LinkError(f"relocation target {name.decode('utf-8', 'replace')} not defined", prefixed=False)
    text = f"{name.decode('utf-8', 'replace')}: {WHY[why]}" if name else WHY[why]
    raise LinkError(f"{text} in {symbols.objects.names[where]}" if where else text)


def units_info(
    info: DebugInfo,
    order: list[int],
    abbrev: int,
    lines: Mapping[int, int],
    ranges: Mapping[int, int],
    addrs: Mapping[int, int],
) -> tuple[Column, int]:
    """The pieces of .debug_info as live ids, and how many they are.

    `order` are the units as sorted for the output; `lines`, `ranges` and `addrs` say where each unit with
    functions has its part of those sections, `addrs` for DWARF 5 only.
    """
    pieces = Column(4, count_pieces(info))
    n = 0
    for obj in order:
        if info.is_empty(obj):
            continue
        unit = emit_unit(info, obj, abbrev, lines.get(obj, 0), ranges.get(obj, 0), addrs.get(obj, 0))
        n = chain(info, pieces, n, obj, unit)
    return pieces, n
