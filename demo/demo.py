"""Build the demo program with Goweld, run it, and link it with go tool link too: the bytes and the times.

usage: demo.py GOWELD GO

Fails unless every link shown as Goweld's was done by Goweld, and unless the two files are the same.
"""

from __future__ import annotations

import hashlib
import os
import shlex
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
FLAGS = ["-buildvcs=false", "-ldflags=-X main.release=demo"]
ROUNDS = 5

sys.path.insert(0, str(ROOT / "src"))
from goweld.cli import record  # noqa: E402


class Demo:
    """One program, linked by both linkers in a folder of its own."""

    def __init__(self, goweld: str, go: str, directory: Path) -> None:
        self.goweld = goweld
        self.go = go
        self.directory = directory
        self.record = directory / "record"
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("GO", "CGO_"))}
        kept |= {name: os.environ[name] for name in ("GOCACHE", "GOWELD_PYTHON") if name in os.environ}
        self.environment = kept | {
            "CGO_ENABLED": "0",
            "GOENV": "off",
            "GOFLAGS": "",
            "GOTOOLCHAIN": "local",
            "GOWELD_GO": go,
            "GOWELD_STRICT": "1",
            "GOWELD_RECORD": str(self.record),
        }

    def run(self, *words: str | Path, **variables: str) -> subprocess.CompletedProcess[str]:
        command = [str(word) for word in words]
        environment = self.environment | variables
        answer = subprocess.run(command, cwd=HERE, env=environment, capture_output=True, text=True)
        if answer.returncode != 0:
            raise SystemExit(f"demo: {shlex.join(command)} failed:\n{answer.stdout}{answer.stderr}")
        return answer

    def counts(self) -> tuple[int, int]:
        """How many links Goweld did so far, and how many anything else did or failed to do."""
        kinds = [entry.kind for entry in record.read(str(self.record))]
        return kinds.count(record.LINKED), len(kinds) - kinds.count(record.LINKED)

    def link_command(self) -> list[str]:
        """The command the go command links this program with, from what it prints of its work."""
        keep = self.directory / "keep"
        keep.mkdir()
        answer = self.run(
            self.go, "build", "-x", "-work", *FLAGS, "-o", self.directory / "plain", ".", TMPDIR=str(keep)
        )
        (work,) = keep.iterdir()
        lines = [line for line in answer.stderr.splitlines() if "/link -o " in line]
        words = shlex.split(lines[-1].replace("$WORK", str(work)))
        while "=" in words[0]:
            name, _, value = words.pop(0).partition("=")
            self.environment[name] = value
        return words

    def times(self, command: list[str]) -> tuple[float, float]:
        """Median seconds of one link by each linker, taken in turns, each into a fresh file."""
        arguments = command[1:]
        arguments[arguments.index("-o") + 1] = str(self.directory / "timed")
        taken: tuple[list[float], list[float]] = ([], [])
        for _ in range(ROUNDS):
            for linker, seconds in zip(([command[0]], [self.goweld, "link"]), taken, strict=True):
                (self.directory / "timed").unlink(missing_ok=True)
                start = time.perf_counter()
                self.run(*linker, *arguments)
                seconds.append(time.perf_counter() - start)
        return statistics.median(taken[0]), statistics.median(taken[1])


def main(goweld: str, go: str) -> int:
    goweld = os.path.abspath(goweld)
    with tempfile.TemporaryDirectory(prefix="goweld-demo-") as directory:
        demo = Demo(goweld, go, Path(directory))
        ours, plain = demo.directory / "ours", demo.directory / "plain"
        print(f"Building demo/ with Goweld, strict: goweld build {shlex.join(FLAGS)}")
        demo.run(goweld, "build", "--strict", *FLAGS, "-o", ours, ".")
        if demo.counts() != (1, 0):
            raise SystemExit(f"demo: the file was not made by Goweld: {demo.counts()} links")
        print("It runs:\n")
        print(demo.run(ours).stdout)

        print("Building it with the go command alone, which uses go tool link.")
        command = demo.link_command()
        if demo.run(plain).stdout != demo.run(ours).stdout:
            raise SystemExit("demo: the two programs print different things")
        ours_bytes, plain_bytes = ours.read_bytes(), plain.read_bytes()
        print(f"  by Goweld        {len(ours_bytes)} bytes, sha256 {hashlib.sha256(ours_bytes).hexdigest()}")
        print(
            f"  by go tool link  {len(plain_bytes)} bytes, sha256 {hashlib.sha256(plain_bytes).hexdigest()}"
        )
        if ours_bytes != plain_bytes:
            subprocess.run([goweld, "compare", str(plain), str(ours)])
            raise SystemExit("demo: the bytes differ")
        print("  The bytes are identical.\n")

        theirs, our_time = demo.times(command)
        linked, others = demo.counts()
        if (linked, others) != (1 + ROUNDS, 0):
            raise SystemExit(f"demo: {linked} links by Goweld, {others} not, of {1 + ROUNDS}")
        print(f"One link, median of {ROUNDS} taken in turns:")
        print(f"  go tool link  {theirs * 1e3:.0f} ms")
        print(f"  Goweld        {our_time * 1e3:.0f} ms, {our_time / theirs:.2f} times that")
        print(f"Links: {linked} by Goweld, {1 + ROUNDS} by go tool link as asked, none by falling back.")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
