"""Alerts of Cloud Monitoring: who may send them, and what they ask for."""

import base64
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.faces.slack.alerts import BadAlert, by, command_of, may_alert, read_alert
from bot.faces.slack.commands import File
from bot.model.time import MINUTE, SECOND

NOW = 1_772_600_000 * SECOND
SECRET = b"s3cret:with:colons"


ENDLESS = b'{"incident": {"incident_id": "1", "state": "open", "started_at": 1e999}}'


def header(password: bytes, user: bytes = b"incidentbot") -> bytes:
    """Basic authentication."""
    return b"Basic " + base64.b64encode(user + b":" + password)


def alert(**fields: Any) -> bytes:
    """An alert's body, as Cloud Monitoring writes it."""
    incident = {
        "incident_id": "0.lj2va6zdkemq", "resource_id": "", "resource_name": "acme-prod checkout-api",
        "resource": {"type": "cloud_run_revision", "labels": {"service_name": "checkout-api"}},
        "started_at": NOW // SECOND - 600, "policy_name": "5xx", "condition_name": "5xx above 1%", "state": "open",
        "ended_at": None, "summary": "5xx of checkout-api is above the threshold of 0.01",
    }  # fmt: skip
    return json.dumps({"incident": {**incident, **fields}, "version": "1.2"}).encode()


def test_only_the_secret_lets_an_alert_in() -> None:
    """As the password of basic authentication or as `auth_token`; nothing else, and nothing where none is set."""
    assert may_alert(SECRET, header(SECRET), "")
    assert may_alert(SECRET, b"basic  " + header(SECRET)[6:], "")
    assert may_alert(SECRET, b"", SECRET.decode())
    for wrong in (b"", b"Bearer " + SECRET, b"Basic " + SECRET, b"Basic ====", header(b""), header(SECRET[:-1])):
        assert not may_alert(SECRET, wrong, "")
        assert not may_alert(SECRET, wrong, "wrong")
    assert not may_alert(b"", header(b""), "")


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=60), st.text(max_size=20))
def test_no_garbage_lets_an_alert_in(authorization: bytes, token: str) -> None:
    """Whatever comes is no, and no exception."""
    assert not may_alert(SECRET, authorization, token.encode("utf-8", "replace").decode())


@pytest.mark.parametrize(
    ("fields", "command"),
    [
        ({}, File("checkout-api", "25m")),
        ({"started_at": NOW // SECOND}, File("checkout-api", "15m")),
        ({"started_at": NOW // SECOND + 900}, File("checkout-api", "15m")),
        ({"started_at": None}, File("checkout-api", "15m")),
        ({"started_at": 10**30}, File("checkout-api", "15m")),
        ({"started_at": -5}, File("checkout-api", "15m")),
        ({"started_at": 1}, File("checkout-api", "1440m")),
        ({"started_at": NOW // SECOND - 30.5}, File("checkout-api", "16m")),
        ({"resource": {"labels": {"container_name": "worker"}}}, File("worker", "25m")),
        ({"resource": {"labels": {"service_name": "a b; rm"}}}, File("", "25m")),
        ({"resource": {"labels": {"service_name": 7}}}, File("", "25m")),
        ({"resource": {}}, File("", "25m")),
        ({"resource": None, "policy_name": None}, File("", "25m")),
        ({"state": "closed"}, None),
        ({"state": "CLOSED"}, None),
    ],
)
def test_an_alert_asks_for_its_service_and_time(fields: dict[str, Any], command: File | None) -> None:
    """A quarter of an hour before its start up to now, a day at most; one that is over asks for nothing."""
    assert command_of(read_alert(alert(**fields)), NOW) == command


def test_who_asks_is_the_policy() -> None:
    """Its name and the incident's id; what is too long is cut."""
    assert by(read_alert(alert())) == "Cloud Monitoring's alert 5xx (0.lj2va6zdkemq)"
    assert len(by(read_alert(alert(policy_name="x" * 999, incident_id="y" * 999)))) < 150


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b"\xff", b"[" * 100_000, alert(state=7), alert()[:-2], ENDLESS])
def test_what_is_no_alert_is_said_to_be_none(body: bytes) -> None:
    """One error, whatever it is."""
    with pytest.raises(BadAlert):
        read_alert(body)


def test_a_minute_is_never_cut_off() -> None:
    """The window reaches back at least as far as it should."""
    command = command_of(read_alert(alert(started_at=NOW // SECOND - 601)), NOW)
    assert command
    assert int(command.window[:-1]) * MINUTE >= 601 * SECOND + 15 * MINUTE
