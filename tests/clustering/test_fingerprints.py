"""Fingerprints: the same for what differs in values alone, on every run, in every order, on every machine."""

import os
import random
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.clustering import VERSION, Clusterer, steps
from bot.clustering.fingerprint import fingerprint
from bot.clustering.masking import mask, normalise
from bot.clustering.memory import Memory
from bot.clustering.messages import MOST_SHAPES, Messages
from bot.clustering.rules import RULES, Rule
from bot.model.entry import LogEntry
from bot.model.signature import Kind, Signature
from tests.clustering.logged import INNER, LIBRARY, OWN, entry, said, traceback

ROOT = Path(__file__).resolve().parents[2]
REQUEST = {"requestMethod": "GET", "requestUrl": "https://shop.example/api/carts/42?x=1", "status": 503}
SYSTEM = "projects/p/logs/run.googleapis.com%2Fvarlog%2Fsystem"

GOLDEN: list[tuple[LogEntry, str]] = [
    (said("Connection to 10.0.0.7:5432 timed out after 30 s"), "v1-c793ba26631fddec"),
    (said("user 'ann' can't open /var/lib/app/a.db"), "v1-48dc6087719edc0d"),
    (said('level=error msg="disk full" took=3ms'), "v1-6c40fc9ddb09e0bc"),
    (said(""), "v1-924419d6378903f1"),
    (entry(jsonPayload={"message": "job 7f3e0c1a-abcd-4bad-9cde-0123456789ab ended"}), "v1-cef1dd4432dde9e9"),
    (said(traceback("KeyError: 'basket'", LIBRARY, OWN, INNER)), "v1-300b61c16c4ec4d1"),
    (said(traceback("ValueError: bad total 7", LIBRARY)), "v1-922484ce353f4cc3"),
    (entry(httpRequest=REQUEST, textPayload="no available instance"), "v1-629507bea8fad8dc"),
    (entry(httpRequest={**REQUEST, "requestMethod": "POST", "status": 200}), "v1-8cb1be8888bceb08"),
    (entry(logName=SYSTEM, textPayload="Container called exit(3)."), "v1-47b50f74ee65a39f"),
    (
        entry(
            protoPayload={"serviceName": "run.googleapis.com", "methodName": "x.ReplaceService", "status": {"code": 7}}
        ),
        "v1-e3c386c73ab9506d",
    ),
]


def of(logged: LogEntry) -> str:
    """The fingerprint that a new clusterer gives this entry."""
    return Clusterer().signature(logged).fingerprint


@pytest.mark.parametrize(("logged", "golden"), GOLDEN)
def test_golden(logged: LogEntry, golden: str) -> None:
    """A changed algorithm would orphan every open issue: it needs a new VERSION and a release that knows both."""
    assert of(logged) == golden
    assert golden.startswith(f"{VERSION}-")


def test_order_does_not_show() -> None:
    """A clusterer that has seen other entries before says the same, title and loose keys included."""
    logged = [one for one, _ in GOLDEN] + [said(traceback("", OWN)), said(traceback("", OWN).replace("31", "32"))]
    alone = [Clusterer().signature(one) for one in logged]
    for seed in range(10):
        shared, order = Clusterer(), list(range(len(logged)))
        random.Random(seed).shuffle(order)
        assert all(shared.signature(logged[i]) == alone[i] for i in order)


@pytest.mark.parametrize("seed", ["0", "1", "4242"])
def test_process_does_not_show(seed: str) -> None:
    """Another process with another hash seed computes the same fingerprints."""
    told = "for logged, _ in GOLDEN:\n    print(of(logged))"
    program = f"from tests.clustering.test_fingerprints import GOLDEN, of\n{told}"
    environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", program], env=environment, cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == [golden for _, golden in GOLDEN]


