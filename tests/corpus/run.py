"""Link every job of the corpus with both linkers, and compare the raw outputs.

usage: run.py [--full] [--only NAME] [--module PATH@VERSION] [-j N] --go GO --goweld GOWELD

Goweld runs strict and where no linker can be found: without PATH, and with a GOROOT that lacks the link tool.
Its own count of links must equal the number of rows that were compared.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent.parent / "src")]

from recipes import Collected, Go, Manifest, Row, collect  # noqa: E402

from goweld.cli import record  # noqa: E402
from goweld.errors import LinkError  # noqa: E402
from goweld.explain.compare import first_difference, identical  # noqa: E402
from goweld.explain.repro import Job  # noqa: E402

IDENTICAL, DIFFERENT, NOT_RUN = "identical", "DIFFERENT", "NOT RUN"
TIMEOUT = 300


@dataclass
class Result:
    """What became of one job in one variant."""

    name: str
    verdict: str
    text: str = ""
    reference_time: float = 0.0
    goweld_time: float = 0.0


class Runner:
    """Runs jobs; `goweld` is a command that takes cmd/link's arguments after it."""

    def __init__(self, go: Go, goweld: list[str], *, extra: list[str], keep: bool) -> None:
        self.go = go
        self.goweld = goweld
        self.extra = extra
        self.keep = keep
        self.outputs = go.work / "run"
        self.record = self.outputs / "record"
        shutil.rmtree(self.outputs, ignore_errors=True)
        self.outputs.mkdir(parents=True)
        empty = self.outputs / "empty"
        empty.mkdir()
        root = str(go.root_without_linker())
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("GO", "CGO_"))}
        self.environment = {**kept, "PATH": str(empty)}
        self.job_root = root

    def environment_of(self, job: Job) -> dict[str, str]:
        """The same for both linkers. A GOROOT goes into the bytes, so both get the one without a linker."""
        environment = job.run_environment(self.environment)
        if environment.get("GOROOT"):
            environment["GOROOT"] = self.job_root
        return environment

    def compare(self, name: str, job: Job, flags: list[str]) -> Result:
        """Link one job with both and compare."""
        folder = self.outputs / name.replace("/", "~").replace(" ", "_")
        folder.mkdir()
        reference, ours = folder / "reference", folder / "goweld"
        environment = self.environment_of(job)
        flags = self.extra + flags
        start = time.monotonic()
        answer = run(job.command([str(self.go.linker)], str(reference), flags), job.folder, environment)
        middle = time.monotonic()
        if answer:
            return Result(name, NOT_RUN, f"the reference linker fails: {answer}")
        strict = {**environment, "GOWELD_STRICT": "1", "GOWELD_RECORD": str(self.record)}
        answer = run(job.command(self.goweld, str(ours), flags), job.folder, strict)
        times = (middle - start, time.monotonic() - middle)
        if answer:
            return Result(name, DIFFERENT, f"goweld fails: {answer}", *times)
        try:
            if not identical(str(reference), str(ours)):
                difference = first_difference(str(reference), str(ours))
                return Result(name, DIFFERENT, f"{difference}\nkept in {folder}", *times)
        except LinkError as err:
            return Result(name, DIFFERENT, str(err), *times)
        if not self.keep:
            shutil.rmtree(folder)
        return Result(name, IDENTICAL, "", *times)

    def links_done(self) -> int:
        """The links that Goweld says it did itself."""
        return sum(entry.kind == record.LINKED for entry in record.read(str(self.record)))


def run(command: list[str], cwd: Path, environment: dict[str, str]) -> str:
    """Run a linker; the reason if it fails."""
    try:
        done = subprocess.run(
            command, cwd=cwd, env=environment, capture_output=True, timeout=TIMEOUT, check=False
        )
    except subprocess.TimeoutExpired:
        return f"no end after {TIMEOUT} s"
    except OSError as err:
        return f"{command[0]}: {err.strerror}"
    if not done.returncode:
        return ""
    output = (done.stderr + done.stdout).decode(errors="replace").strip()
    return f"status {done.returncode}: {output[-1000:]}"


