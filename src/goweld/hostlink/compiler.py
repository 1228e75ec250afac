"""The C compiler that drives the host linker: its command line, and what it can do."""

from __future__ import annotations

import os

from goweld.errors import LinkError
from goweld.hostlink import answers, process

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

DEFAULT = "gcc"
YES, NO = "yes", "no"
TRIVIAL = "int main() { return 0; }"
# Of a user's flags, those that matter to whether the linker knows another flag (ld.trimLinkerArgv): with the
# next word left out, with it kept, and by how they begin.
DROPPED_WITH_NEXT = ("-F", "-l", "-framework", "-Wl,-framework", "-Wl,-rpath", "-Wl,-undefined")
KEPT_WITH_NEXT = (
    *("-B", "-L", "-arch", "-isysroot", "--sysroot", "-target", "--target", "-resource-dir"),
    *("-rtlib", "--rtlib", "-stdlib", "--stdlib", "-unwindlib", "--unwindlib"),
)
KEPT = (
    *KEPT_WITH_NEXT,
    *("-f", "-m", "-p", "-Wl,"),
    *("-nostdlib", "-nodefaultlibs", "-nostartfiles", "-nostdinc", "-nobuiltininc"),
)


class Compiler:
    """One compiler as this link calls it.

    `command` is the user's -extld, `arch` what the processor adds, `flags` what is tried with every question.
    """

    def __init__(
        self, command: Sequence[str], arch: Sequence[str], flags: Sequence[str], environ: Mapping[str, str]
    ) -> None:
        self.command = list(command) or [DEFAULT]
        self.arch = list(arch)
        self.flags = [*arch, *trim(flags)]
        self.environ = environ
        self.path, self.missing = process.find(self.command[0], environ)
        self.answers = answers.Answers(self.path, [*self.command[1:], "", *self.flags], environ)

    def supports(self, flag: str, place: str) -> bool:
        """Whether a small program in directory `place` is linked with the flag (ld.linkerFlagSupported).

        What fails for another reason than the flag is asked again by the next link.
        """
        known = self.answers.known.get(flag)
        if known is not None:
            return known == YES
        self.answers.depend(self.dependencies)
        source = os.path.join(place, "trivial.c")
        if not os.path.exists(source):
            with open(source, "w") as file:
                file.write(TRIVIAL)
        argv = [self.command[0], *self.flags, "-o", os.path.join(place, "a.out"), flag, source]
        outcome = process.run(argv, {"LC_ALL": "C", **self.environ})
        refused = b"unrecognized" in outcome.output or b"unknown" in outcome.output
        if (refused or not outcome.failure) and not flag.startswith("@"):
            self.answers.learn(flag, NO if refused else YES)
        return not refused and not outcome.failure

    def dependencies(self) -> list[str]:
        """The files whose change may change an answer."""
        paths = [self.path]
        directories = []
        argv = [self.command[0], *self.flags]
        for line in process.run([*argv, "-print-search-dirs"], self.environ, errors=False).text.split("\n"):
            if line.startswith("programs: ="):
                directories = line.partition("=")[2].split(":")
        linker = process.run([*argv, "-print-prog-name=ld"], self.environ, errors=False).text.strip()
        if os.path.isabs(linker):
            paths.append(linker)
        return paths + answers.candidates(directories, self.flags, self.environ)

    def find_library(self, question: str) -> str:
        """The path that the compiler answers with, "none" where it fails (ld.Link.findLibPathCmd)."""
        known = self.answers.known.get(question)
        if known is not None:
            return known
        self.answers.depend(self.dependencies)
        outcome = process.run([*self.command, *self.arch, question], self.environ, errors=False)
        path = "none" if outcome.failure else outcome.text.strip()
        if not outcome.failure:
            if os.path.isabs(path):
                self.answers.states.setdefault(path, answers.state(path))
            self.answers.learn(question, path)
        return path

    def tool(self, name: str, program: str) -> str:
        """The path of the compiler's own program of that name (ld.Link.findExtLinkTool)."""
        question = f"--print-prog-name {name}"
        known = self.answers.known.get(question)
        if known is not None:
            return known
        argv = [*self.command, *self.arch, "--print-prog-name", name]
        outcome = process.run(argv, self.environ)
        if outcome.failure:
            raise LinkError(f"{program}: finding {name} failed: {outcome.failure}\n{outcome.text}")
        path = outcome.text.rstrip("\r\n")
        self.answers.learn(question, path)
        return path


def trim(flags: Sequence[str]) -> list[str]:
    """The flags that a question is asked with (ld.trimLinkerArgv)."""
    kept = []
    following = ""
    for flag in flags:
        if following:
            if following == "keep":
                kept.append(flag)
            following = ""
        elif flag in DROPPED_WITH_NEXT:
            following = "drop"
        elif flag in KEPT_WITH_NEXT:
            kept.append(flag)
            following = "keep"
        elif flag.startswith(KEPT):
            kept.append(flag)
    return kept
