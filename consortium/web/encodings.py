"""Content encodings (RFC 9110, section 8.4): gzip (RFC 1952) and zstd (RFC 8878), both ways."""

import asyncio
import io
import zlib

import zstandard

from consortium.kernel.errors import DomainError

# Smaller answers fit into one packet anyway.
COMPRESSED_FROM_BYTES = 1_400
# From this size on another thread compresses: it takes more than a millisecond.
_APART_BYTES = 65_536
_GZIP_LEVEL = 5
_ZSTD_LEVEL = 3
_GZIP_WBITS = 31
# What decoders of the web hold (RFC 9659, section 3).
_WINDOW_BYTES = 8 * 1024 * 1024


class EncodingNotSupported(DomainError):
    """A body may be sent as it is, or encoded with gzip or zstd."""

    code = "ENCODING_NOT_SUPPORTED"


class EncodingBroken(DomainError):
    """The body is not what its `content-encoding` says, or was cut."""

    code = "ENCODING_BROKEN"


class DecodedTooLarge(DomainError):
    """The body is larger than the server reads, once it is decoded."""

    code = "BODY_TOO_LARGE"


def decoded(encoding: bytes, body: bytes, limit: int) -> bytes:
    """The body without its encoding; never more than `limit` bytes of it are made.

    Raises EncodingNotSupported, EncodingBroken, DecodedTooLarge.
    """
    match encoding.strip().lower():
        case b"" | b"identity":
            return body
        case b"gzip" | b"x-gzip":
            found = _from_gzip(body, limit)
        case b"zstd":
            found = _from_zstd(body, limit)
        case _:
            raise EncodingNotSupported
    if len(found) > limit:
        raise DecodedTooLarge(f"A request may hold {limit} bytes, once it is decoded.")
    return found


def _from_gzip(body: bytes, limit: int) -> bytes:
    stream = zlib.decompressobj(_GZIP_WBITS)
    try:
        found = stream.decompress(body, limit + 1)
    except zlib.error:
        raise EncodingBroken from None
    # Nothing may follow: some decoders read on there, and others do not.
    if len(found) <= limit and (not stream.eof or stream.unused_data):
        raise EncodingBroken
    return found


def _from_zstd(body: bytes, limit: int) -> bytes:
    decoder = zstandard.ZstdDecompressor(max_window_size=_WINDOW_BYTES)
    try:
        with decoder.stream_reader(io.BytesIO(body)) as stream:
            found = stream.read(limit + 1)
        stated = zstandard.frame_content_size(body)
    except zstandard.ZstdError:
        raise EncodingBroken from None
    if not body or (len(found) <= limit and stated not in {-1, len(found)}):
        raise EncodingBroken
    return found


async def encoded(encoding: bytes, body: bytes) -> bytes:
    """The body in one of our encodings."""
    make = _to_zstd if encoding == b"zstd" else _to_gzip
    return make(body) if len(body) < _APART_BYTES else await asyncio.to_thread(make, body)


def _to_gzip(body: bytes) -> bytes:
    stream = zlib.compressobj(_GZIP_LEVEL, zlib.DEFLATED, _GZIP_WBITS)
    return stream.compress(body) + stream.flush()


def _to_zstd(body: bytes) -> bytes:
    return zstandard.ZstdCompressor(level=_ZSTD_LEVEL).compress(body)