SAME = {
    "exit of another process": ("worker 7 called exit(3)", "worker 8 called exit(3)"),
    "status of an answer": ("GET /a status: 200 len: 7", "GET /b status: 404 len: 18"),
    "status of a thing": ("order 7 has status=1 now", "order 8 has status=3 now"),
    "time": ("exit 12:30:00 ok", "exit 12:31:07 ok"),
    "number behind an exit's": ("exit code 1 of 7", "exit code 1 of 8"),
    "status that is a duration": ("exit 3s ago", "exit 41s ago"),
    "number": ("took 3 tries", "took 41 tries"),
    "sign": ("offset -3 left", "offset 12 left"),
    "id": ("order ord_8f3a failed", "order ord_77c1d failed"),
    "address": ("lost 10.0.0.1:8080 now", "lost 192.168.17.4:443 now"),
    "IPv6": ("lost fe80::1ff:fe23:4567:890a now", "lost fe80::abcd:fe23:cafe:890a now"),
    "MAC": ("saw aa:bb:cc:dd:ee:ff now", "saw 00:1b:44:11:3a:b7 now"),
    "URL": ("GET https://a.example/x?y=1 failed", "GET http://b.example:80/other failed"),
    "bucket": ("read gs://bucket/a.csv failed", "read s3://other/b/c.csv failed"),
    "path": ("open /var/lib/app/a.db failed", "open /srv/data/b.db failed"),
    "Windows path": (r"open C:\data\a.db failed", r"open D:\x\y\b.db failed"),
    "quoted": ("no key 'alpha' here", "no key 'beta gamma' here"),
    "quoted nothing": ('no key "" here', 'no key "beta" here'),
    "unit": ("used 900 KiB in 12.5ms", "used 1.5 MiB in 3 s"),
    "microseconds": ("took 12µs.", "took 3.5 ms."),
    "per cent": ("disk 91% full", "disk 7.5% full"),
    "UUID": ("job 7f3e0c1a-1b2c-4bad-9cde-0123456789ab ended", "job 00000000-0000-4000-8000-000000000000 ended"),
    "UUID with a group of letters": (
        "job 7f3e0c1a-abcd-4bad-9cde-0123456789ab ended",
        "job deadbeef-1b2c-4bad-abcd-feedfacebeef ended",
    ),
    "hexadecimal": ("at 0xdeadbeef: fault", "at 0x7ffe01: fault"),
    "hexadecimal of letters": ("commit deadbeefcafe built", "commit 2f130c1 built"),
    "timestamp": ("2025-09-15T20:51:00.123Z boom", "2026-01-01 boom".replace(" boom", "T00:00:00Z boom")),
    "date with a month": ("Sep  5 20:51:00 host sshd: bye", "Oct 15 01:02:03 host sshd: bye"),
    "pod": ("pod web-756f6c4675-vhtvd died", "pod web-756f6c4675-x8tz2 died"),
    "e-mail address": ("mail to ann@shop.example bounced", "mail to b.c+d@other.example bounced"),
    "list": ("left [1, 2, 3] behind", "left [4] behind"),
    "white space": ("a  b\tc failed", "a b c failed"),
    "quotes inside quotes": ('lost "a \\"b\\" c" now', 'lost "d" now'),
    "quoted in a quoted message": ('msg="lost \\"a\\" now"', 'msg="lost \\"b c\\" now"'),
    "object": ("{'code': 3, 'name': 'ann'}", "{'code': 77, 'name': 'bob'}"),
}


@pytest.mark.parametrize(("one", "other"), SAME.values(), ids=SAME)
def test_values_are_masked(one: str, other: str) -> None:
    """Messages that differ in a value alone are one cluster."""
    assert of(said(one)) == of(said(other)), (normalise(mask(one)), normalise(mask(other)))


