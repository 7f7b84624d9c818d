"""The page's sentences: each says what the entries show, once, and no more."""

import msgspec
import pytest

from bot.documents.incident import render_incident
from bot.model.incident import Evidence, Incident, Member
from bot.model.severity import Severity
from bot.model.signature import ExceptionInfo, Frame, Kind, StackTrace
from bot.model.time import MINUTE
from bot.model.window import Deployment, Minute, Served
from bot.text.templates import environment
from bot.triage.policies import settled
from tests.documents.incidents import MISSING, PLAYBOOK, ROOT_TRACE, START, member, outage

ENVIRONMENT = environment(None)


def page_of(incident: Incident) -> str:
    """The page by the package's own template."""
    return render_incident(incident, (), ENVIRONMENT)


@pytest.mark.parametrize(
    ("incident", "said"),
    [
        (outage(cannot_start=False), "`booking-api` crashes in `staging` since"),
        (
            outage(cannot_start=False, members=(*outage().members[:3], outage().members[4])),
            "fails requests in `staging`",
        ),
        (outage(cannot_start=False, members=outage().members[:3]), "`booking-api` logs errors in `staging` since"),
        (
            outage(cannot_start=False, members=(member("a1root", "slow query", severity=Severity.WARNING),)),
            "`booking-api` logs warnings in `staging` since",
        ),
        (
            outage(cannot_start=False, members=(member("a1root", "boom", times=1),)),
            "`booking-api` logged an error in `staging` at 2025-03-01T02:03:20Z, not seen again by 02:40:12Z: `boom`.",
        ),
    ],
)
def test_the_verb_says_no_more_than_the_entries(incident: Incident, said: str) -> None:
    """A logged error fails nobody's request, a warning is no failure, and one entry lasts no time."""
    assert said in page_of(incident).split("\n")[0]


def test_the_headline_has_the_message_without_what_its_logger_set_before_it() -> None:
    """Time, level, logger and ids are for the entry below; a title that was cut is whole again."""
    line = "17:24:11.280 WARN o.s.Cart#361 TraceID: 9f SpanID: 4e cart of the user is gone " + "and gone " * 40
    one = member("a1root", line[:300].strip(), text=line)
    page = page_of(outage(cannot_start=False, members=(one,)))
    assert f": `{line.partition('4e ')[2].strip()}`.**" in page
    assert "\n```text\n17:24:11.280 WARN o.s.Cart#361 TraceID: 9f" in page


def test_what_the_platform_said_of_a_request_is_its_cause() -> None:
    """A status alone explains nothing where the entry says why; an entry without words of its own is not shown."""
    refused = member("a1root", "GET / → 500", Kind.REQUEST, status=500, text="Billing is disabled for this project.")
    assert "`GET / → 500: Billing is disabled for this project.`.**" in page_of(outage(members=(refused,)))
    bare_one = member("a1root", "GET / → 500", Kind.REQUEST, status=500, text="GET 500")
    assert "GET 500\n" not in page_of(outage(members=(bare_one,)))


def test_a_library_is_not_where_to_look_first() -> None:
    """A frame that isn't the application's own is told as what it is."""
    frame = Frame("gunicorn.arbiter", "reap", "/usr/lib/gunicorn/arbiter.py", 529, in_app=False)
    trace = StackTrace((ExceptionInfo("HaltServer", "Worker failed to boot"),), (frame,))
    one = member("a1root", "HaltServer", Kind.TRACE, text="Traceback\nHaltServer: Worker failed to boot", trace=trace)
    page = page_of(outage(members=(one,), deployments=()))
    assert "Look first" not in page
    assert "Raised in a library, at: `/usr/lib/gunicorn/arbiter.py:529` in `reap`" in page


