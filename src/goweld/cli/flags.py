"""cmd/link's command line, parsed as Go's flag package parses it.

Written by hand: a parser library would cost more start-up than a small link's symbol resolution, and the
messages have to be Go's.
"""

from __future__ import annotations

from goweld.cli.response import expand
from goweld.codec.quote import go_quote
from goweld.errors import LinkError
from goweld.model.options import Options

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    Setter = Callable[["CommandLine", str, str], None]

BUILD_MODES = ("exe", "pie", "c-archive", "c-shared", "shared", "plugin")
LINK_MODES = ("auto", "internal", "external")
HEAD_TYPES = (
    *("aix", "darwin", "ios", "dragonfly", "freebsd", "js", "linux", "android", "netbsd", "openbsd", "plan9"),
    *("illumos", "solaris", "wasip1", "windows", "windowsgui"),
)
TRUE = ("1", "t", "T", "true", "TRUE", "True")
FALSE = ("0", "f", "F", "false", "FALSE", "False")


class UsageError(Exception):
    """A command line cmd/link answers with a message, its usage and status 2."""


class VersionRequest(Exception):
    """-V was met, with the value in args[0]: print the version and succeed, whatever follows it."""


class CommandLine:
    """A parsed command line.

    `arguments` is the whole line with response files expanded and Goweld's own flags left out, so it can be
    handed to the real linker; the flags end at `flags_end`, where more can be put in.
    """

    __slots__ = ("options", "arguments", "flags_end", "strict", "w")

    def __init__(self) -> None:
        self.options = Options()
        self.arguments: list[str] = []
        self.flags_end = 0
        self.strict = False
        self.w: bool | None = None


def parse(arguments: list[str], program: str, *, own_flags: bool = False) -> CommandLine:
    """Parse what follows the linker's name.

    `own_flags` admits -strict, -time and -trace, which cmd/link does not know. Raises UsageError,
    VersionRequest, or LinkError for what cmd/link refuses after parsing.
    """
    line = CommandLine()
    line.options.program = program
    words = expand(arguments)
    at = 0
    while at < len(words):
        word = words[at]
        if len(word) < 2 or word[0] != "-":
            break
        if word == "--":
            line.arguments.append(word)
            at += 1
            break
        own, taken = _flag(line, words, at, own_flags)
        if not own:
            line.arguments += words[at : at + taken]
        at += taken
    # A flag put in goes before a terminating "--".
    line.flags_end = len(line.arguments) - (line.arguments[-1:] == ["--"])
    line.options.arguments = words[at:]
    line.arguments += words[at:]
    _settle(line)
    return line


def _flag(line: CommandLine, words: list[str], at: int, own_flags: bool) -> tuple[bool, int]:
    """Set one flag (flag.FlagSet.parseOne): whether it is Goweld's own, and how many words it took."""
    word = words[at]
    name = word[2:] if word[1] == "-" else word[1:]
    if name[0] in "-=":
        raise UsageError(f"bad flag syntax: {word}")
    name, equals, value = name.partition("=")
    own = own_flags and name in OWN_FLAGS
    known = OWN_FLAGS.get(name) if own else FLAGS.get(name)
    if known is None:
        # flag treats an undefined -help as a request for the usage alone.
        raise UsageError("" if name == "help" else f"flag provided but not defined: -{name}")
    setter, field, is_bool = known
    if is_bool:
        try:
            setter(line, field, value if equals else "true")
        except ValueError as error:
            raise UsageError(f"invalid boolean value {go_quote(value)} for -{name}: {error}") from None
        return own, 1
    taken = 1
    if not equals:
        if at + 1 == len(words):
            raise UsageError(f"flag needs an argument: -{name}")
        value = words[at + 1]
        taken = 2
    try:
        setter(line, field, value)
    except ValueError as error:
        raise UsageError(f"invalid value {go_quote(value)} for flag -{name}: {error}") from None
    return own, taken


# ---- Values. A setter raises ValueError with the text that Go's Value.Set would return.


def parse_bool(text: str) -> bool:
    if text in TRUE:
        return True
    if text in FALSE:
        return False
    raise ValueError("parse error")


def parse_int(text: str, *, base: int = 0) -> int:
    """An int64 as strconv.ParseInt reads it; base 0 knows prefixes, 0 for octal, and underscores."""
    digits = text[1:] if text[:1] in ("+", "-") else text
    # int() takes what Go does not: blanks, other scripts' digits, a second sign, underscores in base 10.
    if not digits[:1].isalnum() or not text.isascii() or digits != digits.strip() or (base and "_" in digits):
        raise ValueError("parse error")
    if base == 0 and digits[0] == "0" and digits[1:2].lower() not in ("x", "o", "b"):
        base = 8
    try:
        value = int(text, base)
    except ValueError:
        raise ValueError("parse error") from None
    if not -(1 << 63) <= value < 1 << 63:
        raise ValueError("value out of range")
    return value


