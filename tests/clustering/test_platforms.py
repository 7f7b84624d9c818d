"""Entries as Cloud Functions, App Engine and load balancers write them, by their documentation.

Source of the shapes: https://cloud.google.com/functions/docs/monitoring/logging,
https://cloud.google.com/appengine/docs/standard/writing-application-logs and
https://cloud.google.com/load-balancing/docs/https/https-logging-monitoring
"""

from typing import Any

import pytest

from bot.clustering import Clusterer
from bot.model.entry import LogEntry
from bot.model.severity import Severity
from bot.model.signature import Kind, Signature
from bot.observing import observe
from tests.clustering.logged import entry

FUNCTION = {
    "logName": "projects/p/logs/cloudfunctions.googleapis.com%2Fcloud-functions",
    "resource": {
        "type": "cloud_function",
        "labels": {"function_name": "charge", "project_id": "p", "region": "europe-west1"},
    },
    "labels": {"execution_id": "w5s1k2xq9a0b"},
}
APP = {
    "logName": "projects/p/logs/appengine.googleapis.com%2Frequest_log",
    "resource": {
        "type": "gae_app",
        "labels": {"module_id": "default", "project_id": "p", "version_id": "20250915t204800", "zone": "eu17"},
    },
    "labels": {"clone_id": "00c61b117c0a1f"},
}
BALANCER = {
    "logName": "projects/p/logs/requests",
    "resource": {
        "type": "http_load_balancer",
        "labels": {
            "backend_service_name": "checkout-backend",
            "forwarding_rule_name": "https-rule",
            "project_id": "p",
            "target_proxy_name": "https-proxy",
            "url_map_name": "shop",
            "zone": "global",
        },
    },
}


def logged(on: dict[str, Any], **fields: Any) -> LogEntry:
    """An entry of this platform, with these fields beside or over its own."""
    return entry(timestamp="2025-09-15T20:51:00Z", **{**on, **fields})


def of(one: LogEntry) -> Signature:
    """What a new clusterer makes of it."""
    return Clusterer().signature(one)


def request(url: str, status: int | str, method: str = "GET") -> dict[str, Any]:
    """The httpRequest of an entry."""
    return {"requestMethod": method, "requestUrl": url, "status": status, "latency": "0.05s", "remoteIp": "192.0.2.7"}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (
            "Function execution took 60003 ms, finished with status: 'timeout'",
            "Function execution took 540011 ms, finished with status: 'timeout'",
        ),
        ("Function execution started", "Function execution started"),
        (
            "Function execution took 97 ms, finished with status code: 200",
            "Function execution took 8 ms, finished with status code: 200",
        ),
        (
            "Memory limit of 256 MiB exceeded with 262 MiB used.",
            "Memory limit of 256 MiB exceeded with 271 MiB used.",
        ),
    ],
)
def test_lines_of_cloud_functions(one: str, other: str) -> None:
    """The platform's lines about an execution are one cluster each, whatever it took."""
    assert of(logged(FUNCTION, textPayload=one)).fingerprint == of(logged(FUNCTION, textPayload=other)).fingerprint


def test_what_became_of_a_function_is_told_apart() -> None:
    """A timeout, a crash and a start are three clusters."""
    said = (
        "Function execution took 60003 ms, finished with status: 'timeout'",
        "Function execution took 12 ms, finished with status: 'crash'",
        "Function execution started",
    )
    assert len({of(logged(FUNCTION, textPayload=text)).fingerprint for text in said}) == 3


@pytest.mark.parametrize(
    ("platform", "service", "revision"),
    [(FUNCTION, "charge", ""), (APP, "default", "20250915t204800"), (BALANCER, "checkout-backend", "")],
    ids=["function", "app", "balancer"],
)
def test_places(platform: dict[str, Any], service: str, revision: str) -> None:
    """A function is its own service, an App Engine module has versions, a load balancer fails for its backend."""
    place = observe([logged(platform, textPayload="x")], Clusterer().signature, str).clusters[0].place
    assert (place.project, place.service, place.revision) == ("p", service, revision)


@pytest.mark.parametrize("platform", [FUNCTION, APP, BALANCER], ids=["function", "app", "balancer"])
def test_requests(platform: dict[str, Any]) -> None:
    """Of each platform: status, method and route with its ids masked; another of these is another cluster."""
    url = "https://shop.example/api/v1/carts/4711/items/7f3e0c1a-1b2c-4bad-9cde-0123456789ab?x=1"
    made = of(logged(platform, httpRequest=request(url, 502)))
    assert (made.kind, made.title) == (Kind.REQUEST, "GET /api/v1/carts/*/items/* → 502")
    same = url.replace("4711", "9").replace("7f3e0c1a", "00000000")
    assert of(logged(platform, httpRequest=request(same, "502"))).fingerprint == made.fingerprint
    for other in (request(url, 503), request(url, 502, "POST"), request(url.replace("carts", "users"), 502)):
        assert of(logged(platform, httpRequest=other)).fingerprint != made.fingerprint


@pytest.mark.parametrize("details", ["backend_connection_closed_before_data_sent_to_client", "backend_timeout"])
def test_a_load_balancers_own_words(details: str) -> None:
    """A statusDetails payload beside the request doesn't hide the request, and the level is that of its status."""
    payload = {
        "@type": "type.googleapis.com/google.cloud.loadbalancing.type.LoadBalancerLogEntry",
        "statusDetails": details,
    }
    one = logged(BALANCER, httpRequest=request("https://shop.example/pay/17", 502), jsonPayload=payload)
    assert of(one).kind is Kind.REQUEST
    assert of(one).title.startswith("GET /pay/* → 502")
    assert one.level is Severity.ERROR


def test_statuses_of_a_load_balancer_are_told_apart() -> None:
    """A backend that times out is another failure than one that closes the connection, though both answer 502."""
    made = {
        of(logged(BALANCER, httpRequest=request("/pay/17", 502), jsonPayload={"statusDetails": details})).fingerprint
        for details in ("backend_timeout", "backend_connection_closed_before_data_sent_to_client")
    }
    assert len(made) == 2


def test_an_app_engine_request_log() -> None:
    """A RequestLog in protoPayload is the request it tells of, with the level of its worst line."""
    payload = {
        "@type": "type.googleapis.com/google.appengine.logging.v1.RequestLog",
        "method": "GET",
        "resource": "/carts/4711?x=1",
        "httpVersion": "HTTP/1.1",
        "status": 500,
        "latency": "0.120s",
        "line": [{"severity": "ERROR", "logMessage": "no total for cart 4711"}],
    }
    one = of(logged(APP, protoPayload=payload, severity="ERROR"))
    assert (one.kind, one.title) == (Kind.REQUEST, "GET /carts/* → 500")
    assert of(logged(APP, protoPayload={**payload, "resource": "/carts/9"})).fingerprint == one.fingerprint
    assert of(logged(APP, httpRequest=request("/carts/9", 500))).fingerprint == one.fingerprint


def test_lines_of_app_engine() -> None:
    """Lines of the runtime's own logs: an instance that went over its memory."""
    log = {**APP, "logName": "projects/p/logs/appengine.googleapis.com%2Fvarlog%2Fsystem"}
    said = "Exceeded hard memory limit of 384 MiB with {} MiB after servicing {} requests total."
    one, other = (of(logged(log, textPayload=said.format(*numbers))) for numbers in ((402, 17), (388, 4)))
    assert one.kind is Kind.SYSTEM
    assert one.fingerprint == other.fingerprint
