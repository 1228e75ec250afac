"""GOEXPERIMENT=fieldtrack: -k names a variable that holds which tracked fields a program can use."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.linkjob import Job, prepare

PROGRAM = """
package main

type Point struct {
	X int `go:"track"`
	Y int `go:"track"`
	unused int `go:"track"`
}

var fields, twice string
var number int

func (p *Point) Norm() int { return p.X*p.X + onlyX(p) }

//go:noinline
func onlyX(p *Point) int { return p.X }

func (p *Point) Never() int { return p.unused }

type normer interface{ Norm() int }

func main() {
	var n normer = &Point{X: 3}
	println(n, n.Norm(), new(Point).Y, fields, twice, number)
}
"""


@pytest.fixture(scope="module")
def job(tmp_path_factory: pytest.TempPathFactory) -> Job:
    directory: Path = tmp_path_factory.mktemp("fieldtrack")
    return prepare(directory, {"main.go": PROGRAM}, GOEXPERIMENT="fieldtrack")


@pytest.mark.parametrize(
    "flags",
    [
        (),
        ("-k=main.fields",),
        ("-k=main.twice", "-X=main.twice=given"),
        ("-k=main.fields", "-dumpdep"),
        ("-k=main.missing",),
    ],
    ids=" ".join,
)
def test_the_same_as_cmd_link(job: Job, flags: tuple[str, ...]) -> None:
    real = job.real("-w", *flags)
    assert job.goweld("-w", *flags) == real


def test_only_a_string_variable_will_do(job: Job) -> None:
    outcome = job.goweld("-w", "-k=main.number")
    assert outcome.status == job.real("-w", "-k=main.number").status
    assert outcome.executable is None


def test_the_variable_says_why(job: Job) -> None:
    executable = job.goweld("-w", "-k=main.fields").executable
    assert executable is not None
    assert b"Point.Y\tmain.main\t" in executable
    assert b"Point.unused\t" not in executable
