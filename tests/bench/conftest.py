"""The benchmarks' modules lie beside their scripts."""

from __future__ import annotations

import sys

from tests.toolchain import ROOT

sys.path += [str(ROOT / "bench"), str(ROOT / "tests" / "corpus")]
