"""Types, constants and variables in debug information: the reference's bytes, and what a debugger reads."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from goweld.dwarf import info
from goweld.errors import LinkError
from goweld.model.libraries import Libraries, Library
from tests import linkjob, toolchain

# Every kind of type, reached from a function, from a variable or from a constant only.
MAIN = """package main

import (
	"fmt"
	"unsafe"
)

type color int

const (
	red   color = 7
	green color = 8
)

type lonely uint16

const only lonely = 513

type base struct{ id int }

type all struct {
	base
	*other
	_       int8
	Bits    [3]uint16 `json:"bits"`
	Empty   [0]string
	Pair    complex64
	Ratio   float32
	Raw     unsafe.Pointer
	Address uintptr
	Any     any
	Errs    []error
	Table   map[string][]*all
	Nested  map[color]map[base]struct{ x, y int }
	Done    chan<- struct{}
	Queue   <-chan map[string]int
	Call    func(first int, rest ...string) (*all, error)
	Local   func(func() chan int)
}

type other struct {
	up   *all
	name named
}

type (
	named   string
	pointer unsafe.Pointer
	callback func(color) bool
	matrix  [2][2]float64
	list    []list
	shape   interface{ Area() float64 }
)

type tree[K comparable, V any] struct {
	left, right *tree[K, V]
	key         K
	value       V
}

func (t *tree[K, V]) put(k K, v V) any {
	if t.left == nil {
		t.left = &tree[K, V]{key: k, value: v}
	}
	return t.left
}

var (
	Version  = "unset"
	whole    all
	point    pointer
	grid     matrix
	deep     list
	figure   shape
	decide   callback
	untold   struct{ a, b *[4]chan callback }
)

//go:noinline
func inlinable(c color) named { return named(fmt.Sprint(c)) }

func inlined(c color) named { return inlinable(c + green) }

func main() {
	type local struct{ within color }
	var t tree[string, local]
	caught := func() string { return fmt.Sprint(whole.Table, untold, point, grid, deep, figure, t) }
	fmt.Println(Version, inlined(red), t.put("a", local{3}), caught(), uint16(only), decide)
}
"""

# Prints DIEs as lines: tag, name, attributes in the order of their numbers, children indented.
DUMP = """package main

import (
	"debug/dwarf"
	"debug/elf"
	"fmt"
	"os"
	"strings"
)

