"""Requests: method, route, status and the platform's word; ids, hosts and queries don't count."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.clustering import Clusterer
from bot.clustering.routes import route_of
from bot.model.signature import Kind
from tests.clustering.logged import entry


@pytest.mark.parametrize(
    ("url", "route"),
    [
        ("https://host/api/cart/6097?x=1#y", "/api/cart/*"),
        ("/api/cart/6097", "/api/cart/*"),
        ("https://host", "/"),
        ("", "/"),
        ("https://host/v1/users/7f3e0c1a-1b2c-4bad-9cde-0123456789ab/edit", "/v1/users/*/edit"),
        ("/apis/v1beta1/pods", "/apis/v1beta1/pods"),
        ("/users/ann@shop.example", "/users/*"),
        ("/files/" + "a" * 41, "/files/*"),
        ("//host//a///b/", "/a/b"),
        ("/a/b/c/d/e/f/g/h/i/j", "/a/b/c/d/e/f/g/h/..."),
        ("http://[broken/api/7?token=x", "/api/*"),
    ],
)
def test_routes(url: str, route: str) -> None:
    """Ids are masked, versions kept, query and fragment dropped; a URL that can't be parsed still has a shape."""
    assert route_of(url) == route


@given(st.text() | st.text(alphabet="/:@[]?#%.\\0aé\u2100").map(lambda tail: f"https://{tail}"))
def test_no_url_raises(url: str) -> None:
    """Any text has a route of bounded length that begins with a slash."""
    route = route_of(url)
    assert route.startswith("/")
    assert len(route) <= 400


def request(url: str, status: int | str = 503, method: str = "GET", said: str = "") -> str:
    """The fingerprint of such a request."""
    fields = {"requestMethod": method, "requestUrl": url, "status": status}
    signature = Clusterer().signature(entry(httpRequest=fields, textPayload=said))
    assert signature.kind is Kind.REQUEST
    return signature.fingerprint


def test_what_identifies_a_request() -> None:
    """Route, method, status and message do; host, id, query and numbers in the message don't."""
    one = request("https://a.example/carts/1?x=2", said="no instance after 3 s")
    assert one == request("http://b.example/carts/22", "503", said="no instance after 14 s")
    for other in (
        request("https://a.example/users/1", said="no instance after 3 s"),
        request("https://a.example/carts/1", method="POST", said="no instance after 3 s"),
        request("https://a.example/carts/1", 500, said="no instance after 3 s"),
        request("https://a.example/carts/1", said="malformed response"),
    ):
        assert one != other


def test_a_request_without_status_is_a_message() -> None:
    """Loggers attach httpRequest to an application's own lines, without a status."""
    logged = entry(httpRequest={"requestMethod": "GET", "requestUrl": "/a"}, jsonPayload={"message": "cart empty"})
    assert Clusterer().signature(logged).kind is Kind.MESSAGE


@pytest.mark.parametrize("status", ["9" * 5_000, "odd", -1, "٣٠٠"])
def test_an_odd_status_raises_nothing(status: int | str) -> None:
    """A status that is no number is none; one of thousands of digits is not converted."""
    logged = entry(httpRequest={"requestMethod": "GET", "requestUrl": "/a", "status": status})
    assert Clusterer().signature(logged).kind in (Kind.REQUEST, Kind.MESSAGE)


URLS = st.from_regex(r"(?:https://h[0-9])?(?:/(?:v[0-9]{1,2}(?:beta[0-9])?|a[0-9]?|[0-9]{1,2}|b))*", fullmatch=True)


@given(st.lists(URLS))
def test_what_was_seen_before_does_not_show(urls: list[str]) -> None:
    """A clusterer that knows requests of the same shape gives each the signature that a new one gives it."""
    shared = Clusterer()
    for url in urls:
        logged = entry(httpRequest={"requestMethod": "GET", "requestUrl": url, "status": 200})
        assert shared.signature(logged) == Clusterer().signature(logged)
