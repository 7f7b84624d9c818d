"""One message an issue, kept true, against the emulated Slack."""

from typing import Any

import pytest

from bot.model.notice import ALARMS, News
from bot.notifying import NotTold
from bot.notifying.slack import API, SlackNotifier
from tests.bench.proxy import ERROR_AFTER, ERROR_BEFORE, RESET_AFTER
from tests.faces.slack.slack_emulator import TOKEN, SlackEmulator
from tests.notifying.fixed import notice


def channel_of(slack: SlackEmulator) -> str:
    """The id of its one channel."""
    return next(str(one["id"]) for one in slack.ask("conversations.list")["channels"] if one["name"] == "general")


def notifier(
    slack: SlackEmulator, slept: list[float] | None = None, channels: dict[str, str] | None = None
) -> SlackNotifier:
    """One that tells its channel."""
    wait = (slept if slept is not None else []).append
    return SlackNotifier(TOKEN, channel_of(slack), channels or {}, {"ada": "U024BE7LH"}, f"{slack.proxy.url}/api", wait)


def thread(slack: SlackEmulator, place: str) -> list[Any]:
    """The message and what was said below it."""
    channel, _, stamp = place.partition("/")
    return list(slack.ask("conversations.replies", channel=channel, ts=stamp)["messages"])


def calls(slack: SlackEmulator) -> list[str]:
    """The methods that were asked for."""
    return [request.target.removeprefix("/api/") for request in slack.proxy.log]


def test_one_message_is_updated_and_each_change_said_below_it(slack: SlackEmulator) -> None:
    """From new to verified and back: one message, which says how it is now; alarms are shown in the channel too."""
    one = notifier(slack)
    before = len(slack.messages())
    place = one.tell(notice(), "")
    for news in (News.WORSE, News.VERIFIED, News.REGRESSION, News.ASIDE):
        assert one.tell(notice(news), place) == place
    root, *replies = thread(slack, place)
    assert len(slack.messages()) == before + 1
    assert root["text"].startswith("P0 set aside")
    assert [(reply["text"].split(":")[0], reply["reply_broadcast"]) for reply in replies] == [
        ("P0 got worse", True),
        ("P0 verified", False),
        ("P0 came back", True),
    ]


def test_what_an_earlier_run_posted_is_found(slack: SlackEmulator) -> None:
    """A run died after Slack had the post: the next one finds it by its metadata, and posts nothing."""
    one = notifier(slack)
    place = one.tell(notice(number=77, name="lost"), "")
    slack.proxy.forget()
    assert one.tell(notice(number=77, name="lost", noted=1), "") == place
    assert calls(slack) == ["conversations.history"]


def test_a_reply_that_an_earlier_run_posted_is_found(slack: SlackEmulator) -> None:
    """The same for what is said below."""
    one = notifier(slack)
    place = one.tell(notice(name="root"), "")
    one.tell(notice(News.REGRESSION), place)
    one.tell(notice(News.REGRESSION, noted=1), place)
    assert len(thread(slack, place)) == 2


def test_a_reply_that_no_run_posted_is_no_update_of_the_message(slack: SlackEmulator) -> None:
    """A run died between the update and the reply: the message tells the news already, the reply is still due."""
    one = notifier(slack)
    place = one.tell(notice(name="root-again"), "")
    slack.proxy.fail("chat.postMessage", ERROR_BEFORE, times=1)
    with pytest.raises(NotTold):
        one.tell(notice(News.REGRESSION, name="between"), place)
    one.tell(notice(News.REGRESSION, name="between", noted=1), place)
    assert len(thread(slack, place)) == 2


def test_where_nothing_may_be_read_it_is_told_twice_rather_than_never(slack: SlackEmulator) -> None:
    """Without the right to read the history an unclear post is repeated."""
    slack.proxy.answer("conversations.history", 200, {"ok": False, "error": "missing_scope"})
    one, before = notifier(slack), len(slack.messages())
    one.tell(notice(name="twice"), "")
    one.tell(notice(name="twice", noted=1), "")
    assert len(slack.messages()) == before + 2


