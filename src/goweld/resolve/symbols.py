"""Resolution: from objects to symbols, each with one id (loader.LoadSyms)."""

from __future__ import annotations

from goweld.errors import LinkError
from goweld.model.symbols_kernel import Symbols
from goweld.resolve import linkname
from goweld.resolve.duplicates import clash, differences
from goweld.resolve.resolve_kernel import (
    apply_reference_flags,
    bind_references,
    block_linkname,
    enter_definitions,
    linkname_references,
    merge_named,
    set_builtins,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from goweld.errors import Diagnostics
    from goweld.model.libraries import Libraries
    from goweld.model.objects_kernel import Objects
    from goweld.model.options import Options
    from goweld.releases.release import Release


def resolve(
    options: Options,
    objects: Objects,
    libraries: Libraries,
    release: Release,
    wanted: Iterable[tuple[bytes, int]],
    diagnostics: Diagnostics,
    made: int = 0,
    shared: bool = False,
) -> Symbols:
    """One canonical id per symbol, but for those of host objects, which follow.

    `wanted` are the (name, version) that later stages look up; `made` is how many symbols they may make
    before deadcode, besides the usual.  `shared`: some of the wanted ones may be in shared libraries.
    """
    names = [*wanted, *release.builtins]
    if options.checklinkname:
        names += [(name, version) for name in release.blocked_linknames for version in (0, 1)]
    symbols = Symbols(objects, release.kinds, not options.strip_dwarf, len(names), made + shared * len(names))
    packages = [library.package for library in libraries.list]
    for name, version in names:
        symbols.want(name, version)
    if objects.nhosts:
        from goweld.resolve.host_kernel import names_of

        for index in range(objects.n, objects.n + objects.nhosts):
            names_of(symbols, index)
    refuse_corrupt(objects, enter_definitions(symbols))
    corrupt, new, old, pairs = merge_named(symbols, options.strictdups != 0)
    refuse_corrupt(objects, corrupt)
    if new:
        raise clash(symbols, new, old, packages)
    bind_references(symbols)
    set_builtins(symbols, [defined(symbols, name, version) for name, version in release.builtins])
    refuse_corrupt(objects, apply_reference_flags(symbols))
    if options.checklinkname:
        for name in release.blocked_linknames:
            for version in (0, 1):
                raw = symbols.lookup(name, version)
                if raw:
                    block_linkname(symbols, raw)
        linkname.check(symbols, linkname_references(symbols), release, packages)
    if pairs:
        lines, errors = differences(symbols, pairs, packages)
        diagnostics.say(lines)
        if options.strictdups > 1:
            diagnostics.refuse_duplicates(errors)
    return symbols


def defined(symbols: Symbols, name: bytes, version: int) -> int:
    """The raw id of a symbol that an object defines; 0 where none does."""
    raw = symbols.lookup(name, version)
    return raw if symbols.is_defined(raw) else 0


def refuse_corrupt(objects: Objects, index: int) -> None:
    """Raise for the object that a kernel found corrupt."""
    if index:
        raise LinkError(f"{objects.names[index]}: cannot read object file: corrupt symbol table", status=1)
