"""-trace: what each thread did when, in Chrome's trace format, which chrome://tracing and Perfetto show."""

from __future__ import annotations

import json
import os
from typing import Any

from goweld.timing import Cost

Span = tuple[str, int, int, int, int]  # as recorded_spans returns them
MAIN = "stages"


def events(costs: list[Cost], spans: list[Span], main: int) -> list[dict[str, Any]]:
    """Complete events, times in µs: stages on the main thread, and below them what each thread did.

    Threads that never ran at the same time may be shown as one: the system uses their numbers again.
    """
    process = os.getpid()
    lanes = {main: 0}
    found: list[dict[str, Any]] = []

    def add(name: str, lane: int, began: float, took: float, details: dict[str, Any]) -> None:
        times = {"ts": round(began, 3), "dur": round(took, 3)}
        found.append({"name": name, "ph": "X", "pid": process, "tid": lane, **times, "args": details})

    for cost in costs:
        details = {
            "cpu ms": round(cost.cpu * 1e3, 3),
            "MiB": round(cost.memory / 2**20, 1),
            "MiB of files": round(cost.files / 2**20, 1),
            "MB written": round(cost.written / 1e6, 1),
        }
        add(cost.name, 0, cost.began * 1e6, cost.wall * 1e6, details)
    for name, index, began, ended, thread in spans:
        lane = lanes.setdefault(thread, len(lanes))
        add(name, lane, began / 1e3, (ended - began) / 1e3, {"task": index} if index >= 0 else {})
    named = [
        {
            "name": "thread_name",
            "ph": "M",
            "pid": process,
            "tid": lane,
            "args": {"name": f"thread {lane}" if lane else MAIN},
        }
        for lane in lanes.values()
    ]
    return named + sorted(found, key=lambda event: (event["ts"], -event["dur"]))


def write(path: str, output: str, costs: list[Cost], spans: list[Span], main: int) -> list[str]:
    """Write a trace, into a folder under a name of its own.  What went wrong, which is no reason to fail."""
    if os.path.isdir(path):
        path = os.path.join(path, f"{os.path.basename(output)}-{os.getpid()}.json")
    try:
        with open(path, "w", encoding="utf-8") as file:
            lines = (json.dumps(event) for event in events(costs, spans, main))
            file.write("[\n" + ",\n".join(lines) + "\n]\n")
    except OSError as error:
        return [f"goweld: no trace: {path}: {error.strerror}"]
    return []
