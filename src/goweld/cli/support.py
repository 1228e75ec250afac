"""What Goweld does not do yet, as far as a command line and the environment show it."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from goweld.model.options import Options

PORT = "linux/amd64"


def target() -> tuple[str, str]:
    """GOOS and GOARCH; as in the real linker, the host's where they are not set."""
    system = os.uname()
    hosts = {"x86_64": "amd64", "aarch64": "arm64"}
    goos = os.environ.get("GOOS") or system.sysname.lower()
    return goos, os.environ.get("GOARCH") or hosts.get(system.machine, system.machine)


def foreign_port() -> str | None:
    """The port this link is for, if it is not Goweld's."""
    port = "/".join(target())
    return None if port == PORT else port


def unsupported(options: Options) -> str | None:
    """Why this link needs the real linker; None if nothing on the command line says so.

    Some reasons show only in the objects: those the core raises as errors.Unsupported.
    """
    checks = (
        (options.buildmode != "exe", f"-buildmode={options.buildmode}"),
        (options.linkshared, "-linkshared"),
        (options.headtype not in ("", "linux", "android"), f"-H {options.headtype}"),
        (bool(options.cpuprofile), "-cpuprofile, a profile of the real linker"),
        (bool(options.memprofile), "-memprofile, a profile of the real linker"),
        (bool(options.benchmarkprofile), "-benchmarkprofile, a profile of the real linker"),
    )
    for applies, reason in checks:
        if applies:
            return reason
    return None
