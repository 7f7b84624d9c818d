"""Answers go to Slack, once a use, and nowhere else."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.faces.slack.responding import PAUSES, USES, Hooks, Responder
from tests.bench.proxy import RESET_AFTER, Proxy

MESSAGE = {"text": "done"}


@pytest.fixture(scope="module")
def listening() -> Iterator[Proxy]:
    """A Slack that takes everything."""
    proxy = Proxy(lambda _: (200, {}, b"ok"))
    yield proxy
    proxy.close()


@pytest.fixture
def slack(listening: Proxy) -> Proxy:
    """The same, with an empty log."""
    listening.forget()
    return listening


def responder(slack: Proxy) -> Responder:
    """One that answers there."""
    return Responder(Hooks(slack.url.removeprefix("http://"), "http"))


def test_an_answer_is_posted_as_json(slack: Proxy, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """One request with the message, and no credentials, whatever a .netrc says."""
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password secret\n")
    monkeypatch.setenv("NETRC", str(netrc))
    assert responder(slack).send(f"{slack.url}/commands/1", MESSAGE, 1).problem == ""
    [request] = slack.log
    assert (str(request), request.data) == ("POST /commands/1", MESSAGE)
    assert "Authorization" not in request.headers


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_no_redirect_is_followed(slack: Proxy, status: int) -> None:
    """Wherever it points, nothing more is sent, and it is over."""
    slack.answer("POST", status, b"", {"Location": f"{slack.url}/elsewhere"})
    sent = responder(slack).send(f"{slack.url}/commands/1", MESSAGE, 1)
    assert (sent.problem, sent.again) == (f"Slack refused it with {status}", None)
    assert [request.target for request in slack.log] == ["/commands/1"]


@pytest.mark.parametrize("status", [400, 403, 404, 410])
def test_what_slack_refuses_is_over(slack: Proxy, status: int) -> None:
    """A used or expired address is not tried again."""
    slack.answer("POST", status, b"expired_url")
    assert responder(slack).send(f"{slack.url}/commands/1", MESSAGE, 1).again is None


def test_what_may_pass_is_tried_four_times_more(slack: Proxy) -> None:
    """Each use says when the next may come, the fifth that none does; Slack's own wish counts where it is longer."""
    slack.answer("POST", 500, b"", times=5)
    pauses = [responder(slack).send(f"{slack.url}/commands/1", MESSAGE, use).again for use in range(1, USES + 1)]
    assert pauses == [*PAUSES, None]
    for wish, pause in (("30", 30.0), ("1", PAUSES[0]), ("soon", PAUSES[0]), ("99999999", 600.0)):
        slack.answer("POST", 429, b"", {"Retry-After": wish})
        assert responder(slack).send(f"{slack.url}/commands/1", MESSAGE, 1).again == pause


def test_a_broken_connection_is_tried_again(slack: Proxy) -> None:
    """What happened to it nobody knows; it is an answer, so it is sent again."""
    slack.fail("POST", RESET_AFTER)
    sent = responder(slack).send(f"{slack.url}/commands/1", MESSAGE, 1)
    assert sent.again == PAUSES[0]
    assert "ConnectionError" in sent.problem


def test_by_default_answers_go_to_slack_alone(slack: Proxy) -> None:
    """Without a test's own host, an address on loopback gets nothing."""
    sent = Responder().send(f"{slack.url}/commands/1", MESSAGE, 1)
    assert (sent.problem, sent.again) == ("its response_url is not Slack's", None)
    assert slack.log == []
    assert Hooks() == Hooks("hooks.slack.com", "https")
