"""Whether the host linker completes this link: by the flags, the environment, and what was read."""

from __future__ import annotations

from goweld.errors import LinkError
from goweld.model.mode import Mode

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from goweld.model.libraries import Libraries
    from goweld.model.options import Options

# Packages whose host objects cmd/link links itself (ld.internalpkg).
INTERNAL = (
    *(
        "crypto/internal/boring",
        "crypto/internal/boring/syso",
        "crypto/x509",
        "net",
        "os/user",
        "runtime/cgo",
    ),
    *("runtime/race", "runtime/race/internal/amd64v1", "runtime/race/internal/amd64v3"),
    *("runtime/msan", "runtime/asan"),
)


def decide(options: Options, libraries: Libraries, environ: Mapping[str, str]) -> Mode:
    """The link mode (ld.determineLinkMode); raises LinkError where internal linking was asked in vain."""
    need = need_external(options, libraries)
    if need and options.verbose > 1:
        libraries.said.append(f"external linking is forced by: {need}")
    cgo = "runtime/cgo" in libraries.by_package
    external = options.linkmode == "external"
    via = ""
    if options.linkmode == "auto":
        wanted = environ.get("GO_EXTLINK_ENABLED")
        if wanted in ("0", "1"):
            external = wanted == "1"
            via = "via GO_EXTLINK_ENABLED "
        else:
            prefer = libraries.prefer_external
            if prefer and options.verbose:
                libraries.said.append(f"external linking prefer list is [{' '.join(prefer)}]")
            foreign = any(host.package not in INTERNAL for host in libraries.host_objects)
            external = bool(need) or (cgo and (foreign or bool(prefer)))
    if need and not external:
        raise LinkError(f"internal linking requested {via}but external linking required: {need}")
    return Mode(options, external=external, cgo=cgo, plugins=cgo and "plugin" in libraries.by_package)


def need_external(options: Options, libraries: Libraries) -> str:
    """Why only the host linker can complete this; "" if nothing says so (ld.mustLinkExternal)."""
    if options.msan:
        return "msan"
    if options.asan:
        return "asan"
    if options.buildmode not in ("exe", "pie"):
        return f"buildmode={options.buildmode}"
    if options.linkshared:
        return "dynamically linking with a shared library"
    if not all(host.known for host in libraries.host_objects):
        return "some input objects have an unrecognized file format"
    if libraries.without_imports:
        packages = " ".join(libraries.without_imports)
        return f"some packages could not be built to support internal linking ([{packages}])"
    return ""
