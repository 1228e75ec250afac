"""Options: one link's command line, a field per flag."""

from __future__ import annotations


class Options:
    """What the command line asked for.

    Field names say what a flag does; the comment names the flag. Defaults are cmd/link's. Nothing here
    depends on the target: a flag whose default is the target's choice keeps the "not given" value (-1, "" or
    None).
    """

    __slots__ = (
        "program",
        "arguments",
        "output",
        "importcfg",
        "definitions",
        "definitions_before_importcfg",
        "buildmode",
        "linkmode",
        "linkshared",
        "buildid",
        "host_buildid",
        "strip_symbols",
        "strip_dwarf",
        "compressdwarf",
        "static",
        "text_addr",
        "data_addr",
        "round",
        "headtype",
        "entry",
        "interpreter",
        "rpath",
        "bindnow",
        "funcalign",
        "randlayout",
        "pruneweakmap",
        "checklinkname",
        "strictdups",
        "ignore_version",
        "skip_package_checks",
        "fieldtrack",
        "fipso",
        "pluginpath",
        "installsuffix",
        "libdirs",
        "race",
        "msan",
        "asan",
        "aslr",
        "libgcc",
        "tmpdir",
        "extld",
        "extldflags",
        "extar",
        "capturehostobjs",
        "macos",
        "macsdk",
        "debugtramp",
        "debugtextsize",
        "dumpdep",
        "callgraph",
        "debugnosplit",
        "verbose",
        "all_errors",
        "halt_on_error",
        "cpuprofile",
        "memprofile",
        "memprofilerate",
        "benchmark",
        "benchmarkprofile",
        "time",
        "trace",
    )

    def __init__(self) -> None:
        self.program = "link"  # argv[0] as cmd/link would see it: the prefix of its Exitf messages
        self.arguments: list[str] = []  # what follows the flags: for an executable, main's object alone
        self.output = "a.out"  # -o
        self.importcfg = ""  # -importcfg
        self.definitions: list[str] = []  # -X, as given ("importpath.name=value"), in order
        # How many -X came before -importcfg: its modinfo line is a definition too, and first mention decides
        # the order.
        self.definitions_before_importcfg = 0
        self.buildmode = "exe"  # -buildmode
        self.linkmode = "auto"  # -linkmode
        self.linkshared = False  # -linkshared
        self.buildid = ""  # -buildid
        self.host_buildid = ""  # -B: "", "none", "gobuildid" or "0x" and an even number of hex digits
        self.strip_symbols = False  # -s
        self.strip_dwarf = False  # -w; implied by -s unless -w=0
        self.compressdwarf = True  # -compressdwarf
        self.static = False  # -d
        self.text_addr = -1  # -T
        self.data_addr = -1  # -D
        self.round = -1  # -R
        self.headtype = ""  # -H
        self.entry = ""  # -E
        self.interpreter = ""  # -I
        self.rpath: str | None = None  # -r
        self.bindnow = False  # -bindnow
        self.funcalign = 0  # -funcalign
        self.randlayout = 0  # -randlayout
        self.pruneweakmap = True  # -pruneweakmap
        self.checklinkname = True  # -checklinkname
        self.strictdups = 0  # -strictdups
        self.ignore_version = False  # -f
        self.skip_package_checks = False  # -g
        self.fieldtrack = ""  # -k
        self.fipso = ""  # -fipso
        self.pluginpath = ""  # -pluginpath
        self.installsuffix = ""  # -installsuffix
        self.libdirs: list[str] = []  # -L
        self.race = False  # -race
        self.msan = False  # -msan
        self.asan = False  # -asan
        self.aslr = True  # -aslr
        self.libgcc = ""  # -libgcc
        self.tmpdir = ""  # -tmpdir
        self.extld: list[str] = []  # -extld
        self.extldflags: list[str] = []  # -extldflags
        self.extar = ""  # -extar
        self.capturehostobjs = ""  # -capturehostobjs
        self.macos = (13, 0, 0)  # -macos
        self.macsdk = (26, 2, 0)  # -macsdk
        self.debugtramp = 0  # -debugtramp
        self.debugtextsize = 0  # -debugtextsize
        self.dumpdep = False  # -dumpdep
        self.callgraph = False  # -c
        self.debugnosplit = False  # -debugnosplit
        self.verbose = 0  # -v, counted
        self.all_errors = False  # -e
        self.halt_on_error = False  # -h
        self.cpuprofile = ""  # -cpuprofile
        self.memprofile = ""  # -memprofile
        self.memprofilerate = 0  # -memprofilerate
        self.benchmark = ""  # -benchmark: "", "mem" or "cpu"
        self.benchmarkprofile = ""  # -benchmarkprofile
        self.time = False  # Goweld's own -time: print what each stage costs
        self.trace = ""  # Goweld's own -trace: where to write what each thread did when
