"""What --time and --trace show; how long it took is not judged."""

from __future__ import annotations

import json
import re
import subprocess
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from goweld import timing
from goweld.explain import trace
from tests import toolchain
from tests.linkjob import Job, prepare

STAGES = ("objects", "resolve", "deadcode", "text", "describe", "pclntab", "dwarf", "data", "symtab", "write")


@pytest.fixture(scope="module")
def job(tmp_path_factory: pytest.TempPathFactory) -> Job:
    program = 'package main\n\nimport "fmt"\n\nfunc main() { fmt.Println("hello") }\n'
    return prepare(tmp_path_factory.mktemp("timing"), {"main.go": program})


def link(job: Job, folder: Path, *flags: str, **variables: str) -> subprocess.CompletedProcess[str]:
    command = [
        str(toolchain.launcher()),
        "link",
        "-o",
        "out",
        "-importcfg",
        str(job.config),
        *flags,
        job.archive,
    ]
    environment = toolchain.go_environment(GOWELD_STRICT="1", **variables)
    answer = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    assert answer.returncode == 0, answer.stderr
    return answer


def test_the_table(job: Job, tmp_path: Path) -> None:
    lines = link(job, tmp_path, "-time").stderr.splitlines()
    assert lines[0] == timing.HEADER
    rows = {line.split()[0]: [float(cell.rstrip("%")) for cell in line.split()[1:]] for line in lines[1:]}
    assert set(STAGES) <= set(rows)
    assert all(len(row) == 8 for name, row in rows.items() if name != "sum"), "a stage without a budget"
    assert sum(row[2] for name, row in rows.items() if name != "sum") == pytest.approx(100, abs=1)
    assert rows["sum"][0] == pytest.approx(sum(row[0] for name, row in rows.items() if name != "sum"), abs=1)
    size = (tmp_path / "out").stat().st_size
    assert rows["sum"][4] == pytest.approx(size / 1e6, abs=0.2)


def test_every_stage_has_a_budget_and_every_budget_a_stage() -> None:
    source = (toolchain.ROOT / "src" / "goweld" / "link.py").read_text()
    assert set(timing.BUDGET) == {"start", *re.findall(r'stages\.start\("(\w+)"\)', source)}


def test_budgets_grow_with_the_link() -> None:
    assert timing.budget("resolve", timing.SIZES) == timing.BUDGET["resolve"][0]
    twice = {what: 2 * size for what, size in timing.SIZES.items()}
    assert timing.budget("resolve", twice) == 2 * timing.BUDGET["resolve"][0]
    assert timing.budget("start", twice) == timing.BUDGET["start"][0]
    assert timing.budget("nonesuch", twice) is None


def traced(path: Path) -> list[dict[str, Any]]:
    events: list[dict[str, Any]] = json.loads(path.read_text())
    assert {event["ph"] for event in events} == {"M", "X"}
    return events


@pytest.mark.parametrize("threads", ["1", "2"])
def test_a_trace(threads: str, job: Job, tmp_path: Path) -> None:
    """Stages follow one another on the first thread; what it did lies within them, and no two overlap."""
    link(job, tmp_path, "-trace", "trace.json", GOWELD_THREADS=threads)
    events = traced(tmp_path / "trace.json")
    spans = [event for event in events if event["ph"] == "X"]
    stages = [event for event in spans if "cpu ms" in event["args"]]
    assert stages[0]["name"] == "start"
    assert set(STAGES) <= {stage["name"] for stage in stages}
    assert all(stage["tid"] == 0 for stage in stages)
    slack = 0.01  # what is shown is rounded
    for before, after in pairwise(stages):
        assert before["ts"] + before["dur"] <= after["ts"] + slack
    tasks = [event for event in spans if "cpu ms" not in event["args"]]
    assert {"relocate and write", "compress section", "describe functions"} <= {
        task["name"] for task in tasks
    }
    first, last = stages[0]["ts"], stages[-1]["ts"] + stages[-1]["dur"]
    for task in tasks:
        assert first <= task["ts"]
        assert task["ts"] + task["dur"] <= last + slack
    for task in (task for task in tasks if task["tid"] == 0):
        end = task["ts"] + task["dur"]
        assert any(s["ts"] <= task["ts"] + slack and end <= s["ts"] + s["dur"] + slack for s in stages), task
    for thread in {task["tid"] for task in tasks}:
        own = [task for task in tasks if task["tid"] == thread]
        for before, after in pairwise(own):
            assert before["ts"] + before["dur"] <= after["ts"] + slack, (before, after)
    named = {event["tid"] for event in events if event["ph"] == "M"}
    assert named == {event["tid"] for event in spans}
    if threads == "1":
        assert named == {0}


def test_a_trace_changes_no_byte(job: Job, tmp_path: Path) -> None:
    link(job, tmp_path)
    plain = (tmp_path / "out").read_bytes()
    (tmp_path / "traces").mkdir()
    link(job, tmp_path, GOWELD_TRACE="traces")
    assert (tmp_path / "out").read_bytes() == plain
    (one,) = (tmp_path / "traces").iterdir()
    assert re.fullmatch(r"out-\d+\.json", one.name)
    assert traced(one)


def test_a_trace_that_cannot_be_written_fails_nothing(job: Job, tmp_path: Path) -> None:
    answer = link(job, tmp_path, "-trace", "no/such/folder")
    assert answer.stderr == "goweld: no trace: no/such/folder: No such file or directory\n"
    assert (tmp_path / "out").exists()


def test_threads_are_numbered_as_they_appear() -> None:
    spans = [("a", 0, 2000, 3000, 77), ("b", -1, 1000, 2500, 99), ("a", 1, 3000, 4000, 55)]
    shown = [event for event in trace.events([], spans, 55) if event["ph"] == "X"]
    assert [(event["name"], event["tid"], event["args"]) for event in shown] == [
        ("b", 2, {}),
        ("a", 1, {"task": 0}),
        ("a", 0, {"task": 1}),
    ]
