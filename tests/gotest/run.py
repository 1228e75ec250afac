"""Run Go's own linker tests, unchanged, with Goweld as the linker.

usage: run.py [--flags FLAGS] [--route A|B|gdb] [--run REGEXP] --go GO --goweld GOWELD

Route A overlays func main of cmd/link, which cmd/link's test binary runs as the linker. Route B gives the
tests of cmd/link/internal/ld a GOROOT of symbolic links whose link tool is the same shim; so does route gdb,
for the runtime's tests that run gdb. All are strict and without cgo; the tests in PRESENCE ask whether cgo is
there before they link what has none.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "corpus"), str(HERE.parent.parent / "src")]

from gojson import PACKAGE, Outcome, Outcomes, parse  # noqa: E402
from recipes import Go  # noqa: E402

from goweld.cli import record  # noqa: E402

ROUTES = {"A": "cmd/link", "B": "cmd/link/internal/ld", "gdb": "runtime"}
# Those of the third skip themselves where gdb is old, may not trace, or finds core files elsewhere.
TESTS = {"A": "", "B": "", "gdb": "^TestGdb"}
# Tests that skip themselves where cgo is disabled, though they need none of it.
PRESENCE = {"A": ["TestDWARF", "TestDWARFLocationList"]}
WITHOUT_CGO = {"CGO_ENABLED": "0"}
# Cgo is there, but no package of the standard library uses it.
CGO_PRESENT = {"CGO_ENABLED": "1", "GOFLAGS": "-tags=netgo,osusergo"}
SHIM = HERE / "shim" / "main.go"


def declared_tests(folder: Path, matching: str) -> set[str]:
    """The tests that a package's files declare, whatever their build constraints."""
    names: set[str] = set()
    for path in folder.glob("*_test.go"):
        names |= set(re.findall(r"^func (Test\w+)\(t ", path.read_text(), re.MULTILINE))
    return {name for name in names - {"TestMain"} if re.search(matching, name)}


def pattern(names: list[str]) -> str:
    """A -run or -skip pattern for tests and subtests by name."""
    return "|".join("/".join(f"^{re.escape(part)}$" for part in name.split("/")) for name in names)


def overlay(go: Go) -> Path:
    """A file for -overlay that puts the shim in the place of cmd/link's func main."""
    path = go.work / "overlay.json"
    replaced = str(go.root / "src" / "cmd" / "link" / "main.go")
    path.write_text(json.dumps({"Replace": {replaced: str(SHIM)}}))
    return path


def root_with_shim(go: Go) -> Path:
    """A GOROOT whose link tool is the shim."""
    root = go.copy_of_root("goroot-with-shim")
    tool = root / go.linker.relative_to(go.root)
    done = go.run(["build", "-o", str(tool), str(SHIM)], HERE, {})
    if done.returncode:
        raise SystemExit(f"the shim does not build: {done.stderr}")
    return root


