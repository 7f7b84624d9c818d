"""The settings' word on whose code a frame is."""

import pytest

from bot.clustering import Clusterer, Owning
from bot.model.signature import Signature
from tests.clustering.logged import said

TEXT = (
    "Traceback (most recent call last):\n"
    '  File "/app/shop/orders.py", line 31, in place\n    charge()\n'
    '  File "/usr/lib/python3.11/site-packages/acme_pay/client.py", line 8, in charge\n    post()\n'
    '  File "/app/vendored/http/post.py", line 4, in post\n    raise Timeout()\n'
    "acme_pay.Timeout: no answer"
)


def signature(*in_app: str, but: tuple[str, ...] = ()) -> Signature:
    """What a clusterer makes of the text that takes these prefixes as in-app, `but` those as not."""
    return Clusterer(owning=Owning(in_app, but)).signature(said(TEXT))


def own(made: Signature) -> list[str]:
    """The functions of the frames that are in-app."""
    assert made.trace is not None
    return [frame.function for frame in made.trace.frames if frame.in_app]


@pytest.mark.parametrize(
    ("in_app", "but", "functions"),
    [
        ((), (), ["place", "post"]),
        (("acme_pay",), (), ["place", "charge", "post"]),
        (("/usr/lib/python3.11/site-packages/acme_pay/",), (), ["place", "charge", "post"]),
        ((), ("vendored",), ["place"]),
        ((), ("/app/vendored",), ["place"]),
        (("vendored.http",), ("vendored",), ["place", "post"]),
        (("vendored",), ("vendored.http",), ["place"]),
        (("vendored",), ("vendored",), ["place"]),
        (("acme",), ("shop.order", "vend"), ["place", "post"]),
        (("",), ("",), ["place", "post"]),
    ],
)
def test_prefixes_say_what_is_in_app(in_app: tuple[str, ...], but: tuple[str, ...], functions: list[str]) -> None:
    """By module or path, at the end of a name only; the longest decides, and of two alike that it is not."""
    assert own(signature(*in_app, but=but)) == functions


def test_what_is_in_app_decides_the_fingerprint() -> None:
    """Frames that count change it; prefixes that fit none leave it as it is."""
    plain = signature()
    assert signature("somewhere.else", but=("/nowhere/",)) == plain
    assert signature(but=("vendored",)).fingerprint != plain.fingerprint
    assert signature("acme_pay").fingerprint not in (plain.fingerprint, signature(but=("vendored",)).fingerprint)


def test_the_root_cause_follows() -> None:
    """Of a chain the first exception that the application's own code raised is the cause."""
    chain = TEXT + "\n\nThe above exception was the direct cause of the following exception:\n\n"
    text = chain + TEXT.replace("/app/vendored/http/post.py", "/app/shop/pay.py").replace("Timeout: no", "Late: no")
    whole, without = (
        Clusterer(owning=Owning((), but)).signature(said(text)).trace for but in ((), ("vendored", "shop.orders"))
    )
    assert whole is not None
    assert without is not None
    assert (whole.cause.type, without.cause.type) == ("acme_pay.Timeout", "acme_pay.Late")
