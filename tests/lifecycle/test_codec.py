"""State as text: round trips, signatures, upgrades, damage; and every byte that people wrote around it."""

import base64
import re
import zlib
from pathlib import Path

import msgspec
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bot.lifecycle import (
    BrokenState,
    KeyRing,
    around,
    codec,
    compose,
    decode_issue,
    decode_repo,
    encode_issue,
    encode_repo,
    file,
    page_of,
    verified,
)
from bot.model.incident import Incident
from bot.model.state import RepoState
from tests.lifecycle.goldens import ISSUE as STATE
from tests.lifecycle.goldens import KEY, REPO
from tests.lifecycle.memories import windows

GOLDEN = Path(__file__).parent / "golden"
OLD, NEW, OTHER = KEY, b"new key", b"somebody else's key"
SIGNED = encode_issue(STATE, KeyRing((OLD,)))

texts = st.text(st.characters(codec="utf-8"), max_size=60).filter(lambda text: "<!--" not in text)
people = st.lists(texts | st.sampled_from(["\r\n", "\n\n", "text of a person", " ", "`code`"]), max_size=4).map("".join)


def marker(state: object, version: object = 1) -> str:
    """A marker of any decoded state and version, unsigned."""
    payload = base64.b64encode(zlib.compress(msgspec.json.encode(state))).decode()
    return f"<!-- incidentbot:state v{version} {payload} -->"


@given(windows())
def test_issue_state_survives_its_marker(seen: list[Incident]) -> None:
    """Any incident comes back from its marker as it was, and the marker is one inert HTML comment."""
    text = encode_issue(file(seen[0]))
    assert decode_issue(f"before\n{text}\nafter") == file(seen[0])
    assert re.fullmatch(r"<!-- [A-Za-z0-9 :=+/]+ -->", text)


def test_every_field_survives() -> None:
    """States with every field filled come back from their texts."""
    assert decode_issue(encode_issue(STATE)) == STATE
    assert decode_repo(encode_repo(REPO)) == REPO


def test_no_state_is_no_error() -> None:
    """A body without a marker has no state; a tracker without a state has an empty one."""
    assert decode_issue("a person's issue") is None
    assert decode_repo(None) == decode_repo("") == decode_repo(" \n") == RepoState()


def test_golden_marker_decodes_forever() -> None:
    """A marker and a repository state that the first version wrote, with every field filled, still mean the same."""
    assert decode_issue((GOLDEN / "issue-v1.txt").read_text("utf-8"), KeyRing((OLD,))) == STATE
    assert verified((GOLDEN / "issue-v1.txt").read_text("utf-8"), KeyRing((OLD,)))
    assert decode_repo((GOLDEN / "repo-v1.json").read_text("utf-8")) == REPO


def test_old_versions_are_upgraded_step_by_step(monkeypatch: pytest.MonkeyPatch) -> None:
    """A state two versions old goes through both upgrades, in order; the marker is then written in the new version."""
    before = msgspec.json.decode(msgspec.json.encode(STATE))
    before["heading"] = before.pop("title")
    monkeypatch.setattr(codec, "VERSION", 3)
    monkeypatch.setattr(
        codec, "UPGRADES", {1: lambda s: {**s, "name": s["heading"]}, 2: lambda s: {**s, "title": s["name"]}}
    )
    assert decode_issue(marker(before, 1)) == STATE
    assert decode_issue(encode_issue(STATE)) == STATE
    body = compose("page", STATE, marker(before, 1))
    assert "state v3 " in body
    assert "state v1 " not in body


def test_repository_state_is_upgraded(monkeypatch: pytest.MonkeyPatch) -> None:
    """The repository's state goes through the same chain."""
    monkeypatch.setattr(codec, "VERSION", 2)
    monkeypatch.setattr(codec, "UPGRADES", {1: lambda s: {**s, "created": [9]}})
    assert decode_repo('{"format": 1}').created == (9,)
    assert '"format": 2' in encode_repo(REPO)


