"""python -m goweld COMMAND ARGUMENTS: the launcher's commands where only the package is at hand."""

from __future__ import annotations

import os
import sys


def launcher() -> str:
    """The launcher that belongs to this package: beside the interpreter, or in the source tree's build."""
    package = os.path.dirname(os.path.abspath(__file__))
    beside = os.path.join(os.path.dirname(sys.executable), "goweld")
    built = os.path.normpath(os.path.join(package, "..", "..", "build", "bin", "goweld"))
    return built if os.path.exists(built) else beside


if __name__ == "__main__":
    command, arguments = sys.argv[1] if len(sys.argv) > 1 else "help", sys.argv[2:]
    if command == "link":
        from goweld.cli.link import main
        from goweld.startup import open_standard_files

        open_standard_files()
        main(["link", launcher(), "link", "", *arguments])
    from goweld.cli.commands import main as other

    other([command, launcher(), *arguments])
