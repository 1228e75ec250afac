"""Architectures: one file each, with what stages would otherwise have to ask GOARCH for."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from goweld.arch.arch import Arch

NAMES = ("amd64", "arm64")
HOSTS = {"x86_64": "amd64", "aarch64": "arm64"}


def port(environ: Mapping[str, str]) -> tuple[str, str]:
    """GOOS and GOARCH; as in the real linker, the host's where they are not set."""
    goos, goarch = environ.get("GOOS", ""), environ.get("GOARCH", "")
    if goos and goarch:
        return goos, goarch
    system = os.uname()
    return goos or system.sysname.lower(), goarch or HOSTS.get(system.machine, system.machine)


def by_name(goarch: str) -> Arch | None:
    """The architecture that GOARCH names; None where Goweld does not know it."""
    if goarch == "amd64":
        from goweld.arch import amd64

        return amd64.ARCH
    if goarch == "arm64":
        from goweld.arch import arm64

        return arm64.ARCH
    return None
