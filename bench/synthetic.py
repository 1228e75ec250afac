"""Programs made up to grow: packages all alike, each with types, methods, functions, closures and tables.

usage: synthetic.py FOLDER SCALE

Main imports every package and uses all its functions, which leaves most of its symbols dead, as in real
programs. The packages form chains, so that loading is neither flat nor one long line.
"""

from __future__ import annotations

import sys
from pathlib import Path

MODULE = "example.org/synthetic"
TYPES = 200  # of each package: about 18000 symbols
CHAIN = 4  # packages that import one another

TYPE = """
type T{i} struct {{
	Name  string `json:"name{i}"`
	Count int
	Next  *T{i}
	Seen  map[string][{width}]int
	Hook  func(int) int
}}

type I{i} interface {{
	String() string
	Add(n int) *T{i}
	Only{i}() []string
}}

func (t *T{i}) String() string {{ return t.Name + strconv.Itoa(t.Count+{i}) }}

func (t *T{i}) Add(n int) *T{i} {{
	t.Count += n
	t.Hook = func(m int) int {{ return m*n + t.Count }}
	return t
}}

func (t *T{i}) Only{i}() []string {{
	var all []string
	for name, counts := range t.Seen {{
		all = append(all, name+strconv.Itoa(counts[0]))
	}}
	defer func() {{ t.Count++ }}()
	return all
}}

func F{i}(x int) string {{
	switch {{
	case x < {i}:
		return "{pkg} below {i}"
	case x == {i}:
		return V{i}[strconv.Itoa(x)]
	}}
	var one I{i} = &T{i}{{Name: "{pkg}.{i}", Seen: map[string][{width}]int{{"{pkg}": {{x}}}}}}
	return one.Add(x).String() + Largest([]int{{x, {i}}}).String()
}}

var V{i} = map[string]string{{"{i}": "{pkg} at {i}", "x": "{pkg} {i} x"}}
"""

HEAD = """// Package {pkg} is made up.
package {pkg}

import (
	"strconv"
{imports})

type Found[E any] struct{{ Value E }}

func (f Found[E]) String() string {{ return strconv.Itoa(len(any(f.Value).(string))) }}

func Largest(list []int) Found[string] {{
	most := 0
	for _, n := range list {{
		most = max(most, n)
	}}
	return Found[string]{{strconv.Itoa(most)}}
}}

// Use calls all functions.
func Use(n int) string {{
	all := {first}
{uses}	return all
}}
"""


def package(name: str, below: str, types: int) -> str:
    """The source of one package, which imports `below` unless that is empty."""
    head = HEAD.format(
        pkg=name,
        imports=f'\n\t"{MODULE}/{below}"\n' if below else "",
        first=f"{below}.Use(n)" if below else '""',
        uses="".join(f"\tall += F{i}(n)\n" for i in range(types)),
    )
    return head + "".join(TYPE.format(pkg=name, i=i, width=1 + i % 7) for i in range(types))


def write(folder: Path, scale: int, types: int = TYPES) -> None:
    """A module whose program has `scale` times the packages of the smallest."""
    names = [f"p{number}" for number in range(scale)]
    for number, name in enumerate(names):
        # A chain ends after CHAIN packages, or where there are no more.
        ends = (number + 1) % CHAIN == 0 or number + 1 == scale
        text = package(name, "" if ends else names[number + 1], types)
        path = folder / name / f"{name}.go"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    imports = "".join(f'\t"{MODULE}/{name}"\n' for name in names)
    uses = "".join(f"\tfmt.Println(len({name}.Use({number})))\n" for number, name in enumerate(names))
    main = f'package main\n\nimport (\n\t"fmt"\n\n{imports})\n\nfunc main() {{\n{uses}}}\n'
    (folder / "main.go").write_text(main)
    (folder / "go.mod").write_text(f"module {MODULE}\n\ngo 1.27\n")


if __name__ == "__main__":
    write(Path(sys.argv[1]), int(sys.argv[2]))