def test_a_long_stack_trace_keeps_its_exception() -> None:
    """The middle is cut: the beginning and the exception at the end stay."""
    lines = "".join(f'  File "/srv/a.py", line {n}, in call\n' for n in range(900))
    text = f"Traceback (most recent call last):\n{lines}ModuleNotFoundError: {MISSING}"
    one = member("a1root", "ModuleNotFoundError", Kind.TRACE, text=text, trace=ROOT_TRACE)
    page = page_of(outage(members=(one,)))
    assert "more characters]\n  File" in page
    assert f"\nModuleNotFoundError: {MISSING}\n```" in page


def test_an_older_exit_of_another_cause_is_not_when_this_began() -> None:
    """Exits that another error shares began before this root: the first sentence tells the root's own time."""
    root, exits = outage().members[0], outage().members[3]
    later = msgspec.structs.replace(root, first=root.first + 15 * MINUTE)
    assert "since 2025-03-01T02:18:20Z" in page_of(outage(members=(later, exits))).split("\n")[0]
    merged = (
        *outage().evidence,
        Evidence("a1root", "zz", "merged", 1.0, "a person merged its issue, 7, into this one"),
    )
    old = msgspec.structs.replace(member("zz", "another root"), first=START - 2 * MINUTE)
    page = page_of(outage(members=(*outage().members, old), evidence=merged))
    assert "since 2025-03-01T02:03:20Z" in page.split("\n")[0]
    assert "root: a person merged its issue, 7, into this one | 1.00 |" in page


def test_requests_with_one_reason_are_one_row_and_one_sample() -> None:
    """The same evidence and the same words are not told once for each route."""
    said = "The request failed because the instance could not start."
    requests = tuple(member(f"r{n}", f"GET /{n} → 503", Kind.REQUEST, status=503, text=said, delay=5) for n in range(3))
    links = tuple(Evidence("d4exit", one.fingerprint, "refused", 0.9, "no instance started") for one in requests)
    page = page_of(outage(members=(*outage().members[:4], *requests), evidence=(*outage().evidence, *links)))
    assert "| S4, S5, S6 | 3 kinds of failed requests | 18 |" in page
    assert page.count(said) == 1


@pytest.mark.parametrize(
    ("root", "said"),
    [
        (
            member("a1root", "GET /cart/* → 503", Kind.REQUEST, status=503),
            'httpRequest.status=503\nhttpRequest.requestMethod="GET"\nhttpRequest.requestUrl:"/cart/"',
        ),
        (member("a1root", "09:00:01 ERROR o.a.Cart#3 TraceID: 9f cart of the user 17 is gone"), '"cart of the user"'),
        (member("a1root", "(traceback cut off) raise StopIteration", text="Traceback\n    raise StopIteration"),
         '"raise StopIteration"'),
    ],
)  # fmt: skip
def test_the_query_has_only_what_every_entry_says(root: Member, said: str) -> None:
    """No time, id or number of one entry, no word of the bot's own; of a request its method and route."""
    assert page_of(outage(members=(root,))).rstrip().endswith(f"{said}\n```")


