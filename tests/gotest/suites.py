"""Run Go's own cgo suites, unchanged, with both linkers, and compare what passes, skips and is linked.

usage: suites.py [--suite NAME]... [--cc CC] [--plain] [--keep] --go GO --goweld GOWELD

suites.toml lists them. The toolexec is in GOFLAGS, so that what tests build inside is linked so, too; the
real linker runs behind one as well, which counts its links, those that end in an error among them. Nothing is
skipped for being long. What the real side comes to is kept, and --keep uses it again; --plain runs it alone.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "corpus"), str(HERE.parent.parent / "src")]

from gojson import PACKAGE, Outcomes, parse  # noqa: E402
from recipes import Go, argument_parser, launcher_command  # noqa: E402
from run import overlay, root_with_shim  # noqa: E402

from goweld.cli import record  # noqa: E402

VERDICTS = ("pass", "skip", "fail")
# Runs a tool, and records a link as Goweld does. The same words work as a toolexec and as a linker.
COUNTED = """#!/bin/sh
case "$1" in */link) ;; *) exec "$@";; esac
case " $* " in *" -V"*) exec "$@";; esac
printf 'linked\\t\\t\\t\\n' >> "$GOWELD_RECORD"
exec "$@"
"""


@dataclass(frozen=True)
class Suite:
    """One of suites.toml."""

    name: str
    packages: list[str]
    flags: list[str] = field(default_factory=list)
    tests: str = ""
    overlay: bool = False
    shim: bool = False
    not_run: dict[str, str] = field(default_factory=dict)  # with Goweld: test -> why


@dataclass
class Side:
    """What a suite comes to with one linker: verdicts of tests, subtests included, and links."""

    verdicts: dict[str, str]
    linked: int
    passed_on: int
    failed: int
    seconds: float
    output: dict[str, list[str]] = field(default_factory=dict)  # of what fails

    def count(self, verdict: str) -> int:
        return sum(v == verdict for v in self.verdicts.values())

    def summary(self) -> str:
        said = ", ".join(f"{self.count(verdict)} {verdict}" for verdict in VERDICTS)
        links = f"{self.linked} links"
        links += f", {self.passed_on} handed on" if self.passed_on else ""
        links += f", {self.failed} with an error" if self.failed else ""
        return f"{said}; {links}; {self.seconds:.0f} s"


class Suites:
    """Runs suites with either linker."""

    def __init__(self, go: Go, goweld: list[str], cc: str) -> None:
        self.go = go
        self.goweld = goweld
        self.cc = cc
        self.folder = go.work / "suites"
        self.folder.mkdir(exist_ok=True)
        self.counted = self.folder / "counted"
        self.counted.write_text(COUNTED)
        self.counted.chmod(0o755)
        self.linker = self.folder / "counted-link"
        self.linker.write_text(f'#!/bin/sh\nexec {self.counted} {go.linker} "$@"\n')
        self.linker.chmod(0o755)

    def run(self, suite: Suite, *, goweld: bool) -> Side:
        """Run a suite with one linker."""
        lines = self.folder / f"{suite.name}-record"
        lines.unlink(missing_ok=True)
        start = time.monotonic()
        outcomes = self.go_test(suite, lines, goweld=goweld)
        seconds = time.monotonic() - start
        kinds = [entry.kind for entry in record.read(str(lines))]
        verdicts = {label(*key): outcome.verdict for key, outcome in outcomes.items() if outcome.verdict}
        said = {
            label(*key): outcome.output[-20:]
            for key, outcome in outcomes.items()
            if outcome.verdict not in ("pass", "skip") and outcome.output
        }
        counts = [kinds.count(kind) for kind in (record.LINKED, record.PASSED, record.FAILED)]
        return Side(verdicts, *counts, seconds, said)

    def go_test(self, suite: Suite, lines: Path, *, goweld: bool) -> Outcomes:
        root = root_with_shim(self.go) if suite.shim else self.go.root
        # Where the link tool is the shim, the toolexec has counted already.
        real = self.go.linker if suite.shim else self.linker
        toolexec = " ".join([*self.goweld, "toolexec"]) if goweld else str(self.counted)
        command = [f"{root}/bin/go", "test", "-json", "-count=1", "-timeout=90m", *suite.flags]
        command += [f"-run={suite.tests}"] if suite.tests else []
        command += [f"-overlay={overlay(self.go)}"] if suite.overlay else []
        command += [f"-skip=^({'|'.join(suite.not_run)})$"] if goweld and suite.not_run else []
        done = subprocess.run(
            [*command, *suite.packages],
            cwd=root / "src",
            env={
                **self.go.environment,
                "CGO_ENABLED": "1",
                **({"CC": self.cc, "CXX": cxx(self.cc)} if self.cc else {}),
                "GOFLAGS": f"'-toolexec={toolexec}'",
                "GO_REPLACEMENT_LINK": self.goweld[0] if goweld else str(real),
                "GOWELD_STRICT": "1",
                "GOWELD_RECORD": str(lines),
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            check=False,
        )
        return parse(done.stdout.splitlines())

    def plain(self, suite: Suite, *, keep: bool) -> Side:
        """The real linker's side, or what is kept of it."""
        name = f"{suite.name}-{self.cc or 'cc'}-{self.go.version}.json".replace("/", "~")
        kept = self.folder / name
        identity = repr(suite)
        if keep and kept.exists():
            known = json.loads(kept.read_text())
            if known.pop("suite") == identity:
                return Side(**known)
        side = self.run(suite, goweld=False)
        kept.write_text(json.dumps({"suite": identity, **asdict(side)}, indent=0))
        return side


