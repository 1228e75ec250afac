"""What Goweld does not do yet, as far as a command line and the environment show it."""

from __future__ import annotations

import os

from goweld import arch

TYPE_CHECKING = False
if TYPE_CHECKING:
    from goweld.model.options import Options


def foreign_port() -> str | None:
    """The port this link is for, if it is not one of Goweld's."""
    goos, goarch = arch.port(os.environ)
    return None if goos == "linux" and goarch in arch.NAMES else f"{goos}/{goarch}"


def unsupported(options: Options) -> str | None:
    """Why this link needs the real linker; None if nothing on the command line says so.

    Some reasons show only in the objects: those the core raises as errors.Unsupported.
    """
    checks = (
        (options.headtype not in ("", "linux", "android"), f"-H {options.headtype}"),
        (bool(options.cpuprofile), "-cpuprofile, a profile of the real linker"),
        (bool(options.memprofile), "-memprofile, a profile of the real linker"),
        (bool(options.benchmarkprofile), "-benchmarkprofile, a profile of the real linker"),
    )
    for applies, reason in checks:
        if applies:
            return reason
    return None
