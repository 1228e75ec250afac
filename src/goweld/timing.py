"""What each stage of a link costs: wall and processor time, and memory."""

from __future__ import annotations

import os
import sys
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    Row = tuple[str, float, float, tuple[int, int]]


class Stages:
    """Times the stages between `start` calls; says nothing unless `wanted`."""

    def __init__(self, wanted: bool) -> None:
        self.wanted = wanted
        self.rows: list[Row] = []
        self.name = ""
        self.began = (0.0, 0.0)

    def start(self, name: str) -> None:
        """A stage begins, and with it the one before ends."""
        if not self.wanted:
            return
        now = (time.perf_counter(), time.process_time())
        if self.name:
            self.rows.append((self.name, now[0] - self.began[0], now[1] - self.began[1], resident()))
        self.name = name
        self.began = (time.perf_counter(), time.process_time())

    def report(self) -> None:
        """Print the table on standard error."""
        if not self.wanted:
            return
        self.start("")
        lines = [f"{'stage':10} {'wall ms':>8} {'cpu ms':>8} {'share':>6} {'MiB':>7} {'of files':>9}"]
        total = sum(row[1] for row in self.rows) or 1.0
        for name, wall, cpu, memory in self.rows:
            lines.append(
                f"{name:10} {wall * 1e3:8.1f} {cpu * 1e3:8.1f} {wall / total:6.1%}"
                f" {memory[0] / 2**20:7.1f} {memory[1] / 2**20:9.1f}"
            )
        cpu = sum(row[2] for row in self.rows)
        lines.append(f"{'sum':10} {total * 1e3:8.1f} {cpu * 1e3:8.1f}")
        print("\n".join(lines), file=sys.stderr)


def resident() -> tuple[int, int]:
    """Bytes of memory the process holds, in all and of mapped files; zeros where the system does not say."""
    try:
        with open("/proc/self/statm", "rb") as file:
            words = file.read().split()
    except OSError:
        return 0, 0
    page = os.sysconf("SC_PAGE_SIZE")
    return int(words[1]) * page, int(words[2]) * page
