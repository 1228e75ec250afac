"""Run the standard library's tests linked by Goweld and by the real linker; Goweld may fail none alone.

usage: std.py [--flags LDFLAGS] [--inner] --go GO --goweld GOWELD [PACKAGE]...

-toolexec is on the command line only, so what tests build inside stays plain; with --inner, Goweld links that
too, but for the tests that not_run.toml lists. What fails only with Goweld is run once more with both, since
some of these tests fail now and then.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tomllib
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "corpus"), str(HERE.parent.parent / "src")]

from gojson import PACKAGE, Outcomes, parse  # noqa: E402
from recipes import Go  # noqa: E402

from goweld.cli import record  # noqa: E402

Failures = set[tuple[str, str]]


def not_run() -> str:
    """A -skip pattern for the tests that build inside what Goweld does not link."""
    listing = tomllib.loads((HERE / "not_run.toml").read_text())["std"]
    names = [name.split()[1] for group in listing.values() for name in group["tests"]]
    return "|".join(f"^{name}$" for name in names)


class Suite:
    """`go test` over packages, with either linker."""

    def __init__(self, go: Go, goweld: str, ldflags: str, *, inner: bool) -> None:
        self.go = go
        self.toolexec = f"-toolexec={goweld} toolexec"
        self.inner = inner
        self.ldflags = ldflags
        self.record = go.work / "std-record"
        self.record.unlink(missing_ok=True)
        self.verdicts = 0

    def failures(self, packages: list[str], *, goweld: bool) -> Failures:
        """The tests, and packages by an empty name, that fail."""
        command = [str(self.go.go), "test", "-json", "-short", "-count=1", f"-ldflags={self.ldflags}"]
        environment = dict(self.go.environment)
        if self.inner:
            command.append(f"-skip={not_run()}")
        if goweld:
            if self.inner:
                environment["GOFLAGS"] = f"'{self.toolexec}'"
            else:
                command.append(self.toolexec)
            environment |= {"GOWELD_STRICT": "1", "GOWELD_RECORD": str(self.record)}
        done = subprocess.run(
            [*command, *packages],
            cwd=self.go.root / "src",
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            check=False,
        )
        outcomes = parse(done.stdout.splitlines())
        self.show_failures(outcomes, "goweld" if goweld else "plain")
        return {key for key, outcome in outcomes.items() if outcome.verdict == "fail"}

    def show_failures(self, outcomes: Outcomes, side: str) -> None:
        packages = [package for package, test in outcomes if test == PACKAGE and package]
        failed = [key for key, outcome in outcomes.items() if outcome.verdict == "fail"]
        bad = sum(test == PACKAGE for _, test in failed)
        passed = sum(test != PACKAGE and outcome.verdict == "pass" for (_, test), outcome in outcomes.items())
        print(f"{side}: {len(packages)} packages, {bad} fail; {passed} tests pass", flush=True)
        if not packages:
            print("".join(outcome.output[-1] for outcome in outcomes.values() if outcome.output))
        for package, test in sorted(failed):
            print(f"  {side} FAIL {package} {test}")
            for line in outcomes[package, test].output[-5:]:
                print(f"      {line.rstrip()[:200]}")
        self.verdicts = len(packages)

    def links(self) -> tuple[int, int]:
        """How many links Goweld did, and how many it did not."""
        kinds = [entry.kind for entry in record.read(str(self.record))]
        return kinds.count(record.LINKED), len(kinds) - kinds.count(record.LINKED)


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    root = HERE.parent.parent
    parser.add_argument("--go", default=os.environ.get("GOWELD_GO", "go"), help="the reference go command")
    parser.add_argument("--goweld", default=str(root / "build" / "bin" / "goweld"), help="the launcher")
    parser.add_argument("--flags", default="", help="linker flags after those of `go test`, -s -w")
    parser.add_argument("--inner", action="store_true", help="Goweld links what tests build, too")
    parser.add_argument("--work", type=Path, default=root / ".cache" / "corpus")
    parser.add_argument("packages", nargs="*", default=["std"])
    options = parser.parse_args(argv)
    options.work.mkdir(parents=True, exist_ok=True)
    go = Go(options.go, options.work.resolve())
    suite = Suite(go, os.path.abspath(options.goweld), options.flags, inner=options.inner)
    with_goweld = suite.failures(options.packages, goweld=True)
    tested = suite.verdicts
    only = with_goweld - suite.failures(options.packages, goweld=False)
    again = sorted({package for package, _ in only if package})
    if again:
        print(f"again, what failed with goweld only: {' '.join(again)}")
        only = suite.failures(again, goweld=True) - suite.failures(again, goweld=False)
    own, other = suite.links()
    for package, test in sorted(only):
        print(f"FAILS WITH GOWELD ONLY: {package} {test}")
    print(
        f"{tested} packages; {len(only)} failures with goweld only; links done by goweld: {own}, not: {other}"
    )
    return 1 if only or other or not own or not tested else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
