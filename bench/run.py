"""Time Goweld against the real linker on the same link jobs, run in turns.

usage: run.py [--flags FLAGS] [-n RUNS] [--program NAME]... [--write] --go GO --goweld GOWELD

Each run starts from a removed output, in the same environment, from a small native parent. Goweld's clock
runs from the exec of its launcher; the real linker is $GOROOT/pkg/tool/*/link, run directly. Peak memory is
the sum over all processes of a run of its own, since watching them disturbs the clock.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
sys.path[:0] = [str(ROOT / "tests" / "corpus"), str(ROOT / "src")]

from recipes import Go, Manifest, Row, collect, launcher_command  # noqa: E402

from goweld.cli import record  # noqa: E402
from goweld.explain.compare import first_difference  # noqa: E402
from goweld.explain.repro import Job  # noqa: E402

PROGRAMS = ("hello", "cmd/go", "cmd/compile", "gopls")
SIDES = ("link", "goweld")


@dataclass
class Cost:
    """One run: seconds and MiB."""

    wall: float
    cpu: float
    memory: float
    processes: int


@dataclass
class Measured:
    """All runs of one program, per side."""

    name: str
    size: int
    runs: dict[str, list[Cost]] = field(default_factory=lambda: {side: [] for side in SIDES})
    memory: dict[str, list[Cost]] = field(default_factory=lambda: {side: [] for side in SIDES})

    def median(self, side: str, what: str) -> float:
        costs = self.memory if what == "memory" else self.runs
        return float(statistics.median(getattr(cost, what) for cost in costs[side]))

    def ratio(self, what: str) -> float:
        return self.median("goweld", what) / self.median("link", what)

    def row(self) -> str:
        cells = [self.name, f"{self.size / 1e6:.1f}"]
        for what, scale in (("wall", 1000), ("cpu", 1000), ("memory", 1)):
            theirs, ours = (self.median(side, what) * scale for side in SIDES)
            cells += [f"{theirs:.0f}", f"{ours:.0f}", f"**{self.ratio(what):.2f}**"]
        return "| " + " | ".join(cells) + " |"


HEADER = """\
| program | MB | link ms | goweld ms | wall | link CPU | goweld CPU | CPU | link MiB | goweld MiB | memory |
| --- | --: | --: | --: | --: | --: | --: | --: | --: | --: | --: |"""


class Bench:
    """Runs link jobs with both linkers by turns."""

    def __init__(self, go: Go, goweld: list[str], flags: list[str]) -> None:
        self.flags = flags
        self.folder = go.work / "bench"
        self.folder.mkdir(exist_ok=True)
        self.record = self.folder / "record"
        self.record.unlink(missing_ok=True)
        self.commands = {"link": [str(go.linker)], "goweld": [*goweld, "link"]}
        self.measure = self.folder / "measure"
        subprocess.run(["cc", "-O2", "-o", str(self.measure), str(HERE / "measure.c")], check=True)
        self.environment = {
            **go.plain_environment(),
            "GOWELD_STRICT": "1",
            "GOWELD_RECORD": str(self.record),
        }
        self.links = 0

    def once(self, side: str, job: Job, *, watch: bool) -> Cost:
        """One link into a path where nothing is."""
        output = self.output(side)
        output.unlink(missing_ok=True)
        command = [str(self.measure), *(["-m"] if watch else [])]
        command += job.command(self.commands[side], str(output), self.flags)
        environment = job.run_environment(self.environment)
        done = subprocess.run(
            command, cwd=job.folder, env=environment, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise SystemExit(f"{side} fails on {job.name}: {done.stderr}{done.stdout}")
        self.links += side == "goweld"
        numbers = done.stderr.rpartition("measured ")[2].split()
        wall, user, system, memory, processes = (int(number) for number in numbers)
        return Cost(wall / 1e6, (user + system) / 1e6, memory / 1024, processes)

    def output(self, side: str) -> Path:
        return self.folder / f"out.{side}"

    def program(self, name: str, job: Job, runs: int) -> Measured:
        """All runs of one program, the side that goes first changing. The outputs must be equal."""
        for side in SIDES:
            self.once(side, job, watch=False)
        difference = first_difference(str(self.output("link")), str(self.output("goweld")))
        if difference:
            raise SystemExit(f"{name}: the outputs differ: {difference}")
        measured = Measured(name, self.output("link").stat().st_size)
        for number in range(runs):
            for side in SIDES if number % 2 else SIDES[::-1]:
                measured.runs[side].append(self.once(side, job, watch=False))
        for _ in range(3):
            for side in SIDES:
                measured.memory[side].append(self.once(side, job, watch=True))
        return measured

    def check_links(self) -> None:
        """Every link on Goweld's side must be its own."""
        own = sum(entry.kind == record.LINKED for entry in record.read(str(self.record)))
        if own != self.links:
            raise SystemExit(f"goweld was run {self.links} times, and did {own} links itself")
        print(f"links done by goweld: {own} of {self.links}")


