"""What Goweld does not do yet, as far as only the objects show it."""

from __future__ import annotations

from goweld.errors import Unsupported

TYPE_CHECKING = False
if TYPE_CHECKING:
    from goweld.arch.arch import Arch
    from goweld.model.libraries import Libraries
    from goweld.model.mode import Mode


def check(mode: Mode, libraries: Libraries, arch: Arch) -> None:
    """Raise Unsupported if the real linker must do this link."""
    if not arch.hosts and (mode.external or mode.cgo or libraries.host_objects):
        raise Unsupported(f"cgo or a host linker for {arch.name}")
