"""Hashing what identifies a cluster, with the version of the algorithm that chose it."""

import hashlib

VERSION = "v1"


def fingerprint(*parts: str) -> str:
    """`v1-` and 16 hex digits of SHA-256 over the parts, each behind its length, so that none can imitate another."""
    digest = hashlib.sha256()
    for part in parts:
        data = part.encode("utf-8", "surrogatepass")
        digest.update(len(data).to_bytes(8, "big") + data)
    return f"{VERSION}-{digest.hexdigest()[:16]}"


def loose_key(text: str) -> str:
    """Twelve hex digits that two forms of one failure share."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:12]
