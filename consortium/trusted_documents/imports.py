"""Documents from the manifests that build tools write of them."""

from typing import Any, NamedTuple, cast

import orjson

from consortium.trusted_documents.rules import DocumentsInvalid, sha256_of

FILE_BYTES_MAX = 20_000_000
_APOLLO = "apollo-persisted-query-manifest"
# What a message repeats of a file.
_REPEATED_MAX = 80


class Found(NamedTuple):
    """A document, and where it stands: a file, or a name within a manifest."""

    where: str
    text: str


def manifest_documents(name: str, content: bytes) -> list[Found]:
    """The documents of a manifest.

    Apollo's `generate-persisted-query-manifest` lists operations with `id` and `body`;
    graphql-codegen's `persistedDocuments` and relay-compiler's `persistConfig` write an object of
    hashes and documents.

    Raises:
        DocumentsInvalid: it is none of these, or a document is not that of its hash.
    """
    try:
        given: object = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise DocumentsInvalid(f"{name} is not JSON: {error}.") from None
    if not isinstance(given, dict):
        raise DocumentsInvalid(f"{name} is no manifest: it would be an object.")
    fields = cast("dict[str, object]", given)
    if "format" in fields or "operations" in fields:
        return _apollo_documents(name, fields)
    return [_checked(name, key, key[:12], text) for key, text in fields.items()]


def _apollo_documents(name: str, fields: dict[str, Any]) -> list[Found]:
    operations = fields.get("operations")
    if (
        fields.get("format") != _APOLLO
        or fields.get("version") != 1
        or not isinstance(operations, list)
    ):
        message = f"{name} is no manifest of format {_APOLLO!r}, version 1, with `operations`."
        raise DocumentsInvalid(message)
    return [_apollo_document(name, one) for one in cast("list[object]", operations)]


def _apollo_document(name: str, operation: object) -> Found:
    fields = cast("dict[str, object]", operation) if isinstance(operation, dict) else {}
    called = str(fields.get("name"))[:_REPEATED_MAX]
    return _checked(name, fields.get("id"), called, fields.get("body"))


def _checked(name: str, digest: object, called: str, text: object) -> Found:
    where = f"{name} ({called})"
    if not isinstance(text, str):
        raise DocumentsInvalid(f"{where}: the document is missing, which is a text.")
    if digest != sha256_of(text):
        raise DocumentsInvalid(
            f"{where}: {str(digest)[:_REPEATED_MAX]!r} is not the SHA-256 of the document. Let the"
            " tool write SHA-256, in hexadecimal digits: `hashAlgorithm: 'sha256'` of"
            " graphql-codegen, `algorithm: 'SHA256'` of relay-compiler."
        )
    return Found(where, text)
