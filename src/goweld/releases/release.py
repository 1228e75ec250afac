"""The shape of a release's tables, and what a toolchain configuration makes of them."""

from __future__ import annotations

from goweld.errors import LinkError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    Packages = dict[bytes, tuple[bytes, ...]]


class Release:
    """One minor release.

    kinds: object symbol kind -> linker symbol kind (sym.AbiSymKindToSymKind); kinds unknown to Go map to 0.
    builtins: (name, ABI) of the symbols that objects reference by number, in that order (goobj.builtins).
    blocked_linknames: names that only the listed packages may reference (loader.blockedLinknames).
    runtime_packages: those whose text comes first (objabi.PkgSpecial.Runtime).
    experiment_names: every GOEXPERIMENT in the order in which lists of them are written (goexperiment.Flags).
    baseline: (GOOS, GOARCH) -> the experiments that are on unless the environment says otherwise.
    register_abi: the architectures that pass arguments in registers, always.
    """

    __slots__ = (
        "kinds",
        "builtins",
        "blocked_linknames",
        "runtime_packages",
        "experiment_names",
        "baseline",
        "register_abi",
    )

    def __init__(
        self,
        *,
        kinds: bytes,
        builtins: tuple[tuple[bytes, int], ...],
        blocked_linknames: Packages,
        runtime_packages: frozenset[bytes],
        experiment_names: tuple[str, ...],
        baseline: Callable[[str, str], set[str]],
        register_abi: frozenset[str],
    ) -> None:
        self.kinds = kinds
        self.builtins = builtins
        self.blocked_linknames = blocked_linknames
        self.runtime_packages = runtime_packages
        self.experiment_names = experiment_names
        self.baseline = baseline
        self.register_abi = register_abi

    def experiments(self, goexperiment: str, goos: str, goarch: str) -> tuple[str, str]:
        """GOEXPERIMENT as two lists: all that is on, for object headers, and what differs from the baseline.

        (buildcfg.ParseGOEXPERIMENT, ExperimentFlags.Enabled and ExperimentFlags.String)
        """
        baseline = self.baseline(goos, goarch)
        enabled = self._enabled(goexperiment, baseline, goarch)
        names = self.experiment_names
        differs = [
            name if name in enabled else "no" + name
            for name in names
            if (name in enabled) != (name in baseline)
        ]
        return ",".join(name for name in names if name in enabled), ",".join(differs)

    def _enabled(self, goexperiment: str, baseline: set[str], goarch: str) -> set[str]:
        regabi = {"regabiwrappers", "regabiargs"}
        enabled = set(baseline)
        for word in goexperiment.split(","):
            if word == "none":
                enabled.clear()
            elif word:
                name = word.removeprefix("no")
                if name != "regabi" and name not in self.experiment_names:
                    raise LinkError("unknown GOEXPERIMENT " + name)
                group = regabi if name == "regabi" else {name}
                enabled = enabled - group if word.startswith("no") else enabled | group
        return enabled | regabi if goarch in self.register_abi else enabled - regabi

    def build_version(self, version: str, goexperiment: str, goos: str, goarch: str) -> str:
        """What runtime.Version reports: the release and the experiments that differ (ld.Main)."""
        differs = self.experiments(goexperiment, goos, goarch)[1]
        if not differs:
            return version
        return version + (" " if "-" in version else "-") + "X:" + differs

    def header(self, version: bytes, goos: str, goarch: str, level: str, goexperiment: str) -> bytes:
        """The first line of every object that this configuration compiles (objabi.HeaderString).

        Without its newline.  `level` is the variable that selects the architecture's variant, with its value.
        """
        enabled = self.experiments(goexperiment, goos, goarch)[0]
        words = f"go object {goos} {goarch} ".encode(errors="surrogateescape")
        return words + version + f" {level} X:{enabled}".encode()
