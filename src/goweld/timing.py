"""What each stage of a link costs: wall and processor time, memory, bytes; and what it should cost."""

from __future__ import annotations

import os
import sys
import time

# What the stages of one link should take, in ms of wall time on two cores, and what each grows with. The link
# is that of cmd/compile in Go 1.27, whose sizes follow; others are given the same time per symbol or byte.
BUDGET = {
    "start": (8.0, ""),
    "objects": (5.0, "symbols"),
    "resolve": (14.0, "symbols"),
    "deadcode": (18.0, "symbols"),
    "text": (8.0, "live"),
    "describe": (7.0, "live"),
    "pclntab": (12.0, "live"),
    "dwarf": (12.0, "live"),
    "data": (5.0, "live"),
    "relocate": (66.0, "output"),
    "hostlink": (170.0, ""),
    "symtab": (7.0, "live"),
    "write": (2.0, "output"),
}
# Symbols and references in the objects, before any are found equal; symbols in the output; bytes of it.
SIZES = {"symbols": 1_240_000, "live": 286_000, "output": 37_100_000}

HEADER = (
    f"{'stage':10} {'wall ms':>8} {'cpu ms':>8} {'share':>6} {'MiB':>7} {'of files':>9} {'MB out':>7}"
    f" {'budget':>7} {'gap':>7}"
)


class Cost:
    """One stage, or the sum of its parts: when it began, seconds, bytes held at its end and written in it."""

    __slots__ = ("name", "began", "wall", "cpu", "memory", "files", "written")

    def __init__(self, name: str, began: float, wall: float, cpu: float) -> None:
        self.name = name
        self.began = began
        self.wall = wall
        self.cpu = cpu
        self.memory, self.files = resident()
        self.written = 0


class Stages:
    """Times the stages between `start` calls; says nothing unless `wanted`."""

    def __init__(self, wanted: bool) -> None:
        self.wanted = wanted
        self.costs: list[Cost] = []
        self.sizes: dict[str, int] = {}
        # The start has no clock but this thread's until here; it hardly ever waits.
        self.name = "start"
        self.began = (time.perf_counter() - time.thread_time(), 0.0, written()) if wanted else (0.0, 0.0, 0)

    def start(self, name: str) -> None:
        """A stage begins, and with it the one before ends."""
        if not self.wanted:
            return
        now = (time.perf_counter(), time.process_time(), written())
        if self.name:
            began = self.began
            cost = Cost(self.name, began[0], now[0] - began[0], now[1] - began[1])
            cost.written = now[2] - began[2]
            self.costs.append(cost)
        self.name = name
        self.began = (time.perf_counter(), time.process_time(), written())

    def size(self, what: str, amount: int) -> None:
        """Say how large the link is, in one of SIZES."""
        self.sizes[what] = amount

    def stop(self) -> None:
        """The last stage ends."""
        self.start("")
        if self.wanted:
            self.sizes.setdefault("output", sum(cost.written for cost in self.costs))

    def report(self) -> None:
        """Print the table on standard error."""
        print("\n".join(table(self.costs, self.sizes)), file=sys.stderr)


def budget(name: str, sizes: dict[str, int]) -> float | None:
    """What a stage of a link of these sizes should take in ms; None where nobody said."""
    milliseconds, grows_with = BUDGET.get(name, (None, ""))
    if milliseconds is None or not grows_with:
        return milliseconds
    if grows_with not in sizes:
        return None
    return milliseconds * sizes[grows_with] / SIZES[grows_with]


def table(costs: list[Cost], sizes: dict[str, int]) -> list[str]:
    """A line for each stage, the parts of one added up, and their sum."""
    total = sum(cost.wall for cost in costs) or 1.0
    lines = [HEADER]
    budgets = 0.0
    for name in dict.fromkeys(cost.name for cost in costs):
        parts = [cost for cost in costs if cost.name == name]
        wall = sum(cost.wall for cost in parts)
        line = (
            f"{name:10} {wall * 1e3:8.1f} {sum(cost.cpu for cost in parts) * 1e3:8.1f} {wall / total:6.1%}"
            f" {parts[-1].memory / 2**20:7.1f} {parts[-1].files / 2**20:9.1f}"
            f" {sum(cost.written for cost in parts) / 1e6:7.1f}"
        )
        allowed = budget(name, sizes)
        if allowed is not None:
            budgets += allowed
            line += f" {allowed:7.1f} {wall * 1e3 - allowed:+7.1f}"
        lines.append(line)
    lines.append(
        f"{'sum':10} {total * 1e3:8.1f} {sum(cost.cpu for cost in costs) * 1e3:8.1f} {'':6}"
        f" {max(cost.memory for cost in costs) / 2**20:7.1f} {max(cost.files for cost in costs) / 2**20:9.1f}"
        f" {sum(cost.written for cost in costs) / 1e6:7.1f} {budgets:7.1f} {total * 1e3 - budgets:+7.1f}"
    )
    return lines


def resident() -> tuple[int, int]:
    """Bytes of memory the process holds, in all and of mapped files; zeros where the system does not say."""
    try:
        with open("/proc/self/statm", "rb") as file:
            words = file.read().split()
    except OSError:
        return 0, 0
    page = os.sysconf("SC_PAGE_SIZE")
    return int(words[1]) * page, int(words[2]) * page


def written() -> int:
    """Bytes the process has written so far; 0 where the system does not say."""
    try:
        with open("/proc/self/io", "rb") as file:
            for line in file:
                if line.startswith(b"wchar:"):
                    return int(line[6:])
    except OSError:
        pass
    return 0
