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


class Unsupported(Exception):
    """A link the real linker can do and Goweld cannot yet.

    The reason is a noun phrase ("cgo", "a host object: net.o"). The driver hands the link to the real linker
    and records the reason, or reports it where that is forbidden.
    """
