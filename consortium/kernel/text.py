"""Names and words as they are compared: accents, case and spacing do not matter."""

import re
import unicodedata

# Letters that Unicode does not take apart into a base letter and an accent, and the
# typographic signs that stand for plain ones.
_PLAIN = str.maketrans(
    {
        "ø": "o",
        "đ": "d",
        "ð": "d",
        "ł": "l",
        "æ": "ae",
        "œ": "oe",
        "þ": "th",
        "\u0131": "i",  # without its dot
        "\u2018": "'",  # typographic quotation marks
        "\u2019": "'",
        "\u2010": "-",  # hyphens and dashes
        "\u2011": "-",
        "\u2013": "-",
        "\u2014": "-",
    }
)
# So many letters of each word tell where to look for it.
BEGINNING = 2
_NOT_A_WORD = re.compile(r"[\W_]+")


def name_key(text: str) -> str:
    """The form in which two spellings of a name are equal: no accents, no case, single spaces."""
    if text.isascii():
        return " ".join(text.lower().split())
    decomposed = unicodedata.normalize("NFKD", text)
    bare = "".join(c for c in decomposed if not unicodedata.combining(c))
    # Case is folded twice because folding may yield a letter of the table, and the reverse.
    folded = bare.casefold().translate(_PLAIN).casefold()
    return " ".join(folded.split())


def search_words(text: str) -> str:
    """The words of a text as they are stored and asked for in searches: folded, no punctuation."""
    return " ".join(_NOT_A_WORD.sub(" ", name_key(text)).split())


def beginning(text: object) -> str:
    """The first two letters of the longest word of plain letters and digits, or nothing.

    The longest word is the rarest, as a rule.
    """
    plain = (word for word in search_words(str(text)).split() if word.isascii())
    return max(plain, key=len, default="")[:BEGINNING]
