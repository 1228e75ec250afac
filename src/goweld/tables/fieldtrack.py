"""Field tracking: which fields tagged `go:"track"` a program can use, and why (GOEXPERIMENT=fieldtrack)."""

from __future__ import annotations

from goweld.model.kinds import K_DATA
from goweld.tables import strings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from goweld.errors import Diagnostics
    from goweld.model.live_kernel import Live
    from goweld.model.symbols_kernel import Symbols

# What the compiler names such a field; functions that use it refer to this.
PREFIX = b"go:track."


def text(symbols: Symbols, edges: Iterable[tuple[int, int, int]]) -> bytes:
    """A line for each tracked field that is reachable: the field, then what led to it, back to a root.

    `edges` are deadcode's (source, target, flags), in order (loader.Loader.Reachparent, ld.fieldtrack).
    """
    parents: dict[int, int] = {}
    for source, target, _ in edges:
        # A type that turns out to be used in an interface is marked twice: its first parent counts.
        if not parents.get(target):
            parents[target] = source
    lines = []
    for raw in sorted(parents):
        name = symbols.name(raw)
        if name.startswith(PREFIX):
            line = [name.removeprefix(PREFIX)]
            raw = parents[raw]
            while raw:
                line.append(symbols.name(raw))
                raw = parents.get(raw, 0)
            lines.append(b"\t".join(line) + b"\n")
    return b"".join(lines)


def fill(
    symbols: Symbols, live: Live, name: bytes, edges: Iterable[tuple[int, int, int]], diagnostics: Diagnostics
) -> None:
    """Set the string variable that -k names, if it is live."""
    variable = live.lookup(name)
    if variable:
        live.set_kind(variable, K_DATA)
        strings.fill(live, {name: text(symbols, edges)}, strings.check(symbols, [name], diagnostics))
