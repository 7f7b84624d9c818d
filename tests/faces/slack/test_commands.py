"""Words of the chat become commands, or a hint."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.errors import UsageError
from bot.faces.slack.commands import (
    USAGE,
    Command,
    Explain,
    File,
    Help,
    Merge,
    Mute,
    Resolve,
    Status,
    Verify,
    name_of,
    parse,
    told,
    words_of,
)
from bot.model.time import nanos_of
from tests.text.hostile import TEXT

NOW = nanos_of("2026-03-04T05:06:07.891Z")
SHA = "2f130c1aa"


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("", Help()),
        ("  HELP me ", Help()),
        ("file", File()),
        ("file checkout-api", File("checkout-api")),
        ("File checkout-api 1H", File("checkout-api", "1h")),
        ("file 90m", File("", "90m")),
        ("status", Status()),
        ("status #12", Status(12)),
        (f"resolve 12 {SHA.upper()} 0123456 {SHA}", Resolve(12, (SHA, "0123456"))),
        ("verify 12", Verify(12)),
        ("mute 12", Mute(12)),
        ("mute 12 3d", Mute(12, nanos_of("2026-03-07T05:06:07Z"))),
        ("mute 12 2026-05-01", Mute(12, nanos_of("2026-05-01T00:00:00Z"))),
        ("mute 12 2026-05-01T10:00:00+02:00", Mute(12, nanos_of("2026-05-01T08:00:00Z"))),
        ("merge 12 #15", Merge(12, 15)),
        ("explain 12", Explain(12)),
        ("`mute\u2060 12`", Mute(12)),
    ],
)
def test_words_are_commands(text: str, command: Command) -> None:
    """Each form of each command; case, `#`, code marks and what a copied message brings along don't matter."""
    assert parse(text, NOW) == command


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("mut 12", "did you mean `mute`?"),
        ("drop tables", "Known are file, status"),
        ("mute", "`mute N [until]`"),
        ("mute twelve", "no issue's number"),
        ("mute 0", "no issue's number"),
        ("mute 12 soon", "no time"),
        ("mute 12 1970-01-01", "long past"),
        ("mute 12 3d please", "one word too many"),
        ("resolve 12", "something is missing".capitalize()),
        ("resolve 12 xyz", "no commit's SHA"),
        ("resolve 12 " + " ".join(f"{number:07x}" for number in range(21)), "one word too many"),
        ("merge 12 12", "into itself"),
        ("file a/b 1h", "no name of a service"),
        ("file api yesterday", "no window"),
        ("file api 31d", "30 days"),
        ("explain \uff11", "no issue's number"),
        ("status " + "9" * 1_500, "at most 1,500 characters"),
    ],
)
def test_what_does_not_fit_is_hinted_at(text: str, hint: str) -> None:
    """An error says what is wrong, and how the command goes."""
    with pytest.raises(UsageError) as error:
        parse(text, NOW)
    assert hint in str(error.value)


WORDS = st.sampled_from(
    [
        *USAGE,
        "1",
        "#2",
        "15",
        "api",
        "checkout-api",
        "1h",
        "30m",
        "9d",
        SHA,
        "0123456",
        "2026-05-01",
        "9999-12-31",
        "x y",
    ]
)


@settings(max_examples=300, deadline=None)
@given(st.lists(WORDS, max_size=5).map(" ".join) | TEXT)
@example("mute 1 9999-12-31T23:59:59-12:00")
def test_a_command_survives_being_told(text: str) -> None:
    """Whatever is parsed, told and parsed again at another time, is the same; nothing raises but a hint."""
    try:
        command = parse(text, NOW)
    except UsageError:
        return
    assert parse(told(command), NOW + 10**15) == command
    assert f"{name_of(command)} {words_of(command)}".strip() == told(command)


@pytest.mark.parametrize("name", USAGE)
def test_the_help_has_every_command(name: str) -> None:
    """What `help` lists is what can be said: a word or two makes a command of each."""
    given = {"resolve": f"1 {SHA}", "merge": "1 2"}.get(name, "1")
    assert name_of(parse(f"{name} {given}", NOW)) == name