BROKEN = {
    "newer": (marker({}, 2), "v2 is newer than this incidentbot, which knows up to v1: upgrade it"),
    "older": (marker({}, 0), "v0 is too old to be upgraded"),
    "several": (encode_issue(STATE) * 2, "several state markers"),
    "cut": (encode_issue(STATE)[:-40], "damaged"),
    "not base64": ("<!-- incidentbot:state v1 abc -->", "damaged"),
    "not zlib": ("<!-- incidentbot:state v1 YWJjZA== -->", "damaged"),
    "shortened": (re.sub(r"v1 (.{80}).*?( -->)", r"v1 \1\2", encode_issue(STATE)), "damaged"),
    "another shape": (marker({"phase": 7}), "doesn't fit the format"),
    "a list": (marker([1]), "doesn't fit the format"),
    "no root": (marker({**msgspec.to_builtins(STATE, str_keys=True), "incident": {}}), "doesn't fit the format"),
    "no members": (
        marker(msgspec.structs.replace(STATE, incident=msgspec.structs.replace(STATE.incident, members=()))),
        "has no root",
    ),
    "bad signature": (SIGNED.replace(SIGNED[-12:-4], "0" * 8), "isn't in the key ring"),
    "unknown signer": (encode_issue(STATE, KeyRing((OTHER,))), "isn't in the key ring"),
}


@pytest.mark.parametrize("name", list(BROKEN))
def test_broken_marker_is_refused_in_words(name: str) -> None:
    """A marker that can't be read or trusted is refused, with a reason a person understands."""
    body, words = BROKEN[name]
    with pytest.raises(BrokenState, match=re.escape(words)):
        decode_issue(body, KeyRing((OLD,)))


@pytest.mark.parametrize(
    "text", ["[]", "{", "7", "{}", '{"format": "x"}', '{"format": 1, "created": "x"}', '{"format": 9}']
)
def test_broken_repository_state_is_refused(text: str) -> None:
    """A repository state that isn't one is refused, not taken for an empty one."""
    with pytest.raises(BrokenState):
        decode_repo(text)


def test_bomb_is_refused() -> None:
    """A small marker that unpacks to a hundred megabytes is refused without unpacking it."""
    payload = base64.b64encode(zlib.compress(b" " * 100_000_000, 9)).decode()
    with pytest.raises(BrokenState, match="too large"):
        decode_issue(f"<!-- incidentbot:state v1 {payload} -->")


def test_deep_nesting_is_refused() -> None:
    """Ten thousand brackets are a broken state, not a crash."""
    payload = base64.b64encode(zlib.compress(b'{"incident":' + b"[" * 10_000)).decode()
    with pytest.raises(BrokenState):
        decode_issue(f"<!-- incidentbot:state v1 {payload} -->")


def test_keys_rotate() -> None:
    """What the old key signed is read while the ring has it, re-signed by the first, and refused once it's gone."""
    body = compose("page", STATE, "", KeyRing((OLD,)))
    both, new = KeyRing((NEW, OLD)), KeyRing((NEW,))
    assert decode_issue(body, both) == STATE
    assert verified(body, both)
    again = compose("page", STATE, body, both)
    assert again != body
    assert verified(again, new)
    assert compose("page", STATE, again, both) == again
    with pytest.raises(BrokenState):
        decode_issue(body, new)


def test_only_a_valid_signature_verifies() -> None:
    """Unsigned, changed or foreign markers don't verify, nor does anything without keys; the caller decides on them."""
    ring = KeyRing((OLD,))
    assert verified(SIGNED, ring)
    assert not verified(encode_issue(STATE), ring)
    assert not verified(SIGNED, KeyRing())
    assert not verified(SIGNED, KeyRing((OTHER,)))
    assert not verified(SIGNED + SIGNED, ring)
    assert not verified(SIGNED.replace("state v1 ", "state v2 "), ring)
    assert not verified("nothing", ring)
    assert decode_issue(encode_issue(STATE), ring) == STATE


