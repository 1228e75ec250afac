"""LinkError: what went wrong, in which file, at which symbol."""

from __future__ import annotations


class LinkError(Exception):
    """A link that cannot succeed.

    `status` is the exit status cmd/link would use: 2 where it calls Exitf or Errorf (the message is then
    prefixed with the program's name), 1 where it calls log.Fatal (prefixed with "link: ").
    """

    def __init__(self, message: str, *, status: int = 2) -> None:
        super().__init__(message)
        self.status = status
