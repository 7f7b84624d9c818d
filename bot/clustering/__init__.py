"""Which entries say the same: message signature, stack trace, fingerprint, aliases."""

from bot.clustering.aliases import Aliases, learn_aliases, widen
from bot.clustering.clusterer import Clusterer, identifying_frames
from bot.clustering.fingerprint import VERSION
from bot.clustering.masking import steps

__all__ = ["VERSION", "Aliases", "Clusterer", "identifying_frames", "learn_aliases", "steps", "widen"]
