"""A plot of time and memory against the size of the program, as SVG."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pygal
from programs import DEFAULT
from pygal.style import Style
from turns import GOWELD, LINK, Series

SVG = "http://www.w3.org/2000/svg"
WIDTH, HEIGHT = 720, 400
STYLE = Style(
    background="white",
    plot_background="white",
    colors=("#888888", "#007d9c"),
    font_family="sans-serif",
    guide_stroke_color="#dddddd",
    major_guide_stroke_color="#dddddd",
    title_font_size=18,
    label_font_size=12,
    legend_font_size=14,
)
PLOTS = {"wall": ("Time to link", "ms"), "memory": ("Peak memory", "MiB")}


def draw(programs: list[Series], what: str) -> ElementTree.Element:
    """One plot, from the smallest program to the largest."""
    title, unit = PLOTS[what]
    chart = pygal.XY(
        title=f"{title} by size of the program",
        x_title="MB of output",
        y_title=unit,
        style=STYLE,
        width=WIDTH,
        height=HEIGHT,
        range=(0, max(series.median(LINK, what) for series in programs) * 1.05),
        xrange=(0, programs[-1].size / 1e6 * 1.05),
        legend_at_bottom=True,
        js=(),
    )
    # The default is a random name, and the same numbers should make the same file.
    chart.uuid = what
    for side, name in ((LINK, "go tool link"), (GOWELD, "goweld")):
        points = [
            {"value": (series.size / 1e6, series.median(side, what)), "label": series.name}
            for series in programs
        ]
        chart.add(name, points)
    text: bytes = chart.render()
    # Parsing drops the comments; a picture in a document needs no scripts.
    root = ElementTree.fromstring(text)
    for parent in list(root.iter()):
        for child in [child for child in parent if child.tag == f"{{{SVG}}}script"]:
            parent.remove(child)
    return root


def write(measured: list[Series], path: Path) -> None:
    """Draw the programs linked with default flags: time above memory, in one file."""
    programs = [series for series in measured if (series.part, series.flags) == ("programs", DEFAULT)]
    programs.sort(key=lambda series: series.size)
    ElementTree.register_namespace("", SVG)
    whole = ElementTree.Element(f"{{{SVG}}}svg", {"viewBox": f"0 0 {WIDTH} {HEIGHT * len(PLOTS)}"})
    for number, what in enumerate(PLOTS):
        plot = draw(programs, what)
        plot.attrib |= {"y": str(number * HEIGHT), "width": str(WIDTH), "height": str(HEIGHT)}
        whole.append(plot)
    ElementTree.indent(whole, " ")
    path.write_bytes(ElementTree.tostring(whole, encoding="utf-8") + b"\n")
