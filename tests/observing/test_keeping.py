"""What a window keeps of entries' text: redacted, bounded, and nothing hidden."""

import msgspec
import pytest

from bot.clustering import Clusterer
from bot.model.entry import LogEntry
from bot.model.window import Window
from bot.observing import observe
from bot.observing.keeping import first_line, kept
from tests.observing.logged import TRACE, entry

SECRET = "ghp_" + "a1B2c3D4e5" * 4
DURING = "During handling of the above exception, another exception occurred:"


def window(*entries: LogEntry) -> Window:
    """The window of these entries."""
    return observe(entries, Clusterer().signature, lambda project: project)


LEAKS = [
    entry(textPayload=f"login with {SECRET} failed"),
    entry(textPayload=f"{'x' * 3_990} {SECRET}"),
    entry(textPayload=f"{TRACE}no access for {SECRET}"),
    entry(textPayload=f"{TRACE}x".replace("x()", f'login("{SECRET}")')),
    entry(textPayload=f"{TRACE}x\n\n{DURING}\n\n{TRACE}{SECRET}"),
    entry(jsonPayload={"message": "it failed", "stack_trace": f"{TRACE}{SECRET}"}),
    entry(jsonPayload={"message": "it failed", "error": {"type": "Denied", "value": SECRET}}),
    entry(jsonPayload={"token": SECRET}),
    entry(textPayload=f'{{"message": "token {SECRET}"}}'),
    entry(textPayload=f"Traceback (most recent call last):\n  {SECRET}"),
    entry(httpRequest={"requestMethod": "GET", "requestUrl": f"/a?token={SECRET}", "status": 500}),
]


@pytest.mark.parametrize("logged", LEAKS, ids=range(len(LEAKS)))
def test_no_secret_is_kept(logged: LogEntry) -> None:
    """Neither in a title, template, message, sample nor trace, and not its first half at a cut either."""
    seen = msgspec.json.encode(window(logged)).decode()
    assert SECRET[:9] not in seen


def test_kept_text_is_bounded() -> None:
    """Of 5 MB a few thousand characters stay, and the sample says how much was cut."""
    cluster = window(entry(textPayload="word " * 1_000_000)).clusters[0]
    assert (len(cluster.title), len(cluster.template), len(cluster.message)) == (300, 300, 4_000)
    assert cluster.samples[0].text.endswith("more characters]")
    assert len(cluster.samples[0].text) < 4_100


def test_samples_hide_nothing() -> None:
    """Control and direction-changing characters are visible in samples."""
    assert window(entry(textPayload="a\x1b[31mb\u202ec\x00")).clusters[0].samples[0].text == "ab\\u202ec\\u0000"


def test_first_line_and_kept() -> None:
    """The first line that says something; what is cut is redacted before."""
    assert (first_line("\n  \n a \nb"), first_line(" \n")) == ("a", "(empty)")
    assert kept(f"{'x' * 6} {SECRET}", 12) == "xxxxxx [reda"
