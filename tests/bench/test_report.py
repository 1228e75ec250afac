"""The tables and the plot, made from numbers that were not measured."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import plot
import pytest
import report
from turns import Cost, Series


def series(name: str, millions: float, link: float, goweld: float, **given: str) -> Series:
    """Three runs of each side; the middle one is what `link` and `goweld` say, for all that is measured."""
    made = Series(**{"part": "programs", "flags": "", "name": name, **given}, commit="abc")
    made.size = int(millions * 50e6)
    made.symbols = int(millions * 1e6)
    for side, middle in (("link", link), ("goweld", goweld)):
        made.runs[side] = [Cost(middle * f, middle * f, middle * f) for f in (3, 1, 0.5)]
    return made


def test_a_row_has_medians_ratios_and_aims() -> None:
    (row,) = report.table(report.RATIOS, [report.ratio_row(series("cmd/go", 0.5, 600, 180))])[2:]
    cells = "25.0 | 600 | 180 | **0.30** | 0.33 | 600 | 180 | **0.30** | 0.40 | 600 | 180 | **0.30** | 0.70"
    assert row == f"| cmd/go | {cells} |"
    stripped = report.ratio_row(series("hello", 0.1, 60, 30, flags="-s -w"))
    assert stripped[4:6] == ["**0.50**", "0.45"]
    assert report.ratio_row(series("elsewhere", 0.1, 60, 30))[5] == ""


def test_the_test_binaries_are_added_up() -> None:
    one = report.total(
        [series("a.test", 0.1, 100, 50, part="tests"), series("b.test", 0.2, 300, 110, part="tests")]
    )
    assert report.ratio_row(one)[:6] == ["std, 2 test binaries", "15.0", "400", "160", "**0.40**", "0.40"]


def test_costs_of_a_million_symbols() -> None:
    rows = report.growth_rows([series("large", 2, 3000, 800), series("small", 0.5, 500, 250)])
    assert rows[0] == ["small", "0.50", "1000", "500", "1000", "500", "1000", "500"]
    assert rows[1][:4] == ["large", "2.00", "1500", "400"]


def test_the_slope_of_growth() -> None:
    steps = [
        series(name, m, 100 * m, 10 + 50 * m, part="growth") for name, m in (("1", 1), ("2", 2), ("4", 4))
    ]
    rows = report.added_rows(steps)
    assert rows[0][3:7] == ["100", "", "60", ""]
    assert rows[2][3:7] == ["400", "100", "210", "50"]
    assert report.slope(steps).endswith("as a share of that over all: time 1.00, CPU 1.00, memory 1.00.")
    steps[2].runs["goweld"] = [Cost(310, 310, 310)]
    assert "time 1.20" in report.slope(steps)


def test_threads_that_miss_the_aim_are_marked() -> None:
    one = Series("threads", "", "hello", commit="abc")
    one.runs = {count: [Cost(wall, 0, 0)] for count, wall in (("1", 180), ("2", 100), ("4", 104), ("8", 120))}
    assert report.thread_rows([one]) == [
        ["hello", "180", "100", "104", "120", "**1.80** missed", "**1.04**", "**1.20** missed"]
    ]


@pytest.fixture
def measured() -> list[Series]:
    threads = Series("threads", "", "hello", commit="abc")
    threads.runs = {count: [Cost(100, 0, 0)] for count in ("1", "2", "4", "8")}
    return [
        *(series(name, m, 1000 * m, 300 * m) for name, m in (("hello", 0.1), ("helm", 1.5))),
        *(series("hello", 0.1, 60, 20, flags="-s -w") for _ in range(1)),
        series("bytes.test", 0.2, 100, 30, part="tests"),
        threads,
        *(series(name, m, 100 * m, 50 * m, part="growth") for name, m in (("1", 1), ("2", 2), ("4", 4))),
    ]


def test_the_page(measured: list[Series]) -> None:
    page = report.document(measured, "go9.9")
    titles = [line for line in page.splitlines() if line.startswith("#")]
    assert titles == [
        "# Goweld against cmd/link",
        "## Default flags",
        "## `-ldflags='-s -w'`",
        "## Threads",
        "## Growth, default flags",
    ]
    assert "goweld abc, go9.9" in page
    assert report.machine() in page
    tables = [line.count("|") for line in page.splitlines() if line.startswith("|")]
    assert min(tables) > 7
    assert page.endswith("\n") and not page.endswith("\n\n")


def test_results_are_kept_whole(measured: list[Series]) -> None:
    assert [Series.from_json(one.to_json()) for one in measured] == measured


def test_the_plot(measured: list[Series], tmp_path: Path) -> None:
    plot.write(measured, tmp_path / "plot.svg")
    text = (tmp_path / "plot.svg").read_text()
    root = ElementTree.fromstring(text)
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert [part.get("id") for part in root] == ["chart-wall", "chart-memory"]
    assert "<script" not in text
    for words in ("Time to link by size", "Peak memory by size", "goweld", "go tool link", "MB of output"):
        assert words in text
    plot.write(measured, tmp_path / "again.svg")
    assert (tmp_path / "again.svg").read_text() == text


def test_external_links_have_a_first_and_a_later_time() -> None:
    one = series("small", 0.1, 1000, 600, part="external")
    one.runs[report.ASKING] = [Cost(900, 0, 0)]
    assert report.external_rows([one]) == [["small", "5.0", "1000", "900", "**0.90**", "600", "**0.60**"]]
    assert "## External links" in report.sections([one])
