"""Who may ask, and where answers may go."""

from urllib.parse import urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.faces.slack.asking import Asked, Garbled, is_answerable, read, refusal
from bot.settings import Slack

HOST = "hooks.slack.com"
URL = "https://hooks.slack.com/commands/T1/2/x"
RULES = Slack(workspaces=("T1",), channels=("C1",), users=("U1",), contact="#ops")


def body(**fields: str) -> bytes:
    """A form that says enough, with changes."""
    given = {"team_id": "T1", "channel_id": "C1", "user_id": "U1", "user_name": "ann", "text": "help"}
    return urlencode({**given, "response_url": URL, **fields}).encode()


def test_a_command_is_read() -> None:
    """Ids, name, words and address; who asks is known by the id."""
    asked = read(body(), HOST)
    assert asked == Asked("T1", "C1", "U1", "ann", "help", URL)
    assert asked.by == "ann (U1 in Slack)"


@pytest.mark.parametrize(
    "raw",
    [
        b"", b"text=help", b"team_id=%FF&channel_id=C1&user_id=U1", b"\xff\xfe", b"&" * 100 + b"a=b" * 100,
        body(team_id=""), body(user_id="U1\n"), body(channel_id="c1"), body(user_id="U" * 40),
        body(response_url="http://hooks.slack.com/x"), body(response_url=""),
        "&".join(f"f{number}=1" for number in range(200)).encode(),
    ],
)  # fmt: skip
def test_what_slack_does_not_send_is_garbled(raw: bytes) -> None:
    """Missing ids, broken text, another host, too many fields: one error, whatever it is."""
    with pytest.raises(Garbled):
        read(raw, HOST)


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.slack.com/commands/x", "https://hooks.slack.com.evil.example/x", "https://evil.example/hooks.slack.com",
        "https://user@hooks.slack.com/x", "https://hooks.slack.com:443/x", "https://hooks.slack.com:8443/x",
        "https://hooks.slack.com\\@evil.example/x", "https://evil.example#@hooks.slack.com/x", "//hooks.slack.com/x",
        "https://hooks.slack.com", "https://hooks.slack.com/", "https://HOOKS.slack.com/x", "https://hooks.slack.com./",
        "https://hooks.slack.com%2eevil.example/x", "https://hooks.slack.com\t/x", "https://hooks.slack.com/\nx",
        "https://[hooks.slack.com]/x", "https://hooks.sl\u0430ck.com/x", "file:///x", "https:hooks.slack.com/x",
        "https://169.254.169.254/x", "",
    ],
)  # fmt: skip
def test_answers_go_nowhere_else(url: str) -> None:
    """https, this very host and no port or user, however the address is written."""
    assert not is_answerable(url, HOST)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=60), st.sampled_from(["https://", "https:/", "https://hooks.slack.com", "https://x@"]))
def test_an_address_that_passes_begins_with_slack(tail: str, head: str) -> None:
    """Whatever passes begins with the host and a slash, so no client can read another host from it."""
    if is_answerable(head + tail, HOST):
        assert (head + tail).startswith(f"https://{HOST}/")


@pytest.mark.parametrize(
    ("rules", "named"),
    [
        (Slack(), ["slack.workspaces", "slack.channels", "slack.users"]),
        (Slack(workspaces=("*",), channels=("*",), users=("*",)), ["slack.workspaces"]),
        (Slack(workspaces=("T1",), channels=("C2",), users=("U1",)), ["slack.channels"]),
        (Slack(workspaces=("T1",), channels=("C1",), users=("u1", "U11")), ["slack.users"]),
        (Slack(workspaces=("T1",), channels=("*",), users=("*",)), []),
        (RULES, []),
    ],
)
def test_nobody_is_let_in_who_is_not_named(rules: Slack, named: list[str]) -> None:
    """Empty lists let nobody in; a workspace is always named; the refusal says what to add where, and whom to ask."""
    told = refusal(read(body(), HOST), rules)
    assert [name for name in ("slack.workspaces", "slack.channels", "slack.users") if name in told] == named
    assert bool(told) == bool(named)
    assert not named or rules.contact in told


def test_a_name_brings_nothing_along() -> None:
    """What isn't letters, digits, blanks or `.@-_` is left out of a name, and so is what is too long."""
    asked = read(body(user_name="<!channel>\n" + "x" * 99), HOST)
    assert asked.name == "channel" + "x" * 33
