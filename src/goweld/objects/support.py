"""What Goweld does not do yet, as far as only the objects show it."""

from __future__ import annotations

from goweld.errors import Unsupported

TYPE_CHECKING = False
if TYPE_CHECKING:
    from goweld.arch.arch import Arch
    from goweld.model.libraries import Libraries
    from goweld.model.mode import Mode

# cgo directives that a static executable has no use for; cgo_export_static alone changes nothing in it.
DYNAMIC_DIRECTIVES = (
    b'"cgo_import_dynamic"',
    b'"cgo_import_static"',
    b'"cgo_export_dynamic"',
    b'"cgo_dynamic_linker"',
    b'"cgo_ldflag"',
)


def check(mode: Mode, libraries: Libraries, arch: Arch) -> None:
    """Raise Unsupported if the real linker must do this link."""
    if not arch.hosts and (mode.external or mode.cgo or libraries.host_objects):
        raise Unsupported(f"cgo or a host linker for {arch.name}")
    if mode.external:
        return
    for host in libraries.host_objects:
        raise Unsupported(f"a host object: {host.name}")
    for cgo in libraries.cgo:
        if any(directive in cgo.text for directive in DYNAMIC_DIRECTIVES):
            raise Unsupported("cgo")
