"""Stage 5, before deadcode: the order in which packages are initialised.

Every package's inittask record names the records of the packages it imports; they run first, and among those
that may run next the least name does (ld.inittaskSym).
"""

from __future__ import annotations

from goweld.errors import LinkError
from goweld.tables.inittasks_kernel import read

TYPE_CHECKING = False
if TYPE_CHECKING:
    from goweld.model.imports_kernel import Imports
    from goweld.model.symbols_kernel import Symbols

    Graph = tuple[dict[int, int], dict[int, int], dict[int, list[int]], list[tuple[bytes, int]]]

EMPTY_RECORD = 8  # bytes: its state and the number of its functions, zero


def schedule(symbols: Symbols, names: list[bytes], imports: Imports | None = None) -> list[int] | None:
    """The raw ids of the records that have something to run, in the order to run them.

    Those are the records of these names and of what their packages import; None where no such name is
    known.  The names must have been wanted.  Of records that are `imports`, nothing but the size is known.
    """
    first = [raw for raw in (symbols.lookup(name, 0) for name in names) if raw]
    if not first:
        return None
    sizes, waiting, importers, ready = _explore(symbols, first, imports)
    order = []
    while ready:
        ready.sort(reverse=True)
        raw = ready.pop()[1]
        if sizes[raw] > EMPTY_RECORD:
            order.append(raw)
        for importer in importers.get(raw, ()):
            waiting[importer] -= 1
            if waiting[importer] == 0:
                ready.append((symbols.name(importer), importer))
    for raw, count in waiting.items():
        if count:
            name = symbols.name(raw).decode(errors="surrogateescape")
            raise LinkError(f"inittask for {name} is not schedulable {count}")
    return order


def _explore(symbols: Symbols, first: list[int], imports: Imports | None) -> Graph:
    """By raw id: sizes, counts of imports yet to run, importers; and the records that can run at once."""
    sizes: dict[int, int] = {}
    waiting = dict.fromkeys(first, 0)
    importers: dict[int, list[int]] = {}
    ready = []
    queue = list(waiting)
    while queue:
        raw = queue.pop()
        record = read(symbols, raw)
        if record is None:
            where = symbols.objects.names[symbols.object_of(raw)]
            name = symbols.name(raw).decode(errors="surrogateescape")
            raise LinkError(f"{where}: {name}: corrupt inittask record", status=1)
        sizes[raw], dependencies = record
        if imports is not None and imports.defines(raw):
            sizes[raw] = imports.size(raw)
        waiting[raw] = len(dependencies)
        if not dependencies:
            ready.append((symbols.name(raw), raw))
        for dependency in dependencies:
            importers.setdefault(dependency, []).append(raw)
            if dependency not in waiting:
                waiting[dependency] = 0
                queue.append(dependency)
    return sizes, waiting, importers, ready
