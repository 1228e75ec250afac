"""Programs that a link runs, and what went wrong in the words of Go's os/exec."""

from __future__ import annotations

import _signal
import os

from goweld.errors import reason
from goweld.model.fault_kernel import child, child_starts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

CHUNK = 1 << 16
# Python ignores these in its own process, and programs inherit what is ignored.
DEFAULT_SIGNALS = (_signal.SIGPIPE, _signal.SIGXFSZ)
ENDING_SIGNALS = (_signal.SIGHUP, _signal.SIGINT, _signal.SIGQUIT, _signal.SIGTERM)


class Outcome:
    """What a program printed, on both descriptors, and how it failed; "" where it did not."""

    __slots__ = ("output", "failure", "command")

    def __init__(self, output: bytes, failure: str, command: str) -> None:
        self.output = output
        self.failure = failure
        self.command = command  # as messages show it (exec.Cmd.String)

    @property
    def text(self) -> str:
        return self.output.decode("utf-8", "surrogateescape")


def find(name: str, environ: Mapping[str, str]) -> tuple[str, str]:
    """The path of a program, and why it cannot be run or "" (exec.Command, exec.LookPath)."""
    if "/" in name:
        return name, ""
    for directory in environ.get("PATH", "").split(":") if environ.get("PATH") else ():
        path = os.path.join(os.path.normpath(directory or "."), name)
        if path.startswith("./"):
            path = path[2:]
        if os.path.isfile(path) and os.access(path, os.X_OK, effective_ids=True):
            if not os.path.isabs(path):
                quoted = f'exec: "{name}": '
                return path, quoted + "cannot run executable found relative to current directory"
            return path, ""
    return name, f'exec: "{name}": executable file not found in $PATH'


def run(argv: list[str], environ: Mapping[str, str], *, errors: bool = True) -> Outcome:
    """Run a program to its end (exec.Cmd.CombinedOutput); `errors`: with what it says on standard error."""
    path, failure = find(argv[0], environ)
    if failure:
        return Outcome(b"", failure, " ".join(argv))
    command = " ".join([path, *argv[1:]])
    reader, writer = os.pipe()
    actions = [
        (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
        (os.POSIX_SPAWN_DUP2, writer, 1),
        (os.POSIX_SPAWN_DUP2, writer, 2) if errors else (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0),
    ]
    try:
        number = start(path, argv, environ, actions)
    except OSError as error:
        os.close(reader)
        os.close(writer)
        return Outcome(b"", f"fork/exec {path}: {reason(error)}", command)
    os.close(writer)
    chunks = []
    while chunk := os.read(reader, CHUNK):
        chunks.append(chunk)
    os.close(reader)
    _, status = os.waitpid(number, 0)
    child(0)
    return Outcome(b"".join(chunks), ending(status), command)


def start(
    path: str, argv: list[str], environ: Mapping[str, str], actions: list[tuple[str | int, ...]]
) -> int:
    """Start a program, in a group of its own: whoever ends it ends what it runs, too.  Its number.

    A signal that ends the link waits until the program is known, so that it ends as well.
    """
    mask = _signal.pthread_sigmask(_signal.SIG_BLOCK, ENDING_SIGNALS)
    number = 0
    try:
        child_starts()
        number = os.posix_spawn(
            path,
            argv,
            environ,
            file_actions=actions,
            setpgroup=0,
            setsigmask=mask,
            setsigdef=DEFAULT_SIGNALS,
        )
        return number
    finally:
        child(number)
        _signal.pthread_sigmask(_signal.SIG_SETMASK, mask)


def ending(status: int) -> str:
    """How a process ended, as os.ProcessState says it; "" if well."""
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        name = (_signal.strsignal(number) or f"signal {number}").lower()
        return f"signal: {name}" + (" (core dumped)" if os.WCOREDUMP(status) else "")
    code = os.WEXITSTATUS(status)
    return f"exit status {code}" if code else ""
