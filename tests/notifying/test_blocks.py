"""What Slack is given: within its limits, and nothing of a log comes alive."""

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model.notice import ALARMS, News
from bot.notifying.blocks import message, reply
from tests.notifying.fixed import notice

MENTIONS = {"acme/payments": "S0PAYMENTS", "ada": "U024BE7LH"}
ALIVE = re.compile(r"<[!@#]|<https?:")


def texts(blocks: Any) -> list[str]:
    """Every text within."""
    if isinstance(blocks, dict):
        own = [blocks["text"]] if isinstance(blocks.get("text"), str) else []
        return own + [one for value in blocks.values() for one in texts(value)]
    return [one for value in blocks for one in texts(value)] if isinstance(blocks, list) else []


@given(st.text(max_size=4_000), st.sampled_from(News))
def test_limits_hold_for_any_text(said: str, news: News) -> None:
    """Sections of at most 3,000 characters, fields of 2,000 and ten of them, whatever the log says."""
    odd = notice(news, title=said, because=said, hint=said, service=said, environment=said, owners=(said,) * 40)
    for body in (message(odd, MENTIONS), reply(odd, MENTIONS)):
        assert len(body["text"]) <= 3_000
        assert len(body["blocks"]) <= 50
        for block in body["blocks"]:
            assert all(1 <= len(one) <= 2_000 for one in texts(block.get("fields", [])))
            assert len(block.get("fields", [])) <= 10
            assert all(1 <= len(one) <= 3_000 for one in texts(block.get("text", {})))


@pytest.mark.parametrize("said", ["<!channel>", "<@U024BE7LH>", "<!subteam^S0PAYMENTS>", "<https://x.test|here>"])
def test_text_of_a_log_stays_text(said: str) -> None:
    """No mention, command to notify or link comes from a log; the one link is the issue's."""
    odd = notice(title=said, because=said, hint=said, service=said, environment=said, owners=(said,))
    for body in (message(odd, {}), reply(odd, {})):
        alive = [one for text in texts(body) for one in re.findall(r"<[^>]*>", text)]
        assert all(one.startswith("<https://github.com/acme/shop/issues/12|") for one in alive)


def test_nobody_is_mentioned_who_is_not_configured() -> None:
    """Owners are named; only those with an id in the settings are mentioned."""
    assert not re.search("<[@!]", json.dumps(message(notice(), {})))
    shown = json.dumps(message(notice(), {"ada": "U024BE7LH"}))
    assert re.findall("<[@!][^>]*>", shown) == ["<@U024BE7LH>"]
    assert "<!subteam^S0PAYMENTS> <@U024BE7LH>" in json.dumps(message(notice(), MENTIONS))


@pytest.mark.parametrize("news", News)
def test_replies_call_people_only_when_they_have_to_act(news: News) -> None:
    """An alarm is shown in the channel and mentions owners; what is over does neither."""
    body = reply(notice(news), MENTIONS)
    assert body["reply_broadcast"] is (news in ALARMS)
    assert ("<@U024BE7LH>" in json.dumps(body)) is (news in ALARMS)


def test_without_an_address_there_is_no_link() -> None:
    """An issue in a folder is named."""
    assert not ALIVE.search(json.dumps(message(notice(url=""), {})))


def test_a_message_says_what_is_known() -> None:
    """Where, since when, how often, whose, why, and what to look at first."""
    shown = " ".join(texts(message(notice(), {})["blocks"])).replace("\u2060", "")
    for said in ("P0 new", "#12", "checkout-api in production", "2026-03-04T09:12:00Z", "401 in 24 episodes",
                 "acme/payments", "24 failed starts", "Look first"):  # fmt: skip
        assert said in shown
