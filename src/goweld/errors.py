"""LinkError: what went wrong, in which file, at which symbol. Unsupported: what Goweld does not do yet."""

from __future__ import annotations


class LinkError(Exception):
    """A link that cannot succeed.

    `status` is the exit status cmd/link would use: 2 where it calls Exitf or Errorf, 1 where it calls
    log.Fatal (the message is then prefixed with "link: "). With status 2 the message is prefixed with the
    program's name as Exitf does; `prefixed=False` prints it as it is, which is Errorf's way and suits several
    lines.
    """

    def __init__(self, message: str, *, status: int = 2, prefixed: bool = True) -> None:
        super().__init__(message)
        self.status = status
        self.prefixed = prefixed


def reason(error: OSError) -> str:
    """An error of the system as Go words it."""
    return (error.strerror or str(error)).lower()


def unreadable(path: str, error: OSError) -> LinkError:
    """The refusal of a package file that cannot be opened, or opens but cannot be read."""
    if isinstance(error, IsADirectoryError):
        return LinkError(f"reading input: read {path}: is a directory", status=1)
    return LinkError(f"cannot open file {path}: open {path}: {reason(error)}")


class Unsupported(Exception):
    """A link the real linker can do and Goweld cannot yet.

    The reason is a noun phrase ("cgo", "a host object: net.o"). The driver hands the link to the real linker
    and records the reason, or reports it where that is forbidden.
    """


class Diagnostics:
    """What a link says on its way: messages that do not stop it at once, and how many of them are errors.

    cmd/link prints as it goes (ld.Errorf) and gives up after 20 errors unless -e is given; here the stages
    collect and the driver prints.
    """

    MOST = 20

    def __init__(self, all_errors: bool = False) -> None:
        self.lines: list[str] = []
        self.errors = 0
        self.duplicates = 0
        self.all_errors = all_errors

    def say(self, lines: list[str]) -> None:
        """Lines for standard error that are no errors by themselves."""
        self.lines += lines

    def refuse_duplicates(self, count: int) -> None:
        """Count duplicate definitions that differ: errors, unless they are forgiven before the next check."""
        self.duplicates += count

    def forgive_duplicates(self) -> None:
        self.duplicates = 0

    def error(self, line: str) -> None:
        """One error; raises when there are too many."""
        self.lines.append(line)
        self.errors += 1
        if self.errors > self.MOST and not self.all_errors:
            raise self.failure("too many errors")

    def failure(self, last: str = "") -> LinkError:
        """The error that ends a link whose errors were collected."""
        lines = self.lines + [last] if last else self.lines
        return LinkError("\n".join(lines), prefixed=False)

    def check(self) -> None:
        """Raise if there were errors (ld.exitIfErrors)."""
        if self.errors or self.duplicates:
            raise self.failure()
