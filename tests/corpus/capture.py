"""A -toolexec program that saves every link job instead of running it.

usage: go build -toolexec='python capture.py DIR' ...

The link itself writes an empty file, which the go command accepts: a corpus needs the inputs only. But a
shared library of packages is linked, for the programs that need it.
"""

import os
import sys


def main() -> int:
    directory, tool, *args = sys.argv[1:]
    if os.path.basename(tool) != "link" or any(arg.startswith("-V") for arg in args):
        os.execv(tool, [tool, *args])
    sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "src"))
    from goweld.errors import LinkError
    from goweld.explain.repro import capture

    try:
        capture([tool, *args], directory)
    except LinkError as err:
        print(f"capture: {err}", file=sys.stderr)
        return 1
    if "-buildmode=shared" in args:
        os.execv(tool, [tool, *args])
    # The go command leaves the name of the output before everything else.
    with open(args[args.index("-o") + 1], "wb") as output:
        os.chmod(output.fileno(), 0o755)
    return 0


if __name__ == "__main__":
    sys.exit(main())
