"""What is linked, and what is aimed at for it."""

from __future__ import annotations

import fcntl
from pathlib import Path
from typing import NamedTuple, TextIO

from recipes import Go, Manifest, Row, collect

from goweld.explain.repro import Job

ROOT = Path(__file__).resolve().parent.parent
WORK = ROOT / ".cache" / "corpus"
DISTRIBUTION = ("cmd/go", "cmd/compile")
# 50 to 150 MB, rows of the corpus.
LARGE = ("opa", "hugo", "caddy", "helm")
PROGRAMS = ("hello", *DISTRIBUTION, "gopls", *LARGE)
TESTS = "std"
# Linked internally by cmd/link's own choice, though they hold objects of C.
CGO = {
    "cmd/go, cgo": Row("bench-cgo", packages=["cmd/go"], cc="gcc"),
    "cmd/go -race": Row("bench-race", packages=["cmd/go"], cc="gcc", flags=["-race"]),
}
EXTERNAL = {
    "small": Row("bench-external", program="netuser", cc="gcc", ldflags=["-linkmode=external"]),
    "cmd/go": Row("bench-external-go", packages=["cmd/go"], cc="gcc", ldflags=["-linkmode=external"]),
}
DEFAULT, STRIPPED = "", "-s -w"


class Target(NamedTuple):
    """What to reach, as ratios to cmd/link."""

    wall: float
    cpu: float
    memory: float


def target(name: str, flags: str) -> Target | None:
    """What is aimed at for a program; None where nothing is."""
    if name == "hello":
        return Target(0.45 if flags == STRIPPED else 0.40, 0.45, 0.7)
    if name in CGO:
        return Target(0.40, 0.45, 0.7)
    if name in DISTRIBUTION:
        return Target(0.33, 0.40, 0.7)
    if name in LARGE:
        return Target(0.28, 0.35, 0.65)
    return Target(0.40, 0.45, 0.7) if name.startswith(TESTS) else None


def lock(work: Path) -> TextIO:
    """Keep runs of the corpus, which collects the same jobs, out of the folder until the result is closed."""
    work.mkdir(parents=True, exist_ok=True)
    file = (work / "lock").open("w")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise SystemExit(f"another run works in {work}") from None
    return file


def job(go: Go, name: str) -> Job:
    """The link job of a program: of the distribution, or of a row of the corpus."""
    rows = {row.name: row for row in Manifest.load().rows}
    if name.startswith("cmd/"):
        row = Row(f"bench-{name.replace('/', '-')}", packages=[name])
    elif name in rows:
        row = rows[name]
    else:
        raise SystemExit(f"{name}: neither a program of the distribution nor a row of the corpus")
    return next(iter(jobs(go, row).values()))


def test_jobs(go: Go, every: int) -> dict[str, Job]:
    """The link jobs of the standard library's test binaries, or of every so many."""
    (row,) = (row for row in Manifest.load().rows if row.name == TESTS)
    found = jobs(go, row)
    return {name: found[name] for name in sorted(found)[::every]}


def jobs(go: Go, row: Row) -> dict[str, Job]:
    """The link jobs of a row; all of them."""
    collected = collect(go, row, fresh=False)
    for name, reason in collected.missing.items():
        raise SystemExit(f"{name}: {reason}")
    return collected.jobs
