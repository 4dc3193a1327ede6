"""What a client accepts, by its headers (RFC 9110, section 12.5)."""

from functools import lru_cache

JSON = b"application/json; charset=utf-8"
GRAPHQL = b"application/graphql-response+json; charset=utf-8"

_JSON = b"application/json"
_GRAPHQL = b"application/graphql-response+json"
_ANYTHING = (b"application/*", b"*/*")
_IDENTITY = b"identity"
_KEPT_MAX = 1024


@lru_cache(_KEPT_MAX)
def media_type_for(accepted: bytes) -> bytes | None:
    """The media type of the answer; None where the client takes neither.

    GraphQL's own where it is named and weighs no less; plain JSON where nothing is said, since
    those who ask so are older than the other.
    """
    if not accepted:
        return JSON
    wanted = weights(accepted)
    others = max(wanted.get(one, 0.0) for one in _ANYTHING)
    own, plain = wanted.get(_GRAPHQL, 0.0), wanted.get(_JSON, others)
    if own > 0 and own >= plain:
        return GRAPHQL
    if plain > 0:
        return JSON
    return GRAPHQL if others > 0 and _GRAPHQL not in wanted else None


@lru_cache(1024)
def encoding_for(accepted: bytes) -> bytes | None:
    """The encoding that suits who accepts these; None where the body goes as it is."""
    wanted = weights(accepted)
    others = wanted.get(b"*", 0.0)
    best = max((b"zstd", b"gzip"), key=lambda one: wanted.get(one, others))
    weight = wanted.get(best, others)
    return best if weight > 0 and weight >= wanted.get(_IDENTITY, 0.0) else None


def weights(header: bytes) -> dict[bytes, float]:
    """What a header accepts, in lower case and without parameters, with its weight.

    RFC 9110, section 12.4.2. A weight that cannot be read counts as none at all.
    """
    found: dict[bytes, float] = {}
    for part in header.lower().split(b","):
        name, *parameters = (one.strip() for one in part.split(b";"))
        weight = 1.0
        for one in parameters:
            if one.startswith(b"q="):
                weight = _weight(one[2:])
        if name:
            found[name] = max(weight, found.get(name, 0.0))
    return found


def _weight(text: bytes) -> float:
    try:
        return min(max(float(text), 0.0), 1.0)
    except ValueError:
        return 0.0
