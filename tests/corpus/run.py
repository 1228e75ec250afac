"""Link every job of the corpus with both linkers, and compare the raw outputs.

usage: run.py [--full] [--only NAME] [--module PATH@VERSION] [--cc CC] [--threads N]... [-j N]
              --go GO --goweld GOWELD

Goweld runs strict and where no other can be found: with a PATH of C compilers and host linkers at most, and a
GOROOT that lacks the link tool. --cc builds every row with cgo and that compiler; --threads has Goweld link
once more, with so many. Its own count of links must equal the number of those that the rows asked for.
"""

from __future__ import annotations

import argparse
import fcntl
import shutil
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent.parent / "src")]

from judge import DIFFERENT, IDENTICAL, NOT_RUN, Result, Runner  # noqa: E402
from recipes import (  # noqa: E402
    CXX,
    LIBRARY,
    Collected,
    Go,
    Manifest,
    Row,
    argument_parser,
    collect,
    launcher_command,
    prepared,
)

from goweld.explain.repro import Job  # noqa: E402


def rows_to_run(manifest: Manifest, options: argparse.Namespace) -> list[Row]:
    if options.module:
        rows = [Row(f"module-{number}", module=module) for number, module in enumerate(options.module)]
    else:
        rows = [row for row in manifest.rows if options.full or options.only or row.quick]
    if options.cc:
        # What is shipped is what it is, these compilers make objects for this machine, and clang is asked for
        # where gcc cannot.
        rows = [
            row.with_cgo(options.cc)
            for row in rows
            if row.kind != "shipped" and "GOARCH" not in row.env and row.cc in ("", "gcc", options.cc)
        ]
    names = {row.name for row in manifest.rows}
    return [
        row
        for row in rows
        if not options.only
        or any(word == row.name if word in names else word in row.name for word in options.only)
    ]


def cases(manifest: Manifest, collected: Collected) -> Iterator[tuple[str, Job, list[str], Row | None]]:
    """Every job in every variant."""
    row = collected.row
    for package, job in collected.jobs.items():
        for variant, flags in row.variants(manifest.variants).items():
            # A library that programs share is not run by itself.
            runs = None if package == LIBRARY else row
            yield f"{row.name}:{package}:{variant}", job, flags, runs


class Report:
    """Prints results as they come."""

    def __init__(self, *, verbose: bool) -> None:
        self.verbose = verbose
        self.results: list[Result] = []
        self._lock = threading.Lock()

    def add(self, result: Result) -> None:
        with self._lock:
            self.results.append(result)
            if self.verbose or result.verdict != IDENTICAL:
                times = " ({:.2f} s, {:.2f} s)".format(*result.times) if result.times[1] else ""
                print(f"{result.verdict} {result.name}{times}", flush=True)
                if result.text:
                    print("    " + result.text.replace("\n", "\n    "), flush=True)

    def absent(self, row: Row, tool: str) -> None:
        """A row for a tool that this machine lacks: said, and no failure."""
        with self._lock:
            print(f"{row.name}: left out, {tool} is not installed", flush=True)

    def count(self, verdict: str) -> int:
        return sum(result.verdict == verdict for result in self.results)

    def status(self, manifest: Manifest, links: int) -> int:
        """Print the sum; the exit status."""
        tried = self.count(IDENTICAL) + self.count(DIFFERENT)
        expected = sum(result.links for result in self.results)
        print(f"{self.count(IDENTICAL)} identical of {tried} tried; links done by goweld: {links}")
        not_run = [result.name for result in self.results if result.verdict == NOT_RUN]
        refused = [name for name in not_run if name.rpartition(":")[0] not in manifest.allowed]
        if not_run:
            print(
                f"{len(not_run)} NOT RUN, of which {len(not_run) - len(refused)} are allowed by the manifest"
            )
        if links != expected:
            print(f"goweld's count of links, {links}, is not the number that the rows need, {expected}")
        whole = tried > 0 and self.count(IDENTICAL) == tried and links == expected and not refused
        return 0 if whole else 1


class Session:
    """One run over rows of the manifest."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        self.manifest = Manifest.load()
        options.work.mkdir(parents=True, exist_ok=True)
        # Two runs in one folder would remove each other's files and count each other's links.
        self.lock = (options.work / "lock").open("w")
        try:
            fcntl.flock(self.lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise SystemExit(f"another run works in {options.work}") from None
        self.go = Go(options.go, options.work.resolve())
        self.runner = Runner(
            self.go,
            launcher_command(options.goweld),
            extra=options.flag,
            keep=options.keep,
            threads=sorted(set(options.threads)),
        )
        self.report = Report(verbose=options.v)

    def run(self) -> int:
        """Everything that was asked for; the exit status."""
        print(f"reference: {self.go.version}, {self.go.linker}", flush=True)
        with ThreadPoolExecutor(self.options.j) as pool:
            for row in rows_to_run(self.manifest, self.options):
                try:
                    self.run_row(row, pool)
                except (RuntimeError, OSError) as err:
                    self.report.add(Result(row.name, NOT_RUN, str(err)))
        if self.options.collect:
            return 0
        return self.report.status(self.manifest, self.runner.links_done())

    def run_row(self, row: Row, pool: ThreadPoolExecutor) -> None:
        """Collect a row's jobs and hand their comparisons to the pool."""
        for tool in (row.cc, *row.needs):
            if tool and not shutil.which(tool):
                self.report.absent(row, tool)
                return
        if row.kind == "shipped":
            prepared(self.go, row)
            for package in row.packages:
                pool.submit(self.judge, package, partial(self.runner.compare_shipped, row, package))
            return
        collected = collect(self.go, row, fresh=self.options.fresh)
        for package, reason in collected.missing.items():
            self.report.add(Result(f"{row.name}:{package}:", NOT_RUN, reason))
        print(f"{row.name}: {len(collected.jobs)} link jobs", flush=True)
        if not self.options.collect:
            for case in cases(self.manifest, collected):
                pool.submit(self.judge, case[0], partial(self.runner.compare, *case))

    def judge(self, name: str, compare: Callable[[], Result]) -> None:
        """Compare one case, and let no failure of the runner itself pass for a row that was not there."""
        try:
            result = compare()
        except Exception as err:
            result = Result(name, NOT_RUN, f"{type(err).__name__}: {err}")
        self.report.add(result)


def parse(argv: list[str]) -> argparse.Namespace:
    parser = argument_parser(__doc__)
    parser.add_argument("--full", action="store_true", help="the whole corpus, not only the quick rows")
    parser.add_argument(
        "--only", action="append", help="the row of this name, else those whose name contains it"
    )
    parser.add_argument(
        "--module", action="append", help="compare a program of the module proxy: PATH@VERSION"
    )
    parser.add_argument("--cc", choices=sorted(CXX), help="build every row with cgo and this C compiler")
    parser.add_argument("--work", type=Path, default=HERE.parent.parent / ".cache" / "corpus")
    parser.add_argument("--fresh", action="store_true", help="collect all jobs anew")
    parser.add_argument("--collect", action="store_true", help="only collect the jobs")
    parser.add_argument(
        "--threads",
        type=int,
        action="append",
        default=[],
        help="link by goweld once more, with so many threads; not what is shipped",
    )
    parser.add_argument("--keep", action="store_true", help="keep all outputs")
    parser.add_argument("--flag", action="append", default=[], help="one more linker flag for all")
    parser.add_argument("-j", type=int, default=2, help="links at a time")
    parser.add_argument("-v", action="store_true", help="print every row")
    return parser.parse_args(argv)


def main(argv: list[str]) -> int:
    return Session(parse(argv)).run()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
