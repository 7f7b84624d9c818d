"""Alerts by PagerDuty's Events API v2: triggered for what somebody has to act on, resolved when it is over.

Source: https://developer.pagerduty.com/docs/events-api-v2/trigger-events/
"""

import hashlib
import time
from typing import Any

from bot.model.incident import Priority
from bot.model.notice import ALARMS
from bot.model.time import iso
from bot.notifying.interface import Notice, NotTold
from bot.notifying.posting import Post, Sleep
from bot.text.visible import cut, visible

ADDRESSES = {"us": "https://events.pagerduty.com/v2/enqueue", "eu": "https://events.eu.pagerduty.com/v2/enqueue"}
"""Where events go, by the region of the account."""

_SEVERITIES = {Priority.P0: "critical", Priority.P1: "error", Priority.P2: "warning", Priority.P3: "info"}
_MOST_KEY, _MOST_SUMMARY, _MOST_SENTENCE = 255, 1_024, 2_000
_CUT_MARK = 48
_OPEN, _CLOSED = "triggered ", "resolved "


class PagerDutyNotifier:
    """Tells one integration. Alarms from the priority `least` on trigger an alert; what ends them resolves it."""

    name = "pagerduty"

    def __init__(
        self, routing_key: str, least: Priority, url: str = ADDRESSES["us"], sleep: Sleep = time.sleep
    ) -> None:
        self._key, self._least, self._url = routing_key, least, url
        self._post = Post("PagerDuty", sleep=sleep)

    def wants(self, notice: Notice, place: str) -> bool:
        """Alarms that are bad enough; what ends an alert that was triggered."""
        if notice.news in ALARMS:
            return notice.priority <= self._least
        return place.startswith(_OPEN)

    def tell(self, notice: Notice, place: str) -> str:
        """Trigger or resolve; returns which, and the key by which PagerDuty takes repeated events for one alert.

        The key is kept from event to event: the root of an incident may be learnt later, its alert stays the same.
        """
        key = place.partition(" ")[2] or _key_of(notice)
        alarm = notice.news in ALARMS
        event = {"routing_key": self._key, "event_action": "trigger" if alarm else "resolve", "dedup_key": key}
        answer = self._post.json(self._url, {**event, **_details(notice)} if alarm else event)
        if answer.status != 202:
            said = "; ".join(str(one) for one in answer.body.get("errors") or [] if isinstance(one, str))
            why = f"{answer.status}{f': {visible(said)[:200]}' if said else ''}"
            raise NotTold(f"PagerDuty refused it ({why}): check notify.pagerduty_routing_key and pagerduty_region.")
        return (_OPEN if alarm else _CLOSED) + key


def _key_of(notice: Notice) -> str:
    """The incident's key, which is the same in every run; its digest where it is longer than PagerDuty takes."""
    return notice.key if len(notice.key) <= _MOST_KEY else hashlib.sha256(notice.key.encode()).hexdigest()


def _details(notice: Notice) -> dict[str, Any]:
    payload = {
        "summary": _short(f"{notice.priority} {notice.news.value}: #{notice.number} {notice.title}", _MOST_SUMMARY),
        "source": _short(notice.service, _MOST_KEY),
        "severity": _SEVERITIES[notice.priority],
        "timestamp": iso(notice.first),
        "component": _short(notice.service, _MOST_KEY),
        "group": _short(notice.environment, _MOST_KEY),
        "class": notice.news.value,
        "custom_details": {
            "issue": notice.number,
            "entries": notice.entries,
            "episodes": notice.episodes,
            "owners": [_short(owner, _MOST_KEY) for owner in notice.owners],
            "because": _short(notice.because, _MOST_SENTENCE),
            "look_first": _short(notice.hint, _MOST_SENTENCE),
        },
    }
    there = {"client_url": notice.url, "links": [{"href": notice.url, "text": f"Issue #{notice.number}"}]}
    return {"client": "incidentbot", "payload": payload, **(there if notice.url.startswith("https://") else {})}


def _short(text: str, limit: int) -> str:
    """Redacted, visible text of at most so many characters."""
    whole = visible(text)
    return whole if len(whole) <= limit else cut(whole, limit - _CUT_MARK).raw