DIFFERENT = [
    ("connection refused", "connection reset"),
    ("failed to read 'a'", "failed to write 'a'"),
    ('level=error msg="disk full"', 'level=error msg="token expired"'),
    ('{"level": "error", "message": "disk full"}', '{"level": "error", "message": "token expired"}'),
    ('failed: {"error": "disk full"}', 'failed: {"reason": "disk full"}'),
    ("waited 5 s", "waited 5 apples"),
    ('E0915 20:51:00.1 7 pod.go:3] "Volume not found" pod="a"', 'E0915 20:51:00.1 7 pod.go:3] "Image gone" pod="a"'),
    ('level=error msg="lost \\"a\\" again"', 'level=error msg="found \\"a\\" again"'),
    ("5 m left", "5 n left"),
    ("x", ""),
    ("Container called exit(3).", "Container terminated on signal 9."),
    ("Container called exit(0).", "Container called exit(3)."),
    ("Container terminated on signal 9.", "Container terminated on signal 15."),
    ("main process exited with code 137 after 5 s", "main process exited with code 1 after 5 s"),
    ("exit status 1", "exit status 2"),
    ("Task a-1 failed with exit code: 1 and no message", "Task a-1 failed with exit code: 3 and no message"),
    ("{'exitCode': 1, 'reason': 'Error'}", "{'exitCode': 137, 'reason': 'Error'}"),
    ("worker 7: code=exited, status=1/FAILURE", "worker 7: code=exited, status=203/EXEC"),
]


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_constants_are_kept(one: str, other: str) -> None:
    """Messages that differ in words are two clusters, in logfmt and JSON too, where every message is a quoted one."""
    assert of(said(one)) != of(said(other))


def test_a_constant_stays_readable() -> None:
    """The template is the message with its values replaced and nothing else."""
    assert Clusterer().signature(said("user 17 can't open '/etc/x' after 2.5 s")).template == (
        "user <*> can't open <quoted> after <*>"
    )


def test_long_values_do_not_decide_where_a_message_is_cut() -> None:
    """Two long messages with values of different length are one cluster: the template is cut, not the text."""
    tail = " ".join(["then some more words"] * 400)
    assert of(said(f"id {'7' * 3} {tail}")) == of(said(f"id {'7' * 900} {tail}"))


def test_json_text_counts_as_its_payload() -> None:
    """A JSON line that Cloud Logging left as text has the fingerprint of the same line as a payload, and a title."""
    text = Clusterer().signature(said('{"level":"error","message":"disk 7 full"}'))
    assert text.fingerprint == of(entry(jsonPayload={"level": "error", "message": "disk 8 full"}))
    assert text.title == "disk 7 full"


@pytest.mark.parametrize("text", ["{", "{}", '{"a":', "{not json}", "{" * 70_000, '{"a":' * 9_000])
def test_text_that_only_begins_like_json_is_a_message(text: str) -> None:
    """Broken, empty and deeply nested JSON is text."""
    assert Clusterer().signature(said(text)).kind is Kind.MESSAGE


@pytest.mark.parametrize(
    ("log_id", "kind"),
    [
        ("run.googleapis.com%2Fvarlog%2Fsystem", Kind.SYSTEM),
        ("kubelet", Kind.SYSTEM),
        ("events", Kind.SYSTEM),
        ("container.googleapis.com%2Fcluster-autoscaler-visibility", Kind.SYSTEM),
        ("my-events", Kind.MESSAGE),
        ("user_events", Kind.MESSAGE),
        ("run.googleapis.com%2Fstderr", Kind.MESSAGE),
    ],
)
def test_system_logs_are_the_platform_s(log_id: str, kind: Kind) -> None:
    """An application's own log whose name ends like one of the platform's is the application's."""
    assert Clusterer().signature(entry(logName=f"projects/p/logs/{log_id}", textPayload="x")).kind is kind


def test_parts_cannot_imitate_each_other() -> None:
    """Where one part ends is part of the hash."""
    assert fingerprint("ab", "c") != fingerprint("a", "bc")


def test_steps_explain_a_template() -> None:
    """The steps lead from the message to its template, each naming what it changed."""
    message = "GET https://x.example/a took 5 ms"
    taken = steps(message)
    assert [name for name, _ in taken] == ["atoms with digits", "url", "sign or unit"]
    assert taken[-1][1] == normalise(mask(message))
    assert steps("nothing to mask") == []


