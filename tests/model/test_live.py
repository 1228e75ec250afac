"""The live symbols' columns: what happens when more symbols are made than there was room for."""

from __future__ import annotations

import threading

import pytest

from goweld.model.kinds import K_DATA
from goweld.model.live_kernel import Live
from goweld.model.objects_kernel import Objects
from goweld.model.symbols_kernel import Symbols

MANY = 20_000  # more than any link makes without saying so


def empty() -> Live:
    live = Live(Symbols(Objects(0), bytes(256)))
    live.renumber()
    return live


def test_columns_move_to_where_there_is_room() -> None:
    live = empty()
    made = []
    for i in range(MANY):
        made.append(live.append(K_DATA))
        live.set_name(made[i], b"name%d" % i)
        live.set_value(made[i], i)
        live.set_align(made[i], 16)
        live.set_data(made[i], b"%d" % i)
    assert made == list(range(1, MANY + 1))
    for i, symbol in enumerate(made):
        assert (live.name(symbol), live.value(symbol), live.align(symbol)) == (b"name%d" % i, i, 16)
        assert (live.data(symbol), live.kind(symbol), live.sect(symbol)) == (b"%d" % i, K_DATA, 0)


def test_columns_stay_while_somebody_looks_at_them() -> None:
    live = empty()
    made: list[int] = []
    live.hold_still()
    appending = threading.Thread(target=lambda: made.extend(live.append(K_DATA) for _ in range(MANY)))
    appending.start()
    appending.join(0.2)
    held = len(live)
    assert appending.is_alive()
    live.create(b"beside", K_DATA)  # there is room for this in any case
    live.let_move()
    appending.join()
    assert held < len(live) == MANY + 2
    assert sorted([*made, live.lookup(b"beside")]) == list(range(1, MANY + 2))


def test_columns_that_may_not_move_are_full_at_last() -> None:
    live = empty()
    with pytest.raises(OverflowError):
        for i in range(MANY):
            live.create(b"name%d" % i, K_DATA)


def test_room_is_made_as_asked_for() -> None:
    live = empty()
    live.make_room(MANY)
    for i in range(MANY):
        live.create(b"name%d" % i, K_DATA)
    assert len(live) == MANY + 1