def cxx(cc: str) -> str:
    """The C++ compiler that belongs to a C compiler."""
    return cc.replace("clang", "clang++").replace("gcc", "g++")


def label(package: str, test: str) -> str:
    return f"{package} {test}" if test != PACKAGE else package


def worse(real: Side, ours: Side, not_run: Iterable[str] = ()) -> Iterator[str]:
    """What does not come out with Goweld as it does with the real linker. What fails with both is not it."""
    for name, verdict in real.verdicts.items():
        if name.partition(" ")[2].partition("/")[0] in not_run:
            continue
        other = ours.verdicts.get(name, "missing")
        if other != verdict and verdict != "fail":
            yield f"{name}: {verdict} with the real linker, {other} with goweld"
    for name, verdict in ours.verdicts.items():
        if name not in real.verdicts and verdict == "fail":
            yield f"{name}: only with goweld, fail"


def why_skipped(side: Side) -> None:
    """Print the tests that skip themselves, without their subtests."""
    names = [name for name, verdict in side.verdicts.items() if verdict == "skip"]
    if names:
        print(f"  skipped: {', '.join(names)}")


def show(side: Side, names: list[str]) -> None:
    for name in names:
        for line in side.output.get(name.partition(":")[0], [])[-12:]:
            print(f"      {line.rstrip()[:300]}")


def main(argv: list[str]) -> int:
    parser = argument_parser(__doc__)
    parser.add_argument("--suite", action="append", help="a suite's name, or a pattern; default: all")
    parser.add_argument("--cc", default="", help="the C compiler; default: the go command's")
    parser.add_argument("--plain", action="store_true", help="the real linker only")
    parser.add_argument("--keep", action="store_true", help="use what is kept of the real linker's side")
    parser.add_argument("--work", type=Path, default=HERE.parent.parent / ".cache" / "corpus")
    options = parser.parse_args(argv)
    options.work.mkdir(parents=True, exist_ok=True)
    go = Go(options.go, options.work.resolve())
    suites = Suites(go, launcher_command(options.goweld), options.cc)
    listed = [Suite(**raw) for raw in tomllib.loads((HERE / "suites.toml").read_text())["suite"]]
    wanted = [s for s in listed if any(re.fullmatch(p, s.name) for p in options.suite or [".*"])]
    bad = 0
    for suite in wanted:
        real = suites.plain(suite, keep=options.keep and not options.plain)
        print(f"{suite.name}: real linker: {real.summary()}", flush=True)
        why_skipped(real)
        if options.plain:
            show(real, list(real.output))
            continue
        ours = suites.run(suite, goweld=True)
        print(f"{suite.name}: goweld:      {ours.summary()}", flush=True)
        for test, reason in suite.not_run.items():
            print(f"  NOT RUN with goweld: {test}: {reason}")
        problems = list(worse(real, ours, suite.not_run))
        for problem in problems:
            print(f"  {problem}")
            show(ours, [problem])
        if real.count("pass") and ours.linked == 0:
            problems.append("goweld did no link")
        bad += bool(problems) or bool(ours.passed_on)
    if not wanted:
        print("no such suite")
    print(f"{len(wanted) - bad} of {len(wanted)} suites come out as with the real linker")
    return 1 if bad or not wanted else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
