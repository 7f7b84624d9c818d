"""The hidden comments that carry the state and the keys: whatever goes in comes out, and damage is never read."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.trackers.github import marker

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=300)


@given(TEXT, TEXT)
def test_a_state_and_a_page_come_back(state: str, page: str) -> None:
    """Any state is read back from a body with any page, which can't forge or swallow it."""
    body = marker.body_of(marker.split(state).marker, page)
    said = marker.stored(body)
    assert said is not None
    assert marker.state_of(said, {}) == state
    assert "<!--" not in marker.page_of(body)
    assert marker.body_of(marker.split(state).marker, marker.page_of(body)) == body


@given(TEXT)
def test_a_state_in_parts_comes_back(state: str) -> None:
    """A state cut into small parts is put together from them in any order, and not when one is missing."""
    limits = pytest.MonkeyPatch()
    with limits.context() as patch:
        patch.setattr(marker, "INLINE_LIMIT", 0)
        patch.setattr(marker, "PART_LIMIT", 16)
        ready = marker.split(state)
    said = marker.stored(ready.marker)
    assert said is not None
    parts = [marker.part_of(body) for body in reversed(ready.parts.values())]
    found = {part[1]: part[2] for part in parts if part and part[0] == said.digest}
    assert marker.state_of(said, found) == state
    found.popitem()
    with pytest.raises(marker.Broken, match="missing"):
        marker.state_of(said, found)


@given(TEXT, TEXT, TEXT)
def test_a_key_comes_back_with_its_comment(body: str, key: str, other: str) -> None:
    """A comment carries its own key and no other, in one line that can't end early, and its text is unchanged."""
    keyed = marker.keyed(body, key)
    assert marker.has_key(keyed, key)
    assert marker.has_key(keyed, other) == (key == other or {key, other} == {"", "%"})
    assert marker.without_key(keyed) == body
    assert re.fullmatch(r"<!-- [!-~]+ [!-~]+ -->", keyed.rpartition("\n")[2])


@given(st.integers(0, 200), st.characters(codec="ascii"))
def test_a_changed_character_is_never_believed(at: int, to: str) -> None:
    """Any one character of the marker replaced gives the state, damage, or no marker: never another state."""
    whole = marker.split("a state " * 9).marker
    body = whole[: at % len(whole)] + to + whole[at % len(whole) + 1 :]
    try:
        said = marker.stored(body)
        state = marker.state_of(said, {}) if said else None
    except marker.Broken:
        return
    assert state in (None, "a state " * 9)


def test_a_long_page_is_cut_and_the_body_stays_within_the_limit() -> None:
    """The largest inline state and the longest page fit GitHub's limit together; the cut is said, at a line's end."""
    page = "\n".join(f"line {n}" for n in range(10_000))
    body = marker.body_of("m" * (marker.INLINE_LIMIT + 100), page)
    assert len(body) <= marker.BODY_LIMIT
    assert re.search(r"\nline \d+\n\n\*This page was cut here", body)


def test_a_compressed_bomb_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A payload that inflates beyond the limit is damage, not a state."""
    monkeypatch.setattr(marker, "STATE_LIMIT", 1000)
    said = marker.stored(marker.split("x" * 5000).marker)
    assert said is not None
    with pytest.raises(marker.Broken, match="too large"):
        marker.state_of(said, {})
