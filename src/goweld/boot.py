"""Where the launcher enters Python: python -I -S boot.py COMMAND LAUNCHER WORDS...

Compiled anew at every start, so it only finds the package and goes on. The package's own directory must stay
off the path: its modules have names of the standard library's.
"""

import sys

sys.path.insert(0, __file__.rpartition("/")[0].rpartition("/")[0] or "/")

if sys.argv[1] == "link":
    from goweld.startup import begin

    modules = begin()
    from goweld.cli.link import main

    main(sys.argv[1:], modules.keep)
else:
    from goweld.cli.commands import main as other

    other(sys.argv[1:])
