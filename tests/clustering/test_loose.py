"""Loose keys: five forms of one failure share one; failures that only sound alike don't."""

import json
from pathlib import Path

import msgspec
import pytest

from bot.clustering import Clusterer
from bot.clustering.loose import MOST_KEYS, said_keys
from bot.model.entry import LogEntry
from bot.model.signature import Signature
from tests.clustering.logged import CAUSED, OWN, entry, said, traceback

MISSING = "No module named 'shop.metrics'"
ROOT = traceback(f"ModuleNotFoundError: {MISSING}", OWN)
FORMS = {
    "traceback": said(ROOT),
    "structured error": entry(jsonPayload={"error": {"type": "ModuleNotFoundError", "value": MISSING}}),
    "message": said(f"CRITICAL: Enhanced setup failed: {MISSING}"),
    "details": entry(jsonPayload={"message": f"Setup failure details: ModuleNotFoundError: {MISSING}"}),
    "wrapped": said(traceback(f"RuntimeError: Failed to set up: {MISSING}", OWN)),
    "chained": said(ROOT + CAUSED + traceback(f"RuntimeError: Failed to set up: {MISSING}", OWN)),
    "repr": said(f'Setup failed: ModuleNotFoundError("{MISSING}")'),
    "full stop": said(f"Setup failed: {MISSING}."),
}


def test_forms_of_one_failure_share_a_key() -> None:
    """Traceback, error object, wrapping messages and a wrapping exception all have the root's own key."""
    own = Clusterer().signature(FORMS["traceback"]).loose[0]
    assert {name for name, form in FORMS.items() if own in Clusterer().signature(form).loose} == set(FORMS)


def test_first_key_is_of_the_failure_itself() -> None:
    """What an exception says comes before what its message quotes."""
    wrapped, root = (Clusterer().signature(FORMS[name]).loose for name in ("wrapped", "traceback"))
    assert wrapped.index(root[0]) == 1


@pytest.mark.parametrize(
    "tail",
    [
        "timeout",
        "failed",
        "request failed",
        "connection refused",
        "operation timed out",
        "internal server error",
        "permission denied",
        "an unexpected error occurred.",
        "12345678901234567890",
    ],
)
def test_common_tails_are_no_evidence(tail: str) -> None:
    """Two messages that end in the same commonplace share no key."""
    one, other = (Clusterer().signature(said(text)) for text in (f"payment rejected: {tail}", f"search index: {tail}"))
    assert not set(one.loose) & set(other.loose)


def test_another_name_is_another_failure() -> None:
    """Names are kept in keys, numbers are not."""
    assert not set(said_keys(MISSING)) & set(said_keys("No module named 'shop.prices'"))
    assert said_keys("cannot place order 7 of basket") == said_keys("cannot place order 8 of basket") != ()


def test_a_bare_value_needs_its_type() -> None:
    """`KeyError: 'user_id'` has a key with the type, and shares it with its own text."""
    keys = Clusterer().signature(said(traceback("KeyError: 'user_id'", OWN))).loose
    assert set(keys) & set(said_keys("lookup failed: KeyError: 'user_id'"))


def test_keys_are_bounded() -> None:
    """However many colons a message has, six keys are kept."""
    assert len(said_keys("alpha beta gamma: " * 500)) <= MOST_KEYS


OUTAGE = Path(__file__).resolve().parents[3] / "shared" / "data" / "outage"


@pytest.mark.skipif(not OUTAGE.is_dir(), reason="the outage's logs are not there")
def test_the_forms_of_the_outage_agree() -> None:
    """Every cluster of the second hour that tells of the missing module has the key of the traceback that names it."""
    logged = [
        msgspec.convert(fields, LogEntry) for fields in json.loads((OUTAGE / "hour_2.json").read_text(encoding="utf-8"))
    ]
    clusterer = Clusterer()
    told = {sign.fingerprint: sign for sign in map(clusterer.signature, logged) if "No module named" in _all_of(sign)}
    assert len(told) >= 4
    assert set.intersection(*(set(signature.loose) for signature in told.values()))


def _all_of(signature: Signature) -> str:
    return f"{signature.title} {signature.template} {signature.trace}"
