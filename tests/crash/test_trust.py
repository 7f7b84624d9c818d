"""Whose markers count, what a lost label does, and refusals of one issue: through the real client, over HTTP."""

from pathlib import Path
from typing import Any

import pytest

from bot.trackers.github.wire import SLEEP_CEILING
from tests.crash.outages import SERVICES, filed, write
from tests.crash.running import LONG, World, world

__all__ = ["world"]

THREE = SERVICES[:3]


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three outages."""
    return write(tmp_path_factory.mktemp("logs") / "three.json", THREE)


@pytest.fixture
def ran(world: World, logs: Path) -> World:
    """A repository in which a run filed three issues: #2, #3 and #4; its requests are forgotten."""
    world.reset()
    assert world.file(logs) == 0
    world.proxy.forget()
    return world


def again(world: World, logs: Path, **settings: Any) -> int:
    """The next run, a minute later."""
    world.now += 60
    world.proxy.forget()
    return world.file(logs, **settings)


def warned(world: World) -> list[str]:
    """Where the last run warned of something."""
    return [one.where for one in world.result.warnings]


def strip(world: World, *numbers: int, names: tuple[str, ...] = ()) -> None:
    """Give these issues other labels."""
    for number in numbers:
        world.forge.edit(number, labels=names)


def test_a_list_that_is_behind_hides_nothing(ran: World, logs: Path) -> None:
    """Where lists show nothing of the last run, its issues are read by number, and nothing is written."""
    ran.forge.lag = LONG
    assert again(ran, logs) == 0
    assert ran.proxy.writes == []


def test_one_label_taken_off_leaves_the_issue_alone(ran: World, logs: Path) -> None:
    """The issue is neither written nor filed again; that is said once; with its label back it is kept true."""
    strip(ran, 3)
    assert again(ran, logs) == 0
    assert warned(ran) == ["#3"]
    assert again(ran, logs) == 0
    assert warned(ran) == []
    assert ran.proxy.writes == []
    assert ran.forge.issues()[2]["labels"] == []
    assert filed(ran.forge.issues(), only_open=False) == sorted(THREE)


@pytest.mark.parametrize("renamed", ["everywhere", "in the settings", "on two"])
def test_a_label_that_was_renamed_files_nothing(ran: World, logs: Path, renamed: str) -> None:
    """Where most of what is tracked lost the label, nothing is written, and the message says what to do."""
    if renamed == "everywhere":
        strip(ran, 1, 2, 3, 4, names=("incidents",))
    elif renamed == "on two":
        strip(ran, 2, 3)
    settings = {"labels": {"tracked": "outage"}} if renamed == "in the settings" else {}
    assert again(ran, logs, **settings) == 5
    assert "no longer carry the label" in ran.error
    assert "labels.tracked" in ran.error
    assert ran.proxy.writes == []


def test_a_label_renamed_and_named_in_the_settings(ran: World, logs: Path) -> None:
    """With the new name in the settings too, the next run goes on as before."""
    strip(ran, 1, 2, 3, 4, names=("incidents", "P0"))
    assert again(ran, logs, labels={"tracked": "incidents"}) == 0
    assert filed(ran.forge.issues(), only_open=False) == sorted(THREE)


@pytest.mark.parametrize("status", [404, 410, 301])
def test_an_issue_that_is_gone_is_dropped_with_a_message(ran: World, logs: Path, status: int) -> None:
    """Deleted or transferred: said once, and its incident, which still fails, gets a new issue."""
    gone = ran.forge.versions.pop(3)
    ran.now += 60
    location = {"Location": f"{ran.proxy.url}/repos/acme/other/issues/77"} if status == 301 else {}
    ran.proxy.answer("GET .*/issues/3$", status, {"message": "This issue was deleted"}, location)
    assert ran.file(logs) == 0
    assert warned(ran) == ["#3"]
    assert filed([gone[-1][1]])[0] in filed(ran.forge.issues())
    assert again(ran, logs) == 0
    assert warned(ran) == []


def test_a_strangers_issue_does_nothing(world: World, logs: Path) -> None:
    """A labelled issue of a stranger's with a marker of its own making claims nothing: the incident is filed."""
    world.reset()
    assert world.file(logs) == 0
    body = world.forge.issues()[1]["body"]
    world.reset()
    world.forge.file(author="mallory", title="mine", body=body, labels=["incidentbot"])
    assert world.file(logs) == 0
    assert warned(world) == ["#1"]
    assert filed(world.forge.issues()) == sorted(THREE)
    assert world.forge.issues()[0]["body"] == body
    assert again(world, logs) == 0
    assert warned(world) == []
    assert world.proxy.writes == []


def test_a_signed_copy_is_resolved_to_the_original(world: World, logs: Path) -> None:
    """A stranger's copy of a signed body is left alone, its original kept; the copy alone, with a key, counts."""
    keys: dict[str, Any] = {"signing_keys": ["a secret of ours"]}
    world.reset()
    assert world.file(logs, **keys) == 0
    original = world.forge.issues()[1]
    names = [label["name"] for label in original["labels"]]
    copy = world.forge.file(author="mallory", title="copy", body=original["body"], labels=names)
    assert again(world, logs, **keys) == 0
    assert warned(world) == [f"#{copy['number']}"]
    assert [request for request in world.proxy.writes if str(copy["number"]) in request] == []
    assert world.forge.issues()[-1]["state"] == "open"
    assert filed(world.forge.issues()) == sorted(THREE)