def test_traces_are_counted_or_estimated() -> None:
    """Fewer than 32 are exact; of more the smallest hashes tell about how many, never more than there are entries."""
    calm: dict[str, object] = {"cannot_start": False, "members": outage().members[:1]}
    assert "| Traces | 3 distinct |" in page_of(outage(traces=("0a", "0b", "0c"), **calm))
    many = msgspec.structs.replace(outage().members[0], minutes={START // MINUTE: Minute(90_000)})
    smallest = tuple(f"{n * 429_496:08x}" for n in range(1, 33))
    page = page_of(outage(traces=smallest, cannot_start=False, members=(many,)))
    assert "| Traces | about 9,700 distinct, estimated from a sample to about a third |" in page
    assert "Traces" not in page_of(outage(traces=smallest))


def test_what_came_back_is_told_from_when_it_came_back() -> None:
    """After a day of silence the first time is history, and the suspect is the deployment just before it came back."""
    day = 24 * 60
    again = {at + day: minute for at, minute in outage().root.minutes.items()}
    root = msgspec.structs.replace(
        outage().root, minutes=outage().root.minutes | again, last=outage().root.last + day * MINUTE
    )
    newer = Deployment(START + (day - 3) * MINUTE, "staging", "booking-api", "booking-api-00043-new")
    page = page_of(
        outage(
            members=(root,),
            deployments=(*outage().deployments, newer),
            observed_until=outage().observed_until + day * MINUTE,
        )
    )
    assert "does not start in `staging` again since 2025-03-02T02:03Z, last seen at 02:38:20Z" in page.split("\n")[0]
    assert "what `booking-api-00043-new` changed: it was deployed 2 min before the first error of this time" in page
    assert "| Lasts | 35 min so far |" in page
    earlier = "from 2025-03-01T02:03:20Z on, the last before the silence at 2025-03-01T02:38"
    assert f"| Earlier | {earlier} |" in page
    assert "| 02:03 | seen again after a silence |" in page
    assert page.count("before the first entry") == 1


def came_back(**changes: object) -> Incident:
    """The outage, seen again three hours later as often as the first time."""
    later = 3 * 60
    members = tuple(
        msgspec.structs.replace(
            one,
            minutes=one.minutes | {at + later: minute for at, minute in one.minutes.items()},
            last=one.last + later * MINUTE,
        )
        for one in outage().members
    )
    return outage(members=members, observed_until=outage().observed_until + later * MINUTE, **changes)


def test_a_return_known_to_the_minute_is_printed_without_seconds() -> None:
    """A deployment in the minute of the return was within a minute before it; no page knows better."""
    back = (START // MINUTE + 3 * 60) * MINUTE
    newer = Deployment(back, "staging", "booking-api", "booking-api-00043-new")
    page = page_of(came_back(deployments=(newer,)))
    assert "again since 2025-03-01T05:03Z" in page
    assert "deployed within a minute before the first error of this time" in page
    assert "| 05:03 | seen again after a silence |" in page
    assert "05:03:00Z, last" not in page
    assert "0 ms" not in page


def test_figures_of_two_outages_are_not_pooled() -> None:
    """What the page shows now is measured since the return; the earlier outage has a line of its own."""
    later, at = 3 * 60, START // MINUTE
    calm = {at + 60 + n: Served(10, 0) for n in range(20)}
    failing = {at + more + n: Served(2, 2) for n in range(0, 36) for more in (0, later)}
    page = page_of(settled(came_back(traffic=calm | failing)))
    once = page_of(settled(outage()))
    starts = outage().exits
    assert f"`does-not-start`: {starts} failed starts" in once
    assert f"`does-not-start`: {starts} failed starts since 05:03" in page
    assert f"was logged {starts} times" in page
    assert f"the last before the silence at 02:38: {starts} failed starts" in page
    assert "of 144" not in page
    assert "2 h" not in page


def test_a_closed_page_orders_no_work() -> None:
    """What was to be done is folded away, nothing is to be looked at first, and nothing goes on."""
    live, over = (render_incident(outage(), (PLAYBOOK,), ENVIRONMENT, over=ended) for ended in (False, True))
    assert "## What to do now" in live
    assert "Look first at" in live
    assert "<details><summary>What was to be done</summary>" in over
    for said in ("What to do now", "Look first", "does not start", "Lasts", "go back"):
        assert said not in over


def test_a_live_page_says_that_it_lasts() -> None:
    """As long as it goes on its length is so far; then it lasted. Each policy says since when it measures."""
    live = page_of(settled(outage()))
    assert "| Lasts | 35 min so far |" in live
    starts = f"{outage().exits} failed starts, and the revision answered no request meanwhile"
    assert f"{starts}, on `booking-api-00042-abc`, since 02:03:20Z |" in live
    ended = page_of(outage(observed_until=outage().observed_until + 120 * MINUTE))
    assert "| Lasted | 35 min |" in ended
