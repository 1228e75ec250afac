"""The floor: what a link by Goweld would take on this machine if it only did what no way of linking avoids.

usage: limit.py [--flags FLAGS] [-n RUNS] [--program NAME]... [--work DIR] --go GO --goweld GOWELD

  start     the launcher, the interpreter and all modules of a link, the importcfg, but no link
  map       mapping the inputs and touching as many of their pages as Goweld does, on all processors
  copy      the content of the output, once, into memory that stays in the cache, on all processors
  compress  the debug sections, one stream for each, on all processors, the largest bounding the rest
  write     the output's bytes to a new file
  leave     the rest of that program's life: its pages are unmapped
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "tests" / "corpus"), str(HERE.parent / "src")]

import programs  # noqa: E402
from recipes import Go, argument_parser, launcher_command  # noqa: E402
from report import machine, table  # noqa: E402
from turns import GOWELD, Series, Turns  # noqa: E402

from goweld.codec.elf_read import ElfFile  # noqa: E402
from goweld.codec.goflate_kernel import compress  # noqa: E402
from goweld.explain.repro import Job  # noqa: E402

PACKAGE = programs.ROOT / "src" / "goweld"
# With one thread, no other opens inputs while modules are loaded.
ALONE = {"GOWELD_THREADS": "1"}
STEPS = ("start", "map", "copy", "compress", "write", "leave")
# link.py's place is taken by this: it loads the same modules, and comes back.
NO_LINK = """\
from goweld.linked import link as real
TYPE_CHECKING = False
from goweld.dwarf import info, sections, units_kernel
from goweld.relocate import debug


def link(options, config, show):
    pass
"""


class Limit:
    """Measures each step of the floor for link jobs."""

    def __init__(self, turns: Turns, runs: int) -> None:
        self.turns = turns
        self.runs = runs
        self.program = turns.folder / "limit"
        flags = ["-O2", "-pthread", "-o", str(self.program)]
        subprocess.run(["cc", *flags, str(HERE / "limit.c")], check=True)
        self.processors = len(os.sched_getaffinity(0))
        self.package = self.without_link()
        self.link, self.goweld = turns.both()

    def without_link(self) -> Path:
        """Goweld's package, with a link.py that does nothing once it is loaded."""
        package = self.turns.folder / "nolink" / "goweld"
        package.mkdir(parents=True, exist_ok=True)
        for path in PACKAGE.iterdir():
            place = package / ("linked.py" if path.name == "link.py" else path.name)
            if path.name != "__pycache__" and not place.is_symlink():
                place.symlink_to(path)
        (package / "link.py").write_text(NO_LINK)
        return package

    def steps(self, job: Job, flags: list[str]) -> dict[str, float]:
        """The floor of one link, in ms."""
        self.turns.once(self.goweld, job, flags)
        size = self.turns.output(self.goweld).stat().st_size
        sections = self.debug_sections(job, flags)
        plain = size + sum(len(data) for data, compressed in sections if compressed)
        found = {"start": self.start(job, flags)}
        found |= self.inputs(job, self.needed(job, flags), plain, size)
        found["compress"] = self.compression([data for data, compressed in sections if compressed])
        return {step: found[step] for step in STEPS}

    def start(self, job: Job, flags: list[str]) -> float:
        command = job.command(list(self.turns.goweld), os.devnull, flags)
        environment = job.run_environment(self.turns.environment)
        environment |= {"GOWELD_PACKAGE": str(self.package)} | ALONE
        environment.pop("GOWELD_RECORD")
        runs = [self.turns.command(command, job.folder, environment)[0][0] for _ in range(self.runs + 1)]
        return statistics.median(runs[1:]) / 1e3

    def needed(self, job: Job, flags: list[str]) -> int:
        """Bytes of the inputs that a link by Goweld has mapped at most, by its own account."""
        return int((self.mapped(job, flags, {})["sum"] - self.mapped(job, flags, ALONE)["start"]) * 2**20)

    def mapped(self, job: Job, flags: list[str], variables: dict[str, str]) -> dict[str, float]:
        """The MiB of files that are mapped at the end of each stage."""
        command = job.command([*self.turns.goweld, "-time"], os.devnull, flags)
        environment = job.run_environment(self.turns.environment) | {"GOWELD_RECORD": os.devnull} | variables
        done = subprocess.run(
            command, cwd=job.folder, env=environment, capture_output=True, text=True, check=True
        )
        rows = {line.split()[0]: line.split() for line in done.stderr.splitlines()[1:]}
        return {name: float(row[5 if name != "sum" else 4]) for name, row in rows.items()}

    def inputs(self, job: Job, needed: int, content: int, size: int) -> dict[str, float]:
        """The steps of limit.c."""
        config = (job.folder / "importcfg").read_text().splitlines()
        paths = {line.partition("=")[2] for line in config if line.startswith("packagefile ")}
        files = self.turns.folder / "files"
        files.write_text("\n".join(sorted(paths | {job.arguments[-1]})) + "\n")
        words = [str(number) for number in (self.processors, needed, content, size)]
        command = [str(self.program), *words, str(self.turns.folder), str(files)]
        found: dict[str, list[float]] = {step: [] for step in ("map", "copy", "write", "leave")}
        for _ in range(self.runs + 1):
            numbers, printed = self.turns.command(command, job.folder, self.turns.environment)
            times = [int(number) / 1e3 for number in printed.split()]
            for step, took in zip(found, [*times, numbers[0] / 1e3 - sum(times)], strict=True):
                found[step].append(took)
        return {step: statistics.median(times[1:]) for step, times in found.items()}

    def debug_sections(self, job: Job, flags: list[str]) -> list[tuple[bytes, bool]]:
        """The contents of the debug sections before compression, and whether the link compresses them."""
        output = self.turns.output(self.link)
        self.turns.once(self.link, job, flags)
        packed = ElfFile(str(output))
        short = {section.name for section in packed.sections if section.sh_flags & 0x800}
        self.turns.once(self.link, job, ["-compressdwarf=false", *flags])
        plain = ElfFile(str(output))
        return [
            (bytes(plain.contents(section)), section.name in short)
            for section in plain.sections
            if section.name.startswith(".debug_")
        ]

    def compression(self, sections: list[bytes]) -> float:
        """One stream cannot be divided, so the largest is a floor as well as all by the processors."""
        times = []
        for data in sections:
            runs = []
            for _ in range(min(self.runs, 3)):
                began = time.perf_counter()
                compress(data)
                runs.append((time.perf_counter() - began) * 1e3)
            times.append(statistics.median(runs))
        return max([0.0, sum(times) / self.processors, *times])


