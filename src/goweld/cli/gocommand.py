"""goweld build, test, run and install: the go command with Goweld as its linker, and a summary at the end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from types import FrameType

from goweld.cli import reallinker, record
from goweld.cli.link import complain


def run(command: str, arguments: list[str], launcher: str) -> int:
    """Run `go COMMAND ARGUMENTS` with every link going through the launcher. Returns the exit status.

    --strict and --verify are Goweld's, anywhere among the leading flags.
    """
    own, arguments = _take_own_flags(arguments)
    go = reallinker.find_go()
    if go is None:
        return complain("there is no go command on PATH; set GOWELD_GO")
    if _has_toolexec(command, arguments):
        return complain(f"goweld {command} sets -toolexec itself; use go {command} -toolexec for another one")
    toolexec = _toolexec_flag(launcher)
    if toolexec is None:
        return complain(f"the go command cannot be told a path with both kinds of quotes: {launcher}")
    with tempfile.TemporaryDirectory(prefix="goweld-") as directory:
        environment = dict(os.environ)
        # A caller that wants the record too gets it; earlier builds' lines in it are not this one's.
        path = environment.setdefault("GOWELD_RECORD", os.path.join(directory, "record"))
        earlier = len(record.read(path))
        if "--strict" in own:
            environment["GOWELD_STRICT"] = "1"
        if "--verify" in own:
            environment["GOWELD_VERIFY"] = os.path.abspath("goweld-verify")
        try:
            status = _wait([go, command, toolexec, *arguments], environment)
        except OSError as error:
            return complain(f"cannot run {go}: {error.strerror}")
        entries = record.read(path)[earlier:]
    print(summary(entries), file=sys.stderr)
    if any(entry.kind == record.DIFFERS for entry in entries):
        return status or 1
    return status


def summary(entries: list[record.Entry]) -> str:
    """What is said at the end of a build: how many links each linker did, and why the real one did any."""
    linked = [entry for entry in entries if entry.kind == record.LINKED]
    passed = [entry for entry in entries if entry.kind == record.PASSED]
    failed = [entry for entry in entries if entry.kind == record.FAILED]
    differing = [entry for entry in entries if entry.kind == record.DIFFERS]
    counts = f"goweld: {_links(len(linked))} by Goweld, {len(passed)} by the real linker"
    if failed:
        counts += f", {len(failed)} failed"
    if differing:
        counts += f", {len(differing)} differ"
    lines = [counts]
    reasons: dict[str, list[str]] = {}
    for entry in passed:
        reasons.setdefault(entry.detail, []).append(entry.package or entry.output)
    for reason, names in sorted(reasons.items()):
        lines.append(f"  {reason}: {', '.join(sorted(set(names)))}")
    lines += [f"  DIFFERS {entry.package or entry.output}: {entry.detail}" for entry in differing]
    return "\n".join(lines)


def _links(count: int) -> str:
    return f"{count} link" if count == 1 else f"{count} links"


def _take_own_flags(arguments: list[str]) -> tuple[list[str], list[str]]:
    """Split off --strict and --verify; the first word that is not a flag ends where they are looked for."""
    own = []
    rest = list(arguments)
    at = 0
    while at < len(rest) and rest[at].startswith("-"):
        if rest[at] in ("--strict", "--verify"):
            own.append(rest.pop(at))
        else:
            at += 1
    return own, rest


def _has_toolexec(command: str, arguments: list[str]) -> bool:
    """Whether the go command would see a -toolexec. What follows a program or -args is not for it."""
    for argument in arguments:
        if argument in ("-args", "--args") or (command == "run" and not argument.startswith("-")):
            return False
        if argument.lstrip("-").partition("=")[0] == "toolexec" and argument.startswith("-"):
            return True
    return False


def _toolexec_flag(launcher: str) -> str | None:
    """-toolexec naming the launcher, quoted as the go command unquotes it: '' or "" around a word."""
    if not any(char in launcher for char in " \t\r\n'\""):
        return f"-toolexec={launcher} toolexec"
    for quote in "'\"":
        if quote not in launcher:
            return f"-toolexec={quote}{launcher}{quote} toolexec"
    return None


def _wait(command: list[str], environment: dict[str, str]) -> int:
    """Run a command to its end. A signal meant for the build reaches it, and this process stays to report."""
    process = subprocess.Popen(command, env=environment)

    def forward(number: int, frame: FrameType | None) -> None:
        process.send_signal(number)

    # A terminal sends SIGINT to the whole group: the go command has it already.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, forward)
    status = process.wait()
    return 128 - status if status < 0 else status
