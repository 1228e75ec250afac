"""-dumpdep: which symbol brought which to life."""

from __future__ import annotations

from goweld.deadcode.dumpdep_kernel import name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from goweld.model.symbols_kernel import Symbols

# Of a symbol when it was marked, source in the lower two bits of an edge's flags and target in the upper.
NOTES = ("", " <UsedInIface>", " <ReflectMethod>", " <UsedInIface><ReflectMethod>")


def lines(symbols: Symbols, edges: Iterable[tuple[int, int, int]]) -> list[str]:
    """A line for each (source, target, flags) edge, in order (deadcodePass.mark).

    Source 0 is the linker's own wish.  Nothing is said of targets without a name.
    """
    names: dict[int, str] = {}

    def shown(raw: int) -> str:
        found = names.get(raw)
        if found is None:
            found = names[raw] = name(symbols, raw).decode(errors="surrogateescape")
        return found

    return [
        f"{shown(source) + NOTES[flags & 3] if source else '_'} -> {shown(target)}{NOTES[flags >> 2]}"
        for source, target, flags in edges
        if shown(target)
    ]
