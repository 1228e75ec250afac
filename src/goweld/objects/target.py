"""The target of a link: release, port, header line, and the defaults they bring."""

from __future__ import annotations

from goweld import arch as architectures
from goweld.errors import LinkError, Unsupported, unreadable
from goweld.model.memory_kernel import Input
from goweld.objects.given import packages
from goweld.releases import by_version

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from goweld.arch.arch import Arch
    from goweld.model.mode import Mode
    from goweld.model.options import Options
    from goweld.releases.release import Release


class Target:
    """What is linked for.

    `header` is the first line every object must have, newline included; `version` what runtime.Version
    reports, `compiler` that of the toolchain; `dwarf5`: debug information is DWARF 5, not 4; `fieldtrack`:
    the experiment of that name is on; `goroot` the GOROOT that file names are expanded with, empty where the
    environment has none.
    """

    __slots__ = (
        "release",
        "arch",
        "header",
        "version",
        "compiler",
        "dwarf5",
        "fieldtrack",
        "goroot",
        "goos",
        "goarch",
    )

    def __init__(
        self,
        release: Release,
        arch: Arch,
        goos: str,
        header: bytes,
        version: str,
        compiler: str,
        environ: Mapping[str, str],
    ) -> None:
        self.release = release
        self.arch = arch
        self.header = header
        self.version = version
        self.compiler = compiler
        experiments = header.rpartition(b" X:")[2].strip().split(b",")
        self.dwarf5 = b"dwarf5" in experiments
        self.fieldtrack = b"fieldtrack" in experiments
        self.goroot = environ.get("GOROOT", "")
        self.goos = goos
        self.goarch = arch.name


def choose(options: Options, environ: Mapping[str, str]) -> Target:
    """The target: GOOS, GOARCH and the experiments from the environment, the release from main's object."""
    version = main_version(packages(options)[0][1])
    release = by_version(version)
    if release is None:
        raise Unsupported(f"the objects of {version.decode('utf-8', 'replace')}")
    goos, goarch = architectures.port(environ)
    arch = architectures.by_name(goarch)
    if arch is None:
        raise Unsupported("architecture " + goarch)
    experiments = environ.get("GOEXPERIMENT", "")
    header = release.header(version, goos, goarch, arch.level(environ), experiments) + b"\n"
    text = release.build_version(version.decode(), experiments, goos, goarch)
    return Target(release, arch, goos, header, text, version.decode(), environ)


def main_version(path: str) -> bytes:
    """The Go version in the header line of main's object file."""
    try:
        head = Input(path).read(0, 1024)
    except OSError as error:
        raise unreadable(path, error) from None
    at = head.find(b"go object ")
    words = head[at:].split(b"\n", 1)[0].split(b" ") if at >= 0 else []
    if len(words) < 5:
        raise LinkError(f"{path}: not package main")
    return words[4]


def settle(options: Options, arch: Arch) -> None:
    """Fill in the architecture's address defaults (archinit) and check what no flag's type does."""
    if options.round == -1:
        options.round = arch.round
    if options.text_addr == -1:
        pages = (arch.text_base + options.round - 1) // options.round
        options.text_addr = pages * options.round + 4096
    if options.text_addr < 0:
        raise LinkError(f"invalid -T value {options.text_addr:#x}: below address 0")
    if not 0 <= options.strictdups <= 2:
        raise LinkError(f"invalid -strictdups flag value {options.strictdups}", status=1)
    if options.data_addr != -1 and options.data_addr % options.round:
        raise LinkError(
            f"invalid -D value {options.data_addr:#x}: not aligned to rounding quantum {options.round:#x}"
        )


def settle_mode(options: Options, mode: Mode) -> None:
    """Fill in what the link mode decides: what the host linker places has no address yet (ld.linksetup)."""
    if mode.external:
        options.text_addr = 0
