"""Go string literals are read as strconv.Unquote reads them."""

from __future__ import annotations

import pytest

from goweld.codec.gostring import unquote


@pytest.mark.parametrize(
    ("literal", "value"),
    [
        ('""', ""),
        ('"a b"', "a b"),
        (r'"a\tb\n\\\""', 'a\tb\n\\"'),
        (r'"\x41\101\u00e4\U0001F600"', "AA\u00e4\U0001f600"),
        (r'"\xff"', "\udcff"),
        ("`a\\n`", "a\\n"),
        ("`a\rb`", "ab"),
        ('"\udcff\udc80"', "\ufffd\ufffd"),
        ("`\udcff`", "\udcff"),
    ],
)
def test_values(literal: str, value: str) -> None:
    assert unquote(literal) == value


@pytest.mark.parametrize(
    "literal",
    [
        *("", '"', "a", "'a'", '"a', 'a"', '"a"b"', "`a`b`", '"a\nb"'),
        *(r'"\"', r'"\q"', r'"\x4"', r'"\x+f"', r'"\x_1"', r'"\u12"', r'"\ud800"', r'"\U00110000"'),
        *(r'"\400"', r'"\8"', r'"\0_1"'),
    ],
)
def test_refused(literal: str) -> None:
    with pytest.raises(ValueError):
        unquote(literal)