@pytest.mark.parametrize("how", [RESET_AFTER, ERROR_AFTER])
def test_a_lost_answer_is_not_sent_again_at_once(slack: SlackEmulator, how: str) -> None:
    """Whether it is posted nobody knows: it is an error, and the next run looks."""
    one, before = notifier(slack), len(slack.messages())
    slack.proxy.fail("chat.postMessage", how)
    with pytest.raises(NotTold, match="Slack"):
        one.tell(notice(name=how), "")
    assert one.tell(notice(name=how, noted=1), "")
    assert len(slack.messages()) == before + 1


def test_a_deleted_message_is_posted_anew(slack: SlackEmulator) -> None:
    """Where somebody deleted it, an alarm is a new message; what is over needs none."""
    one = notifier(slack)
    gone = f"{channel_of(slack)}/1000000000.000001"
    assert one.tell(notice(News.REGRESSION, name="anew"), gone) not in ("", gone)
    assert one.tell(notice(News.VERIFIED), gone) == ""


def test_owners_have_channels_of_their_own(slack: SlackEmulator) -> None:
    """The first owner with a channel decides; without any, nobody is told."""
    one = notifier(slack, channels={"acme/payments": "C0PAYMENTS"})
    with pytest.raises(NotTold, match="channel_not_found"):
        one.tell(notice(), "")
    assert slack.proxy.log[-1].data["channel"] == "C0PAYMENTS"
    assert one.tell(notice(owners=()), "").startswith(channel_of(slack))
    nowhere = SlackNotifier(TOKEN, "", {"ops": "C0OPS"}, {})
    assert not nowhere.wants(notice(), "")
    assert nowhere.wants(notice(owners=("ops",)), "")


@pytest.mark.parametrize("news", News)
def test_what_it_wants(slack: SlackEmulator, news: News) -> None:
    """Alarms; and what ends them only where there is a message of it."""
    assert notifier(slack).wants(notice(news), "") is (news in ALARMS)
    assert notifier(slack).wants(notice(news), "C0/1.2")


@pytest.mark.parametrize(("error", "mend"), [
    ("not_in_channel", "invite the app"),
    ("invalid_auth", "SLACK_BOT_TOKEN"),
    ("something_new", "list of errors"),
])  # fmt: skip
def test_what_slack_refuses_is_said_with_the_mend(slack: SlackEmulator, error: str, mend: str) -> None:
    """The error's name and what to do, never the token."""
    slack.proxy.answer("chat.postMessage", 200, {"ok": False, "error": error})
    with pytest.raises(NotTold, match=mend) as told:
        notifier(slack).tell(notice(), "")
    assert error in str(told.value)
    assert TOKEN not in str(told.value)


def test_it_waits_where_it_is_asked_to(slack: SlackEmulator) -> None:
    """A 429 did nothing: it is waited for and sent again."""
    slept: list[float] = []
    slack.proxy.answer("chat.postMessage", 429, b"", {"Retry-After": "3"})
    assert notifier(slack, slept).tell(notice(name="patient"), "")
    assert slept == [3.0]


def test_the_token_goes_to_slack_alone(slack: SlackEmulator) -> None:
    """In the header of each request, not in a body; by default to Slack's own address; no redirect is followed."""
    slack.proxy.answer("chat.postMessage", 302, b"", {"Location": f"{slack.proxy.url}/api/elsewhere"})
    with pytest.raises(NotTold):
        notifier(slack).tell(notice(), "")
    assert calls(slack) == ["chat.postMessage"]
    [request] = slack.proxy.log
    assert request.headers["Authorization"] == f"Bearer {TOKEN}"
    assert TOKEN.encode() not in request.body
    assert API == "https://slack.com/api"
