"""Links of one job with a damaged package file, by both linkers, and what is to be thought of them."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from goweld.explain.repro import Job
from tests.corpus.recipes import Go, Row, collect, launcher_command
from tests.fuzz.damage import Damage, Files, damages
from tests.fuzz.hostdamage import Objects, host_damages

SAME = "the same bytes"
REFUSED = "refused, as by cmd/link"
CAREFUL = "refused, linked by cmd/link"
BAD = "BAD"
SECONDS = 20
KIB = 4 << 20  # of address space
CHECKED_SECONDS = 120
LIBGCC = "libgcc"  # where a package's name would be
MARKS = ("Traceback (", "internal error", "AddressSanitizer", "runtime error:", "Segment", "Fatal Python")


@dataclass
class Verdict:
    damage: Damage
    verdict: str
    text: str
    folder: Path


@dataclass
class Answer:
    """How a linker ended; status None: it did not."""

    status: int | None
    text: str
    output: bytes | None = None
    left: list[str] = field(default_factory=list)


class Bench:
    """A program's link, ready to be damaged: both linkers, the files, an importcfg that names them.

    With `host`, a program with objects of C, linked internally.
    """

    def __init__(
        self, go_command: str, goweld: str, work: Path, environment: dict[str, str], *, host: bool
    ) -> None:
        self.work = work
        go = Go(go_command, work)
        row = Row("fuzz-cgo", program="cgo", cc="gcc") if host else Row("fuzz-hello", program="hello")
        job = collect(go, row, fresh=False).jobs[f"corpus/{row.program}"]
        self.linker = [str(go.linker)]
        self.goweld = [*launcher_command(goweld), "link"]
        self.checked = "LD_PRELOAD" in environment
        self.environment = job.run_environment(go.plain_environment())
        self.ours = {**self.environment, **environment, "GOWELD_STRICT": "1"}
        self.inputs = work / "inputs"
        shutil.rmtree(self.inputs, ignore_errors=True)
        self.inputs.mkdir(parents=True)
        self.paths: dict[str, Path] = {}
        self.rest: list[str] = []
        self.host = host
        self.content = self._copy(job)
        self.words = job.arguments[:-1]

    def damages(self, count: int, seed: int) -> list[Damage]:
        """What to try, the same for the same seed."""
        if self.host:
            return host_damages(Objects(self.content, LIBGCC), count, seed)
        return damages(Files(self.content), count, seed)

    def _copy(self, job: Job) -> dict[str, bytes]:
        content = {"main": (job.folder / job.arguments[-1]).read_bytes()}
        for line in (job.folder / "importcfg").read_text().splitlines():
            verb, _, rest = line.partition(" ")
            package, _, path = rest.partition("=")
            if verb != "packagefile":
                self.rest.append(line)
            elif not package.startswith("corpus/"):
                content[package] = (job.folder / path).read_bytes()
        if self.host:
            content[LIBGCC] = Path(libgcc()).read_bytes()
        for package, data in content.items():
            self.paths[package] = self.inputs / f"{package.replace('/', '~')}.a"
            self.paths[package].write_bytes(data)
        return content

    def try_damage(self, damage: Damage, name: str, flags: list[str]) -> Verdict:
        """Link the damaged job with both linkers."""
        folder = self.work / "trials" / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        paths = dict(self.paths)
        if damage.content is None:
            paths[damage.package] = paths[damage.instead]
        else:
            paths[damage.package] = folder / paths[damage.package].name
            paths[damage.package].write_bytes(damage.content)
        damaged = str(paths[damage.package])
        main = paths.pop("main")
        if self.host:
            flags = [*flags, "-linkmode=internal", f"-libgcc={paths.pop(LIBGCC)}"]
        lines = [*self.rest, *(f"packagefile {package}={path}" for package, path in paths.items())]
        (folder / "importcfg").write_text("\n".join(lines) + "\n")
        ours = self._link([*self.goweld, *flags], folder, main, "goweld", self.ours)
        theirs = self._link([*self.linker, *flags], folder, main, "cmdlink", self.environment)
        return self._judge(damage, ours, theirs, damaged, folder)

    def _link(
        self, linker: list[str], folder: Path, main: Path, name: str, environment: dict[str, str]
    ) -> Answer:
        place = folder / name
        place.mkdir()
        output = place / "out"
        words = [str(output) if word == "{out}" else word for word in self.words]
        command = [*linker, *words, str(main)]
        ours = environment is self.ours
        if ours and not self.checked:
            command = ["/bin/sh", "-c", f'ulimit -v {KIB}; exec "$@"', "sh", *command]
        try:
            done = subprocess.run(
                command,
                cwd=folder,
                env=environment,
                capture_output=True,
                timeout=SECONDS if ours and not self.checked else CHECKED_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return Answer(None, "no end")
        text = (done.stdout + done.stderr).decode(errors="replace").strip()
        made = output.read_bytes() if done.returncode == 0 and output.exists() else None
        return Answer(done.returncode, text, made, [path.name for path in place.iterdir()])

    def _judge(self, damage: Damage, ours: Answer, theirs: Answer, file: str, folder: Path) -> Verdict:
        def bad(why: str) -> Verdict:
            (folder / "why").write_text(f"{damage}\n{why}\ngoweld: {ours.text}\ncmd/link: {theirs.text}\n")
            said = f"{why}\ngoweld: {ours.text[:1500]}\ncmd/link: {theirs.text[:300]}"
            return Verdict(damage, BAD, said, folder)

        if ours.status is None:
            return bad("Goweld does not end")
        if ours.status == 0:
            if theirs.status != 0:
                return bad("Goweld links, cmd/link does not")
            if ours.output != theirs.output:
                return bad("the bytes differ")
            return self._drop(Verdict(damage, SAME, "", folder))
        if ours.status not in (1, 2):
            return bad(f"Goweld ends with status {ours.status}")
        if any(mark in ours.text for mark in MARKS):
            return bad("Goweld fails")
        if ours.left:
            return bad(f"Goweld leaves {ours.left}")
        # Damage can show first where another package refers to what is damaged.
        named = file in ours.text or str(self.inputs) in ours.text
        if not named and not says_enough(ours.text, theirs.text):
            return bad("the error names no file")
        return self._drop(Verdict(damage, CAREFUL if theirs.status == 0 else REFUSED, ours.text, folder))

    @staticmethod
    def _drop(verdict: Verdict) -> Verdict:
        shutil.rmtree(verdict.folder)
        return verdict


def libgcc() -> str:
    """The compiler's library of what machines lack."""
    command = ["gcc", "-print-libgcc-file-name"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def says_enough(ours: str, theirs: str) -> bool:
    """Whether an error need not name a file: cmd/link says it, it names symbols, or it is not Goweld's.

    The program's name before each line may differ.  After "running X failed" the host
    linker speaks.
    """
    failure = re.search(r"^link: running \S+ failed: ", ours, re.MULTILINE)
    if failure and re.search(r"link: running \S+ failed: ", theirs):
        ours = ours[: failure.start()].rstrip("\n")
    said = [line.partition(": ")[2] or line for line in theirs.split("\n")]
    return all(
        line in theirs
        or (line.partition(": ")[2] or line) in said
        or line.startswith(("link: reference to undefined builtin", "goweld: cannot link this yet"))
        or "relocation target " in line
        for line in (ours.split("\n") if ours else ())
    )
