"""One program's link, done by both linkers under the same conditions."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from tests import toolchain


@dataclass(frozen=True)
class Outcome:
    """What a link came to; `text` is what it printed to both streams, the program's name first as "link"."""

    status: int
    text: str
    executable: bytes | None


@dataclass(frozen=True)
class Job:
    directory: Path
    config: Path | None  # an importcfg file
    archive: str
    variables: dict[str, str] = field(default_factory=dict)  # of the environment

    def real(self, *flags: str) -> Outcome:
        """Link with cmd/link."""
        linker = str(toolchain.goroot() / "pkg" / "tool" / "linux_amd64" / "link")
        outcome = self._run([linker], *flags)
        return Outcome(outcome.status, outcome.text.replace(linker + ": ", "link: "), outcome.executable)

    def goweld(self, *flags: str) -> Outcome:
        """Link with Goweld, which may not hand the link on."""
        launcher = str(toolchain.launcher())
        outcome = self._run([launcher, "link"], *flags, GOWELD_STRICT="1")
        return Outcome(outcome.status, outcome.text.replace(launcher + ": ", "link: "), outcome.executable)

    def _run(self, command: list[str], *flags: str, **variables: str) -> Outcome:
        output = self.directory / "out"
        output.unlink(missing_ok=True)
        arguments = ["-buildmode=exe", "-buildid=a/b/c/a"]
        if self.config:
            arguments += ["-importcfg", str(self.config)]
        run = subprocess.run(
            [*command, "-o", str(output), *arguments, *(flags or ("-w",)), self.archive],
            env=toolchain.go_environment(**self.variables, **variables),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        made = output.read_bytes() if run.returncode == 0 else None
        return Outcome(run.returncode, run.stdout, made)


def prepare(directory: Path, files: dict[str, str], *flags: str, **variables: str) -> Job:
    """Compile a program, package main of module example.org/p, up to its link, which may fail.

    `variables` of the environment hold for the links too.
    """
    for name, text in {"go.mod": "module example.org/p\n\ngo 1.27\n", **files}.items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (directory / "work").mkdir()
    run = subprocess.run(
        [
            str(toolchain.goroot() / "bin" / "go"),
            "build",
            "-work",
            "-ldflags=-w",
            *flags,
            "-o",
            "program",
            ".",
        ],
        cwd=directory,
        env=toolchain.go_environment(TMPDIR=str(directory / "work"), **variables),
        capture_output=True,
        text=True,
    )
    configs = list(directory.glob("work/*/b001/importcfg.link"))
    assert configs, run.stderr
    lines = configs[0].read_text().splitlines()
    (archive,) = (line.split("=", 1)[1] for line in lines if line.startswith("packagefile example.org/p="))
    return Job(directory, configs[0], archive, variables)