def test_former_version_is_carried_over() -> None:
    """With a former algorithm injected, a signature has that one's fingerprint beside its own."""

    def last_version(logged: LogEntry) -> Signature:
        return Signature(f"v0-{len(logged.text)}", Kind.MESSAGE, "", logged.text)

    logged = said("disk 7 full")
    carried = Clusterer(former=last_version).signature(logged)
    assert (carried.fingerprint, carried.former) == (of(logged), "v0-11")
    assert Clusterer().signature(logged).former == ""


RAISED = traceback("KeyError: 'basket'", OWN)
VALUES = ["took 7 ms", "took 12 ms", "7", "7_", ": 1", "{7}", "id c0ffee-1", "id 1-c0ffee", "a/v1/b", "a/v2/b", "x"]
CODES = ["called exit(1)", "called exit(3)", "called exit(12345)", "exit code 5", "eXit code 5"]
TRACED = ["panicked at 7", "no\n7", "Traceback (most recent call last):", "(most recent call last):"]
SHAPED = st.sampled_from([*VALUES, *CODES, *TRACED])
LOGGED = st.builds(
    lambda texts, glue, field: (
        said(glue.join(texts)) if field == "text" else entry(jsonPayload={field: glue.join(texts)})
    ),
    st.lists(SHAPED, min_size=1, max_size=3),
    st.sampled_from([" ", ""]),
    st.sampled_from(["text", "message", "error", "stack_trace"]),
)
PIECES = st.sampled_from([*"'\"\\@/-:.,()[]{}= \n%c", "://", ":\\", "<path>", "<quoted>"]) | st.sampled_from(
    ["<*>", "::", "http", "status", "msg", "GET", "Sep", "Mon", "deadbeef", "ABCDEFAB", "ms"]
)


@pytest.mark.parametrize("rule", RULES, ids=[rule.name for rule in RULES])
@given(st.lists(PIECES, max_size=12))
def test_a_rule_is_left_out_only_where_it_would_change_nothing(rule: Rule, pieces: list[str]) -> None:
    """A text without any of its signs is what the rule's pattern makes of it."""
    text = "".join(pieces)
    assert rule.apply(text) == rule.pattern.sub(rule.hole, text)


def test_no_more_shapes_of_one_message_are_remembered_than_serve() -> None:
    """Of a message with an identifier every entry has another shape: after so many none is remembered any more."""
    messages, choose = Messages(Kind.MESSAGE), random.Random(7)
    texts = [f"order {choose.getrandbits(128):032x}-7 placed" for _ in range(2 * MOST_SHAPES)]
    first = messages.signature(texts[0])
    assert all(messages.recall(text) == first for text in texts)
    assert len(messages._by_shape._known) == MOST_SHAPES


def test_shapes_are_remembered_again_after_all_were_forgotten() -> None:
    """A memory that was full and is empty again has room for the shapes of messages that it knew before."""
    messages = Messages(Kind.MESSAGE)
    messages._by_shape = Memory(1_000)
    for number in range(5_000):
        messages.signature(f"order {number} placed")
        messages.recall("order " + "7" * (number % 100 + 1) + " placed")
    assert messages._by_shape.forgotten > 100
    assert messages._by_shape._known


@given(st.lists(LOGGED, max_size=8))
@example(
    [entry(httpRequest=REQUEST, jsonPayload={"statusDetails": RAISED}), entry(httpRequest=REQUEST, textPayload=RAISED)]
)
@example([said("step3_retries=1"), said("step3_exit_code=1"), said("step3_exit_code=137")])
@example([said("job abc1 eXit code 5"), said("job exit1 eXit code 5")])
@example([said("d3 (most recent call last):"), said("9xTraceback (most recent call last):")])
@example([said("called exit(12345)"), said("called exit(1)"), said("called exit(3)"), said("called exit(54321)")])
@example([said("no 7"), said("no\n7"), said("panicked at 7"), said("Traceback (most recent call last) 7")])
def test_what_was_seen_before_does_not_show(logged: list[LogEntry]) -> None:
    """A clusterer that knows messages of the same shape gives each the signature that a new one gives it."""
    shared = Clusterer()
    assert [shared.signature(one) for one in logged] == [Clusterer().signature(one) for one in logged]
