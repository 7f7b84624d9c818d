"""What earlier runs saw of a cluster, so that what was always there isn't taken for a part of something new."""

import msgspec


class Habit(msgspec.Struct, frozen=True, array_like=True):
    """`count` entries in `hours` different hours, from the minute `first` to the minute `last` (since the epoch)."""

    first: int
    last: int
    hours: int
    count: int