func main() {
	file, err := elf.Open(os.Args[1])
	if err != nil {
		panic(err)
	}
	data, err := file.DWARF()
	if err != nil {
		panic(err)
	}
	names := map[dwarf.Offset]string{}
	for pass := range 2 {
		depth := 0
		for r := data.Reader(); ; {
			e, err := r.Next()
			if err != nil {
				panic(err)
			}
			if e == nil {
				break
			}
			if e.Tag == 0 {
				depth--
				continue
			}
			name, _ := e.Val(dwarf.AttrName).(string)
			if pass == 0 {
				names[e.Offset] = name
			} else {
				line := strings.Repeat(" ", depth) + e.Tag.String() + "|" + name
				for _, f := range e.Field {
					switch v := f.Val.(type) {
					case dwarf.Offset:
						line += fmt.Sprintf("|%s=%s", f.Attr, names[v])
					case int64, bool, string:
						if f.Attr != dwarf.AttrName {
							line += fmt.Sprintf("|%s=%v", f.Attr, v)
						}
					case uint64:
						line += fmt.Sprintf("|%s=%t", f.Attr, v != 0)
					}
				}
				fmt.Println(line)
			}
			if e.Children {
				depth++
			}
		}
	}
}
"""

FLAGS = ("-compressdwarf=false", "-X=main.Version=told")
KEY = "Attr(10497)"  # DW_AT_go_key
ELEM = "Attr(10498)"  # DW_AT_go_elem
EMBEDDED = "Attr(10499)"  # DW_AT_go_embedded_field
RUNTIME_TYPE = "Attr(10500)"  # DW_AT_go_runtime_type


@pytest.fixture(scope="module")
def job(tmp_path_factory: pytest.TempPathFactory) -> linkjob.Job:
    return linkjob.prepare(tmp_path_factory.mktemp("program"), {"main.go": MAIN})


@pytest.fixture(scope="module")
def dies(job: linkjob.Job, tmp_path_factory: pytest.TempPathFactory) -> list[list[str]]:
    """The outermost DIEs of the program's units, each a line for itself and one for each of its children."""
    outcome = job.goweld(*FLAGS)
    assert outcome.executable is not None, outcome.text
    folder = tmp_path_factory.mktemp("dump")
    (folder / "program").write_bytes(outcome.executable)
    (folder / "dump.go").write_text(DUMP)
    run = subprocess.run(
        [str(toolchain.goroot() / "bin" / "go"), "run", "dump.go", "program"],
        cwd=folder,
        env=toolchain.go_environment(),
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stderr
    found: list[list[str]] = []
    for line in run.stdout.splitlines():
        if not line.startswith(" "):
            continue
        if line.startswith("  "):
            found[-1].append(line.strip())
        else:
            found.append([line.strip()])
    return found


def named(dies: list[list[str]], tag: str, name: str) -> list[str]:
    """The one DIE of that tag and name."""
    (found,) = [die for die in dies if (die[0] + "|").startswith(f"{tag}|{name}|")]
    return found


def attributes(line: str) -> dict[str, str]:
    pairs = [word.partition("=") for word in line.split("|")[2:]]
    return {name: value for name, _, value in pairs}


def members(die: list[str]) -> dict[str, dict[str, str]]:
    return {line.split("|")[1]: attributes(line) for line in die[1:]}


@pytest.mark.parametrize("experiment", ["", "nodwarf5"])
def test_links_like_the_reference(experiment: str, tmp_path: Path) -> None:
    job = linkjob.prepare(tmp_path, {"main.go": MAIN}, GOEXPERIMENT=experiment)
    assert job.goweld(*FLAGS) == job.real(*FLAGS)


def test_unoptimised_code_links_like_the_reference(tmp_path: Path) -> None:
    job = linkjob.prepare(tmp_path, {"main.go": MAIN}, "-gcflags=-N -l")
    outcome = job.goweld(*FLAGS)
    assert outcome == job.real(*FLAGS)
    assert outcome.executable is not None
    assert b"Go cmd/compile go1.27" in outcome.executable
    assert b"; -N -l regabi\0" in outcome.executable


def test_code_without_debug_information_links_like_the_reference(tmp_path: Path) -> None:
    job = linkjob.prepare(tmp_path, {"main.go": MAIN}, "-gcflags=-dwarf=false")
    assert job.goweld(*FLAGS) == job.real(*FLAGS)


@pytest.mark.parametrize("threads", ["1", "5"])
def test_the_number_of_threads_does_not_show(job: linkjob.Job, threads: str) -> None:
    assert replace(job, variables={"GOWELD_THREADS": threads}).goweld(*FLAGS) == job.real(*FLAGS)


def test_types_may_refer_to_each_other_as_deep_as_one_likes(tmp_path: Path) -> None:
    count = 6000
    chain = "".join(f"type t{i} struct{{ next *t{i + 1} }}\n" for i in range(count))
    text = f"package main\n\n{chain}type t{count} int\n\nvar first *t0\n\nfunc main() {{ println(first) }}\n"
    job = linkjob.prepare(tmp_path, {"main.go": text})
    assert job.goweld("-compressdwarf=false") == job.real("-compressdwarf=false")


def test_a_named_type_is_a_typedef_of_its_definition(dies: list[list[str]]) -> None:
    assert attributes(named(dies, "Typedef", "main.all")[0])["Type"] == "main.all"
    fields = members(named(dies, "StructType", "main.all"))
    assert list(fields)[:4] == ["base", "other", "_", "Bits"]
    assert fields["base"][EMBEDDED] == fields["other"][EMBEDDED] == "true"
    assert fields["Bits"] == {"DataMemberLoc": "18", "Type": "[3]uint16", EMBEDDED: "false"}
    assert fields["Queue"]["Type"] == "<-chan map[string]int"


def test_unnamed_types_have_no_typedef(dies: list[list[str]]) -> None:
    tags = {die[0].split("|")[0] for die in dies if die[0].split("|")[1] in ("[3]uint16", "[]error")}
    assert tags == {"ArrayType", "StructType"}


def test_an_array_says_how_long_it_is(dies: list[list[str]]) -> None:
    (line,) = named(dies, "ArrayType", "[3]uint16")[1:]
    assert attributes(line) == {"Type": "uintptr", "Count": "3"}


def test_a_function_type_lists_parameters_then_results(dies: list[list[str]]) -> None:
    function = named(dies, "SubroutineType", "func(int, ...string) (*main.all, error)")
    assert [line.split("|")[0] for line in function[1:]] == [
        "FormalParameter",
        "FormalParameter",
        "UnspecifiedParameters",
        "FormalParameter",
        "FormalParameter",
    ]
    assert [attributes(line).get("Type") for line in function[1:]] == [
        "int",
        "[]string",
        None,
        "*main.all",
        "error",
    ]
    assert attributes(function[-1])["VarParam"] == "true"


def test_slices_and_strings_have_the_members_of_the_runtime(dies: list[list[str]]) -> None:
    errors = members(named(dies, "StructType", "[]error"))
    assert {name: error["Type"] for name, error in errors.items()} == {
        "array": "*error",
        "len": "int",
        "cap": "int",
    }
    assert list(members(named(dies, "StructType", "string"))) == ["str", "len"]


def test_a_map_points_to_its_own_version_of_the_runtime_s_map(dies: list[list[str]]) -> None:
    found = attributes(named(dies, "Typedef", "map[string][]*main.all")[0])
    assert found["Type"] == "*map<string,[]*main.all>"
    assert (found[KEY], found[ELEM]) == ("string", "[]*main.all")
    fields = members(named(dies, "StructType", "map<string,[]*main.all>"))
    assert fields["dirPtr"]["Type"] == "**table<string,[]*main.all>"
    table = members(named(dies, "StructType", "table<string,[]*main.all>"))
    assert table["groups"]["Type"] == "groupReference<string,[]*main.all>"


def test_a_channel_points_to_its_own_version_of_the_runtime_s_channel(dies: list[list[str]]) -> None:
    assert attributes(named(dies, "Typedef", "chan main.callback")[0])["Type"] == "*hchan<main.callback>"
    fields = members(named(dies, "StructType", "hchan<main.callback>"))
    assert fields["recvq"]["Type"] == fields["sendq"]["Type"] == "waitq<main.callback>"
    assert members(named(dies, "StructType", "sudog<main.callback>"))["elem"]["Type"] == "*main.callback"


def test_interfaces_are_those_with_methods_or_those_without(dies: list[list[str]]) -> None:
    """Below the typedef that bears the name."""
    for name, behind in (("interface {}", "runtime.eface"), ("main.shape", "runtime.iface")):
        targets = [attributes(die[0])["Type"] for die in dies if die[0].startswith(f"Typedef|{name}|")]
        assert sorted(targets) == [name, behind]


def test_constants_are_described_though_nothing_but_a_constant_has_their_type(dies: list[list[str]]) -> None:
    assert attributes(named(dies, "Constant", "main.only")[0]) == {"Type": "main.lonely", "ConstValue": "513"}
    assert named(dies, "BaseType", "main.lonely")


def test_a_type_says_where_its_descriptor_is_if_the_program_has_that(dies: list[list[str]]) -> None:
    """Nothing converts the constant's type to an interface."""
    assert attributes(named(dies, "BaseType", "main.lonely")[0])[RUNTIME_TYPE] == "false"
    assert attributes(named(dies, "BaseType", "main.color")[0])[RUNTIME_TYPE] == "true"


def test_a_variable_set_by_the_linker_is_still_described(dies: list[list[str]]) -> None:
    assert attributes(named(dies, "Variable", "main.Version")[0])["Type"] == "string"


def test_type_arguments_are_described(dies: list[list[str]]) -> None:
    names = {die[0].split("|")[1] for die in dies if die[0].startswith("StructType|main.tree[")}
    assert any(name.startswith("main.tree[string,main.local") for name in names)


def test_a_type_that_must_be_there_and_is_not() -> None:
    symbols = SimpleNamespace(lookup=lambda name, version: 0, data=lambda raw: b"")
    live = SimpleNamespace(symbols=symbols)
    with pytest.raises(LinkError, match="dwarf: missing type: type:runtime.eface"):
        info.type_symbol(live, b"type:runtime.eface")  # type: ignore[arg-type]
    symbols.lookup = lambda name, version: 5
    with pytest.raises(LinkError, match=r"dwarf: missing type \(no data\): type:runtime.eface"):
        info.type_symbol(live, b"type:runtime.eface")  # type: ignore[arg-type]


def test_names_to_announce() -> None:
    libraries = Libraries()
    libraries.list.append(Library("a/b", "", "", b""))
    names = info.wanted(libraries)
    assert (b"go:cuinfo.producer.a/b", 0) in names
    assert (b"type:runtime.hchan", 0) in names
    assert info.adopted(libraries) == [(b"go:constinfo.a/b", 0)]
