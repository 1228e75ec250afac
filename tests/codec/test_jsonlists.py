"""Lists of lists of strings in JSON, held against the module that knows all of JSON."""

from __future__ import annotations

import json

import pytest

from goweld.codec.jsonlists import string_lists


@pytest.mark.parametrize(
    "value",
    [
        [],
        [["a"]],
        [["a", "b"], ["c"], ["", "d", ""]],
        [["cgo_ldflag", '-Wl,"quoted"'], ["\\", '\\"', 'a"b\\', "\n\t"]],
        [["<&>", "é", "\U0001f600", "\u2028", ",", "],[", "[["]],
    ],
)
@pytest.mark.parametrize("ascii", [True, False])
@pytest.mark.parametrize("separators", [(",", ":"), (", ", ": ")])
def test_what_json_writes_is_read(value: list[list[str]], ascii: bool, separators: tuple[str, str]) -> None:
    assert string_lists(json.dumps(value, ensure_ascii=ascii, separators=separators)) == value


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[",
        '[["a',
        '[["a"',
        '[["a"]',
        '["a"]',
        '[["a",]]',
        '[["a"]["b"]]',
        '[["a" "b"]]',
        '[["\\x"]]',
        '[["a\nb"]]',
        '[["\0"]]',
        "{}",
        "[[1]]",
    ],
)
def test_what_is_no_list_of_lists_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        string_lists(text)
