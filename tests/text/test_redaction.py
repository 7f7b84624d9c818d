"""Secrets leave the text, once, in linear time."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.text.redaction import redact

SECRETS = {
    "private key": "-----BEGIN RSA PRIVATE KEY-----\nMIIEabc+/=\n-----END RSA PRIVATE KEY-----",
    "bearer token": "Bearer 0a1b2c3d4e5f",
    "GitHub token": "ghp_" + "a1" * 18,
    "Google key": "AIza" + "b2" * 18,
    "Slack token": "xoxb-123456-abcdef",
    "AWS key": "AKIA" + "C3" * 8,
    "JWT": "eyJhbGciOiJIUzI1.eyJzdWIiOiIxMjM0.c2lnbmVk",
    "credentials": "postgres://user:hunter2@db/x",
    "secret": 'DB_PASSWORD="hunter2"',
}
PIECES = st.sampled_from(
    [*SECRETS.values(), "password=", "token: ", "Bearer ", "eyJ", "://", ":", "@", '"', " ", "[", "]", "="]
)


@pytest.mark.parametrize(("kind", "secret"), SECRETS.items(), ids=SECRETS)
def test_each_kind_of_secret_is_named_and_gone(kind: str, secret: str) -> None:
    """The page says what was there, and holds none of it."""
    redacted = redact(f"before {secret} after")
    assert f"[redacted: {kind}]" in redacted
    assert redacted.startswith("before ")
    assert redacted.endswith(" after")
    assert not any(
        part in redacted for part in ("hunter2", "MIIE", "0a1b2c", "a1a1", "b2b2", "123456", "C3C3", "hbGci")
    )


@pytest.mark.parametrize(
    "text", ["No module named 'app.tokens'", "unexpected token at line 3", "GET /password/reset 404"]
)
def test_ordinary_messages_stay(text: str) -> None:
    """Words that merely sound secret are no secrets."""
    assert redact(text) == text


@settings(max_examples=100, deadline=None)
@given(st.lists(PIECES | st.text(max_size=12), max_size=12).map("".join))
def test_redacting_twice_changes_nothing(text: str) -> None:
    """Every escaping function may call it again."""
    assert redact(redact(text)) == redact(text)


@pytest.mark.parametrize(
    "piece", ["eyJ", "-eyJaaaaaaaa.", "-----BEGIN PRIVATE KEY-----", "://a:", "password=", "Bearer "]
)
def test_time_grows_with_the_text_and_no_faster(piece: str) -> None:
    """No text makes a rule blow up: 300,000 characters take well under two seconds."""
    started = time.process_time()
    redact(piece * (300_000 // len(piece)))
    assert time.process_time() - started < 2
