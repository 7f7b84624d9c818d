"""One message an issue in a channel of Slack's, kept true; what changes is said below it.

Source: https://docs.slack.dev/reference/methods/chat.postMessage, chat.update, conversations.history
"""

import time
from collections.abc import Mapping
from typing import Any

from bot.model.notice import ALARMS, News
from bot.notifying.blocks import EVENT, message, reply
from bot.notifying.interface import Notice, NotTold
from bot.notifying.posting import Post, Sleep

API = "https://slack.com/api"
"""No setting changes it: only code that makes a notifier of its own, such as a test."""

_GONE = ("message_not_found", "channel_not_found", "is_archived", "cant_update_message", "edit_window_closed")
_EARLIER = 300
"""Seconds by which a clock may differ from Slack's."""
_MOST_PAGES = 5
_MENDS = {
    "not_in_channel": "invite the app to the channel",
    "channel_not_found": "name a channel by its id, and invite the app to it",
    "is_archived": "name another channel",
    "missing_scope": "give the app the scope chat:write",
    "invalid_auth": "set SLACK_BOT_TOKEN to the app's bot token",
    "not_authed": "set SLACK_BOT_TOKEN to the app's bot token",
    "account_inactive": "install the app again",
    "token_revoked": "install the app again",
}


class _Refused(Exception):
    """Slack took the request and said no; the text is its error's name."""


class SlackNotifier:
    """Tells channels: `channels` and `mentions` are ids by owner (without `@`), `channel` is for all others."""

    name = "slack"

    def __init__(
        self,
        token: str,
        channel: str,
        channels: Mapping[str, str],
        mentions: Mapping[str, str],
        api: str = API,
        sleep: Sleep = time.sleep,
    ) -> None:
        self._channel, self._channels, self._mentions = channel, channels, mentions
        self._post, self._api = Post("Slack", token, sleep), api

    def wants(self, notice: Notice, place: str) -> bool:
        """Alarms of those who have a channel; what ends them where there is a message of it."""
        return bool(place) or (notice.news in ALARMS and bool(self._channel_of(notice)))

    def tell(self, notice: Notice, place: str) -> str:
        """Post the issue's message, or make it true and say below what changed; returns `channel/timestamp`.

        Slack has no key that makes a post happen once. Where an earlier run may have posted, the channel's history is
        looked through; where the app may not read that, it is told a second time rather than not at all.
        """
        try:
            return self._told(notice, place)
        except _Refused as error:
            mend = _MENDS.get(str(error), "see Slack's list of errors")
            raise NotTold(f"Slack refused it ({error}): {mend}; the next run tries again.") from None

    def _told(self, notice: Notice, place: str) -> str:
        channel, _, stamp = place.partition("/")
        if not stamp or not self._updated(notice, channel, stamp):
            return self._posted(notice)
        if notice.news is not News.ASIDE and not self._said(notice, channel, stamp):
            self._ask("chat.postMessage", channel=channel, thread_ts=stamp, **reply(notice, self._mentions))
        return place

    def _posted(self, notice: Notice) -> str:
        channel = self._channel_of(notice)
        if not channel or notice.news not in ALARMS:
            return ""
        if notice.noted and (found := self._find(notice, "conversations.history", channel=channel)):
            return f"{channel}/{found}"
        answer = self._ask("chat.postMessage", channel=channel, **message(notice, self._mentions))
        return f"{answer.get('channel', channel)}/{answer.get('ts', '')}"

    def _updated(self, notice: Notice, channel: str, stamp: str) -> bool:
        """Make the message true; False where it is gone."""
        try:
            self._ask("chat.update", channel=channel, ts=stamp, **message(notice, self._mentions))
        except _Refused as error:
            if str(error) in _GONE:
                return False
            raise
        return True

    def _said(self, notice: Notice, channel: str, stamp: str) -> bool:
        return bool(notice.noted) and bool(self._find(notice, "conversations.replies", channel=channel, ts=stamp))

    def _find(self, notice: Notice, method: str, **where: str) -> str:
        """The timestamp of the message that tells this notice; "" where none is found, or nothing may be read.

        The message that a thread is of doesn't count in it: its update came before the reply.
        """
        oldest = str(notice.noted // 1_000_000_000 - _EARLIER)
        fields = {**where, "oldest": oldest, "include_all_metadata": "true", "limit": "200"}
        for _ in range(_MOST_PAGES):
            try:
                page = _well(self._post.form(f"{self._api}/{method}", fields).body)
            except _Refused:
                return ""
            for one in page.get("messages") or []:
                if _tells(one, notice) and one.get("ts") != where.get("ts"):
                    return str(one.get("ts", ""))
            if not (cursor := (page.get("response_metadata") or {}).get("next_cursor")):
                return ""
            fields["cursor"] = cursor
        return ""

    def _ask(self, method: str, **body: Any) -> dict[str, Any]:
        return _well(self._post.json(f"{self._api}/{method}", body).body)

    def _channel_of(self, notice: Notice) -> str:
        return next((self._channels[owner] for owner in notice.owners if owner in self._channels), self._channel)


def _tells(message: dict[str, Any], notice: Notice) -> bool:
    told = message.get("metadata") or {}
    return told.get("event_type") == EVENT and (told.get("event_payload") or {}).get("name") == notice.name


def _well(answer: dict[str, Any]) -> dict[str, Any]:
    """The answer where Slack says that it is well. Raises _Refused with the name of Slack's error."""
    if answer.get("ok") is not True:
        raise _Refused(str(answer.get("error") or "no answer of Slack's"))
    return answer
