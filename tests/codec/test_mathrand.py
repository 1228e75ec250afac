"""The shuffle against Go's math/rand."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from goweld.codec.mathrand_kernel import shuffle
from goweld.model.memory_kernel import Column
from tests import toolchain

SEEDS = [1, 2, 0, -1, 2**31 - 1, -(2**31), 2**63 - 1, -(2**63), 12345678901]
SIZES = [0, 1, 2, 3, 1000, 50000]
PROGRAM = """package main

import (
	"fmt"
	"math/rand"
)

func main() {
	for _, seed := range []int64{%s} {
		for _, size := range []int{%s} {
			x := make([]int, size)
			for i := range x {
				x[i] = i
			}
			rand.New(rand.NewSource(seed)).Shuffle(size, func(i, j int) { x[i], x[j] = x[j], x[i] })
			fmt.Println(x)
		}
	}
}
"""


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[int, int], list[int]]:
    directory: Path = tmp_path_factory.mktemp("shuffle")
    text = PROGRAM % (", ".join(map(str, SEEDS)), ", ".join(map(str, SIZES)))
    (directory / "main.go").write_text(text)
    printed = subprocess.run(
        [str(toolchain.goroot() / "bin" / "go"), "run", "main.go"],
        cwd=directory,
        env=toolchain.go_environment(),
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    rows = [[int(word) for word in line.strip("[]").split()] for line in printed.splitlines()]
    return dict(zip([(seed, size) for seed in SEEDS for size in SIZES], rows, strict=True))


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("seed", SEEDS)
def test_shuffle(seed: int, size: int, expected: dict[tuple[int, int], list[int]]) -> None:
    column = Column(4, size + 1)
    items = memoryview(column.view()).cast("I")
    for i in range(size):
        items[i] = i
    items[size] = 77
    shuffle(column, 0, size, seed)
    assert list(items) == [*expected[seed, size], 77]
