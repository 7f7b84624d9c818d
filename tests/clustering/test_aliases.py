"""Aliases: the same from any order and half, only widening, and blind to what says what happened."""

import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.clustering import Aliases, Clusterer, learn_aliases, widen
from bot.clustering.masking import mask, normalise
from bot.model.signature import Alias, Kind, Signature
from tests.clustering.logged import entry, said

LABELLED = Path(__file__).resolve().parents[3] / "shared" / "data" / "loghub_2k"
USERS = ("anna", "bela", "carl", "dora", "emil", "fina", "gus")
WORDS = st.sampled_from(
    ["job", "for", "from", "anna", "bela", "carl", "dora", "<*>", "failed", "user", "x/y", "closed"]
)
TEMPLATES = st.lists(st.lists(WORDS, min_size=1, max_size=5).map(" ".join), max_size=20)


def signatures(*texts: str) -> list[Signature]:
    """What a new clusterer makes of these texts."""
    clusterer = Clusterer()
    return [clusterer.signature(said(text)) for text in texts]


def logins(*users: str) -> list[Signature]:
    """Failed logins of these users."""
    return signatures(*(f"Failed login of {user} from 10.0.0.7" for user in users))


def joined(some: list[Signature]) -> bool:
    """Whether the aliases that these show make one cluster of them."""
    known = Aliases(learn_aliases(some))
    return len({known.canonical(one) for one in some}) == 1


def test_names_that_differ_are_one_cluster() -> None:
    """Five plain names where nothing else differs are values; four may be four cases."""
    assert joined(logins(*USERS[:5]))
    assert not joined(logins(*USERS[:4]))
    assert len({one.fingerprint for one in logins(*USERS)}) == len(USERS)


def test_a_masked_value_in_the_same_place_is_enough() -> None:
    """Where one message has a number in its place, a name there is a value too."""
    assert joined(logins("anna", "4711"))
    assert joined(signatures("cannot load /srv/a/b.bin into memory", "cannot load runtime into memory"))


@pytest.mark.parametrize(
    "texts",
    [
        ("upstream connection was refused", "upstream connection was reset", "upstream connection was lost"),
        tuple(
            f"the order service is now {state}"
            for state in ("started", "stopped", "failed", "resuming", "ready", "down")
        ),
        tuple(
            f"call to billing failed with {code}" for code in ("UNAVAILABLE", "NOT_FOUND", "ABORTED", "INTERNAL", "OK")
        ),
        tuple(f"the worker died of {kind}Error today" for kind in ("Key", "Type", "Value", "Index", "Name", "OS")),
        tuple(f"the worker process called exit({code}) again" for code in range(6)),
        tuple(f"the worker process ended on signal {number} today" for number in (1, 2, 9, 11, 15)),
        ("order anna", "order bela", "order carl", "order dora", "order emil"),
    ],
)
def test_what_happened_is_no_value(texts: tuple[str, ...]) -> None:
    """States, verbs, status codes and exception types stay apart, and so do messages with too few words in common."""
    assert not learn_aliases(signatures(*texts))


def test_an_alias_catches_values_never_seen() -> None:
    """Learnt on one half, it joins the other half's values, and no word that says what happened."""
    known = Aliases(learn_aliases(logins(*USERS[:5])))
    (seen, unseen, state) = logins("anna", "walter", "refused")
    assert known.canonical(unseen) == known.canonical(seen) != seen.fingerprint
    assert known.canonical(state) == state.fingerprint


def test_several_holes() -> None:
    """Values in two places are found one after the other."""
    texts = [f"moved file of {user} to bucket of {other}" for user in USERS[:5] for other in USERS[:5]]
    (alias,) = learn_aliases(signatures(*texts))
    assert len(alias.holes) == 2


def test_only_messages_and_system_lines() -> None:
    """Requests, audit lines and traces have identities that no alias widens."""
    requests = [
        Clusterer().signature(
            entry(httpRequest={"requestMethod": "GET", "requestUrl": f"/of/the/{user}", "status": 200})
        )
        for user in USERS
    ]
    assert {one.kind for one in requests} == {Kind.REQUEST}
    assert learn_aliases(requests) == ()


def test_an_alias_as_text_holds_no_log_text() -> None:
    """Token count, positions and a digest; read back it is the same."""
    (alias,) = learn_aliases(logins(*USERS))
    assert Alias.parse(str(alias)) == alias
    assert not any(word in str(alias) for word in (*USERS, "login", "Failed"))
    with pytest.raises(ValueError, match=r"values to unpack|invalid literal"):
        Alias.parse("no alias")


def made(templates: list[str]) -> list[Signature]:
    """Signatures of these templates."""
    return [Signature(template, Kind.MESSAGE, "", template) for template in templates]


@given(TEMPLATES, st.randoms(use_true_random=False))
def test_order_and_number_do_not_show(templates: list[str], choose: random.Random) -> None:
    """Shuffled and doubled, the same aliases are learnt."""
    again = templates * 2
    choose.shuffle(again)
    assert learn_aliases(made(templates)) == learn_aliases(made(again))


@given(TEMPLATES, TEMPLATES)
def test_more_templates_only_widen(some: list[str], more: list[str]) -> None:
    """What is one cluster stays one when more was seen, and no fingerprint disappears."""
    one, all_ = widen(made(some)), widen(made(some + more))
    for group in {wide.fingerprint for wide in one.values()}:
        members = [member for member, wide in one.items() if wide.fingerprint == group]
        assert len({all_[member].fingerprint for member in members}) == 1


@pytest.mark.skipif(not LABELLED.is_dir(), reason="the labelled log sets are not there")
@pytest.mark.parametrize("name", ["Android", "BGL", "Linux", "OpenSSH"])
def test_shuffled_ten_ways_the_clusters_are_identical(name: str) -> None:
    """Real lines in ten orders: each line has the same widened fingerprint, and the halves' aliases fit the whole."""
    lines = [row.split("\t", 1)[1] for row in (LABELLED / f"{name}.tsv").read_text(encoding="utf-8").splitlines()]
    expected = _by_line(lines)
    for seed in range(10):
        shuffled = list(dict.fromkeys(lines))
        random.Random(seed).shuffle(shuffled)
        assert _by_line(shuffled) == expected


@pytest.mark.skipif(not LABELLED.is_dir(), reason="the labelled log sets are not there")
def test_an_alias_of_one_half_catches_the_other_half() -> None:
    """Users whom only the second half of a real log names fall under what the first half showed."""
    lines = [row.split("\t", 1)[1] for row in (LABELLED / "OpenSSH.tsv").read_text(encoding="utf-8").splitlines()]
    invalid = [line for line in dict.fromkeys(lines) if line.startswith("Invalid user ")]
    first, second = invalid[::2], invalid[1::2]
    known = Aliases(learn_aliases(signatures(*first)))
    unseen = {line.split()[2] for line in second} - {line.split()[2] for line in first}
    assert len(unseen) > 10
    assert len({known.canonical(one) for one in signatures(*first, *second)}) == 1


def _by_line(lines: list[str]) -> dict[str, str]:
    clusterer = Clusterer()
    by_line = {line: clusterer.signature(said(line)) for line in lines}
    known = Aliases(learn_aliases(by_line.values()))
    return {line: known.canonical(signature) for line, signature in by_line.items()}


def test_templates_keep_their_own_fingerprints() -> None:
    """An alias changes what a signature is grouped under, never the signature."""
    before = logins(*USERS)
    widen(before)
    assert before == logins(*USERS)
    assert all(one.template == normalise(mask(one.template)) for one in before)
