"""The GC data of .data and .bss: runtime.gcdata and runtime.gcbss."""

from __future__ import annotations

from goweld.errors import LinkError, Unsupported
from goweld.tables.gcdata_kernel import pointer_program

TYPE_CHECKING = False
if TYPE_CHECKING:
    from goweld.model.imports_kernel import Imports
    from goweld.model.live_kernel import Live
    from goweld.model.memory_kernel import Column

WHY = {
    1: "corrupt type",
    3: "has no pointers but in data section",
    4: "GC mask not available",
    5: "out of memory",
    6: "cannot find gcmask",
}
NO_TYPE = 2
ON_DEMAND = 4


def fill(
    live: Live, name: bytes, order: Column, first: int, count: int, end: int, imports: Imports | None = None
) -> None:
    """Give `name` the GC program of a section: `count` symbols of `order` from `first`, `end` bytes."""
    program, why, bad = pointer_program(live, order, first, count, end, imports)
    if why == NO_TYPE:
        symbol = live.name(bad).decode("utf-8", "replace")
        raise LinkError(
            f"{name.decode()}: missing Go type information for global symbol {symbol}: size {live.size(bad)}",
            prefixed=False,
        )
    if why == ON_DEMAND and imports is not None:
        raise Unsupported("a variable of a large type that a shared library has")
    if why:
        kind = live.symbols.name(bad).decode("utf-8", "replace")
        where = live.symbols.objects.names[live.symbols.object_of(bad)]
        raise LinkError(f"{name.decode()}: {WHY[why]}: {kind} in {where}", prefixed=False)
    live.set_data(live.lookup(name), program)
