"""Deadcode: roots, rounds of method rules, and the names the linker will define itself (ld.deadcode)."""

from __future__ import annotations

from goweld.deadcode.aftermath_kernel import finish, forget_debug, prune_map_inits, reach_description
from goweld.deadcode.flood_kernel import Flood
from goweld.deadcode.roots_kernel import mark_all, mark_targets
from goweld.errors import LinkError
from goweld.model.kinds import A_ADOPTED
from goweld.model.live_kernel import Live

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from goweld.model.libraries import Libraries
    from goweld.model.mode import Mode
    from goweld.model.options import Options
    from goweld.model.roots import Roots
    from goweld.model.symbols_kernel import Symbols
    from goweld.releases.release import Release

MANY = 1000  # symbols to visit that are worth a thread
MISSING_BUILTIN = 2
WHY = {
    1: "corrupt object file",
    3: "a type whose methods do not match their relocations",
    4: "R_USEIFACE of something that is neither a type nor an itab",
    5: "R_USEIFACEMETHOD of something that is not an interface",
    6: "out of memory",
}


def mark(
    options: Options,
    mode: Mode,
    symbols: Symbols,
    roots: Roots,
    libraries: Libraries,
    release: Release,
    record: bool,
) -> Flood:
    """Mark everything reachable in Symbols.  `record`: remember what led to what, in cmd/link's order."""
    noop = symbols.lookup(b"runtime.mapinitnoop", 1)
    if noop == 0 and not roots.everything:
        raise LinkError("could not look up runtime.mapinitnoop")
    flood = Flood(symbols, record, mode.dynlinking, mode.linkshared, mode.plugins)
    flood.refer(roots.made, roots.override)
    if roots.everything:
        mark_all(flood)
    if roots.referring:
        mark_targets(flood, symbols.lookup(roots.referring, 0))
    for name in roots.names:
        flood.mark(symbols.lookup(name, 0))
        flood.mark(symbols.lookup(name, 1))
    for raw in roots.marked:
        flood.mark(raw)
    run(symbols, flood, libraries, release, True)
    while (found := flood.keep_methods()) > 0:
        run(symbols, flood, libraries, release, found >= MANY)
    finish(flood)
    if options.strip_dwarf:
        forget_debug(flood)
    if options.pruneweakmap:
        prune_map_inits(flood, noop)
    return flood


def run(symbols: Symbols, flood: Flood, libraries: Libraries, release: Release, threads: bool) -> None:
    why, raw = flood.run(threads)
    if not why:
        return
    if why == MISSING_BUILTIN:
        raise missing_builtin(symbols, raw, libraries, release)
    if not raw:
        raise LinkError(WHY[why])
    name = symbols.name(raw).decode("utf-8", "replace")
    where = symbols.objects.names[symbols.object_of(raw)]
    raise LinkError(f"{where}: {name}: {WHY[why]}", status=1)


def missing_builtin(symbols: Symbols, raw: int, libraries: Libraries, release: Release) -> LinkError:
    """A reference to a builtin that this runtime does not define (loader.reportMissingBuiltin)."""
    from goweld.deadcode.builtin_kernel import first_missing

    builtin = release.builtins[first_missing(symbols, raw)][0].decode()
    package = libraries.list[symbols.objects.lib(symbols.object_of(raw))].package
    return LinkError(f'reference to undefined builtin "{builtin}" from package "{package}"', status=1)


def renumber(symbols: Symbols, adopted: Iterable[tuple[bytes, int]], extra: int) -> Live:
    """The live symbols.

    `adopted` are the names that the linker will define whatever deadcode says: those that objects mention
    come to life here, in their place.  No loaded symbol comes to life after this.  `extra`: how many more
    symbols the linker may make than it usually does.
    """
    alone = []
    for name, version in adopted:
        raw = symbols.lookup(name, version)
        if raw and not symbols.reached(raw):
            symbols.reach(raw)
            reach_description(symbols, raw)
            alone.append(raw)
    live = Live(symbols, extra)
    bad = live.renumber()
    if bad:
        raise LinkError(f"{symbols.objects.names[bad]}: cannot read object file: corrupt symbol", status=1)
    for raw in alone:
        live.add_attr(live.of(raw), A_ADOPTED)
    if symbols.objects.nhosts:
        from goweld.model.hosts_kernel import connect

        connect(live)
    return live
