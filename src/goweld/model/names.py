"""The names that the linker knows."""

from __future__ import annotations

from goweld.model.kinds import (
    K_DATA_FIPS_END,
    K_DATA_FIPS_START,
    K_NOPTRDATA_FIPS_END,
    K_NOPTRDATA_FIPS_START,
    K_RODATA_FIPS_END,
    K_RODATA_FIPS_START,
    K_TEXT_FIPS_END,
    K_TEXT_FIPS_START,
)

# Symbols that the linker defines whatever deadcode says (loader.CreateSymForUpdate marks them reachable):
# those that objects mention come to life in their place.
ADOPTED = tuple(
    (name, 0)
    for name in (
        b"runtime.tlsg",
        b"runtime.firstmoduledata",
        b"runtime.lastmoduledatap",
        b"runtime.text",
        b"runtime.etext",
        b"runtime.rodata",
        b"runtime.erodata",
        b"runtime.types",
        b"runtime.etypes",
        b"runtime.noptrdata",
        b"runtime.enoptrdata",
        b"runtime.data",
        b"runtime.edata",
        b"runtime.bss",
        b"runtime.ebss",
        b"runtime.noptrbss",
        b"runtime.enoptrbss",
        b"runtime.covctrs",
        b"runtime.ecovctrs",
        b"runtime.end",
        b"runtime.epclntab",
        b"runtime.gcdata",
        b"runtime.egcdata",
        b"runtime.gcbss",
        b"runtime.egcbss",
        b"runtime.pclntab",
        b"runtime.pcheader",
        b"runtime.funcnametab",
        b"runtime.cutab",
        b"runtime.filetab",
        b"runtime.pctab",
        b"runtime.functab",
        b"runtime.findfunctab",
        b"runtime.textsectionmap",
        b"runtime.gcbits.*",
        b"runtime.gcmask.*",
        b"go:func.*",
        b".got",
        b"go:funcdesc",
        b"go:string.*",
        b"go:buildinfo",
        b"go:buildinfo.ref",
        b"type:*",
    )
)

# The brackets of the FIPS sections, and their kinds (ld.fipsSyms): text, read-only, pointer-free, other data.
FIPS_BRACKETS = (
    (b"go:textfipsstart", K_TEXT_FIPS_START),
    (b"go:textfipsend", K_TEXT_FIPS_END),
    (b"go:rodatafipsstart", K_RODATA_FIPS_START),
    (b"go:rodatafipsend", K_RODATA_FIPS_END),
    (b"go:noptrdatafipsstart", K_NOPTRDATA_FIPS_START),
    (b"go:noptrdatafipsend", K_NOPTRDATA_FIPS_END),
    (b"go:datafipsstart", K_DATA_FIPS_START),
    (b"go:datafipsend", K_DATA_FIPS_END),
)
# go:fipsinfo is the magic, the sum, its own address and those of the brackets; the header is hashed first.
FIPS_MAGIC = b"\xff Go fipsinfo \xff\x00"
FIPS_SUM_SIZE = 32
FIPS_HEADER = b"go fips object v1\n"

# Markers of the fuzzing counters, defined only where there are such counters.
FUZZ_MARKERS = (
    b"runtime.__start___sancov_cntrs",
    b"runtime.__stop___sancov_cntrs",
    b"internal/fuzz._counters",
    b"internal/fuzz._ecounters",
)

# Everything the linker looks up by name.
WANTED = (
    *ADOPTED,
    *((name, 0) for name, _ in FIPS_BRACKETS),
    *((name, 0) for name in FUZZ_MARKERS),
    (b"go:fipsinfo", 0),
    (b"go:main.inittasks", 0),
    (b"go:runtime.inittasks", 0),
    (b"main..inittask", 0),
    (b"main.main", 0),
    (b"main.main", 1),
    (b"runtime..inittask", 0),
    (b"runtime.addmoduledata", 0),
    (b"runtime.deferreturn", 1),
    (b"runtime.disableMemoryProfiling", 0),
    (b"runtime.isarchive", 0),
    (b"runtime.islibrary", 0),
    (b"runtime.mapinitnoop", 1),
    (b"runtime.memProfileInternal", 1),
    (b"runtime.morestack", 0),
    (b"runtime.runtime_inittasks", 0),
    (b"runtime.unreachableMethod", 0),
    (b"runtime.unreachableMethod", 1),
    (b"runtime.zerobase", 0),
    (b"type:runtime.moduledata", 0),
)
