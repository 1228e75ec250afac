"""Link one job by several sides in turns, and keep what each run cost.

Each run starts from a removed output, with an empty home, from a small native parent. Goweld's clock runs
from the exec of its launcher; the real linker is $GOROOT/pkg/tool/*/link, run directly. Memory is the peak of
the process; where a side needs more than one, runs of their own add up the peaks of all, since watching them
disturbs the clock.
"""

from __future__ import annotations

import re
import statistics
import subprocess
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from goweld.cli import record
from goweld.explain.compare import first_difference
from goweld.explain.repro import Job

HERE = Path(__file__).resolve().parent
WATCHED = 3  # runs that add up the memory of several processes
LINK, GOWELD = "link", "goweld"


@dataclass(frozen=True)
class Side:
    """A linker, and variables that are its own."""

    name: str
    command: tuple[str, ...]
    variables: tuple[tuple[str, str], ...] = ()


@dataclass
class Cost:
    """One run: ms and MiB."""

    wall: float
    cpu: float
    memory: float


@dataclass
class Series:
    """All runs of one job, by side."""

    part: str
    flags: str
    name: str
    size: int = 0  # of the output
    symbols: int = 0  # that cmd/link loads
    processes: int = 1
    commit: str = ""
    runs: dict[str, list[Cost]] = field(default_factory=dict)

    @property
    def key(self) -> tuple[str, str, str]:
        return self.part, self.flags, self.name

    def median(self, side: str, what: str) -> float:
        return float(statistics.median(getattr(cost, what) for cost in self.runs[side]))

    def ratio(self, what: str, ours: str = GOWELD, theirs: str = LINK) -> float:
        return self.median(ours, what) / self.median(theirs, what)

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, raw: dict[str, Any]) -> Series:
        runs = {side: [Cost(**cost) for cost in costs] for side, costs in raw.pop("runs").items()}
        return cls(**raw, runs=runs)


class Turns:
    """Runs link jobs, and counts the links that must be Goweld's own."""

    def __init__(self, folder: Path, environment: dict[str, str], linker: str, goweld: list[str]) -> None:
        self.folder = folder
        self.linker = linker
        self.record = folder / "record"
        self.record.unlink(missing_ok=True)
        self.home = folder / "home"
        self.home.mkdir(exist_ok=True)
        self.measure = folder / "measure"
        subprocess.run(["cc", "-O2", "-o", str(self.measure), str(HERE / "measure.c")], check=True)
        self.environment = {
            **{name: value for name, value in environment.items() if not name.startswith("XDG_")},
            "HOME": str(self.home),
            "GOWELD_STRICT": "1",
            "GOWELD_RECORD": str(self.record),
        }
        self.goweld = (*goweld, "link")
        self.links = 0

    def both(self) -> list[Side]:
        return [Side(LINK, (self.linker,)), Side(GOWELD, self.goweld)]

    def output(self, side: Side) -> Path:
        return self.folder / f"out.{side.name}"

    def command(
        self, command: list[str], folder: Path, environment: dict[str, str], *, watch: bool = False
    ) -> tuple[list[int], str]:
        """Run anything: wall, user and system time in µs, KiB, processes; and what it printed."""
        words = [str(self.measure), *(["-m"] if watch else []), *command]
        done = subprocess.run(words, cwd=folder, env=environment, capture_output=True, text=True, check=False)
        if done.returncode:
            raise SystemExit(f"{' '.join(command)} fails: {done.stderr}{done.stdout}")
        return [int(number) for number in done.stderr.rpartition("measured ")[2].split()], done.stdout

    def once(self, side: Side, job: Job, flags: list[str], *, watch: bool = False) -> tuple[Cost, int]:
        """One link into a path where nothing is: its cost, and the number of processes seen."""
        output = self.output(side)
        output.unlink(missing_ok=True)
        command = job.command(list(side.command), str(output), flags)
        environment = {**job.run_environment(self.environment), **dict(side.variables)}
        numbers, _ = self.command(command, job.folder, environment, watch=watch)
        wall, user, system, memory, processes = numbers
        self.links += side.command == self.goweld
        return Cost(wall / 1e3, (user + system) / 1e3, memory / 1024), processes

    def take(self, series: Series, job: Job, sides: list[Side], runs: int) -> Series:
        """All runs of one job, the side that goes first changing. The outputs must be equal."""
        flags = series.flags.split()
        for side in sides:
            _, processes = self.once(side, job, flags, watch=True)
            series.processes = max(series.processes, processes)
        first = self.output(sides[0])
        for side in sides[1:]:
            difference = first_difference(str(first), str(self.output(side)))
            if difference:
                raise SystemExit(
                    f"{series.name}: the outputs of {sides[0].name} and {side.name} differ: {difference}"
                )
        series.size = first.stat().st_size
        series.runs = {side.name: [] for side in sides}
        for number in range(runs):
            turn = number % len(sides)
            for side in sides[turn:] + sides[:turn]:
                series.runs[side.name].append(self.once(side, job, flags)[0])
        if series.processes > 1:
            for side in sides:
                peaks = [self.once(side, job, flags, watch=True)[0].memory for _ in range(WATCHED)]
                for cost in series.runs[side.name]:
                    cost.memory = statistics.median(peaks)
        return series

    def symbols(self, job: Job, flags: list[str]) -> int:
        """How many symbols cmd/link loads, by its own count."""
        command = job.command([self.linker], str(self.folder / "out.counted"), ["-v", *flags])
        environment = job.run_environment(self.environment)
        done = subprocess.run(
            command, cwd=job.folder, env=environment, capture_output=True, text=True, check=False
        )
        found = re.search(r"(\d+) symbols, \d+ reachable", done.stdout + done.stderr)
        if not found:
            raise SystemExit(f"{job.name}: cmd/link -v does not count its symbols: {done.stderr}")
        return int(found[1])

    def check_links(self) -> None:
        """Every link on Goweld's side must be its own."""
        own = sum(entry.kind == record.LINKED for entry in record.read(str(self.record)))
        if own != self.links:
            raise SystemExit(f"goweld was run {self.links} times, and did {own} links itself")
        print(f"links done by goweld: {own} of {self.links}")
