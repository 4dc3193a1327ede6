"""When two names may mean the same organisation: legal forms and punctuation do not matter.

What the function `match_key` of the database does, over which there are indexes.
"""

import re

# Words at the end of a name that say what sort of a company it is, not which.
LEGAL_FORMS = (
    *("ab", "ag", "aktiengesellschaft", "and co", "aps", "as", "asa", "bhd", "bv", "co"),
    *("company", "corp", "corporation", "gmbh", "group", "holding", "holdings", "inc"),
    *("incorporated", "kg", "kgaa", "kk", "limited", "llc", "llp", "lp", "ltd", "nv", "oy"),
    *("oyj", "plc", "pte", "pty", "sa", "sarl", "sas", "sdn", "se", "spa", "srl", "tbk"),
    "und co",
)
# Of one ASCII character each, so that every server's locale reads them alike.
DROPPED = r"['.`]+"
SPACED = r"[!-&(-,/:-@\[-_{-~-]+"
FORMS = f"( ({'|'.join(LEGAL_FORMS)}))+$"
_DROPPED, _SPACED, _FORMS = re.compile(DROPPED), re.compile(SPACED), re.compile(FORMS)


def match_key_of(folded: str) -> str:
    """What names have in common that are likely to mean the same, such as "acme, inc." and "acme".

    `folded` is without case and accents: see `consortium.kernel.text.name_key`.
    """
    plain = _SPACED.sub(" ", _DROPPED.sub("", folded.replace("&", " and ")))
    words = " ".join(one for one in plain.split(" ") if one)
    return _FORMS.sub("", words).replace(" ", "")
