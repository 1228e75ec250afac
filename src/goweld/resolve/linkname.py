"""Which packages may reference which symbols by linkname or from assembly (loader.checkLinkname)."""

from __future__ import annotations

from goweld.errors import LinkError
from goweld.resolve.definition_kernel import definition, unsettled

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from goweld.model.symbols_kernel import Symbols
    from goweld.releases.release import Release

OBJ_STD = 16  # the goobj flag of a standard package
FROZEN_FIPS = "crypto/internal/fips140/v"
FROM_ASSEMBLY_ANYWHERE = b"."  # a name without it is meant for code that is not Go


def check(
    symbols: Symbols,
    references: list[tuple[int, int]],
    release: Release,
    packages: Sequence[str],
    abi_wrappers: bool = True,
) -> None:
    """Raise LinkError for the first of `references` (raw id, object) that is not allowed.

    `references` are those that resolve_kernel.linkname_references leaves to judge, in its order; `packages`:
    package paths by library index; `abi_wrappers`: calls between ABIs go through wrappers.
    """
    for raw, k in unsettled(symbols, references):
        name = symbols.name(raw)
        package = packages[symbols.objects.lib(k)]
        users = release.blocked_linknames.get(name)
        if users is not None:
            allowed = _names_package(users, package)
        else:
            allowed = _is_pushed(symbols, raw, name, k, package, abi_wrappers)
        if not allowed:
            shown = name.decode(errors="surrogateescape")
            raise LinkError(f"{package}: invalid reference to {shown}", status=1)


def _names_package(users: tuple[bytes, ...], package: str) -> bool:
    """Whether one of `users` is the package, or the package is a frozen FIPS version of it."""
    if package.encode(errors="surrogateescape") in users:
        return True
    if not package.startswith(FROZEN_FIPS):
        return False
    parts = package.split("/")
    return "/".join(parts[:3] + parts[4:]).encode(errors="surrogateescape") in users


def _is_pushed(symbols: Symbols, raw: int, name: bytes, k: int, package: str, abi_wrappers: bool) -> bool:
    """Whether the definition, or the ABI wrapper of one in assembly, is pushed to the referencing package."""
    _, abi, assembly, pushed, pushed_std = definition(symbols, raw)
    if assembly and not pushed and not pushed_std:
        if name.startswith(package.encode(errors="surrogateescape")):
            return True
        if FROM_ASSEMBLY_ANYWHERE not in name or not abi_wrappers:
            return True
        wrapper = symbols.lookup(name, 1 - abi) if abi >= 0 else 0
        if wrapper:
            _, _, _, pushed, pushed_std = definition(symbols, wrapper)
    return pushed or (pushed_std and symbols.objects.flags(k) & OBJ_STD != 0)
