"""With which rights an operation runs: those of who asked for it, as long as they have them."""

from collections.abc import Iterable
from typing import NamedTuple

from consortium.bulk.rules.operations import BulkRightsLost
from consortium.identity.rules.roles import Role, permissions_of
from consortium.kernel.principal import Permission, Principal


class Asker(NamedTuple):
    """Who asked: a person or a system, for an organisation, with which permissions."""

    organisation_id: int
    account_id: int | None
    client_id: int | None
    permissions: frozenset[str]
    is_member: bool

    @classmethod
    def of(cls, by: Principal, organisation_id: int) -> "Asker":
        """The caller of this moment."""
        permissions = frozenset(one.value for one in by.rights.permissions)
        ids = (by.account_id, by.client_id)
        return cls(organisation_id, *ids, permissions, by.rights.is_member)

    def is_same(self, by: Principal) -> bool:
        """Whether the caller is who asked, and may still do what was asked with."""
        mine = (by.organisation_id, by.account_id) == (self.organisation_id, self.account_id)
        system = self.account_id is not None or by.client_id == self.client_id
        may = self.permissions <= {one.value for one in by.rights.permissions}
        return mine and system and may and by.rights.is_member >= self.is_member


class Standing(NamedTuple):
    """What holds now: roles of the person there, or scopes of the system, and the membership."""

    roles: tuple[Role, ...]
    scopes: tuple[str, ...]
    client_stands: bool
    is_member: bool


def acting(asker: Asker, now: Standing) -> Principal:
    """The principal that asked. Raises BulkRightsLost where it may do less by now."""
    person = asker.account_id is not None
    allowed = (one.value for one in permissions_of(now.roles)) if person else now.scopes
    kept = _known(asker.permissions)
    lost = kept - _known(allowed) or not now.client_stands or now.is_member < asker.is_member
    if lost:
        raise BulkRightsLost
    return Principal.acting(
        kept,
        asker.organisation_id,
        is_member=asker.is_member,
        account_id=asker.account_id,
        client_id=asker.client_id,
    )


def _known(words: Iterable[str]) -> frozenset[Permission]:
    given = set(words)
    return frozenset(one for one in Permission if one.value in given)
