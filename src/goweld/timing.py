"""What each stage of a link costs: wall and processor time, and memory."""

from __future__ import annotations

import os
import sys
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    Row = tuple[str, float, float, int]


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
        lines = [f"{'stage':10} {'wall ms':>8} {'cpu ms':>8} {'share':>6} {'resident MiB':>13}"]
        total = sum(row[1] for row in self.rows) or 1.0
        for name, wall, cpu, memory in self.rows:
            lines.append(
                f"{name:10} {wall * 1e3:8.1f} {cpu * 1e3:8.1f} {wall / total:6.1%} {memory / 2**20:13.1f}"
            )
        cpu = sum(row[2] for row in self.rows)
        lines.append(f"{'sum':10} {total * 1e3:8.1f} {cpu * 1e3:8.1f}")
        print("\n".join(lines), file=sys.stderr)


def resident() -> int:
    """Bytes of memory the process holds now; 0 where the system does not say."""
    try:
        with open("/proc/self/statm", "rb") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0
