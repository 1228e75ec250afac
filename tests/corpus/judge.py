"""Link one job with both linkers and compare the raw outputs."""

from __future__ import annotations

import shutil
import subprocess
import time
from dataclasses import dataclass, replace
from pathlib import Path

from recipes import Go, Row

from goweld.cli import record
from goweld.errors import LinkError
from goweld.explain.compare import first_difference, identical
from goweld.explain.repro import Job

IDENTICAL, DIFFERENT, NOT_RUN = "identical", "DIFFERENT", "NOT RUN"
TIMEOUT = 900


@dataclass
class Result:
    """What became of one job in one variant."""

    name: str
    verdict: str
    text: str = ""
    times: tuple[float, float] = (0.0, 0.0)  # of the reference and of goweld
    links: int = 0  # that goweld was asked for


class Runner:
    """Runs jobs; `goweld` is the launcher, or any command that knows `link ARGS` and `toolexec TOOL ARGS`."""

    def __init__(self, go: Go, goweld: list[str], *, extra: list[str], keep: bool, again: bool) -> None:
        self.go = go
        self.goweld = goweld
        self.extra = extra
        self.keep = keep
        self.again = again
        self.outputs = go.work / "run"
        self.record = self.outputs / "record"
        shutil.rmtree(self.outputs, ignore_errors=True)
        self.outputs.mkdir(parents=True)
        empty = self.outputs / "empty"
        empty.mkdir()
        root = str(go.root_without_linker())
        self.environment = {**go.plain_environment(), "PATH": str(empty)}
        self.strict = {"GOWELD_STRICT": "1", "GOWELD_RECORD": str(self.record)}
        self.job_root = root

    def environment_of(self, job: Job) -> dict[str, str]:
        """The same for both linkers. A GOROOT goes into the bytes, so both get the one without a linker."""
        environment = job.run_environment(self.environment)
        if environment.get("GOROOT"):
            environment["GOROOT"] = self.job_root
        return environment

    def compare(self, name: str, job: Job, flags: list[str]) -> Result:
        """Link one job with both and compare."""
        folder = self.outputs / name.replace("/", "~").replace(" ", "_")
        folder.mkdir()
        reference, ours = folder / "reference", folder / "goweld"
        environment = self.environment_of(job)
        flags = self.extra + flags
        start = time.monotonic()
        answer = run(job.command([str(self.go.linker)], str(reference), flags), job.folder, environment)
        middle = time.monotonic()
        if answer:
            return Result(name, NOT_RUN, f"the reference linker fails: {answer}")
        command = job.command([*self.goweld, "link"], str(ours), flags)
        answer = run(command, job.folder, {**environment, **self.strict})
        times = (middle - start, time.monotonic() - middle)
        if answer:
            return Result(name, DIFFERENT, f"goweld fails: {answer}", times, links=1)
        if self.again:
            second = folder / "goweld-on-one-processor"
            command = [shutil.which("taskset") or "taskset", "-c", "0", *self.goweld, "link"]
            answer = run(job.command(command, str(second), flags), job.folder, {**environment, **self.strict})
            if answer or not identical(str(ours), str(second)):
                return Result(name, DIFFERENT, answer or "not the same on one processor", times, links=2)
        return replace(self._judge(name, reference, ours, times), links=2 if self.again else 1)

    def _judge(
        self, name: str, reference: Path, ours: Path, times: tuple[float, float] = (0.0, 0.0)
    ) -> Result:
        try:
            if not identical(str(reference), str(ours)):
                difference = first_difference(str(reference), str(ours))
                return Result(name, DIFFERENT, f"{difference}\nkept in {ours.parent}", times)
        except LinkError as err:
            return Result(name, DIFFERENT, str(err), times)
        if not self.keep:
            shutil.rmtree(ours.parent)
        return Result(name, IDENTICAL, "", times)

    def compare_shipped(self, row: Row, package: str) -> Result:
        """Build a program of the distribution with Goweld; it must equal the file that is shipped."""
        name = f"{row.name}:{package}:"
        program = package.rpartition("/")[2]
        places = (self.go.tools / program, self.go.root / "bin" / program)
        shipped = next((path for path in places if path.exists()), None)
        if shipped is None:
            return Result(name, NOT_RUN, "the distribution does not hold it")
        folder = self.outputs / name.replace("/", "~")
        folder.mkdir()
        toolexec = " ".join([*self.goweld, "toolexec"])
        command = [f"{self.job_root}/bin/go", "build", f"-toolexec={toolexec}", *row.flags]
        command += ["-o", f"{folder}/", package]
        environment = {**self.go.environment, **self.strict, "GOROOT": self.job_root}
        answer = run(command, Path(self.job_root) / "src", environment)
        if answer:
            return Result(name, DIFFERENT, f"go build with goweld fails: {answer}", links=1)
        return replace(self._judge(name, shipped, folder / program), links=1)

    def links_done(self) -> int:
        """The links that Goweld says it did itself."""
        return sum(entry.kind == record.LINKED for entry in record.read(str(self.record)))


def run(command: list[str], cwd: Path, environment: dict[str, str]) -> str:
    """Run a linker; the reason if it fails."""
    try:
        done = subprocess.run(
            command, cwd=cwd, env=environment, capture_output=True, timeout=TIMEOUT, check=False
        )
    except subprocess.TimeoutExpired:
        return f"no end after {TIMEOUT} s"
    except OSError as err:
        return f"{command[0]}: {err.strerror}"
    if not done.returncode:
        return ""
    output = (done.stderr + done.stdout).decode(errors="replace").strip()
    return f"status {done.returncode}: {output[-1000:]}"
