"""The lists of init tasks that the runtime walks at start (ld.Link.inittasks)."""

from __future__ import annotations

from goweld.codec.gostring import path_to_prefix
from goweld.model.kinds import A_CLONED, A_LOCAL, K_NOPTRDATA, R_ADDR
from goweld.tables.inittasks import schedule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from goweld.model.imports_kernel import Imports
    from goweld.model.libraries import Libraries
    from goweld.model.live_kernel import Live
    from goweld.model.options import Options
    from goweld.model.roots import Roots
    from goweld.model.symbols_kernel import Symbols


NAMES = {"plugin": b"go:plugin.inittasks", "shared": b"go:shlib.inittasks"}
MAIN = b"go:main.inittasks"
RUNTIME = b"go:runtime.inittasks"
RUNTIME_SLICE = b"runtime.runtime_inittasks"


class TaskLists:
    """The raw ids of the records in each list, in order; None where there is no list.

    `name` is that of the list of the output itself: there may be several such outputs in a process.
    """

    __slots__ = ("name", "main", "runtime")

    def __init__(self, name: bytes, main: list[int] | None, runtime: list[int] | None) -> None:
        self.name = name
        self.main = main
        self.runtime = runtime


def starts(options: Options, libraries: Libraries) -> list[bytes]:
    """The records to begin with: those of the packages that nothing imports."""
    packages = ["main"]
    if options.buildmode == "plugin":
        packages = [options.pluginpath]
    elif options.buildmode == "shared":
        packages = [library.package for library in libraries.list]
    return [path_to_prefix(name).encode("utf-8", "surrogateescape") + b"..inittask" for name in packages]


def plan(
    symbols: Symbols, roots: Roots, buildmode: str, first: list[bytes], imports: Imports | None = None
) -> TaskLists:
    """Make the lists' symbols and tell deadcode what they refer to.  `first` is what starts() returned."""
    main = schedule(symbols, first, imports)
    name = NAMES.get(buildmode, MAIN)
    if main is not None:
        raw = symbols.create(name)
        roots.made[raw] = main
        roots.marked.append(raw)
    runtime = None
    slice_of = symbols.lookup(RUNTIME_SLICE, 0)
    if symbols.is_defined(slice_of):
        runtime = schedule(symbols, [b"runtime..inittask"])
        if runtime is not None:
            raw = symbols.create(RUNTIME)
            roots.made[raw] = runtime
            roots.made[slice_of] = [raw]
            roots.override = slice_of
    return TaskLists(name, main, runtime)


def fill(live: Live, lists: TaskLists) -> None:
    """Give the lists their contents, and the runtime its slice over its own."""
    for name, records in ((lists.name, lists.main), (RUNTIME, lists.runtime)):
        if records is not None and live.lookup(name):
            symbol = live.create(name, K_NOPTRDATA)
            if name not in (MAIN, RUNTIME):
                live.add_attr(symbol, A_LOCAL)
            targets = [live.of(raw) for raw in records]
            live.set_data(symbol, bytes(8 * len(targets)))
            live.set_relocs(symbol, [(8 * i, 8, R_ADDR, 0, task) for i, task in enumerate(targets)])
    slice_of = live.lookup(RUNTIME_SLICE)
    tasks = live.lookup(RUNTIME)
    if slice_of and tasks:
        count = (live.size(tasks) // 8).to_bytes(8, "little")
        live.set_kind(slice_of, K_NOPTRDATA)
        live.set_data(slice_of, bytes(8) + count + count)
        live.set_relocs(slice_of, [(0, 8, R_ADDR, 0, tasks)])
        live.add_attr(slice_of, A_CLONED)
