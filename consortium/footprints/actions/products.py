"""Record a product, change what is told of it, and say by what else it is known."""

from datetime import date
from typing import NamedTuple

from consortium.audit.actions import audited
from consortium.footprints.actions.common import entering, own_product
from consortium.footprints.actions.recording import SEARCH_TEXT
from consortium.footprints.rules.errors import IdentifierTaken
from consortium.footprints.rules.facts import DeclaredUnit
from consortium.footprints.rules.identifiers import Identifier, IdentifierInvalid, identifier_of
from consortium.footprints.rules.matching import name_words
from consortium.footprints.rules.texts import NAME_MAX, checked_text, optional_text
from consortium.kernel.errors import check_seen
from consortium.kernel.principal import Principal
from consortium.kernel.text import name_key, search_words
from consortium.kernel.visibility import Visibility, check_visibility_change
from consortium.storage.raw import Connection

INSERT = """
INSERT INTO product (organisation_id, name, name_key, name_words, description, unit, visibility,
    search_text)
VALUES ($1, $2, $3, $4, $5, $6, $7, '') RETURNING id
"""
CHANGE = """
UPDATE product SET name = $2, name_key = $3, name_words = $4, description = $5, unit = $6,
    visibility = $7, version = version + 1
WHERE id = $1
"""
TOUCH = "UPDATE product SET version = version + 1 WHERE id = $1"
HAS = "SELECT EXISTS (SELECT FROM product_identifier WHERE product_id = $1 AND key = $2)"
TAKEN = """
SELECT EXISTS (SELECT FROM product_identifier
    WHERE organisation_id = $1 AND key = $2 AND kind <> 'CAS')
"""
ADD_IDENTIFIER = """
INSERT INTO product_identifier (product_id, organisation_id, urn, kind, key)
VALUES ($1, $2, $3, $4, $5)
"""


class RecordProduct(NamedTuple):
    """A product of the caller's organisation, or one that it buys."""

    name: str
    description: str | None = None
    unit: DeclaredUnit | None = None
    identifiers: tuple[str, ...] = ()
    visibility: Visibility | None = None


class ChangeProduct(NamedTuple):
    """What is told of a product from now on; what is left out stays. `version` as seen."""

    product: int
    version: int
    name: str | None = None
    description: str | None = None
    unit: DeclaredUnit | None = None
    visibility: Visibility | None = None


class AddProductIdentifier(NamedTuple):
    """One more URN of a product."""

    product: int
    identifier: str


async def record_product(by: Principal, command: RecordProduct, _today: date) -> int:
    """Record a product, PRIVATE unless told; returns its id.

    Raises:
        PermissionDenied: the caller enters no figures, or may not publish them.
        ProductTextMissing, IdentifierInvalid, IdentifierTaken: as they say.
    """
    async with audited(by, "product:record", organisation_id=by.organisation_id) as open_:
        organisation = entering(by)
        shown = command.visibility or Visibility.PRIVATE
        check_visibility_change(by, organisation, Visibility.PRIVATE, shown)
        name = checked_text(command.name, "name", most=NAME_MAX)
        about = optional_text(command.description, "description")
        names = (name, name_key(name), name_words(name), about, command.unit)
        key: int = await open_.fetchval(INSERT, organisation, *names, shown.value)
        for place, urn in enumerate(command.identifiers or ()):
            await _identify(open_, organisation, key, urn, ("identifiers", str(place)))
        await open_.execute(SEARCH_TEXT, key, search_words(name))
    return key


async def change_product(by: Principal, command: ChangeProduct, today: date) -> int:
    """Tell something else of a product, or show it to others; returns its id.

    Raises:
        NotFound: there is none that the caller may see.
        PermissionDenied: it is another's, or what it shows has to be approved.
        ChangedMeanwhile, ProductTextMissing: as they say.
    """
    key = command.product
    async with audited(by, "product:change", organisation_id=by.organisation_id) as open_:
        kept = await own_product(open_, by, key, today)
        check_seen(command.version, kept["version"], "version")
        before = Visibility(kept["visibility"])
        shown = command.visibility or before
        check_visibility_change(by, kept["organisation_id"], before, shown)
        name = checked_text(command.name or kept["name"], "name", most=NAME_MAX)
        about = command.description
        told = kept["description"] if about is None else optional_text(about, "description")
        unit = command.unit or kept["unit"]
        names = (name, name_key(name), name_words(name), told, unit)
        await open_.execute(CHANGE, key, *names, shown.value)
        await open_.execute(SEARCH_TEXT, key, search_words(name))
    return key


async def add_product_identifier(by: Principal, command: AddProductIdentifier, today: date) -> int:
    """Say by which URN a product is known as well; returns the product's id.

    Raises:
        NotFound: there is none that the caller may see.
        PermissionDenied: it is another's.
        IdentifierInvalid, IdentifierTaken: as they say.
    """
    key = command.product
    async with audited(by, "product:identify", organisation_id=by.organisation_id) as open_:
        kept = await own_product(open_, by, key, today)
        await _identify(open_, kept["organisation_id"], key, command.identifier, ("identifier",))
        await open_.execute(TOUCH, key)
        await open_.execute(SEARCH_TEXT, key, search_words(kept["name"]))
    return key


async def _identify(
    connection: Connection, organisation: int, key: int, urn: str, path: tuple[str, ...]
) -> None:
    """Add an identifier; one that the product has already is no fault."""
    found = _checked(urn, path)
    if await connection.fetchval(HAS, key, found.key):
        return
    if await connection.fetchval(TAKEN, organisation, found.key):
        raise IdentifierTaken().at(*path)
    values = (found.urn, found.kind.value, found.key)
    await connection.execute(ADD_IDENTIFIER, key, organisation, *values)


def _checked(urn: str, path: tuple[str, ...]) -> Identifier:
    try:
        return identifier_of(urn)
    except IdentifierInvalid as error:
        raise error.at(*path) from None
