"""Mail addresses, as accounts have them."""

import re

from consortium.kernel.errors import BadInput

LENGTH_MAX = 254
# What mail servers take in practice; quoted local parts and address literals are not for people.
_ADDRESS = re.compile(
    r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
)
_DOMAIN = re.compile(r"([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])")

NAME_MAX = 200


class AddressInvalid(BadInput):
    """This is no email address."""

    code = "ADDRESS_INVALID"


class DomainInvalid(BadInput):
    """This is no domain of mail addresses, such as example.org."""

    code = "DOMAIN_INVALID"


class NameInvalid(BadInput):
    """A name has 1 to 200 characters, without control characters."""

    code = "NAME_INVALID"


def read_address(text: str) -> str:
    """The address in lower case, by which accounts are told apart. Raises AddressInvalid."""
    address = text.strip().lower()
    if len(address) > LENGTH_MAX or not _ADDRESS.fullmatch(address):
        raise AddressInvalid
    return address


def read_domain(text: str) -> str:
    """A domain in lower case. Raises DomainInvalid."""
    domain = text.strip().lower()
    if len(domain) > LENGTH_MAX or not _DOMAIN.fullmatch(domain):
        raise DomainInvalid
    return domain


def domain_of(address: str) -> str:
    """What stands behind the @."""
    return address.rpartition("@")[2]


def read_name(text: str) -> str:
    """A person's or provider's name. Raises NameInvalid."""
    name = " ".join(text.split())
    if not 0 < len(name) <= NAME_MAX or not name.isprintable():
        raise NameInvalid
    return name
