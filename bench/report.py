"""Tables of what was measured, as Markdown."""

from __future__ import annotations

import os
import platform
import statistics
import subprocess
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

from programs import DEFAULT, TESTS, target
from turns import GOWELD, LINK, Series

ROOT = Path(__file__).resolve().parent.parent
WHATS = ("wall", "cpu", "memory")
MOST_ALONE = 1.7  # one thread against two
ASKING = "asking"  # Goweld without the answers of an earlier link
NOISE = 1.05  # what more threads may add to the time of two

RATIOS = (
    *("program", "MB", "link ms", "goweld ms", "wall", "aim"),
    *("link CPU", "goweld CPU", "CPU", "aim", "link MiB", "goweld MiB", "memory", "aim"),
)
GROWTH = (
    *("program", "million symbols", "link ms/M", "goweld ms/M", "link CPU/M", "goweld CPU/M"),
    *("link MiB/M", "goweld MiB/M"),
)


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """A table whose first column is text and whose others are numbers."""
    rule = ["---", *("--:" for _ in header[1:])]
    return ["| " + " | ".join(cells) + " |" for cells in (header, rule, *rows)]


def ratio_row(series: Series) -> list[str]:
    """Both sides and Goweld's share of what cmd/link takes, beside what is aimed at."""
    aims = target(series.name, series.flags)
    cells = [series.name, f"{series.size / 1e6:.1f}"]
    for what in WHATS:
        theirs, ours = series.median(LINK, what), series.median(GOWELD, what)
        cells += [f"{theirs:.0f}", f"{ours:.0f}", f"**{ours / theirs:.2f}**"]
        cells.append(f"{getattr(aims, what):.2f}" if aims else "")
    return cells


def total(parts: list[Series]) -> Series:
    """The test binaries as one program: the sum of the medians."""
    one = Series(parts[0].part, parts[0].flags, f"{TESTS}, {len(parts)} test binaries")
    one.size = sum(series.size for series in parts)
    for side in (LINK, GOWELD):
        sums = {what: sum(series.median(side, what) for series in parts) for what in WHATS}
        cost = type(parts[0].runs[side][0])(**sums)
        one.runs[side] = [cost]
    return one


def growth_rows(programs: Iterable[Series]) -> list[list[str]]:
    """What a million loaded symbols cost, from the smallest program to the largest."""
    rows = []
    for series in sorted(programs, key=lambda series: series.symbols):
        millions = series.symbols / 1e6
        cells = [series.name, f"{millions:.2f}"]
        for what in WHATS:
            cells += [f"{series.median(side, what) / millions:.0f}" for side in (LINK, GOWELD)]
        rows.append(cells)
    return rows


def added_rows(steps: list[Series]) -> list[list[str]]:
    """The synthetic programs: what each costs, and what a million symbols more than the one before cost."""
    rows = []
    before: Series | None = None
    for series in steps:
        cells = [series.name, f"{series.symbols / 1e6:.3f}", f"{series.size / 1e6:.1f}"]
        for what in WHATS:
            for side in (LINK, GOWELD):
                cells.append(f"{series.median(side, what):.0f}")
                if before is None:
                    cells.append("")
                    continue
                more = series.median(side, what) - before.median(side, what)
                cells.append(f"{more / (series.symbols - before.symbols) * 1e6:.0f}")
        rows.append(cells)
        before = series
    return rows


def thread_rows(rows: Iterable[Series]) -> list[list[str]]:
    """Wall time by the number of threads, as a share of that of two."""
    found = []
    for series in rows:
        counts = sorted(series.runs, key=int)
        cells = [series.name, *(f"{series.median(count, 'wall'):.0f}" for count in counts)]
        for count in counts:
            if count != "2":
                share = series.ratio("wall", count, "2")
                most = MOST_ALONE if count == "1" else NOISE
                cells.append(f"**{share:.2f}**{'' if share <= most else ' missed'}")
        found.append(cells)
    return found


def external_rows(rows: Iterable[Series]) -> list[list[str]]:
    """External links, the host linker's time among it: Goweld's first and its later ones."""
    found = []
    for series in rows:
        cells = [series.name, f"{series.size / 1e6:.1f}", f"{series.median(LINK, 'wall'):.0f}"]
        for side in (ASKING, GOWELD):
            cells += [f"{series.median(side, 'wall'):.0f}", f"**{series.ratio('wall', side):.2f}**"]
        found.append(cells)
    return found


def flags_title(flags: str) -> str:
    return f"`-ldflags='{flags}'`" if flags else "Default flags"


