"""The order of package initialisation, on graphs made up here."""

from __future__ import annotations

from typing import cast

import pytest

from goweld.errors import LinkError
from goweld.model.symbols_kernel import Symbols
from goweld.tables import inittasks


class Records:
    """Stands for Symbols: a record's raw id is its position, its name is given."""

    def __init__(self, imports: dict[str, list[str]], empty: str = "") -> None:
        self.names = ["", *imports]
        self.imports = imports
        self.empty = empty

    def lookup(self, name: bytes, version: int) -> int:
        return self.names.index(name.decode()) if name.decode() in self.imports else 0

    def name(self, raw: int) -> bytes:
        return self.names[raw].encode()

    def read(self, _: object, raw: int) -> tuple[int, list[int]]:
        name = self.names[raw]
        return 8 if name in self.empty else 16, [self.names.index(other) for other in self.imports[name]]


def scheduled(records: Records, monkeypatch: pytest.MonkeyPatch, root: bytes = b"m") -> str | None:
    monkeypatch.setattr(inittasks, "read", records.read)
    order = inittasks.schedule(cast(Symbols, records), [root])
    return None if order is None else "".join(records.names[raw] for raw in order)


@pytest.mark.parametrize(
    ("imports", "expected"),
    [
        ({"m": ""}, "m"),
        ({"m": "ab", "a": "", "b": ""}, "abm"),
        ({"m": "ba", "b": "", "a": ""}, "abm"),
        ({"m": "az", "a": "z", "z": ""}, "zam"),
        # c waits for z, so b goes first although c was met earlier.
        ({"m": "cb", "c": "z", "b": "", "z": ""}, "bzcm"),
        # What becomes free is compared with all that is free.
        ({"m": "dc", "d": "b", "c": "", "b": ""}, "bcdm"),
        ({"m": "d", "d": "", "x": "", "y": "x"}, "dm"),
        ({"m": "aab", "a": "", "b": "aa"}, "abm"),
    ],
)
def test_order(imports: dict[str, str], expected: str, monkeypatch: pytest.MonkeyPatch) -> None:
    graph = {name: list(others) for name, others in imports.items()}
    assert scheduled(Records(graph), monkeypatch) == expected


def test_records_without_functions_order_but_do_not_appear(monkeypatch: pytest.MonkeyPatch) -> None:
    records = Records({"m": ["b"], "b": ["z"], "z": []}, empty="b")
    assert scheduled(records, monkeypatch) == "zm"


def test_no_such_record(monkeypatch: pytest.MonkeyPatch) -> None:
    assert scheduled(Records({"m": []}), monkeypatch, b"absent") is None


def test_a_cycle_cannot_be_scheduled(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(LinkError, match="^inittask for m is not schedulable 1$") as error:
        scheduled(Records({"m": ["a"], "a": ["b"], "b": ["a"]}), monkeypatch)
    assert error.value.status == 2