def test_machine_without_keys_leaves_a_signature_alone() -> None:
    """A run without keys that has nothing new to say keeps the signed marker."""
    body = compose("page", STATE, "", KeyRing((OLD,)))
    assert compose("page", STATE, body) == body


@pytest.mark.parametrize("compressed", [1, 9])
def test_same_state_by_another_zlib_is_kept(compressed: int) -> None:
    """A marker that says the same in other bytes isn't rewritten."""
    payload = base64.b64encode(zlib.compress(msgspec.json.encode(STATE), compressed)).decode()
    body = compose("page", STATE).replace(encode_issue(STATE), f"<!-- incidentbot:state v1 {payload} -->")
    assert compose("page", STATE, body) == body


@given(texts, people, people, texts)
def test_every_byte_around_the_section_stays(page: str, before: str, after: str, other: str) -> None:
    """Whatever people write before and after the section, an update changes the section alone."""
    body = before + compose(page, STATE).strip("\n") + after
    assert around(body) == before + after
    assert page_of(body) == page.strip("\n").strip("\r\n")
    updated = compose(other, STATE, body)
    assert around(updated) == before + after
    assert compose(other, STATE, updated) == updated
    assert decode_issue(updated) == STATE


@given(people)
def test_first_section_goes_in_front_of_a_persons_text(body: str) -> None:
    """An issue without a section keeps its text, byte for byte, below the new one; the second time nothing changes."""
    assume(body.strip())
    composed = compose("page", STATE, body)
    assert composed.endswith(body)
    assert around(composed).strip("\n") == body.strip("\n")
    assert compose("page", STATE, composed) == composed


BODY = "above\n\n" + compose("the page", STATE).strip("\n") + "\n\nbelow"


@pytest.mark.parametrize("lines", [(codec.BEGIN,), (codec.END,), (codec.BEGIN, codec.END)])
def test_deleted_lines_do_no_harm(lines: tuple[str, ...]) -> None:
    """If a person deletes the begin or end line, no word is lost, one marker stays, the next update is stable."""
    body = BODY
    for line in lines:
        body = body.replace(line, "")
    updated = compose("a new page", STATE, body)
    assert decode_issue(updated) == STATE
    assert page_of(updated) == "a new page"
    assert "above" in around(updated)
    assert "below" in around(updated)
    assert compose("a new page", STATE, updated) == updated
    if codec.BEGIN not in lines:
        assert "the page" not in updated


def test_deleted_marker_leaves_the_section_in_place() -> None:
    """Where a person deleted the marker, there is no state, and a new one takes the section's place."""
    body = BODY.replace(encode_issue(STATE), "")
    assert decode_issue(body) is None
    assert around(body) == around(BODY)
    assert compose("the page", STATE, body) == BODY


def test_text_that_a_person_put_inside_is_replaced_and_lines_elsewhere_are_not() -> None:
    """A quoted begin line above the section and an end line below it are people's text."""
    body = f"I saw {codec.BEGIN} here\n{BODY}\nand {codec.END} there"
    updated = compose("other", STATE, body)
    assert around(updated) == around(body)
    assert around(updated).startswith(f"I saw {codec.BEGIN} here\nabove")
    assert around(updated).endswith(f"below\nand {codec.END} there")


def test_windows_line_ends_survive_around_the_section() -> None:
    """A body that a browser saved with CRLF keeps them outside of the section."""
    updated = compose("two\nlines", STATE, BODY.replace("\n", "\r\n"))
    assert around(updated) == "above\r\n\r\n\r\n\r\nbelow"


def test_marker_text_in_the_page_is_dead() -> None:
    """A page with lines that pose as ours, from a template or playbook, can't end the section or add a state."""
    page = f"{codec.END} x {encode_issue(STATE)} y {codec.BEGIN}"
    body = compose(page, STATE, BODY)
    assert decode_issue(body) == STATE
    assert around(body) == around(BODY)
    assert compose(page, STATE, body) == body
