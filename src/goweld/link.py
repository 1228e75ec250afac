"""THE PIPELINE.  Each stage takes what earlier ones made; nothing else orders them."""

from __future__ import annotations

import os

from goweld.deadcode import mark as deadcode
from goweld.errors import Diagnostics, Unsupported
from goweld.layout import text as text_layout
from goweld.model.names import ADOPTED, WANTED
from goweld.model.roots import Roots
from goweld.objects import importcfg, read, target
from goweld.resolve import symbols as resolution
from goweld.tables import fips, setup, strings, tasklists

TYPE_CHECKING = False
if TYPE_CHECKING:
    from goweld.model.options import Options


def link(options: Options) -> None:
    """Link one executable.  Raises LinkError, or Unsupported where the real linker must do it."""
    diagnostics = Diagnostics(options.all_errors)

    # 1 objects: the target, then every object, breadth first from main.
    config = importcfg.read(options.importcfg)
    goal = target.choose(options, os.environ)
    target.settle(options)
    libraries, objects = read.read_all(options, config, goal.header)

    # 2 resolve: one id per symbol.
    values = strings.definitions(options, config.modinfo, goal.version, goal.goroot)
    entry = (options.entry or f"_rt0_{goal.goarch}_{goal.goos}").encode("utf-8", "surrogateescape")
    wanted = [*WANTED, (entry, 0), (entry, 1), *((name, 0) for name in values)]
    symbols = resolution.resolve(options, objects, libraries, goal.release, wanted, diagnostics)

    # 5 tables: the symbols that must be there before deadcode, and their roots.
    roots = Roots(entry)
    fips.plan(symbols)
    tasks = tasklists.plan(symbols, roots)

    # 3 deadcode: what the program can reach.
    deadcode.mark(options, symbols, roots)
    settable = strings.check(symbols, values, diagnostics)
    facts = setup.Facts(symbols)
    live = deadcode.renumber(symbols, ADOPTED, len(values))
    # ------------------------------------------- no loaded symbol comes to life below

    # 5 tables: contents of what was made before deadcode, then strings.
    first_text = fips.fill(live)
    tasklists.fill(live, tasks)
    setup.fill(live, facts)

    # 4 layout: the order of text.
    order, count = text_layout.order(live, libraries, goal.release, first_text)

    strings.fill(live, values, settable)

    # 4 layout: the addresses of text.
    text, layout = text_layout.place(options, live, order, count)
    raise Unsupported("stages that are not there yet")
