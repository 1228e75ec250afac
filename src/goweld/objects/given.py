"""The packages that the command line names (the switch over build modes in ld.Main)."""

from __future__ import annotations

from goweld.errors import LinkError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from goweld.model.options import Options


def packages(options: Options) -> list[tuple[str, str]]:
    """Import path and file of each: main or the plugin; for a shared library, any number of packages."""
    if options.buildmode == "plugin":
        return [(options.pluginpath, options.arguments[0])]
    if options.buildmode != "shared":
        return [("main", options.arguments[0])]
    found = []
    for word in options.arguments:
        package, equals, file = word.partition("=")
        found.append((package, file) if equals else ("main", word))
    if not found:
        raise LinkError("no packages to link")
    return found
