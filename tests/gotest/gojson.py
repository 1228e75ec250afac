"""What `go test -json` reports: the verdict and the output of every test."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field

PACKAGE = ""  # the name under which a package's own verdict is kept


@dataclass
class Outcome:
    verdict: str = ""
    output: list[str] = field(default_factory=list)


Outcomes = dict[tuple[str, str], Outcome]


def parse(lines: Iterable[str]) -> Outcomes:
    """Outcomes by package and test name, subtests included. Other lines are the go command's own."""
    outcomes: Outcomes = {}
    for line in lines:
        try:
            event = json.loads(line)
        except ValueError:
            outcomes.setdefault((PACKAGE, PACKAGE), Outcome()).output.append(line)
            continue
        package = event.get("Package") or event.get("ImportPath", "").partition(" ")[0]
        outcome = outcomes.setdefault((package, event.get("Test", PACKAGE)), Outcome())
        action = event["Action"]
        if action in ("output", "build-output"):
            outcome.output.append(event.get("Output", ""))
        elif action in ("pass", "fail", "skip"):
            outcome.verdict = action
        elif action == "build-fail":
            outcome.verdict = "fail"
    return outcomes
