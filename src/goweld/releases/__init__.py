"""What differs between Go releases, as data: one module per minor release, chosen by its version."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from goweld.releases.release import Release


def by_version(version: bytes) -> Release | None:
    """The tables for a release as object headers name it ("go1.27.3"); None where there are none.

    Patch releases share their minor release's tables.  Development versions, candidates and altered
    toolchains may differ in any of them, so they have none.
    """
    minor, dot, patch = version.removeprefix(b"go1.").partition(b".")
    if not version.startswith(b"go1.") or bool(dot) != patch.isdigit():
        return None
    if minor == b"27":
        from goweld.releases.go127 import RELEASE

        return RELEASE
    return None
