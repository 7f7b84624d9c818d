"""A command is handed to GitHub once, and it is said what came of it."""

import time
from collections.abc import Iterator

import pytest

from bot.errors import TrackerUnavailable, UnclearOutcome
from bot.faces.slack import dispatching
from bot.faces.slack.commands import File, Mute
from bot.faces.slack.dispatching import Workflow, dispatch
from bot.faces.slack.taking import Dispatching, Wish
from tests.bench.emulator import free_port
from tests.bench.proxy import RESET_AFTER, SILENCE_AFTER, Proxy

PATH = "/repos/acme/shop/actions/workflows/incidentbot.yml/dispatches"
RUN = {"workflow_run_id": 7, "html_url": "https://github.com/acme/shop/actions/runs/7"}


@pytest.fixture(scope="module")
def listening() -> Iterator[Proxy]:
    """A GitHub that starts whatever is asked for, and tells nothing of it."""
    proxy = Proxy(lambda _: (204, {}, b""))
    yield proxy
    proxy.close()


@pytest.fixture
def github(listening: Proxy) -> Proxy:
    """That GitHub, with an empty log."""
    listening.forget()
    return listening


def workflow(github: Proxy) -> Workflow:
    """The workflow there."""
    return Workflow("acme/shop", "incidentbot.yml", "main", "tok_relay", github.url)


def test_the_workflow_is_started_with_the_command(github: Proxy) -> None:
    """One request, with the words, who asked, the token, and nothing that Slack alone should know."""
    github.answer("POST", 200, RUN)
    wish = Wish(Mute(12, 1_772_859_967 * 10**9), "ann (U1 in Slack)", 1.0, "n", "https://hooks.slack.com/secret")
    taken = Dispatching(workflow(github)).take(wish)
    assert taken
    assert taken.url == RUN["html_url"]
    [request] = github.log
    assert str(request) == f"POST {PATH}"
    assert request.headers["Authorization"] == "Bearer tok_relay"
    assert request.data == {
        "ref": "main",
        "inputs": {"command": "mute", "arguments": "12 2026-03-07T05:06:07Z", "asked_by": "ann (U1 in Slack)"},
        "return_run_details": True,
    }


def test_an_older_github_tells_less(github: Proxy) -> None:
    """204 is a confirmation too; a refusal of the newer field, which did nothing, is asked again without it."""
    assert dispatch(workflow(github), {}) == ""
    github.answer("POST", 422, {"message": 'Invalid request.\n\n"return_run_details" is not a permitted key.'})
    assert dispatch(workflow(github), {}) == ""
    assert ["return_run_details" in request.data for request in github.log] == [True, True, False]


@pytest.mark.parametrize("status", [301, 307, 401, 403, 404, 422, 429])
def test_a_refusal_names_what_to_check(github: Proxy, status: int) -> None:
    """Nothing was started; settings and permission are named; nothing is sent again, nor where a redirect points."""
    github.answer("POST", status, {"message": "no"}, {"Location": f"{github.url}/elsewhere"})
    with pytest.raises(TrackerUnavailable, match=r"slack\.workflow.*actions: write") as error:
        dispatch(workflow(github), {})
    assert not isinstance(error.value, UnclearOutcome)
    assert len(github.log) == 1


@pytest.mark.parametrize("how", [RESET_AFTER, SILENCE_AFTER])
def test_what_may_have_been_started_is_never_sent_again(
    github: Proxy, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A lost answer is unclear: one request, within Slack's three seconds, and the person is told to look."""
    monkeypatch.setattr(dispatching, "_SECONDS", 0.5)
    github.fail("POST", how)
    began = time.monotonic()
    with pytest.raises(UnclearOutcome, match="look at the runs of acme/shop"):
        dispatch(workflow(github), {})
    assert time.monotonic() - began < 2.5
    assert len(github.log) == 1


@pytest.mark.parametrize("status", [202, 500, 502])
def test_an_answer_that_is_no_refusal_is_unclear(github: Proxy, status: int) -> None:
    """A server that failed may have started it."""
    github.answer("POST", status, {})
    with pytest.raises(UnclearOutcome):
        dispatch(workflow(github), {})
    assert [request.target for request in github.log] == [PATH]


def test_nobody_there_is_no_unclear_outcome() -> None:
    """A connection that was refused has started nothing."""
    nowhere = Workflow("acme/shop", "incidentbot.yml", "main", "tok_relay", f"http://127.0.0.1:{free_port()}")
    with pytest.raises(TrackerUnavailable, match="nothing was started") as error:
        dispatch(nowhere, {})
    assert not isinstance(error.value, UnclearOutcome)


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"html_url": 7}'])
def test_a_confirmation_in_another_form_is_one(github: Proxy, body: bytes) -> None:
    """200 with whatever body: started, no address."""
    github.answer("POST", 200, body)
    taken = Dispatching(workflow(github)).take(Wish(File(), "ann", 1.0, "n"))
    assert taken
    assert taken.url == ""
