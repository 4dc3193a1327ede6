"""What a password must be (NIST SP 800-63B-4, section 3.1.1.2): long, and not a common one.

No composition rules and no expiry: they make passwords worse.
"""

import unicodedata

from consortium.kernel.errors import BadInput

LENGTH_MIN = 12
# Far beyond any passphrase; a longer one would only cost time.
LENGTH_MAX = 200

# The commonest of lists of stolen passwords that are long enough, in lower case.
_COMMONEST_WORDS = """
    0123456789ab 012345678910 0987654321qw 1234567890ab 1234567890qw 111111111111 112233445566
    123123123123 123456123456 123456654321 1234567890123 12345678900987654321 123456789012
    1234567891011 1234567891234 123456789abc 123456789qwe 1q2w3e4r5t6y 1q2w3e4r5t6y7u
    1qaz2wsx3edc 1qaz2wsx3edc4rfv abcdefghijkl abcdefghijklm abcd12345678 administrator
    administrator1 asdfghjkl123 asdfghjklqwertyuiop changeme1234 changemechangeme
    iloveyou1234 letmein12345 passw0rd1234 passw0rdpassw0rd password1234 password12345
    password123456 passwordpassword q1w2e3r4t5y6 qazwsxedcrfv qwerty123456 qwertyuiop12
    qwertyuiop123 qwertyuiopasdf qwertyuiopasdfghjkl thisismypassword welcome12345
    welcomewelcome zaq12wsxcde3 correcthorsebatterystaple consortium123
"""
_COMMONEST = frozenset(_COMMONEST_WORDS.split())


class PasswordRefused(BadInput):
    """A password has 12 to 200 characters, and is not one of those that everyone tries first."""

    code = "PASSWORD_REFUSED"


def normalised(password: str) -> str:
    """The form that is hashed: what two keyboards type alike is alike."""
    return unicodedata.normalize("NFKC", password)


def is_possible(password: str) -> bool:
    """Whether this can be anyone's password at all, so that it is worth hashing."""
    return len(password) <= LENGTH_MAX and "\0" not in password and _encodes(password)


def check_password(password: str, *about: str) -> str:
    """The password as it is to be hashed. `about` is what others know: address and name.

    Raises PasswordRefused, with the reason.
    """
    if len(password) < LENGTH_MIN:
        raise PasswordRefused(f"A password has at least {LENGTH_MIN} characters.")
    if len(password) > LENGTH_MAX:
        raise PasswordRefused(f"A password has at most {LENGTH_MAX} characters.")
    if not is_possible(password):
        raise PasswordRefused("This password has a character that cannot be typed.")
    folded = normalised(password).casefold()
    known = {"".join(text.casefold().split()) for text in about}
    if len(set(folded)) == 1 or folded in _COMMONEST or "".join(folded.split()) in known:
        raise PasswordRefused("This password is one of those that are tried first. Take another.")
    return password


def _encodes(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