def jobs(go: Go, names: list[str]) -> dict[str, Job]:
    """A link job for each program: one of GOROOT, or a row of the corpus."""
    rows = {row.name: row for row in Manifest.load().rows}
    found = {}
    for name in names:
        row = (
            Row(f"bench-{name.replace('/', '-')}", packages=[name]) if name.startswith("cmd/") else rows[name]
        )
        collected = collect(go, row, fresh=False)
        if collected.missing:
            raise SystemExit(f"{name}: {next(iter(collected.missing.values()))}")
        found[name] = next(iter(collected.jobs.values()))
    return found


def machine() -> str:
    """The processor and system, for the record."""
    model = platform.processor()
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        model = next(line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        pass
    return f"{model}, {os.cpu_count()} cores, {platform.system()} {platform.release()}"


def report(go: Go, flags: list[str], runs: int, rows: list[Measured]) -> str:
    """The table with what it takes to read it."""
    commit = subprocess.run(
        ["git", "describe", "--always", "--dirty"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    lines = [
        f"# Goweld against cmd/link, `-ldflags='{' '.join(flags)}'`",
        "",
        f"{time.strftime('%Y-%m-%d')}, goweld {commit.stdout.strip()}, {go.version},",
        f"Python {platform.python_version()}.",
        f"{machine()}. Medians of {runs} runs by turns; memory: medians of 3 runs, sum over all processes.",
        "Times in ms. Bold: Goweld's share of what cmd/link takes.",
        "",
        HEADER,
        *(row.row() for row in rows),
    ]
    return "\n".join(lines) + "\n"


def parse(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    launcher = Path(sys.executable).with_name("goweld")
    parser.add_argument("--go", default=os.environ.get("GO", "go"), help="the reference go command")
    parser.add_argument("--goweld", default=str(launcher), help="the launcher, a command")
    parser.add_argument("--flags", default="-w", help="linker flags (default -w)")
    parser.add_argument("-n", type=int, default=15, help="timed runs of each side")
    parser.add_argument("--program", action="append", help=f"default: {', '.join(PROGRAMS)}")
    parser.add_argument("--work", type=Path, default=ROOT / ".cache" / "corpus")
    parser.add_argument("--write", action="store_true", help="also write bench/results")
    return parser.parse_args(argv)


def main(argv: list[str]) -> int:
    options = parse(argv)
    options.work.mkdir(parents=True, exist_ok=True)
    go = Go(options.go, options.work.resolve())
    flags = options.flags.split()
    bench = Bench(go, launcher_command(options.goweld), flags)
    print(HEADER, flush=True)
    rows = []
    for name, job in jobs(go, options.program or list(PROGRAMS)).items():
        rows.append(bench.program(name, job, options.n))
        print(rows[-1].row(), flush=True)
    bench.check_links()
    if options.write:
        name = "-".join([time.strftime("%Y-%m-%d"), *(flag.strip("-") for flag in flags)]) or "plain"
        path = HERE / "results" / f"{name}.md"
        path.parent.mkdir(exist_ok=True)
        path.write_text(report(go, flags, options.n, rows))
        print(f"written to {path}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
