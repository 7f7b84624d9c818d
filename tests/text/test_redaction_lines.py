"""Filtering a stream: JSON stays JSON, bytes that are no secret stay, keys over many lines go whole."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.text.redaction import redactor
from bot.text.redaction.lines import LineRedactor, is_json
from tests.text.corpus import Example, examples, leaks

REDACTOR = redactor(personal=())
EXAMPLES = [one for one in examples() if "without" not in one.kind]


def filtered(*lines: bytes) -> list[bytes]:
    """The lines, through one filter."""
    lines_of = LineRedactor(REDACTOR)
    return [lines_of.line(line) for line in lines]


def test_other_bytes_stay() -> None:
    """Line ends, blanks, escapes and bytes that are no UTF-8 are as they were, beside a secret too."""
    for raw in (b"plain\r\n", b"\xff\xfe caf\xc3\xa9\n", b'{"a":  1.50, "b": "\\u00e9"}\n', b"", b"\x1b[31mred\x1b[0m"):
        assert filtered(raw) == [raw]
    assert filtered(b"\xff\t password=hunter2 \xfe\r\n") == [b"\xff\t password=[redacted: password] \xfe\r\n"]
    assert filtered(b'{"a":  1.50,"u":"\\u00e9","password" : "x1y2z3"}\n') == [
        b'{"a":  1.50,"u":"\\u00e9","password" : "[redacted: password]"}\n'
    ]


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(EXAMPLES), st.booleans(), st.sampled_from(["textPayload", "message"]))
def test_entries_lose_their_secrets_and_stay_entries(example: Example, plain: bool, field: str) -> None:
    """A line of JSON with a secret anywhere in a string is JSON with the same fields afterwards."""
    entry = {"insertId": "1k2j3h4g5f6d7s8a", field: example.line, "labels": {"a": "b"}, "n": 1.5}
    raw = json.dumps(entry, ensure_ascii=plain).encode() + b"\n"
    after = json.loads(filtered(raw)[0])
    assert not leaks(example, after[field])
    assert {**after, field: example.line} == entry


def test_names_of_fields_tell() -> None:
    """Strings, numbers and name-value pairs under a telling name go; so does what escapes would hide."""
    raw = {"password": "correct horse", "pin": 1234, "env": [{"name": "API_TOKEN", "value": "a1b2c3d4e5"}], "n": 1234}
    [after] = filtered(json.dumps(raw).encode())
    assert json.loads(after) == {
        "password": "[redacted: password]",
        "pin": "[redacted: one-time code]",
        "env": [{"name": "API_TOKEN", "value": "[redacted: token]"}],
        "n": 1234,
    }
    assert b"unter2" not in filtered(b'{"textPayload":"p\\u0061ssword=h\\u0075nter2"}')[0]


def test_pretty_printed_members_are_json_too() -> None:
    """A line of gcloud's array, which is no document by itself."""
    assert filtered(b'    "password": "x1y2z3",\n') == [b'    "password": "[redacted: password]",\n']
    assert is_json('  "a": "b",')
    assert not is_json("{not json")


def test_a_key_over_many_lines_goes_whole() -> None:
    """From its first line to its last; the lines stay countable, and what follows is read as ever."""
    key = [
        b"x -----BEGIN EC PRIVATE KEY-----\n",
        b"MHcCAQEEIabc\n",
        b"  +/def==\n",
        b"-----END EC PRIVATE KEY----- y\n",
    ]
    after = filtered(*key, b"MHcCAQ\n")
    assert after == [
        b"x [redacted: private key]\n",
        b"[redacted: private key]\n",
        b"  [redacted: private key]\n",
        b"[redacted: private key] y\n",
        b"MHcCAQ\n",
    ]


def test_a_key_that_never_ends_hides_no_more_than_itself() -> None:
    """The first line that can be no part of a key ends it."""
    after = filtered(b"-----BEGIN PRIVATE KEY-----\n", b"MIIabc\n", b"2025-01-02 [ERROR] (main) down!\n", b"MIIabc\n")
    assert after[1:] == [b"[redacted: private key]\n", b"2025-01-02 [ERROR] (main) down!\n", b"MIIabc\n"]


def test_counts_grow_with_the_stream() -> None:
    """Kinds are counted over all lines."""
    lines = LineRedactor(REDACTOR)
    for raw in (b"password=hunter2\n", b'{"password":"x1y2","token":"a1b2c3d4e5"}\n', b"nothing\n"):
        lines.line(raw)
    assert lines.counts == {"password": 2, "token": 1}
