"""THE PIPELINE.  Each stage takes what earlier ones made; nothing else orders them."""

from __future__ import annotations

import os

from goweld import executable, stackcheck
from goweld.buildid.gnu import build_id
from goweld.buildid.go import make_section
from goweld.deadcode import mark as deadcode
from goweld.errors import Diagnostics
from goweld.formats.elf import write as elf
from goweld.formats.output import Output
from goweld.layout import data as data_layout
from goweld.layout import text as text_layout
from goweld.layout.data_kernel import DataSymbols, group
from goweld.layout.text_kernel import leave_undefined
from goweld.model import roots as start
from goweld.model.names import WANTED
from goweld.model.objects_kernel import (
    CODE_RELOCS,
    DEBUG,
    DEBUG_RELOCS,
    HASHES,
    HEADS,
    INDICES,
    NAMES,
    RECORDS,
)
from goweld.model.pool_kernel import recorded_spans, this_thread
from goweld.model.roots import LIBRARIES
from goweld.objects import given, importcfg, linkmode, read, support, target
from goweld.relocate import image as relocation
from goweld.resolve import cgo as cgo_directives
from goweld.resolve import symbols as resolution
from goweld.tables import (
    buildinfo,
    fips,
    gcdata,
    moduledata,
    modules,
    pclntab,
    registration,
    setup,
    strings,
    tasklists,
)
from goweld.timing import Stages

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from goweld.hostlink.run import HostLink
    from goweld.model.imports_kernel import Imports
    from goweld.model.live_kernel import Live
    from goweld.model.options import Options
    from goweld.model.shlibs import Shlib
    from goweld.objects.importcfg import ImportConfig

    Show = Callable[[Sequence[str], int], None]


def link(options: Options, config: ImportConfig, show: Show) -> None:
    """Link one program of the packages that `config` finds.

    Raises LinkError, or Unsupported where the real linker must do it.

    `show(lines, descriptor)` prints what flags like -dumpdep ask for on 1, warnings on 2.
    """
    hosts: list[HostLink] = []
    try:
        pipeline(options, config, show, hosts)
    finally:
        for host in hosts:
            host.leave()