class Routes:
    """Runs the routes with one linker."""

    def __init__(self, go: Go, goweld: str, flags: str) -> None:
        self.go = go
        self.record = go.work / "gotest-record"
        self.record.unlink(missing_ok=True)
        self.environment = {
            **go.environment,
            "GO_REPLACEMENT_LINK": goweld,
            "GO_REPLACEMENT_LINK_FLAGS": flags,
            "GOWELD_STRICT": "1",
            "GOWELD_RECORD": str(self.record),
        }

    def test(self, route: str, skip: list[str], run: list[str]) -> Outcomes:
        """Run one route's tests: all that are not to be skipped, or those of `run`."""
        presence = PRESENCE.get(route, [])
        outcomes: Outcomes = {}
        plain = [name for name in run if name not in presence]
        if plain or not run:
            outcomes |= self.go_test(route, [*skip, *presence], plain, WITHOUT_CGO)
        present = [name for name in presence if name in run or not run]
        if present:
            own = (ROUTES[route], PACKAGE)
            first = outcomes.get(own)
            outcomes |= self.go_test(route, skip, present, CGO_PRESENT)
            if first and first.verdict != "pass":
                outcomes[own] = first
        return outcomes

    def go_test(self, route: str, skip: list[str], run: list[str], environment: dict[str, str]) -> Outcomes:
        package = ROUTES[route]
        root = self.go.root if route == "A" else root_with_shim(self.go)
        command = [f"{root}/bin/go", "test", "-json", "-count=1", f"-skip={pattern(skip)}"]
        command += [f"-run={pattern(run)}"] if run else []
        command += [f"-overlay={overlay(self.go)}"] if route == "A" else []
        done = subprocess.run(
            [*command, package],
            cwd=root / "src",
            env=self.environment | environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        return parse(done.stdout.splitlines())

    def links(self) -> tuple[int, int]:
        """How many links Goweld did, and how many were handed to the real linker."""
        kinds = [entry.kind for entry in record.read(str(self.record))]
        return kinds.count(record.LINKED), kinds.count(record.PASSED)


def judge(
    package: str, outcomes: Outcomes, listed: dict[str, str], declared: set[str], *, may_skip: bool
) -> int:
    """Print what became of every test; the number of those that should have passed and did not."""
    passed, bad = [], []
    listed = dict(listed)
    for name in sorted(declared):
        outcome = outcomes.get((package, name))
        if name in listed:
            continue
        if outcome and outcome.verdict == "pass":
            passed.append(name)
        elif outcome and outcome.verdict == "skip" and may_skip:
            listed[name] = why_skipped(outcome)
        else:
            bad.append(name)
            verdict = outcome.verdict if outcome else "no verdict"
            print(f"{verdict.upper()} {package} {name}")
            show(package, name, outcomes)
    print(f"{package}: {len(passed)} tests pass, {len(bad)} do not, {len(listed)} are not run:")
    by_reason: dict[str, list[str]] = {}
    for name, reason in listed.items():
        by_reason.setdefault(reason, []).append(name)
    for reason, names in by_reason.items():
        print(f"  NOT RUN, {reason}: {', '.join(names)} ({len(names)})")
    own = outcomes.get((package, PACKAGE))
    if not bad and (own is None or own.verdict != "pass"):
        print("".join(own.output[-20:]) if own else "\n".join(outcomes[PACKAGE, PACKAGE].output))
        return 1
    return len(bad)


def why_skipped(outcome: Outcome) -> str:
    """What a test says when it skips itself."""
    said = re.search(r"_test\.go:\d+: (.*)", "".join(outcome.output))
    return said[1] if said else "it skips itself"


def show(package: str, name: str, outcomes: Outcomes) -> None:
    """The last output of a test and of its subtests that fail."""
    for (where, test), outcome in outcomes.items():
        if where == package and (test == name or test.startswith(name + "/")) and outcome.verdict != "pass":
            for line in outcome.output[-12:]:
                print(f"    {line.rstrip()}"[:300])


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    root = HERE.parent.parent
    parser.add_argument("--go", default=os.environ.get("GOWELD_GO", "go"), help="the reference go command")
    parser.add_argument("--goweld", default=str(root / "build" / "bin" / "goweld"), help="the launcher")
    parser.add_argument("--flags", default="", help="linker flags put before a test's own")
    parser.add_argument("--route", choices=sorted(ROUTES), action="append", help="default: all")
    parser.add_argument("--run", default="", help="only the tests that match")
    parser.add_argument("--work", type=Path, default=root / ".cache" / "corpus")
    options = parser.parse_args(argv)
    options.work.mkdir(parents=True, exist_ok=True)
    go = Go(options.go, options.work.resolve())
    routes = Routes(go, os.path.abspath(options.goweld), options.flags)
    listing = tomllib.loads((HERE / "not_run.toml").read_text())
    bad = 0
    for route in options.route or sorted(ROUTES):
        if route == "gdb" and not shutil.which("gdb"):
            print("NOT RUN, gdb is not installed: route gdb")
            continue
        package = ROUTES[route]
        listed = {name: reason for reason, group in listing[package].items() for name in group["tests"]}
        declared = declared_tests(go.root / "src" / package, TESTS[route])
        unknown = {name.partition("/")[0] for name in listed} - declared
        if unknown:
            print(f"{package} has no {', '.join(sorted(unknown))}, which not_run.toml lists")
            bad += 1
        if options.run:
            declared = {name for name in declared if re.search(options.run, name)}
        wanted = sorted(declared - listed.keys()) if options.run or TESTS[route] else []
        outcomes = routes.test(route, list(listed), wanted)
        bad += judge(package, outcomes, listed, declared, may_skip=route == "gdb")
    own, handed = routes.links()
    print(f"links done by goweld: {own}, by the real linker: {handed}")
    return 1 if bad or handed or not own else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
