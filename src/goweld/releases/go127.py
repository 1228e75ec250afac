"""Go 1.27."""

from __future__ import annotations

from goweld.releases.release import Release


def _runtime(abi: int, names: str) -> tuple[tuple[bytes, int], ...]:
    return tuple((b"runtime." + name, abi) for name in names.encode().split())


def _types(names: str) -> tuple[tuple[bytes, int], ...]:
    """Each type and the pointer to it."""
    return tuple((b"type:" + star + name, 0) for name in names.encode().split(b",") for star in (b"", b"*"))


_BUILTINS = (
    _runtime(
        1,
        """
        newobject mallocgc panicdivide panicshift panicmakeslicelen panicmakeslicecap throwinit panicwrap
        gopanic gorecover goschedguarded goPanicIndex goPanicIndexU goPanicSliceAlen goPanicSliceAlenU
        goPanicSliceAcap goPanicSliceAcapU goPanicSliceB goPanicSliceBU goPanicSlice3Alen goPanicSlice3AlenU
        goPanicSlice3Acap goPanicSlice3AcapU goPanicSlice3B goPanicSlice3BU goPanicSlice3C goPanicSlice3CU
        goPanicSliceConvert printbool printfloat64 printfloat32 printint printhex printuint printcomplex128
        printcomplex64 printstring printquoted printpointer printuintptr printiface printeface printslice
        printnl printsp printlock printunlock concatstring2 concatstring3 concatstring4 concatstring5
        concatstrings concatbyte2 concatbyte3 concatbyte4 concatbyte5 concatbytes cmpstring intstring
        slicebytetostring slicebytetostringtmp slicerunetostring stringtoslicebyte stringtoslicerune slicecopy
        decoderune countrunes convT convTnoptr convT16 convT32 convT64 convTstring convTslice assertE2I
        assertE2I2 panicdottypeE panicdottypeI panicnildottype typeAssert interfaceSwitch ifaceeq efaceeq
        panicrangestate deferrangefunc rand rand32 makemap64 makemap makemap_small mapaccess1
        mapaccess1_fast32 mapaccess1_fast64 mapaccess1_faststr mapaccess1_fat mapaccess2 mapaccess2_fast32
        mapaccess2_fast64 mapaccess2_faststr mapaccess2_fat mapassign mapassign_fast32 mapassign_fast32ptr
        mapassign_fast64 mapassign_fast64ptr mapassign_faststr mapIterStart mapdelete mapdelete_fast32
        mapdelete_fast64 mapdelete_faststr mapIterNext mapclear makechan64 makechan chanrecv1 chanrecv2
        chansend1 closechan chanlen chancap
        """,
    )
    + _runtime(0, "writeBarrier")
    + _runtime(
        1,
        """
        typedmemmove typedmemclr typedslicecopy selectnbsend selectnbrecv selectsetpc selectgo block makeslice
        makeslice64 makeslicecopy growslice growsliceBuf growsliceBufNoAlias growsliceNoAlias
        unsafeslicecheckptr panicunsafeslicelen panicunsafeslicenilptr unsafestringcheckptr
        panicunsafestringlen panicunsafestringnilptr moveSlice moveSliceNoScan moveSliceNoCap
        moveSliceNoCapNoScan memmove memclrNoHeapPointers memclrHasPointers memequal memequal0 memequal8
        memequal16 memequal32 memequal64 memequal128 f32equal f64equal c64equal c128equal strequal interequal
        nilinterequal memhash memhash0 memhash8 memhash16 memhash32 memhash64 memhash128 f32hash f64hash
        c64hash c128hash strhash interhash nilinterhash int64div uint64div int64mod uint64mod float64toint64
        float64touint64 float64touint32 int64tofloat64 int64tofloat32 uint64tofloat64 uint64tofloat32
        uint32tofloat64 complex128div racefuncenter racefuncexit raceread racewrite racereadrange
        racewriterange msanread msanwrite msanmove asanread asanwrite checkptrAlignment checkptrArithmetic
        libfuzzerTraceCmp1 libfuzzerTraceCmp2 libfuzzerTraceCmp4 libfuzzerTraceCmp8 libfuzzerTraceConstCmp1
        libfuzzerTraceConstCmp2 libfuzzerTraceConstCmp4 libfuzzerTraceConstCmp8 libfuzzerHookStrCmp
        libfuzzerHookEqualFold addCovMeta
        """,
    )
    + _runtime(
        0,
        """
        x86HasAVX x86HasFMA x86HasPOPCNT x86HasSSE41 armHasVFPv4 arm64HasATOMICS loong64HasLAMCAS
        loong64HasLAM_BH loong64HasDBAR_HINTS loong64HasLSX riscv64HasZbb
        """,
    )
    + _runtime(
        1,
        """
        asanregisterglobals KeepAlive deferproc deferprocStack deferreturn newproc panicoverflow sigpanic
        gcWriteBarrier1 gcWriteBarrier2 gcWriteBarrier3 gcWriteBarrier4 gcWriteBarrier5 gcWriteBarrier6
        gcWriteBarrier7 gcWriteBarrier8 duffzero duffcopy
        """,
    )
    + _runtime(
        0,
        """
        morestack morestackc morestack_noctxt retpolineAX retpolineCX retpolineDX retpolineBX retpolineBP
        retpolineSI retpolineDI retpolineR8 retpolineR9 retpolineR10 retpolineR11 retpolineR12 retpolineR13
        retpolineR14 retpolineR15 tls_g
        """,
    )
    + _types(
        "int8,uint8,int16,uint16,int32,uint32,int64,uint64,float32,float64,complex64,complex128,unsafe.Pointer,"
        "uintptr,bool,string,error,func(error) string"
    )
)

