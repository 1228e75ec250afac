"""Link a program over and over with one of its package files damaged, with both linkers.

usage: run.py [--host] [--count N] [--seed N] [--only NUMBER] [--checked DIR] [-j N] [--flag=FLAG]
              --go GO --goweld GOWELD

Goweld must write what cmd/link writes, or refuse: status 1 or 2, an error naming the file, no output left.
With --host, it is a program with C in it, and the objects that a C compiler made are what is damaged.
Failures are kept, with the inputs; `--only` tries single damages again.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
# recipes.py, too, is a script's part: it finds its own neighbours so.
sys.path[:0] = [str(ROOT), str(ROOT / "src")]

from tests.fuzz.trial import BAD, Bench, Verdict  # noqa: E402


def checked_environment(package: str) -> dict[str, str]:
    """What makes the launcher run the build with AddressSanitizer."""
    compiler = os.environ.get("CC", "cc")
    found = subprocess.run(
        [compiler, "-print-file-name=libasan.so"], capture_output=True, text=True, check=True
    )
    return {
        "LD_PRELOAD": found.stdout.strip(),
        "ASAN_OPTIONS": "detect_leaks=0",
        "GOWELD_PACKAGE": os.path.abspath(package),
    }


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--go", default=os.environ.get("GOWELD_GO", "go"), help="the reference go command")
    parser.add_argument("--goweld", default=str(ROOT / "build" / "bin" / "goweld"), help="the launcher")
    parser.add_argument("--host", action="store_true", help="damage objects that a C compiler made")
    parser.add_argument("--count", type=int, default=1200, help="how many damages to try (default 1200)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--flag", action="append", default=[], help="one more linker flag for all links")
    parser.add_argument("--only", type=int, action="append", help="try this one again, by its number")
    parser.add_argument("--checked", default="", metavar="DIR", help="the package with checked kernels")
    parser.add_argument("--work", type=Path, default=ROOT / ".cache" / "fuzz")
    parser.add_argument("-j", type=int, default=os.cpu_count())
    parser.add_argument("-v", action="store_true", help="print every verdict")
    options = parser.parse_args(argv)
    options.work.mkdir(parents=True, exist_ok=True)
    environment = checked_environment(options.checked) if options.checked else {}
    bench = Bench(options.go, options.goweld, options.work.resolve(), environment, host=options.host)
    chosen = list(enumerate(bench.damages(options.count, options.seed)))
    if options.only:
        chosen = [(number, damage) for number, damage in chosen if number in options.only]
    counts: Counter[tuple[str, str]] = Counter()
    bad = 0
    with ThreadPoolExecutor(options.j) as pool:
        names = [f"{options.seed}-{number}" for number, _ in chosen]
        flags = [variant(number) + options.flag for number, _ in chosen]
        verdicts = pool.map(bench.try_damage, [damage for _, damage in chosen], names, flags)
        for name, verdict in zip(names, verdicts, strict=True):
            counts[verdict.damage.kind, verdict.verdict] += 1
            bad += verdict.verdict == BAD
            if options.v or verdict.verdict == BAD:
                show(name, verdict)
    for (kind, verdict_kind), count in sorted(counts.items()):
        print(f"{count:6} {kind}: {verdict_kind}")
    print(f"{len(chosen)} damaged links, {bad} bad")
    return 1 if bad else 0


def variant(number: int) -> list[str]:
    """Linker flags: every other link has debug information."""
    return [] if number % 2 else ["-w"]


def show(name: str, verdict: Verdict) -> None:
    print(f"{verdict.verdict} {name} {verdict.damage}", flush=True)
    if verdict.text:
        print("    " + verdict.text.replace("\n", "\n    "), flush=True)
    if verdict.verdict == BAD:
        print(f"    kept in {verdict.folder}", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
