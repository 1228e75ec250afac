"""cmd/link's flags, listed as Go's flag package lists them, with Goweld's descriptions."""

from __future__ import annotations

# name, what to call its value ("" for one that stands alone), description, default if it is worth saying.
_LINK_FLAGS = (
    ("B", "note", "GNU build id: 0x and hex digits, gobuildid (derived from -buildid) or none", ""),
    ("D", "int", "address of the data segment", "-1"),
    ("E", "entry", "entry symbol", ""),
    ("H", "type", "header type", ""),
    ("I", "linker", "ELF interpreter", ""),
    ("L", "directory", "where to look for packages that no -importcfg names", ""),
    ("R", "quantum", "address rounding", "-1"),
    ("T", "int", "address of the text segment", "-1"),
    ("V", "", "print the version and exit", ""),
    ("X", "definition", "set a string variable: importpath.name=value", ""),
    ("a", "", "no effect", ""),
    ("asan", "", "link for the address sanitizer", ""),
    ("aslr", "", "let Windows place a c-shared library at random", "true"),
    ("benchmark", "string", "report each stage: mem or cpu", ""),
    ("benchmarkprofile", "base", "write a profile of each stage to base_stage", ""),
    ("bindnow", "", "ask the dynamic linker to bind at start", ""),
    ("buildid", "id", "Go build id", ""),
    ("buildmode", "mode", "exe, pie, c-archive, c-shared, shared or plugin", ""),
    ("c", "", "print the call graph", ""),
    ("capturehostobjs", "string", "directory to save host objects in", ""),
    ("checklinkname", "", "check linkname references", "true"),
    ("compressdwarf", "", "compress debug information", "true"),
    ("cpuprofile", "file", "write a CPU profile of the linker", ""),
    ("d", "", "make a static executable", ""),
    ("debugnosplit", "", "print the graph of nosplit functions", ""),
    ("debugtextsize", "int", "limit of a text section's size, for debugging", ""),
    ("debugtramp", "int", "force trampolines, for debugging", ""),
    ("dumpdep", "", "print which symbol keeps which", ""),
    ("e", "", "report every error", ""),
    ("extar", "string", "archiver for c-archive", ""),
    ("extld", "linker", "host linker", ""),
    ("extldflags", "flags", "flags for the host linker", ""),
    ("f", "", "accept objects of another version", ""),
    ("fipso", "file", "write the FIPS module", ""),
    ("funcalign", "N", "alignment of functions", ""),
    ("g", "", "skip checks of package data", ""),
    ("h", "", "stop at the first error", ""),
    ("importcfg", "file", "where the packages are", ""),
    ("installsuffix", "suffix", "suffix of package directories", ""),
    ("k", "symbol", "symbol to track fields by", ""),
    ("libgcc", "string", "compiler support library for internal linking; none for none", ""),
    ("linkmode", "mode", "auto, internal or external", ""),
    ("linkshared", "", "link with installed shared libraries", ""),
    ("macos", "value", "macOS version to record", "13.0.0"),
    ("macsdk", "value", "macOS SDK version to record", "26.2.0"),
    ("memprofile", "file", "write a memory profile of the linker", ""),
    ("memprofilerate", "rate", "rate of the memory profile", ""),
    ("msan", "", "link for the memory sanitizer", ""),
    ("n", "", "no effect", ""),
    ("o", "file", "output", ""),
    ("pluginpath", "string", "import path of a plugin", ""),
    ("pruneweakmap", "", "drop initialisers of maps nobody uses", "true"),
    ("r", "path", "where the dynamic linker looks: dir1:dir2:...", ""),
    ("race", "", "link for the race detector", ""),
    ("randlayout", "int", "shuffle functions; the seed", ""),
    ("s", "", "no symbol table", ""),
    ("strictdups", "int", "compare duplicate symbols: 1 to warn, 2 to fail", ""),
    ("tmpdir", "directory", "for temporary files", ""),
    ("v", "", "trace the link", ""),
    ("w", "", "no debug information", ""),
)


def _line(name: str, value: str, description: str, default: str) -> str:
    """One flag as flag.PrintDefaults lays it out: a short one keeps its description on its line."""
    head = f"  -{name} {value}".rstrip()
    gap = "\t" if len(head) <= 4 else "\n    \t"
    return f"{head}{gap}{description}" + (f" (default {default})" if default else "")


LINK_USAGE = "\n".join(["usage: link [options] main.o", *(_line(*flag) for flag in _LINK_FLAGS)])
