"""The nosplit stack check: Go's own case, odd graphs, and what it prints."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests import linkjob, toolchain

NOSPLIT = 4
NOFRAME = 512


def program(functions: dict[str, tuple[int, int, list[str]]]) -> dict[str, str]:
    """A program in assembly: each function has flags, a frame size, and calls ("AX" is an indirect one)."""
    names = list(functions)
    text = ["package main", f"func main() {{ {names[0]}() }}", *(f"func {name}()" for name in names)]
    lines = []
    for name, (flags, frame, calls) in functions.items():
        lines.append(f"TEXT ·{name}(SB),{flags},${frame}-0")
        lines += [f"\tCALL {callee if callee == 'AX' else f'·{callee}(SB)'}" for callee in calls]
        lines.append("\tRET")
    return {"main.go": "\n".join(text) + "\n", "main.s": "\n".join(lines) + "\n"}


def chain(length: int, frame: int) -> dict[str, tuple[int, int, list[str]]]:
    functions = {f"f{i}": (NOSPLIT, frame, [f"f{i + 1}"]) for i in range(length)}
    return functions | {f"f{length}": (NOSPLIT, frame, [])}


GRAPHS = {
    "a frame that just fits": {"f": (NOSPLIT, 776, [])},
    "a frame too large": {"f": (NOSPLIT, 800, [])},
    "a frame that leaves no room for a call": {"f": (NOSPLIT, 776, ["g"]), "g": (0, 8, [])},
    "an indirect call too deep": {"f": (NOSPLIT, 776, ["AX"])},
    "a callee too large behind a split": {"f": (0, 2000, ["g"]), "g": (NOSPLIT, 704, [])},
    "two paths to one leaf": {
        "f": (NOSPLIT, 8, ["g", "h", "k"]),
        "g": (NOSPLIT, 304, ["k"]),
        "h": (NOSPLIT, 16, ["k"]),
        "k": (NOSPLIT, 600, []),
    },
    "two roots": {
        "f": (0, 8, ["g", "h"]),
        "g": (NOSPLIT, 400, ["k"]),
        "h": (NOSPLIT, 304, ["k"]),
        "k": (NOSPLIT, 504, []),
    },
    "a function that calls itself": {"f": (NOSPLIT | NOFRAME, 0, ["f"])},
    "a cycle without a root": {"f": (NOSPLIT | NOFRAME, 0, ["g"]), "g": (NOSPLIT, 24, ["f"])},
    "a cycle below a root": {
        "f": (NOSPLIT, 8, ["g"]),
        "g": (NOSPLIT, 24, ["h"]),
        "h": (NOSPLIT, 0, ["g", "AX"]),
    },
    "a chain deeper than Python recurses": chain(3000, 8),
}


@pytest.mark.parametrize("graph", GRAPHS.values(), ids=GRAPHS.keys())
def test_same_report(graph: dict[str, tuple[int, int, list[str]]], tmp_path: Path) -> None:
    job = linkjob.prepare(tmp_path, program(graph))
    assert job.goweld() == job.real()


def test_the_report_of_gos_own_test(tmp_path: Path) -> None:
    data = toolchain.goroot() / "src/cmd/link/internal/ld/testdata/stackcheck"
    job = linkjob.prepare(tmp_path, {name: (data / name).read_text() for name in ("main.go", "main.s")})
    expected = job.real()
    assert expected.status == 2
    assert "infinite cycle" in expected.text
    assert job.goweld() == expected


@pytest.mark.parametrize("seed", range(6))
def test_random_graphs_without_cycles(seed: int, tmp_path: Path) -> None:
    """In graphs with crossing cycles cmd/link's choice of roots varies from run to run."""
    choose = random.Random(seed)
    names = [f"f{i}" for i in range(12)]
    graph = {}
    for i, name in enumerate(names):
        frame = choose.choice([0, 8, 16, 200, 400, 704, 904])
        callees = choose.choices([*names[i + 1 : i + 4], "AX"], k=choose.randint(0, 3))
        graph[name] = (choose.choice([0, NOSPLIT, NOSPLIT, NOSPLIT]), frame, callees)
    job = linkjob.prepare(tmp_path, program(graph))
    assert job.goweld("-w", "-debugnosplit") == job.real("-w", "-debugnosplit")


def test_printed_call_graphs(tmp_path: Path) -> None:
    job = linkjob.prepare(tmp_path, {"main.go": "package main\n\nfunc main() { println(1) }\n"})
    for flag in ("-debugnosplit", "-c", "-dumpdep"):
        expected = job.real("-w", flag)
        assert expected.text
        assert job.goweld("-w", flag) == expected
