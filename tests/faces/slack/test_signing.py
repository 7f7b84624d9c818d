"""What Slack signed, and only that, once."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from slack_sdk.signature import SignatureVerifier

from bot.faces.slack.signing import TIMELY, Seen, Signed, is_signed

SECRET = b"8f742231b10e8888abcd99yyyzzz85a5"
AT = 1_700_000_000


def sign(body: bytes, at: int = AT, secret: bytes = SECRET) -> Signed:
    """As slack_sdk signs."""
    made = SignatureVerifier(secret.decode()).generate_signature(timestamp=str(at), body=body)
    return Signed(str(at).encode(), str(made).encode())


@settings(max_examples=50, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"])), st.integers(-TIMELY, TIMELY))
def test_what_slack_sdk_signs_is_signed(text: str, skew: int) -> None:
    """The signature of Slack's own library counts for any body, within five minutes either way."""
    assert is_signed(sign(text.encode()), text.encode(), (SECRET,), AT + skew)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=40), st.binary(max_size=80), st.binary(max_size=40))
def test_garbage_is_never_signed_and_never_raises(timestamp: bytes, signature: bytes, body: bytes) -> None:
    """Bytes that aren't text, numbers that aren't any, signatures of any length: no."""
    assert not is_signed(Signed(timestamp, signature), body, (SECRET,), AT)
    assert not is_signed(Signed(b"1700000000", signature), body, (SECRET,), AT)


@pytest.mark.parametrize(
    "signed",
    [
        sign(b"body", AT - TIMELY - 1),
        sign(b"body", AT + TIMELY + 1),
        sign(b"body", secret=b"another"),
        sign(b"another body"),
        Signed(b"+1700000000", sign(b"body").signature),
        Signed(b" 1700000000", sign(b"body").signature),
        Signed("\u0661700000000".encode(), sign(b"body").signature),
        Signed(sign(b"body").timestamp, sign(b"body").signature.upper()),
        Signed(sign(b"body").timestamp, sign(b"body").signature[:-1]),
        Signed(sign(b"body").timestamp, b""),
    ],
)
def test_what_is_off_by_a_little_is_not_signed(signed: Signed) -> None:
    """Too old, too new, another secret or body, digits of another script, a signature in another form."""
    assert not is_signed(signed, b"body", (SECRET,), AT)


def test_bytes_are_signed_as_they_came() -> None:
    """A body that is no UTF-8 is compared as bytes, and not refused for that alone."""
    import hashlib
    import hmac

    body = b"text=\xff\xfe"
    digest = hmac.new(SECRET, b"v0:1700000000:" + body, hashlib.sha256).hexdigest().encode()
    assert is_signed(Signed(b"1700000000", b"v0=" + digest), body, (SECRET,), AT)


def test_two_secrets_count_while_one_is_replaced() -> None:
    """Either signs; an empty one signs nothing."""
    assert is_signed(sign(b"body"), b"body", (b"new", SECRET), AT)
    assert not is_signed(sign(b"body"), b"body", (b"", b"new"), AT)
    assert not is_signed(sign(b"body"), b"body", (), AT)


def test_every_secret_is_compared_in_constant_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Comparing is left to hmac, whole digests at a time, and doesn't end with the first secret that fits."""
    compared: list[tuple[int, int]] = []

    def compare(one: bytes, two: bytes) -> bool:
        compared.append((len(one), len(two)))
        return one == two

    monkeypatch.setattr("bot.faces.slack.signing.hmac.compare_digest", compare)
    assert is_signed(sign(b"body"), b"body", (SECRET, b"another"), AT)
    assert compared == [(67, 67), (67, 67)]


def test_a_request_counts_once() -> None:
    """A nonce is taken once for as long as its timestamp can pass, and forgotten when it can't any more."""
    seen = Seen()
    assert seen.first("a", AT)
    assert not seen.first("a", AT + 2 * TIMELY)
    assert seen.first("b", AT + 2 * TIMELY)
    assert seen.first("a", AT + 2 * TIMELY + 2)


def test_memory_is_bounded() -> None:
    """The oldest are forgotten when there are too many."""
    seen = Seen(most=10)
    for number in range(1000):
        assert seen.first(str(number), AT)
    assert len(seen._until) <= 11
