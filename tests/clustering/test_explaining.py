"""The steps that `explain` shows: they begin with the entry, end with its fingerprint, and name what changed."""

import pytest

from bot.clustering import Clusterer, explain
from bot.model.entry import LogEntry
from tests.clustering.logged import INNER, LIBRARY, OWN, entry, said, traceback


def steps_of(logged: LogEntry) -> list[tuple[str, str]]:
    """The steps of this entry."""
    return explain(logged, Clusterer().signature(logged))


def test_a_message_mask_by_mask() -> None:
    """Each mask that changed something, then what is hashed."""
    assert steps_of(said("GET https://x.example/a took 5 ms"))[:-1] == [
        ("entry", "GET https://x.example/a took 5 ms"),
        ("atoms with digits", "GET https://x.example/a took <*> ms"),
        ("url", "GET <url> took <*> ms"),
        ("sign or unit", "GET <url> took <*>"),
        ("hashed, as v1 message", "GET <url> took <*>"),
    ]


def test_a_trace_frame_by_frame() -> None:
    """The exceptions, and of each frame whether it counts."""
    steps = steps_of(said(traceback("KeyError: 'basket'", LIBRARY, OWN, INNER)))
    assert steps[1] == ("root cause", "KeyError: 'basket'")
    assert [text for done, text in steps if done == "frame"] == [
        "flask.app:wsgi_app doesn't count: not the application's own",
        "shop.orders:place_order counts",
        "shop.prices:price counts",
    ]


def test_a_trace_without_frames_of_ours_goes_by_its_message() -> None:
    """Where no frame counts the masks of the message are shown."""
    steps = steps_of(said(traceback("OSError: no space on disk 7", LIBRARY)))
    assert ("atoms with digits", "OSError: no space on disk <*>") in steps


@pytest.mark.parametrize(
    "logged",
    [
        said("disk 7 full"),
        said(""),
        said(traceback("KeyError: 1", OWN)),
        entry(httpRequest={"requestMethod": "GET", "requestUrl": "/a/7", "status": 500}),
        entry(protoPayload={"methodName": "x.ReplaceService"}),
    ],
)
def test_the_last_step_is_the_fingerprint(logged: LogEntry) -> None:
    """Whatever the kind, the steps end where the signature is."""
    signature = Clusterer().signature(logged)
    assert explain(logged, signature)[-1] == ("fingerprint", signature.fingerprint)
    assert explain(logged, signature)[-2][1] == signature.template


def test_a_route_is_shown() -> None:
    """What of a request's URL counts."""
    logged = entry(httpRequest={"requestMethod": "GET", "requestUrl": "https://h/carts/7?x=1", "status": 500})
    assert ("route", "https://h/carts/7?x=1 → /carts/*") in steps_of(logged)
