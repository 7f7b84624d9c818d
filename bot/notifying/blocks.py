"""A notice as Slack takes it: Block Kit within its limits, everything escaped, only whom the settings name mentioned.

Source of the limits: https://docs.slack.dev/reference/block-kit/blocks/section-block
"""

from collections.abc import Mapping
from typing import Any

from bot.model.notice import ALARMS, News
from bot.model.time import iso
from bot.notifying.interface import Notice
from bot.text import slack

EVENT = "incidentbot_notice"
"""The type of the metadata by which a message of ours is found again."""

_HEADS = {
    News.NEW: "new",
    News.WORSE: "got worse",
    News.REGRESSION: "came back",
    News.AGAIN: "open again",
    News.VERIFIED: "verified: the fix works",
    News.RECOVERED: "recovered",
    News.ASIDE: "set aside",
}
_FIELD, _TITLE, _SENTENCE = 400, 300, 700
_MOST_OWNERS = 10

Message = dict[str, Any]


def message(notice: Notice, mentions: Mapping[str, str]) -> Message:
    """The one message of an issue, as it is after these news. `mentions` are ids of users or groups, by owner."""
    facts = {
        "Where": slack.text(f"{notice.service} in {notice.environment}", _FIELD),
        "Since": iso(notice.first),
        "Entries": f"{notice.entries:,} in {notice.episodes:,} episode{'' if notice.episodes == 1 else 's'}",
        "Owners": _owners(notice, mentions),
    }
    fields = [_mrkdwn(f"*{name}*\n{said}") for name, said in facts.items() if said]
    sections = [_section(_headline(notice)), {"type": "section", "fields": fields}]
    sections += [_section(said) for said in _sentences(notice)]
    return _whole(notice, sections)


def reply(notice: Notice, mentions: Mapping[str, str]) -> Message:
    """What is said below the message when something changes, so that people hear of it; alarms in the channel too."""
    called = _owners(notice, mentions, only_called=True) if notice.news in ALARMS else ""
    said = " ".join(filter(None, (_headline(notice), called)))
    sections = [_section(said), *(_section(sentence) for sentence in _sentences(notice)[:1])]
    return {**_whole(notice, sections), "reply_broadcast": notice.news in ALARMS}


def _whole(notice: Notice, sections: list[Message]) -> Message:
    return {
        "text": slack.text(f"{notice.priority} {_HEADS[notice.news]}: #{notice.number} {notice.title}", _TITLE),
        "blocks": sections,
        "metadata": {"event_type": EVENT, "event_payload": {"name": notice.name}},
        "unfurl_links": False,
        "unfurl_media": False,
    }


def _headline(notice: Notice) -> str:
    subject = slack.text(f"#{notice.number} {notice.title}", _TITLE)
    return f"*{notice.priority} {_HEADS[notice.news]}* {slack.link(subject, notice.url)}"


def _sentences(notice: Notice) -> list[str]:
    because = slack.text(notice.because, _SENTENCE)
    hint = f"*Look first:* {slack.text(notice.hint, _SENTENCE)}" if notice.hint and notice.news in ALARMS else ""
    return [said for said in (because, hint) if said]


def _owners(notice: Notice, mentions: Mapping[str, str], only_called: bool = False) -> str:
    """Owners in the order of their certainty: mentioned where the settings say who they are in Slack, else named."""
    said = []
    for owner in notice.owners[:_MOST_OWNERS]:
        if called := mentions.get(owner):
            said.append(f"<!subteam^{called}>" if called.startswith("S") else f"<@{called}>")
        elif not only_called:
            said.append(slack.text(owner, 60))
    return " ".join(dict.fromkeys(said))


def _section(text: str) -> Message:
    return {"type": "section", "text": _mrkdwn(text)}


def _mrkdwn(text: str) -> Message:
    return {"type": "mrkdwn", "text": text, "verbatim": True}