def split_quoted(text: str) -> list[str]:
    """Fields separated by blanks, each perhaps inside '' or "" (cmd/internal/quoted.Split)."""
    fields: list[str] = []
    at = 0
    while True:
        while at < len(text) and text[at] in " \t\n\r":
            at += 1
        if at == len(text):
            return fields
        start = at
        if text[at] in "\"'":
            at = text.find(text[start], start + 1)
            if at < 0:
                raise ValueError(f"unterminated {text[start]} string")
            fields.append(text[start + 1 : at])
            at += 1
            continue
        while at < len(text) and text[at] not in " \t\n\r":
            at += 1
        fields.append(text[start:at])


def _set_bool(line: CommandLine, field: str, value: str) -> None:
    setattr(line.options, field, parse_bool(value))


def _set_int(line: CommandLine, field: str, value: str) -> None:
    setattr(line.options, field, parse_int(value))


def _set_string(line: CommandLine, field: str, value: str) -> None:
    setattr(line.options, field, value)


def _set_fields(line: CommandLine, field: str, value: str) -> None:
    setattr(line.options, field, split_quoted(value))


def _add(line: CommandLine, field: str, value: str) -> None:
    getattr(line.options, field).append(value)


def _ignore_bool(line: CommandLine, field: str, value: str) -> None:
    parse_bool(value)


def _set_w(line: CommandLine, field: str, value: str) -> None:
    try:
        line.w = parse_bool(value)
    except ValueError:
        raise ValueError(f"strconv.ParseBool: parsing {go_quote(value)}: invalid syntax") from None


def _count(line: CommandLine, field: str, value: str) -> None:
    """objabi.count: a bare flag adds one, a number sets."""
    if value == "true":
        line.options.verbose += 1
        return
    try:
        line.options.verbose = 0 if value == "false" else parse_int(value, base=10)
    except ValueError:
        raise ValueError(f"invalid count {go_quote(value)}") from None


def _set_version(line: CommandLine, field: str, value: str) -> None:
    numbers = value.split(".")
    try:
        parts = [parse_int(number, base=10) for number in numbers]
    except ValueError:
        parts = [-1]
    if len(numbers) > 3 or not all(0 <= part <= 255 for part in parts):
        raise ValueError(f"invalid version {go_quote(value)}")
    setattr(line.options, field, tuple(parts + [0, 0])[:3])


def _set_buildmode(line: CommandLine, field: str, value: str) -> None:
    if value not in BUILD_MODES:
        raise ValueError(f"invalid buildmode: {go_quote(value)}")
    line.options.buildmode = value


def _set_linkmode(line: CommandLine, field: str, value: str) -> None:
    if value not in LINK_MODES:
        raise ValueError(f"invalid linkmode: {go_quote(value)}")
    line.options.linkmode = value


def _set_importcfg(line: CommandLine, field: str, value: str) -> None:
    line.options.importcfg = value
    line.options.definitions_before_importcfg = len(line.options.definitions)


def _add_definition(line: CommandLine, field: str, value: str) -> None:
    name, equals, _ = value.partition("=")
    if not equals or "." not in name:
        raise LinkError("-X flag requires argument of the form importpath.name=value")
    line.options.definitions.append(value)


def _show_version(line: CommandLine, field: str, value: str) -> None:
    raise VersionRequest(value)


def _set_strict(line: CommandLine, field: str, value: str) -> None:
    line.strict = parse_bool(value)


