"""Whether two timelines come near each other often enough at all: a bound that is cheap to find, before any count.

Time is parted into buckets of five seconds, each a bit of a number. An entry can only have another within five seconds
where that one is in the same bucket or a neighbour; entries without any there are misses for certain.
"""

from bisect import bisect_right
from typing import NamedTuple

from bot.model.time import SECOND
from bot.model.window import Cluster
from bot.triage.coincidence import WHOLE_ENTRIES, known_until, moments_of

AROUND = 5 * SECOND
_REMEMBERED = 4_096


class _Bits(NamedTuple):
    """Buckets from `base` on in which something happened, and those next to them."""

    base: int
    at: int
    near: int


class _Marked(NamedTuple):
    cluster: Cluster
    bits: dict[str, _Bits]


_marked: dict[int, _Marked] = {}


def may_meet(cause: Cluster, effect: Cluster, share: float) -> bool:
    """False only where less than this share of the effect's sampled entries can have a cause within five seconds."""
    causes, effects = moments_of(cause), moments_of(effect)
    known = known_until(causes)
    mine, theirs = _bits(cause), _bits(effect)
    sampled = missed = 0
    for instance, moments in effects.items():
        if instance > known:
            continue
        before = causes.get(instance, ())
        until = before[WHOLE_ENTRIES - 1] + AROUND if len(before) >= WHOLE_ENTRIES else moments[-1]
        sampled += bisect_right(moments, until)
        missed += _alone(theirs[instance], mine.get(instance), until // AROUND)
    return missed <= (1 - share) * sampled


def _alone(effect: _Bits, cause: _Bits | None, until: int) -> int:
    """Buckets of the effect, all before that of `until`, with nothing of the cause in them or next to them."""
    if until < effect.base:
        return 0
    here = effect.at & ((1 << (until - effect.base)) - 1)
    if cause is None:
        return here.bit_count()
    apart = effect.base - cause.base + 1
    near = cause.near >> apart if apart >= 0 else cause.near << -apart
    return (here & ~near).bit_count()


def _bits(cluster: Cluster) -> dict[str, _Bits]:
    known = _marked.get(id(cluster))
    if known is not None and known.cluster is cluster:
        return known.bits
    if len(_marked) >= _REMEMBERED:
        _marked.clear()
    bits = {instance: _mark(moments) for instance, moments in moments_of(cluster).items()}
    _marked[id(cluster)] = _Marked(cluster, bits)
    return bits


def _mark(moments: list[int]) -> _Bits:
    """`near` begins one bucket before `base`."""
    base = moments[0] // AROUND
    at = 0
    for moment in moments:
        at |= 1 << (moment // AROUND - base)
    return _Bits(base, at, at | at << 1 | at << 2)