def sections(measured: list[Series]) -> list[str]:
    """Every table there are results for."""
    lines: list[str] = []
    for flags in dict.fromkeys(series.flags for series in measured if series.part in ("programs", "tests")):
        programs = [series for series in measured if (series.part, series.flags) == ("programs", flags)]
        tests = [series for series in measured if (series.part, series.flags) == ("tests", flags)]
        rows = [ratio_row(series) for series in [*programs, *([total(tests)] if tests else [])]]
        lines += [f"## {flags_title(flags)}", "", *table(RATIOS, rows), ""]
        if programs:
            lines += ["A million loaded symbols (cmd/link's count) cost:", ""]
            lines += [*table(GROWTH, growth_rows(programs)), ""]
    cgo = [series for series in measured if series.part == "cgo"]
    if cgo:
        lines += ["## Internal links with objects of C", "", *table(RATIOS, map(ratio_row, cgo)), ""]
    external = [series for series in measured if series.part == "external"]
    if external:
        header = ["program", "MB", "link ms", "first ms", "first", "later ms", "later"]
        lines += ["## External links", "", *table(header, external_rows(external)), ""]
        lines += ["First: the compiler is asked what it can do; later: the answers are known.", ""]
    threads = [series for series in measured if series.part == "threads"]
    if threads:
        counts = sorted(threads[0].runs, key=int)
        header = ["program", *(f"{count} thread{'s' if count != '1' else ''}, ms" for count in counts)]
        header += [f"{count} : 2" for count in counts if count != "2"]
        lines += ["## Threads", "", *table(header, thread_rows(threads)), ""]
        lines += [f"Aims: one thread within {MOST_ALONE} of two, more not slower than two.", ""]
    for flags in dict.fromkeys(series.flags for series in measured if series.part == "growth"):
        lines += growth_section(flags, [s for s in measured if (s.part, s.flags) == ("growth", flags)])
    return lines


def growth_section(flags: str, steps: list[Series]) -> list[str]:
    header = ["scale", "million symbols", "MB"]
    for what in ("ms", "CPU", "MiB"):
        for side in (LINK, GOWELD):
            header += [f"{side} {what}", "per M"]
    steps = sorted(steps, key=lambda series: series.symbols)
    lines = [f"## Growth, {flags_title(flags).lower()}", ""]
    lines += ["Synthetic programs; per M: what a million symbols more than in the row above cost.", ""]
    lines += [*table(header, added_rows(steps)), ""]
    if len(steps) > 2:
        lines += [f"{slope(steps)}", ""]
    return lines


def slope(steps: list[Series]) -> str:
    """How much dearer symbols are in the last doubling than on the whole."""
    first, half, last = steps[0], steps[-2], steps[-1]
    parts = []
    for what, name in (("wall", "time"), ("cpu", "CPU"), ("memory", "memory")):
        late, whole = (
            (last.median(GOWELD, what) - start.median(GOWELD, what)) / (last.symbols - start.symbols)
            for start in (half, first)
        )
        parts.append(f"{name} {late / whole:.2f}")
    return f"Goweld's slope over the last step, as a share of that over all: {', '.join(parts)}."


def machine() -> str:
    """The processor, memory and system."""
    model = platform.processor()
    memory = ""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        model = next(line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
        kib = int(Path("/proc/meminfo").read_text().split()[1])
        memory = f", {kib / 2**20:.0f} GiB"
    except (OSError, StopIteration):
        pass
    return f"{model}, {os.cpu_count()} cores{memory}, {platform.system()} {platform.release()}"


def commit() -> str:
    described = subprocess.run(
        ["git", "describe", "--always", "--dirty"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return described.stdout.strip()


def document(measured: list[Series], go_version: str) -> str:
    """The committed page."""
    commits = ", ".join(dict.fromkeys(series.commit for series in measured))
    runs = [len(costs) for series in measured for costs in series.runs.values()]
    fewest, most = min(runs), max(runs)
    medians = f"{fewest}" if fewest == most else f"{fewest} to {most}"
    lines = [
        "# Goweld against cmd/link",
        "",
        f"{time.strftime('%Y-%m-%d')}, goweld {commits}, {go_version}, Python {platform.python_version()}.",
        f"{machine()}.",
        "",
        f"Medians of {medians} runs by turns, the page cache warm, each output new, with an empty home, no",
        "result of an earlier link anywhere. Times in ms; memory: the peak of all processes. Bold: Goweld's",
        "share of what cmd/link takes, beside what is aimed at.",
        "",
        *sections(measured),
    ]
    return "\n".join(lines).rstrip("\n") + "\n"


def summary(series: Series) -> str:
    """One line for the terminal."""
    if set(series.runs) == {LINK, GOWELD}:
        ratios = ", ".join(f"{what} {series.ratio(what):.2f}" for what in WHATS)
        times = ", ".join(f"{side} {series.median(side, 'wall'):.0f} ms" for side in (LINK, GOWELD))
        return f"{series.part} {series.name} [{series.flags or 'default'}]: {times}; {ratios}"
    walls = (f"{side} {statistics.median(c.wall for c in costs):.0f}" for side, costs in series.runs.items())
    return f"{series.part} {series.name} [{series.flags or DEFAULT or 'default'}]: ms {', '.join(walls)}"
