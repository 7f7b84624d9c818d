"""Which entries say the same: message signature, stack trace, fingerprint, aliases."""

from bot.clustering.aliases import Aliases, learn_aliases, widen
from bot.clustering.clusterer import Clusterer, identifying_frames
from bot.clustering.explaining import explain
from bot.clustering.fingerprint import VERSION
from bot.clustering.masking import steps
from bot.clustering.stitching import Stitcher
from bot.clustering.traces.owning import Owning

__all__ = [
    "VERSION",
    "Aliases",
    "Clusterer",
    "Owning",
    "Stitcher",
    "explain",
    "identifying_frames",
    "learn_aliases",
    "steps",
    "widen",
]