# Whose text comes first (objabi.runtimePkgs).
_RUNTIME_PACKAGES = b"""
    runtime internal/runtime/atomic internal/runtime/cgroup internal/runtime/exithook internal/runtime/gc
    internal/runtime/gc/scan internal/runtime/maps internal/runtime/math internal/runtime/sys
    internal/runtime/syscall/linux internal/runtime/syscall/windows internal/abi internal/bytealg
    internal/byteorder internal/chacha8rand internal/coverage/rtcov internal/cpu internal/goarch
    internal/godebugs internal/goexperiment internal/goos internal/profilerecord internal/strconv
    internal/stringslite
"""

# Names that only the package they are in may reference.
_OWN_PACKAGE_ONLY = {
    b"crypto/fips140": b"isBypassed setBypass unsetBypass",
    b"crypto/internal/fips140": b"fatal getIndicator setIndicator",
    b"crypto/internal/sysrand": b"fatal",
    b"crypto/rand": b"fatal",
    b"crypto/subtle": b"setDITEnabled setDITDisabled",
    b"internal/cpu": b"riscvHWProbe sysctlbynameBytes sysctlbynameInt32",
    b"internal/runtime/cgroup": b"throw",
    b"internal/runtime/maps": b"errNilAssign fatal newarray newobject rand typedmemclr typedmemmove"
    b" typeString",
    b"internal/sync": b"fatal runtime_canSpin runtime_doSpin runtime_nanotime runtime_Semrelease"
    b" runtime_SemacquireMutex throw",
    b"internal/synctest": b"Run Wait acquire release inBubble IsInBubble associate disassociate isAssociated",
    b"net": b"newWindowsFile",
    b"runtime": b"mapaccess1 mapaccess1_fast32 mapaccess1_fast64 mapaccess1_faststr mapdelete_fast32"
    b" mapdelete_fast64 mapdelete_faststr",
    b"runtime/pprof": b"runtime_goroutineLeakGC runtime_goroutineleakcount",
    b"runtime/secret": b"appendSignalStacks count dec eraseSecrets getStack inc",
    b"runtime/trace": b"runtime_readTrace runtime_traceClockUnitsPerSecond",
    b"sync": b"runtime_SemacquireWaitGroup",
    b"sync_test": b"runtime_blockUntilEmptyCleanupQueue",
    b"syscall": b"rawsyscalln runtimeClearenv syscalln",
    b"testing/synctest": b"testingSynctestTest",
    b"time": b"runtimeNow runtimeNano runtimeIsBubbled",
    b"unique": b"runtime_blockUntilEmptyCleanupQueue",
}

# Names that only another package may reference, or none.
_BLOCKED: dict[bytes, tuple[bytes, ...]] = {
    b"go:fipsinfo": (b"crypto/internal/fips140/check",),
    b"crypto/internal/rand.SetTestingReader": (b"testing/cryptotest",),
    b"runtime.addmoduledata": (),
    b"runtime.getStaticuint64s": (b"reflect",),
    b"runtime.pprof_goroutineLeakProfileWithLabels": (b"runtime/pprof",),
    b"testing.checkParallel": (b"testing/cryptotest",),
}

# Object kinds 0 to 25: Sxxx; STEXT and its FIPS kind; RODATA, NOPTRDATA and DATA with theirs; BSS, NOPTRBSS,
# TLSBSS; ten DWARF kinds; fuzzer and coverage counters, coverage variables; SEH unwind information.
_KINDS = (0, 1, 3, 11, 13, 32, 34, 38, 40, 44, 45, 50, *range(61, 71), 47, 48, 49, 71)

_REGISTER_ABI = frozenset(("amd64", "arm64", "loong64", "ppc64le", "ppc64", "riscv64", "s390x"))

_EXPERIMENTS = """
    fieldtrack preemptibleloops staticlockranking boringcrypto regabiwrappers regabiargs heapminimum512kib
    arenas cgocheck2 loopvar newinliner dwarf5 jsonv2 greenteagc randomizedheapbase64 runtimefreegc
    sizespecializedmalloc simd runtimesecret mapsplitgroup
"""


def _baseline(goos: str, goarch: str) -> set[str]:
    on = {"randomizedheapbase64", "greenteagc", "jsonv2", "sizespecializedmalloc"}
    if goarch in _REGISTER_ABI:
        on |= {"regabiwrappers", "regabiargs"}
    if goos not in ("darwin", "ios", "aix"):
        on.add("dwarf5")
    return on


RELEASE = Release(
    kinds=bytes(_KINDS).ljust(256, b"\0"),
    builtins=_BUILTINS,
    blocked_linknames=_BLOCKED
    | {
        package + b"." + name: (package,)
        for package, names in _OWN_PACKAGE_ONLY.items()
        for name in names.split()
    },
    runtime_packages=frozenset(_RUNTIME_PACKAGES.split()),
    experiment_names=tuple(_EXPERIMENTS.split()),
    baseline=_baseline,
    register_abi=_REGISTER_ABI,
)
