"""The import configuration: which file holds which package, and the module information."""

from __future__ import annotations

from goweld.codec.gostring import unquote
from goweld.errors import LinkError


class ImportConfig:
    """What an importcfg file says.  `modinfo` is None where it has no such line."""

    __slots__ = ("packages", "shlibs", "modinfo")

    def __init__(self) -> None:
        self.packages: dict[str, str] = {}
        self.shlibs: dict[str, str] = {}
        self.modinfo: str | None = None


def read(path: str) -> ImportConfig:
    """Read an importcfg file (ld.Link.readImportCfg)."""
    try:
        with open(path, encoding="utf-8", errors="surrogateescape", newline="\n") as file:
            text = file.read()
    except OSError as error:
        reason = (error.strerror or "error").lower()
        raise LinkError(f"-importcfg: open {path}: {reason}", status=1) from None
    config = ImportConfig()
    for number, line in enumerate(text.split("\n"), 1):
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        verb, _, args = line.partition(" ")
        args = args.strip()
        before, equals, after = args.partition("=")
        if not equals:
            before = after = ""
        if verb in ("packagefile", "packageshlib"):
            if not before or not after:
                raise LinkError(
                    f'{path}:{number}: invalid {verb}: syntax is "{verb} path=filename"', status=1
                )
            (config.packages if verb == "packagefile" else config.shlibs)[before] = after
        elif verb == "modinfo":
            try:
                config.modinfo = unquote(args)
            except ValueError:
                raise LinkError(f"{path}:{number}: invalid modinfo: invalid syntax", status=1) from None
        else:
            raise LinkError(f'{path}:{number}: unknown directive "{verb}"', status=1)
    return config
