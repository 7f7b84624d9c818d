"""Which entries say the same: message signature, stack trace, fingerprint, aliases."""

from bot.clustering.aliases import Aliases, learn_aliases, widen
from bot.clustering.clusterer import Clusterer, identifying_frames
from bot.clustering.explaining import explain
from bot.clustering.fingerprint import VERSION
from bot.clustering.masking import steps
from bot.clustering.stitching import Stitcher

__all__ = [
    "VERSION",
    "Aliases",
    "Clusterer",
    "Stitcher",
    "explain",
    "identifying_frames",
    "learn_aliases",
    "steps",
    "widen",
]