def test_a_marker_that_was_removed_is_reported(ran: World, logs: Path) -> None:
    """A tracked issue whose body somebody replaced is reported, left alone, and not filed again."""
    ran.forge.edit(3, body="I tidied this up")
    assert again(ran, logs) == 0
    assert warned(ran) == ["#3"]
    assert filed(ran.forge.issues(), only_open=False) == sorted(THREE)
    assert ran.forge.issues()[2]["body"] == "I tidied this up"


def test_three_accounts_keep_one_issue(ran: World, logs: Path, tmp_path: Path) -> None:
    """Issues filed by one account are known to another, which learns of the first by the state."""
    ran.forge.login = "laptop"
    assert again(ran, write(tmp_path / "four.json", SERVICES[:4])) == 0
    ran.forge.login = "slack-app"
    assert again(ran, write(tmp_path / "four.json", SERVICES[:4])) == 0
    assert filed(ran.forge.issues(), only_open=False) == sorted(SERVICES[:4])
    assert ran.proxy.writes == []


REFUSALS = [
    (422, {"message": "Validation Failed", "errors": [{"field": "body", "code": "too_long"}]}, {}, "body too_long"),
    (403, {"message": "Unable to edit because issue is locked."}, {}, "#3 is locked"),
    (403, {"message": "You cannot edit this"}, {}, "The token may not go on changing an issue for acme/shop#3"),
    (404, {"message": "Not Found"}, {}, "#3 is gone"),
    (410, {"message": "This issue was deleted"}, {}, "#3 was deleted"),
    (
        301,
        {"message": "Moved"},
        {"Location": "http://x/repos/acme/other/issues/77"},
        "#3 was transferred to acme/other#77",
    ),
]


@pytest.mark.parametrize(("status", "body", "headers", "says"), REFUSALS)
def test_a_change_that_is_refused_blocks_nothing_else(
    ran: World, logs: Path, status: int, body: Any, headers: dict[str, str], says: str
) -> None:
    """A change of one issue that GitHub refuses is left with its reason, exit 6; the others are done."""
    for number in (2, 3, 4):
        ran.forge.edit(number, body=ran.forge.issues()[number - 1]["body"].replace("does not start", "is fine"))
    ran.now += 60
    ran.proxy.answer("PATCH .*/issues/3$", status, body, headers)
    assert ran.file(logs) == 6
    assert says in ran.error
    assert "left for the next run: update #3." in ran.error
    assert [request for request in ran.proxy.writes if request.endswith(("/2", "/4"))] != []
    assert [one.number for one in ran.result.held_back] == [3]
    assert again(ran, logs) == 0
    assert "is fine" not in ran.forge.issues()[2]["body"]


def test_a_creation_that_is_refused_blocks_nothing_else(world: World, logs: Path) -> None:
    """A 422 on one creation: the other two are filed, exit 6; the next run files it."""
    world.reset()
    errors = {"message": "Validation Failed", "errors": [{"field": "title", "code": "invalid"}]}
    world.proxy.answer("POST .*/issues$", 422, errors, skip=2)
    assert world.file(logs) == 6
    assert "title invalid" in world.error
    assert len(filed(world.forge.issues())) == 2
    assert again(world, logs) == 0
    assert filed(world.forge.issues(), only_open=False) == sorted(THREE)


@pytest.mark.parametrize("status", [403, 429])
@pytest.mark.parametrize(
    ("headers", "waits"), [({"retry-after": "30"}, True), ({}, True), ({"retry-after": "3600"}, False)]
)
def test_a_limit_is_waited_for_or_held_back(
    world: World, logs: Path, status: int, headers: dict[str, str], waits: bool
) -> None:
    """A secondary limit of at most a minute is waited for once; a longer one leaves the rest, exit 6."""
    assert SLEEP_CEILING == 60
    world.reset()
    limit = {"message": "You have exceeded a secondary rate limit"}
    world.proxy.answer("POST .*/issues$", status, limit, headers, skip=2)
    assert world.file(logs) == (0 if waits else 6)
    assert ("rate limit" in world.error) is not waits
    assert len(filed(world.forge.issues())) == (3 if waits else 1)
    assert again(world, logs) == 0
    assert filed(world.forge.issues(), only_open=False) == sorted(THREE)


def test_a_deadline_leaves_the_rest(world: World, logs: Path) -> None:
    """Past the deadline nothing more is written, what is left is named, and the next run files it."""
    world.reset()

    def slow(request: Any) -> None:
        world.now += 200 if request.method == "POST" and request.target.endswith("/issues") else 0

    world.proxy.after = slow
    try:
        assert world.file(logs, seconds=500) == 6
    finally:
        world.proxy.after = lambda _: None
    assert "The deadline of this run is over" in world.error
    assert 0 < len(filed(world.forge.issues())) < 3
    assert again(world, logs) == 0
    assert filed(world.forge.issues(), only_open=False) == sorted(THREE)
