"""Nobody waits longer than Slack does: neither for a command to be taken nor for an answer that is long in coming."""

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from bot.errors import TrackerUnavailable, UnclearOutcome, UsageError
from bot.faces.secrecy import own_secrets
from bot.faces.slack.asking import Asked
from bot.faces.slack.commands import Status
from bot.faces.slack.desk import Answer
from bot.faces.slack.patience import Patience
from bot.faces.slack.reading import Reader
from bot.faces.slack.responding import Sent
from bot.settings import Settings
from bot.text.redaction import redact, redactor, using
from bot.usecases.setup import make
from tests.faces.slack.test_worker import Ear, Noting

ASKED = Asked("T1", "C1", "U1", "ann", "status", "https://hooks.slack.com/commands/1")


class Slow(Noting):
    """A desk whose `status` takes until `go` is set."""

    def __init__(self) -> None:
        super().__init__()
        self.go = threading.Event()

    def status(self, command: Status) -> Answer:
        """Note it, in the end."""
        self.go.wait(10)
        return super().status(command)


def run(story: Callable[[], Awaitable[Any]]) -> Any:
    """A story, on an event loop."""
    return asyncio.run(story())  # type: ignore[arg-type]


def test_what_ends_in_time_is_the_result() -> None:
    """A value is handed on, and so is an error."""

    async def story() -> None:
        patience = Patience(1)
        assert await patience.wait(lambda: 7, 5) == 7
        with pytest.raises(ZeroDivisionError):
            await patience.wait(lambda: 1 // 0, 5)
        patience.close()

    run(story)


def test_what_did_not_begin_is_not_done_and_what_began_is_unclear() -> None:
    """With every thread taken, the one that runs is unclear; the one that waits never begins."""
    began: list[str] = []
    go = threading.Event()

    async def story() -> None:
        patience = Patience(1)

        def long() -> None:
            began.append("first")
            go.wait(10)

        with pytest.raises(UnclearOutcome, match="look before you say it again"):
            await patience.wait(long, 0.1)
        with pytest.raises(TrackerUnavailable, match="nothing was done") as error:
            await patience.wait(lambda: began.append("second"), 0.1)
        assert not isinstance(error.value, UnclearOutcome)
        go.set()
        assert await patience.wait(lambda: 1, 5) == 1
        patience.close()

    run(story)
    assert began == ["first"]


def test_a_quick_answer_is_the_reply() -> None:
    """Nothing is posted later."""
    desk, ear = Noting(), Ear()
    reply = run(lambda: Reader(desk, ear).read(Status(), ASKED))
    assert reply["text"] == "done"
    assert ear.heard == []


def test_a_slow_answer_comes_by_the_response_url() -> None:
    """The reply says so at once; the answer follows, tried again where Slack fails, even while the relay stops."""
    desk, ear = Slow(), Ear()
    ear.answers = [Sent("Slack answered 500", 0.01)]

    async def story() -> None:
        reader, start = Reader(desk, ear, quick=0.1), time.monotonic()
        reply = await reader.read(Status(), ASKED)
        assert time.monotonic() - start < 1
        assert reply["text"].startswith("Still reading")
        desk.go.set()
        await reader.finish()

    run(story)
    assert [(url, message["text"], use) for url, message, use in ear.heard] == [
        (ASKED.response_url, "done", 1),
        (ASKED.response_url, "done", 2),
    ]


def test_an_answer_that_slack_refuses_is_told_in_the_log(capsys: pytest.CaptureFixture[str]) -> None:
    """Given up loudly: who asked, what, and why."""
    desk, ear = Slow(), Ear()
    ear.answers = [Sent("Slack refused it with 404")]

    async def story() -> None:
        reader = Reader(desk, ear, quick=0.05)
        await reader.read(Status(), ASKED)
        desk.go.set()
        await reader.finish()

    run(story)
    assert (
        "ERROR: ann (U1 in Slack) never got the answer to status: Slack refused it with 404" in capsys.readouterr().err
    )


def test_a_fault_is_told_and_kept_to_oneself(capsys: pytest.CaptureFixture[str]) -> None:
    """Slack hears that it was a fault, the log which."""
    desk = Noting()
    desk.fails = [ZeroDivisionError("a detail")]
    reply = run(lambda: Reader(desk, Ear()).read(Status(), ASKED))
    assert "fault" in reply["text"]
    assert "a detail" not in str(reply)
    assert "ZeroDivisionError: a detail" in capsys.readouterr().err


def test_too_many_readers_are_sent_away() -> None:
    """At most so many wait; the next is told so at once, and can ask again when they are done."""
    desk = Slow()

    async def story() -> list[str]:
        reader = Reader(desk, Ear(), quick=0.05)
        replies = [await reader.read(Status(), ASKED) for _ in range(18)]
        desk.go.set()
        await reader.finish()
        return [str(reply["text"])[:8] for reply in replies]

    assert run(story) == ["Still re"] * 16 + ["Too many"] * 2


def test_threads_keep_the_programs_secrets(capsys: pytest.CaptureFixture[str]) -> None:
    """What is hidden on the event loop is hidden in its threads: neither the log nor the answer shows it."""
    secret = "tulips in a plain sentence"
    desk = Noting()
    desk.fails = [ZeroDivisionError(secret), UsageError(f"no: {secret}")]

    async def story() -> list[Any]:
        reader = Reader(desk, Ear())
        return [await reader.read(Status(), ASKED) for _ in range(2)]

    with using(redactor(values=[("own secret", secret)])):
        replies = run(story)
        patience = asyncio.run(Patience(1).wait(lambda: redact(secret), 5))
    assert secret not in str(replies) + patience + capsys.readouterr().err


def test_secrets_of_the_relay_are_the_programs_own() -> None:
    """From the settings or from the environment, what Slack and Cloud Monitoring sign with is shown nowhere."""
    rules = {"signing_secrets": ("roses are red",), "alert_secret": "violets are blue"}
    shown = make(Settings(slack=rules)).redactor.text("roses are red, violets are blue")
    assert "roses" not in shown
    assert "violets" not in shown
    env = {"INCIDENTBOT_SLACK__SIGNING_SECRETS": '["roses are red"]', "INCIDENTBOT_SLACK__ALERT_SECRET": "violets"}
    assert {"roses are red", "violets"} <= {value for _, value in own_secrets(env)}