# name: setter, field, whether it stands alone unless followed by "=".
FLAGS: dict[str, tuple[Setter, str, bool]] = {
    "B": (_set_string, "host_buildid", False),
    "D": (_set_int, "data_addr", False),
    "E": (_set_string, "entry", False),
    "H": (_set_string, "headtype", False),
    "I": (_set_string, "interpreter", False),
    "L": (_add, "libdirs", False),
    "R": (_set_int, "round", False),
    "T": (_set_int, "text_addr", False),
    "V": (_show_version, "", True),
    "X": (_add_definition, "definitions", False),
    "a": (_ignore_bool, "", True),
    "asan": (_set_bool, "asan", True),
    "aslr": (_set_bool, "aslr", True),
    "benchmark": (_set_string, "benchmark", False),
    "benchmarkprofile": (_set_string, "benchmarkprofile", False),
    "bindnow": (_set_bool, "bindnow", True),
    "buildid": (_set_string, "buildid", False),
    "buildmode": (_set_buildmode, "buildmode", False),
    "c": (_set_bool, "callgraph", True),
    "capturehostobjs": (_set_string, "capturehostobjs", False),
    "checklinkname": (_set_bool, "checklinkname", True),
    "compressdwarf": (_set_bool, "compressdwarf", True),
    "cpuprofile": (_set_string, "cpuprofile", False),
    "d": (_set_bool, "static", True),
    "debugnosplit": (_set_bool, "debugnosplit", True),
    "debugtextsize": (_set_int, "debugtextsize", False),
    "debugtramp": (_set_int, "debugtramp", False),
    "dumpdep": (_set_bool, "dumpdep", True),
    "e": (_set_bool, "all_errors", True),
    "extar": (_set_string, "extar", False),
    "extld": (_set_fields, "extld", False),
    "extldflags": (_set_fields, "extldflags", False),
    "f": (_set_bool, "ignore_version", True),
    "fipso": (_set_string, "fipso", False),
    "funcalign": (_set_int, "funcalign", False),
    "g": (_set_bool, "skip_package_checks", True),
    "h": (_set_bool, "halt_on_error", True),
    "importcfg": (_set_importcfg, "importcfg", False),
    "installsuffix": (_set_string, "installsuffix", False),
    "k": (_set_string, "fieldtrack", False),
    "libgcc": (_set_string, "libgcc", False),
    "linkmode": (_set_linkmode, "linkmode", False),
    "linkshared": (_set_bool, "linkshared", True),
    "macos": (_set_version, "macos", False),
    "macsdk": (_set_version, "macsdk", False),
    "memprofile": (_set_string, "memprofile", False),
    "memprofilerate": (_set_int, "memprofilerate", False),
    "msan": (_set_bool, "msan", True),
    "n": (_ignore_bool, "", True),
    "o": (_set_string, "output", False),
    "pluginpath": (_set_string, "pluginpath", False),
    "pruneweakmap": (_set_bool, "pruneweakmap", True),
    "r": (_set_string, "rpath", False),
    "race": (_set_bool, "race", True),
    "randlayout": (_set_int, "randlayout", False),
    "s": (_set_bool, "strip_symbols", True),
    "strictdups": (_set_int, "strictdups", False),
    "tmpdir": (_set_string, "tmpdir", False),
    "v": (_count, "verbose", True),
    "w": (_set_w, "strip_dwarf", True),
}

OWN_FLAGS: dict[str, tuple[Setter, str, bool]] = {
    "strict": (_set_strict, "", True),
    "time": (_set_bool, "time", True),
    "trace": (_set_string, "trace", False),
}


# ---- What Main checks once all flags are known, in its order


def _settle(line: CommandLine) -> None:
    options = line.options
    if options.headtype and options.headtype not in HEAD_TYPES:
        raise UsageError(f"invalid headtype: {go_quote(options.headtype)}")
    if not options.aslr and options.buildmode != "c-shared":
        raise UsageError("-aslr=false is only allowed for -buildmode=c-shared")
    if options.round != -1 and (options.round < 4096 or not _power_of_two(options.round)):
        raise LinkError(f"invalid -R value {_hex(options.round)}")
    if options.funcalign != 0 and not _power_of_two(options.funcalign):
        raise LinkError(f"invalid -funcalign value {options.funcalign}")
    options.strip_dwarf = options.strip_symbols if line.w is None else line.w
    if options.buildmode != "shared" and len(options.arguments) != 1:
        raise UsageError("")
    options.output = options.output or "a.out"
    if not options.host_buildid and options.buildid:
        options.host_buildid = "gobuildid"
    _check_host_buildid(options)
    if options.benchmark not in ("", "mem", "cpu"):
        raise UsageError(f"unknown benchmark flag: {go_quote(options.benchmark)}")


def _power_of_two(value: int) -> bool:
    return value > 0 and value & (value - 1) == 0


def _hex(value: int) -> str:
    """A signed number as %x after 0x prints it."""
    return f"0x{value:x}"


def _check_host_buildid(options: Options) -> None:
    """The refusals of ld.addbuildinfo, for an ELF note."""
    value = options.host_buildid
    if value in ("", "none"):
        return
    if value == "gobuildid":
        if not options.buildid:
            raise LinkError("-B gobuildid requires a Go build ID supplied via -buildid")
        return
    if not value.startswith("0x"):
        raise LinkError(f"-B argument must start with 0x: {value}")
    digits = value[2:]
    octets = digits.encode("utf-8", "surrogateescape")
    if len(octets) // 2 > 32:
        raise LinkError(f"-B option too long (max 32 digits): {value}")
    for octet in octets:
        if octet not in b"0123456789abcdefABCDEF":
            raise LinkError(f"-B argument contains invalid hex digit {chr(octet)}: {value}")
    if len(digits) % 2:
        raise LinkError(f"-B argument must have even number of digits: {value}")
