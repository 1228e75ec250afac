"""Compare Goweld's time and memory with the real linker's, on the same link jobs, run in turns.

usage: run.py [--only PART]... [-n RUNS] [--every K] [--program NAME]... [--flags FLAGS]... [--write]
              [--keep] [--work DIR] --go GO --goweld GOWELD

  programs  hello, programs of the distribution, large programs of the module proxy
  tests     the test binaries of the standard library
  threads   Goweld with one, two, four and eight threads
  growth    synthetic programs of one to 64 times the size
  cgo       cmd/go with cgo and with -race, linked internally
  external  external links, where Goweld asks the compiler as cmd/link does, and where it knows the answers

What is measured is kept in the work folder as it comes; --keep adds to what an earlier run left there.
--write makes the committed table, bench/results/DATE.md, and the plot, docs/bench.svg, from all of it.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
PLOT = ROOT / "docs" / "bench.svg"
sys.path[:0] = [str(ROOT / "tests" / "corpus"), str(ROOT / "src")]

import programs  # noqa: E402
import report  # noqa: E402
import synthetic  # noqa: E402
from recipes import Go, Row, argument_parser, launcher_command  # noqa: E402
from turns import Series, Side, Turns  # noqa: E402

from goweld.explain.repro import Job  # noqa: E402

PARTS = ("programs", "tests", "cgo", "external", "threads", "growth")
THREADS = ("1", "2", "4", "8")
THREADED = ("hello", "cmd/compile", "helm")
ROWS = {"cgo": programs.CGO, "external": programs.EXTERNAL}
SCALES = (1, 2, 4, 8, 16, 32, 64)
FLAGS = (programs.DEFAULT, programs.STRIPPED)


class Bench:
    """One run: what is asked for, measured and kept."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        self.lock = programs.lock(options.work)
        self.go = Go(options.go, options.work.resolve())
        folder = self.go.work / "bench"
        folder.mkdir(exist_ok=True)
        self.store = folder / "results.json"
        command = launcher_command(options.goweld)
        self.turns = Turns(folder, self.go.plain_environment(), str(self.go.linker), command)
        self.commit = report.commit()
        self.measured: dict[tuple[str, str, str], Series] = {}
        if options.keep and self.store.exists():
            earlier = [Series.from_json(raw) for raw in json.loads(self.store.read_text())]
            self.measured = {series.key: series for series in earlier}

    def run(self) -> None:
        for part in self.options.only or PARTS:
            for name, job in self.jobs(part):
                for flags in self.options.flags or self.flags(part):
                    self.measure(part, flags, name, job)
        self.turns.check_links()

    def flags(self, part: str) -> tuple[str, ...]:
        return FLAGS if part in ("programs", "tests") else FLAGS[:1]

    def jobs(self, part: str) -> Iterator[tuple[str, Job]]:
        """What a part links, by name."""
        if part == "tests":
            yield from programs.test_jobs(self.go, self.options.every).items()
        elif part == "growth":
            yield from self.synthetic_jobs()
        elif part in ROWS:
            for name, row in ROWS[part].items():
                if not self.options.program or name in self.options.program:
                    (job,) = programs.jobs(self.go, row).values()
                    yield name, job
        else:
            defaults = programs.PROGRAMS if part == "programs" else THREADED
            for name in self.options.program or defaults:
                yield name, programs.job(self.go, name)

    def synthetic_jobs(self) -> Iterator[tuple[str, Job]]:
        for scale in self.options.scale or SCALES:
            folder = self.turns.folder / "synthetic" / str(scale)
            synthetic.write(folder, scale)
            (job,) = programs.jobs(self.go, Row(f"bench-synthetic-{scale}", path=str(folder))).values()
            yield str(scale), job

    def measure(self, part: str, flags: str, name: str, job: Job) -> None:
        """One job by all sides, kept."""
        sides = self.turns.both()
        if part == "threads":
            command = sides[1].command
            sides = [Side(count, command, (("GOWELD_THREADS", count),)) for count in THREADS]
        elif part == "external":
            sides.append(Side(report.ASKING, sides[1].command, (("GOWELD_CACHE", "off"),)))
        series = Series(part, flags, name, commit=self.commit)
        if part in ("programs", "growth"):
            series.symbols = self.turns.symbols(job, flags.split())
        self.turns.take(series, job, sides, self.options.n)
        self.measured[series.key] = series
        self.store.write_text(json.dumps([series.to_json() for series in self.measured.values()], indent=0))
        print(report.summary(series), flush=True)

    def write(self) -> None:
        """The committed table and the plots."""
        import plot

        path = HERE / "results" / f"{time.strftime('%Y-%m-%d')}.md"
        measured = list(self.measured.values())
        path.write_text(report.document(measured, self.go.version))
        print(f"written to {path}")
        plot.write(measured, PLOT)
        print(f"written to {PLOT}")


def parse(argv: list[str]) -> argparse.Namespace:
    parser = argument_parser(__doc__)
    parser.add_argument("--only", action="append", choices=PARTS, help="the parts to run")
    parser.add_argument("--flags", action="append", help="linker flags (default: none, and -s -w)")
    parser.add_argument("-n", type=int, default=7, help="timed runs of each side")
    parser.add_argument("--every", type=int, default=1, help="of the test binaries, take every so many")
    parser.add_argument(
        "--program", action="append", help=f"of programs and threads; default: {', '.join(programs.PROGRAMS)}"
    )
    parser.add_argument("--scale", action="append", type=int, help="of growth; default: 1 to 64")
    parser.add_argument("--work", type=Path, default=programs.WORK)
    parser.add_argument("--keep", action="store_true", help="add to the earlier results")
    parser.add_argument("--write", action="store_true", help="write bench/results and the plot")
    return parser.parse_args(argv)


def main(argv: list[str]) -> int:
    options = parse(argv)
    bench = Bench(options)
    print(report.machine(), flush=True)
    bench.run()
    measured = list(bench.measured.values())
    print("\n" + "\n".join(report.sections(measured)))
    if options.write:
        bench.write()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