def pipeline(options: Options, config: ImportConfig, show: Show, hosts: list[HostLink]) -> None:
    """The stages.  A link that the host linker completes puts what is to be left into `hosts`."""
    stages = Stages(options.time or bool(options.trace))
    diagnostics = Diagnostics(options.all_errors)
    debug = not options.strip_dwarf
    if debug:
        from goweld.dwarf import info as dwarf_info
        from goweld.dwarf import sections as dwarf_sections
        from goweld.dwarf.units_kernel import Units
        from goweld.relocate import debug as debug_relocation

    # 1 objects: the target, then every object, breadth first from main.
    stages.start("objects")
    goal = target.choose(options, os.environ)
    target.settle(options, goal.arch)
    output = Output(options.output, [options.importcfg, *options.arguments, *config.packages.values()])
    loading = read.read_all(options, config, goal.header)
    try:
        mode = linkmode.decide(options, loading.libraries, os.environ)
        target.settle_mode(options, mode)
        libraries, objects = read.complete(loading, mode.external)
    finally:
        show(loading.libraries.said, 1)
    support.check(mode, libraries, goal.arch)
    foreign = None
    if libraries.host_objects and not mode.external:
        from goweld.hostlink.finding import finder
        from goweld.model.hosts import HostObjects
        from goweld.resolve import hosts as host_symbols

        foreign = HostObjects(objects, goal.arch, options.capturehostobjs)
        foreign.add_all(libraries.host_objects)

    # 2 resolve: one id per symbol.
    stages.start("resolve")
    values = strings.definitions(options, config.modinfo, goal.version, goal.goroot)
    roots = start.choose(options, mode, f"{goal.goarch}_{goal.goos}")
    first_tasks = tasklists.starts(options, libraries)
    wanted = [*WANTED, *roots.wanted(), *((name, 0) for name in (*first_tasks, *values))]
    if debug:
        wanted += dwarf_info.wanted(libraries)
    tracked = options.fieldtrack.encode("utf-8", "surrogateescape") if goal.fieldtrack else b""
    if tracked:
        wanted.append((tracked, 0))
    directives = cgo_directives.parse(libraries)
    spoken_of = cgo_directives.wanted(directives)
    wanted += spoken_of
    shlibs: list[Shlib] = []
    if mode.linkshared:
        from goweld.objects.shlibs import read as find_shlibs

        shlibs = find_shlibs(libraries, importcfg.directories(options, os.environ), debug)
    wanted += [(modules.hash_name(shlib.path), 0) for shlib in shlibs]
    symbols = resolution.resolve(
        options, objects, libraries, goal.release, wanted, diagnostics, len(spoken_of), bool(shlibs)
    )
    objects.release(HEADS)
    objects.release(HASHES)
    imports = None
    if shlibs:
        from goweld.resolve.shlibs import resolve as resolve_imports

        imports = resolve_imports(symbols, shlibs)
    cgo = cgo_directives.apply(options, mode, directives, symbols)
    if foreign:
        library = finder(options, goal.arch.host_flags, os.environ)
        host_symbols.load(options, symbols, foreign, cgo, library, diagnostics)
    dynamic = not (mode.external or options.static or (mode.buildmode == "exe" and not cgo.dynamic))
    stages.size("symbols", len(symbols))
    if mode.external:
        from goweld.hostlink.run import HostLink

        # 10 hostlink: what the compiler can do, asked beside all that follows.
        host = HostLink(options, mode, goal.arch.host_flags, cgo.flags, os.environ)
        hosts.append(host)
        host.start()

    # 5 tables: the symbols that must be there before deadcode, and their roots.
    stages.start("deadcode")
    roots.marked += cgo.exported
    fips.plan(symbols, mode.buildmode)
    tasks = tasklists.plan(symbols, roots, mode.buildmode, first_tasks, imports)

    # 3 deadcode: what the program can reach.
    record = options.dumpdep or bool(tracked)
    flood = deadcode.mark(options, mode, symbols, roots, libraries, goal.release, record)
    if options.dumpdep:
        from goweld.deadcode import dumpdep

        show(dumpdep.lines(symbols, flood.recorded()), 1)
    settable = strings.check(symbols, values, diagnostics)
    facts = setup.Facts(symbols, mode, imports)
    adopted = [
        *facts.adopted,
        *((modules.hash_name(shlib.path), 0) for shlib in shlibs),
        *(dwarf_info.adopted(libraries) if debug else ()),
    ]
    made = (
        len(values)
        + len(shlibs) * modules.PER_PACKAGE
        + modules.PER_PACKAGE * len(libraries.list) * mode.dynlinking
        + (dwarf_info.SYMBOLS_PER_UNIT * len(objects) if debug else 0)
    )
    live = deadcode.renumber(symbols, adopted, made)
    if options.pruneweakmap:
        live.set_noop(live.lookup(b"runtime.mapinitnoop", 1))
    if imports is not None:
        imports.apply(live)
    cgo_directives.number(cgo, live)
    objects.divide(goal.release.kinds)
    objects.release(RECORDS)
    stages.size("live", len(live))
    # ------------------------------------------- no loaded symbol comes to life below

    # 5 tables: contents of what was made before deadcode, then strings.
    stages.start("text")
    first_text = fips.fill(live)
    tasklists.fill(live, tasks)
    module = setup.fill(live, mode, facts)
    order, count = text_layout.order(live, libraries, goal.release, first_text)
    strings.fill(live, values, settable)
    if tracked:
        from goweld.tables import fieldtrack

        fieldtrack.fill(symbols, live, tracked, flood.recorded(), diagnostics)

    # 6 dwarf: which DIEs there are, while symbols have the kinds they were compiled with.
    if debug:
        stages.start("describe")
        units = Units(live, order, count)
        description = dwarf_info.Description(live, units, libraries, goal.compiler, goal.dwarf5)
        stages.start("text")
    if options.callgraph:
        from goweld.explain import callgraph

        show(callgraph.lines(live, order, count), 1)

    if mode.dynlinking:
        from goweld.formats.mangle_kernel import mangle

        mangle(live)
    objects.release(DEBUG_RELOCS)
    # Beside what follows, which moves no columns.
    if debug:
        description.begin()
    stack = stackcheck.Check(options, live, order, count, goal.arch)

    if mode.buildmode == "shared":
        from goweld.tables import librarynotes

        librarynotes.add(live, [package for package, _ in given.packages(options)], libraries, shlibs)
    if mode.external and options.buildid:
        make_section(live, options.buildid)
    # 8 formats: the sections of the dynamic linker, as far as they are known.
    dynamic_sections = None
    if dynamic:
        from goweld.formats.elf.dynamic import Dynamic

        dynamic_sections = Dynamic(options, mode, cgo, live, goal.arch)
    if facts.registers:
        own = mode.buildmode == "plugin"
        count = registration.add(live, order, count, module, goal.arch, own)

    # 4 layout: the addresses of text.
    text, layout = text_layout.place(options, live, order, count, goal.arch)
    if text_layout.may_need_trampolines(options, text, goal.arch):
        from goweld.layout import trampolines

        # They change the calls that the stack check follows.
        stack.settle(diagnostics)
        if debug:
            description.settle()
        trampolines.insert(options, live, libraries, goal.release, text, goal.arch)

    # 5 tables: build info, pclntab, module data.
    stages.start("pclntab")
    buildinfo.build(live, values[strings.BUILD_VERSION], values.get(strings.MODINFO, b""))
    pcln = pclntab.build(live, text, goal.goroot, goal.arch, mode.linkshared)
    show(stack.report(diagnostics), 1)
    if debug:
        info = description.settle()
        if len(set(info.producers.values())) > 1:
            # Objects compiled in different ways may well differ.
            diagnostics.forgive_duplicates()
    if mode.external:
        leave_undefined(live, order, count)
    if mode.buildmode in ("shared", "plugin"):
        setup.import_main(live, mode.buildmode)
    objects.release(RECORDS)
    objects.release(HASHES)
    objects.release(CODE_RELOCS)
    if not debug:
        objects.release(DEBUG)

    # 6 dwarf: the debug sections.
    sections = None
    if debug:
        stages.start("dwarf")
        version = 5 if goal.dwarf5 else 4
        sections = dwarf_sections.plan(
            live, info, units, libraries, text, goal.goroot, version, goal.arch, mode.external
        )
    stages.start("data")
    if mode.buildmode in LIBRARIES:
        registration.start_at(live, roots.entry)
    moduledata.mark(live)
    about = modules.Modules(options, mode, libraries, shlibs, facts.moduledata_size)
    holes = moduledata.fill(live, module, about, text, pcln, live.lookup(tasks.name))
    # ------------------------------------------- symbols are frozen: none is added below

    # 7 relocate: beside what follows, debug sections are compressed, as far as they refer to no data.
    packing = None
    if sections is not None:
        dwarf_sections.place_sections(live, layout, sections)
    work = relocation.start(live, layout, goal.arch, mode.buildmode == "pie")
    if sections is not None:
        work.refer(sections.slots, sections.starts)
        if options.compressdwarf and not mode.external:
            packing = debug_relocation.Packing(work, sections)

    # 4 layout: data, and the addresses of everything.
    group(live, mode.external, mode.dynlinking)
    data = DataSymbols(live)
    if dynamic_sections is not None:
        for message in dynamic_sections.settle(text.order, text.count, data.order, data.total()):
            diagnostics.error(message)
    divisions = data_layout.sort(live, data, mode.relro)
    moduledata.set_type_divisions(live, module, holes, divisions)
    data_layout.place(
        options,
        live,
        layout,
        data,
        lambda kind, end: fill_gcdata(live, data, kind, end, imports),
        external=mode.external,
        relro=mode.relro,
        dynamic=dynamic,
    )
    if mode.buildmode == "shared":
        librarynotes.point(live)
    objects.release(NAMES)
    objects.release(INDICES)
    # ------------------------------------------- addresses are final below

    data_layout.place_in_file(options, layout, elf.HEADR)
    # ------------------------------------------- offsets are final below, but for debug sections

    if mode.external:
        # 7 relocate, 8 formats: the object for the host linker.
        from goweld import external

        stages.start("relocate")
        if sections is not None:
            debug_relocation.place(layout, sections)
        data_layout.place_in_file(options, layout, elf.HEADR)
        parts = sections.sections if sections is not None else []
        exported = [symbol for symbol in cgo.static_exports if symbol]
        go_object = Output(host.object, [])
        external.write_object(mode, live, work, text, layout, parts, exported, go_object, diagnostics)
        diagnostics.check()
        show(diagnostics.lines, 2)

        # 10 hostlink: the host linker makes the output of it.
        stages.start("hostlink")
        gnu = build_id(executable.wanted_build_id(options), options.buildid)
        shared = [path for shlib in shlibs for path in (shlib.path, *shlib.needs)]
        try:
            host.finish(libraries.host_objects, gnu, cgo.dynamic_names, shared)
        finally:
            show(host.said, 1)
        report(stages, options, show)
        return

    # 7 relocate: everything to the file, while what is left of debug sections is compressed.
    stages.start("relocate")
    with output:
        executable.write_contents(
            options, live, objects, text, layout, data, work, sections, packing, output, diagnostics
        )

        # 8 formats: headers and symbol table; 9 buildid: the notes.
        stages.start("symtab")
        pie = mode.buildmode == "pie"
        ends = executable.Ends(options, live, text, layout, goal.arch, roots.entry, pie, dynamic_sections)
        diagnostics.check()
        stages.start("write")
        if options.callgraph:
            show(callgraph.sizes(layout, elf.HEADR, ends.symtab_size), 1)
        show(diagnostics.lines, 2)
        ends.write(output)
    report(stages, options, show)


def report(stages: Stages, options: Options, show: Show) -> None:
    """What -time and -trace ask for, at the end."""
    stages.stop()
    if options.time:
        stages.report()
    if options.trace:
        from goweld.explain import trace

        show(trace.write(options.trace, options.output, stages.costs, recorded_spans(), this_thread()), 2)


def fill_gcdata(live: Live, data: DataSymbols, kind: int, end: int, imports: Imports | None) -> None:
    """The pointers of .data or .bss, once its symbols have their places."""
    name = b"runtime.gcdata" if kind == data_layout.DATA[0] else b"runtime.gcbss"
    first, count = data.range(kind, kind + 1)
    gcdata.fill(live, name, data.order, first, count, end, imports)
