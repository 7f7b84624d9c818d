"""Whose code a frame is, where the settings say so."""

import re

import msgspec

from bot.model.signature import Frame

_WORD = re.compile(r"\w")


class Owning(msgspec.Struct, frozen=True):
    """Prefixes of modules (`shop.billing`) and of paths (`/srv/app/`) that are the application's own, or are not.

    A prefix ends where a name ends: `shop` is no prefix of `shopify`. The longest that fits a frame decides; of one in
    both, that it is not. A frame that none fits is whose it seemed to be.
    """

    in_app: tuple[str, ...] = ()
    not_in_app: tuple[str, ...] = ()

    def of(self, frames: tuple[Frame, ...]) -> tuple[Frame, ...]:
        """The frames as these prefixes have them."""
        if not self.in_app and not self.not_in_app:
            return frames
        return tuple(self._frame(frame) for frame in frames)

    def _frame(self, frame: Frame) -> Frame:
        own, other = (_longest(prefixes, frame) for prefixes in (self.in_app, self.not_in_app))
        return frame if own == other == 0 else msgspec.structs.replace(frame, in_app=own > other)


def _longest(prefixes: tuple[str, ...], frame: Frame) -> int:
    fitting = (len(prefix) for prefix in prefixes if _begins(frame.module, prefix) or _begins(frame.file, prefix))
    return max(fitting, default=0)


def _begins(name: str, prefix: str) -> bool:
    return name.startswith(prefix) and not (_WORD.match(prefix[-1:]) and _WORD.match(name, len(prefix)))
