"""Link one job with both linkers and compare the raw outputs."""

from __future__ import annotations

import shutil
import subprocess
import time
from dataclasses import dataclass, replace
from pathlib import Path

import witness
from recipes import PROGRAMS, Go, Row, fill

from goweld.cli import record
from goweld.errors import LinkError
from goweld.explain.compare import first_difference, identical
from goweld.explain.repro import Job

IDENTICAL, DIFFERENT, NOT_RUN = "identical", "DIFFERENT", "NOT RUN"
TIMEOUT = 900
# What a link may run; all else is kept from it, a go command and another linker for Go above all.
HOST_TOOLS = (
    *("gcc", "g++", "cc", "c++", "clang", "clang++", "ar", "as"),
    *("ld", "ld.bfd", "ld.gold", "ld.lld", "ld.mold"),
)


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

    def __init__(
        self, go: Go, goweld: list[str], *, extra: list[str], keep: bool, threads: list[int]
    ) -> None:
        self.go = go
        self.goweld = goweld
        self.extra = extra
        self.keep = keep
        self.threads = threads  # with how many each link is done again
        self.outputs = go.work / "run"
        self.record = self.outputs / "record"
        shutil.rmtree(self.outputs, ignore_errors=True)
        self.outputs.mkdir(parents=True)
        self.empty, self.tools = self.outputs / "empty", self.outputs / "host-tools"
        self.empty.mkdir()
        self.tools.mkdir()
        for name in HOST_TOOLS:
            if tool := shutil.which(name):
                witness.stand_in(self.tools, name, tool)
        root = str(go.root_without_linker())
        self.environment = {**go.plain_environment(), "PATH": str(self.empty)}
        self.strict = {"GOWELD_STRICT": "1", "GOWELD_RECORD": str(self.record)}
        self.job_root = root

    def environment_of(self, job: Job, flags: list[str]) -> dict[str, str]:
        """The same for both linkers. A GOROOT goes into the bytes, so both get the one without a linker."""
        environment = job.run_environment(self.environment)
        if environment.get("CGO_ENABLED") == "1" or "-linkmode=external" in flags:
            environment["PATH"] = str(self.tools)
        if environment.get("GOROOT"):
            environment["GOROOT"] = self.job_root
        return environment

    def compare(self, name: str, job: Job, flags: list[str], row: Row | None = None) -> Result:
        """Link one job with both and compare; run what comes of it if the row says how."""
        folder = self.outputs / name.replace("/", "~").replace(" ", "_")
        # In folders, since the file's own name may go into it.
        reference, ours = folder / "reference" / "out", folder / "goweld" / "out"
        temporary = folder / "tmp"
        asked = folder / "asked-by-reference", folder / "asked-by-goweld"
        for made in (reference.parent, ours.parent, temporary, *asked):
            made.mkdir(parents=True)
        flags = self.extra + flags
        environment = {**self.environment_of(job, flags), "TMPDIR": str(temporary)}
        start = time.monotonic()
        command = job.command([str(self.go.linker)], str(reference), flags)
        answer = run(command, job.folder, {**environment, witness.PLACE: str(asked[0])})
        middle = time.monotonic()
        if answer:
            return Result(name, NOT_RUN, f"the reference linker fails: {answer}")
        shutil.rmtree(temporary)
        temporary.mkdir()
        command = job.command([*self.goweld, "link"], str(ours), flags)
        environment[witness.PLACE] = str(asked[1])
        answer = run(command, job.folder, {**environment, **self.strict})
        times = (middle - start, time.monotonic() - middle)
        if answer:
            return Result(name, DIFFERENT, f"goweld fails: {answer}", times, links=1)
        if text := witness.difference(*asked, (reference, ours), temporary):
            return Result(name, DIFFERENT, f"{text}\nkept in {folder}", times, links=1)
        # gcc leaves files of its own, cc*.res, where a probe makes it fail.
        found = [*temporary.iterdir(), *ours.parent.iterdir()]
        if left := [path.name for path in found if path != ours and path.suffix != ".res"]:
            return Result(name, DIFFERENT, f"goweld leaves {', '.join(left)}", times, links=1)
        for links, count in enumerate(self.threads, 2):
            second = folder / f"goweld-{count}" / "out"
            second.parent.mkdir()
            command = job.command([*self.goweld, "link"], str(second), flags)
            threads = {"GOWELD_THREADS": str(count)}
            answer = run(command, job.folder, {**environment, **self.strict, **threads})
            if answer or not identical(str(ours), str(second)):
                text = answer or f"not the same with {count} threads"
                return Result(name, DIFFERENT, text, times, links=links)
        result = replace(self._judge(name, reference, ours, times), links=1 + len(self.threads))
        if result.verdict == IDENTICAL and row and row.run:
            answer = self.use(row, job, ours, temporary)
            if not answer.startswith("status 0"):
                result = replace(result, verdict=DIFFERENT, text=f"goweld's file does not run: {answer}")
            elif answer != (theirs := self.use(row, job, reference, temporary)):
                result = replace(result, verdict=DIFFERENT, text=f"it says {answer}\nthe other: {theirs}")
        return self.tidied(result, folder)

    def use(self, row: Row, job: Job, file: Path, folder: Path) -> str:
        """What comes of a row's commands on a file: the last one's status and what it prints."""
        shutil.rmtree(folder)
        folder.mkdir()
        names = {
            "out": str(file),
            "dir": str(PROGRAMS / row.program),
            "tmp": str(folder),
            "go": str(self.go.go),
        }
        names |= {"cc": row.cc or "cc", "job": str(job.folder)}
        environment = {**self.go.environment, **row.environment()}
        for command in row.run:
            try:
                done = subprocess.run(
                    fill(command, names),
                    cwd=PROGRAMS if command[0] == "{go}" else folder,
                    env=environment,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.STDOUT,
                    timeout=TIMEOUT,
                    check=False,
                )
            except subprocess.TimeoutExpired:
                return f"no end after {TIMEOUT} s"
            except OSError as err:
                return str(err.strerror)
            said = done.stdout.decode(errors="replace").replace(str(file), "{out}")
            if done.returncode:
                break
        return f"status {done.returncode}: {said[-2000:]}"

    def _judge(
        self, name: str, reference: Path, ours: Path, times: tuple[float, float] = (0.0, 0.0)
    ) -> Result:
        try:
            if not identical(str(reference), str(ours)):
                return Result(name, DIFFERENT, first_difference(str(reference), str(ours)), times)
        except LinkError as err:
            return Result(name, DIFFERENT, str(err), times)
        return Result(name, IDENTICAL, "", times)

    def tidied(self, result: Result, folder: Path) -> Result:
        """The result; its files are kept where they show something."""
        if result.verdict != IDENTICAL:
            return replace(result, text=f"{result.text}\nkept in {folder}")
        if not self.keep:
            shutil.rmtree(folder)
        return result

    def compare_shipped(self, row: Row, package: str) -> Result:
        """Build a program of the distribution with Goweld; it must equal the file that is shipped."""
        name = f"{row.name}:{package}:"
        program = package.rpartition("/")[2]
        places = [self.go.tools / program, self.go.root / "bin" / program]
        if row.prepare:
            distribution = self.go.work / "prepared" / row.name
            found = (distribution.glob(place + program) for place in ("**/pkg/tool/*/", "**/bin/"))
            places = [path for paths in found for path in paths]
        shipped = next((path for path in places if path.exists()), None)
        if shipped is None:
            return Result(name, NOT_RUN, "the distribution does not hold it")
        folder = self.outputs / name.replace("/", "~")
        folder.mkdir()
        toolexec = " ".join([*self.goweld, "toolexec"])
        command = [f"{self.job_root}/bin/go", "build", f"-toolexec={toolexec}", *row.flags]
        command += ["-o", f"{folder}/", package]
        environment = {**self.go.environment, **row.environment(), **self.strict, "GOROOT": self.job_root}
        answer = run(command, Path(self.job_root) / "src", environment)
        if answer:
            return Result(name, DIFFERENT, f"go build with goweld fails: {answer}", links=1)
        return self.tidied(replace(self._judge(name, shipped, folder / program), links=1), folder)

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