def row(name: str, steps: dict[str, float], ours: float) -> list[str]:
    floor = sum(steps.values())
    return [
        name,
        *(f"{took:.1f}" for took in steps.values()),
        f"{floor:.0f}",
        f"{ours:.0f}",
        f"{ours / floor:.2f}",
    ]


def parse(argv: list[str]) -> argparse.Namespace:
    parser = argument_parser(__doc__)
    parser.add_argument("--flags", default="", help="linker flags (default: none)")
    parser.add_argument("-n", type=int, default=7, help="runs of each step")
    parser.add_argument(
        "--program", action="append", help="default: hello, cmd/go, cmd/compile and the large"
    )
    parser.add_argument("--work", type=Path, default=programs.WORK)
    return parser.parse_args(argv)


def main(argv: list[str]) -> int:
    options = parse(argv)
    held = programs.lock(options.work)
    go = Go(options.go, options.work.resolve())
    folder = go.work / "bench"
    folder.mkdir(exist_ok=True)
    turns = Turns(folder, go.plain_environment(), str(go.linker), launcher_command(options.goweld))
    limit = Limit(turns, options.n)
    header = ["program", *STEPS, "floor, ms", "goweld, ms", "goweld : floor"]
    print(f"{machine()}, medians of {options.n} runs\n")
    print("\n".join(table(header, [])), flush=True)
    flags = options.flags.split()
    for name in options.program or ["hello", *programs.DISTRIBUTION, *programs.LARGE]:
        job = programs.job(go, name)
        series = turns.take(Series("limit", options.flags, name), job, [limit.goweld], options.n)
        steps = limit.steps(job, flags)
        print(table(header, [row(name, steps, series.median(GOWELD, "wall"))])[2], flush=True)
    turns.check_links()
    held.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