def rows_to_run(manifest: Manifest, options: argparse.Namespace) -> list[Row]:
    if options.module:
        return [Row(f"module-{number}", module=module) for number, module in enumerate(options.module)]
    rows = [row for row in manifest.rows if options.full or options.only or row.quick]
    return [row for row in rows if not options.only or any(word in row.name for word in options.only)]


def cases(manifest: Manifest, collected: Collected) -> Iterator[tuple[str, Job, list[str]]]:
    """Every job in every variant."""
    for package, job in collected.jobs.items():
        for variant, flags in collected.row.variants(manifest.variants).items():
            yield f"{collected.row.name}:{package}:{variant}", job, flags


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
                times = (
                    f" ({result.reference_time:.2f} s, {result.goweld_time:.2f} s)"
                    if result.goweld_time
                    else ""
                )
                print(f"{result.verdict} {result.name}{times}", flush=True)
                if result.text:
                    print("    " + result.text.replace("\n", "\n    "), flush=True)

    def count(self, verdict: str) -> int:
        return sum(result.verdict == verdict for result in self.results)

    def status(self, manifest: Manifest, links: int) -> int:
        """Print the sum; the exit status."""
        tried = self.count(IDENTICAL) + self.count(DIFFERENT)
        print(f"{self.count(IDENTICAL)} identical of {tried} tried; links done by goweld: {links}")
        not_run = [result.name for result in self.results if result.verdict == NOT_RUN]
        refused = [name for name in not_run if name.rpartition(":")[0] not in manifest.allowed]
        if not_run:
            print(
                f"{len(not_run)} NOT RUN, of which {len(not_run) - len(refused)} are allowed by the manifest"
            )
        if links != tried:
            print(f"goweld's count of links, {links}, is not the number of rows tried, {tried}")
        whole = tried > 0 and self.count(IDENTICAL) == tried and links == tried and not refused
        return 0 if whole else 1


def judge(runner: Runner, report: Report, name: str, job: Job, flags: list[str]) -> None:
    """Compare one case, and let no failure of the runner itself pass for a row that was not there."""
    try:
        result = runner.compare(name, job, flags)
    except Exception as err:
        result = Result(name, NOT_RUN, f"{type(err).__name__}: {err}")
    report.add(result)


def parse(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    launcher = Path(sys.executable).with_name("goweld")
    parser.add_argument("--go", default=os.environ.get("GO", "go"), help="the reference go command")
    parser.add_argument("--goweld", default=f"{launcher} link", help="the linker to judge, a command")
    parser.add_argument("--full", action="store_true", help="the whole corpus, not only the quick rows")
    parser.add_argument("--only", action="append", help="rows whose name contains this")
    parser.add_argument(
        "--module", action="append", help="compare a program of the module proxy: PATH@VERSION"
    )
    parser.add_argument("--work", type=Path, default=HERE.parent.parent / ".cache" / "corpus")
    parser.add_argument("--fresh", action="store_true", help="collect all jobs anew")
    parser.add_argument("--collect", action="store_true", help="only collect the jobs")
    parser.add_argument("--keep", action="store_true", help="keep all outputs")
    parser.add_argument("--flag", action="append", default=[], help="one more linker flag for all")
    parser.add_argument("-j", type=int, default=2, help="links at a time")
    parser.add_argument("-v", action="store_true", help="print every row")
    return parser.parse_args(argv)


def main(argv: list[str]) -> int:
    options = parse(argv)
    manifest = Manifest.load()
    options.work.mkdir(parents=True, exist_ok=True)
    go = Go(options.go, options.work.resolve())
    print(f"reference: {go.version}, {go.linker}")
    runner = Runner(go, options.goweld.split(), extra=options.flag, keep=options.keep)
    report = Report(verbose=options.v)
    with ThreadPoolExecutor(options.j) as pool:
        for row in rows_to_run(manifest, options):
            try:
                collected = collect(go, row, fresh=options.fresh)
            except (RuntimeError, OSError) as err:
                report.add(Result(row.name, NOT_RUN, str(err)))
                continue
            for package, reason in collected.missing.items():
                report.add(Result(f"{row.name}:{package}:", NOT_RUN, reason))
            print(f"{row.name}: {len(collected.jobs)} link jobs", flush=True)
            if not options.collect:
                for case in cases(manifest, collected):
                    pool.submit(judge, runner, report, *case)
    return 0 if options.collect else report.status(manifest, runner.links_done())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
