"""Goweld's commands other than a link: the go command with Goweld as its linker, and the tools beside it."""

from __future__ import annotations

import sys

from goweld.cli.link import complain

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn

USAGE = """\
Goweld links Go programs: the same bytes as go tool link.

usage: goweld COMMAND ARGUMENTS

  build, test, run, install   the go command, with links done by Goweld
      --strict                fail where a link needs the real linker
      --verify                link with both, and compare
  link                        a link: go tool link's command line
      -strict                 fail where it needs the real linker
      -time                   print what each stage costs
      -trace FILE             write what each thread did when
  toolexec                    for go build -toolexec='goweld toolexec'
  compare A B                 say how two executables differ
  repro                       pack the inputs of a link into one archive, and replay it
  version                     print Goweld's version

The README says what Goweld links, and which variables it reads."""


def main(words: list[str]) -> NoReturn:
    """Run COMMAND LAUNCHER ARGUMENTS... and exit with its status."""
    command, launcher, *arguments = words
    if command in ("build", "test", "run", "install"):
        from goweld.cli.gocommand import run

        sys.exit(run(command, arguments, launcher))
    if command == "compare":
        from goweld.explain.compare import main as compare

        sys.exit(compare(arguments))
    if command == "repro":
        from goweld.explain.repro import main as repro

        sys.exit(repro(arguments))
    if command in ("version", "--version"):
        from goweld import __version__

        print(f"goweld {__version__}")
        sys.exit(0)
    if command in ("help", "-h", "-help", "--help"):
        print(USAGE)
        sys.exit(0)
    sys.exit(complain(f"unknown command {command}; goweld help lists them"))
