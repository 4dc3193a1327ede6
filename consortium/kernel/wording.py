"""What may not be said of avoided emissions: that they neutralise, offset or net anything.

Avoided emissions stand beside the inventory and are never subtracted from it. So a text about
them may not say "carbon neutral", "offset", "net zero", "net emissions" and their like, in
English, German or Chinese. What looks alike and means another thing is let through: a network,
offset printing, net calorific value, a temperature-compensated sensor, the IEA's net zero
scenario, an acid that is neutralised; and so is every denial ("not an offset", "keine
Kompensation"), because a good disclosure says just that.

It is meant for names, statements and explanations that members write. Titles of sources are
cited as they are, so they are not held to it. Words of a product's own law, as "zero-emission
vehicle", are no statement about an inventory either.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final

from consortium.kernel.errors import BadInput

_TOLD_MAX: Final = 3


class WordingMisleading(BadInput):
    """A text about avoided emissions may not say that they neutralise, offset or net emissions.

    They stand beside the inventory: say what is avoided, against which reference.
    """

    code = "WORDING_MISLEADING"


@dataclass(frozen=True, slots=True)
class Misleading:
    """A word that misleads: as it is written, at which character (from 1), what would be right."""

    word: str
    character: int
    instead: str


@dataclass(frozen=True, slots=True)
class _Rule:
    """A pattern of folded text, the surroundings that make it harmless, and what to say instead."""

    words: re.Pattern[str]
    instead: str
    after: re.Pattern[str] | None = None  # harmless if what precedes ends so
    before: re.Pattern[str] | None = None  # harmless if what follows begins so
    near: re.Pattern[str] | None = None  # misleading only beside one of these in its clause


_NEUTRAL: Final = (
    'avoided emissions make nothing neutral: say "avoids ... kg CO2e against" the reference'
)
_BESIDE: Final = 'avoided emissions offset nothing: say "avoids", and state the inventory apart'
_NO_NET: Final = (
    'avoided emissions are never netted: say "avoided emissions", and state the inventory apart'
)

# Between the parts of an expression: a space, a hyphen, a quotation mark, a line's end.
_GAP: Final = r"[\W_]{0,3}"
_CARBON: Final = (
    r"(?:carbon|climate|co2e?|ghg|greenhouse" + _GAP + r"gas|emissions?|klima|kohlenstoff"
    r"|treibhausgas|thg|emissions)"
)
_EMISSIONS: Final = re.compile(
    r"\b(?:emissions?|emit\w*|co2e?|ghgs?|carbon|greenhouse|footprints?|inventory|scopes?|klima"
    r"|emissionen|treibhausgas\w*|kohlenstoff\w*|\w*fussabdr\w+|inventar\w*|\w*emissionen"
    r"|thg)\b|排放|碳|足[迹跡]|温室气体|溫室氣體"
)
# What is compensated in engineering, and what is paid.
_ENGINEERED: Final = re.compile(
    r"\b(?:temperature|pressure|altitude|humidity|drift|motion|voltage|phase|cross|reactive"
    + _GAP
    + r"power|power"
    + _GAP
    + r"factor|leistungs|temperatur|druck|staff|employee|financial(?:ly)?|blindleistung\w*)"
    + _GAP
    + r"$"
)
_TECHNICAL_BEFORE: Final = re.compile(
    r"\b(?:time|date|day|utc|timezone|phase|zero|dc|frequency|sensor|calibration|lateral|vertical"
    r"|horizontal|spatial|angular|angle|voltage|bias|axis|wheel|web|rotary|heatset|coldset"
    r"|sheet" + _GAP + r"fed|digital)" + _GAP + r"$"
)
_TECHNICAL_AFTER: Final = re.compile(
    _GAP
    + r"(?:print\w*|press(?:es)?|litho\w*|paper|plates?|inks?|machines?|druck\w*|papier\w*"
    + r"|platten?|maschinen?|angles?|voltages?|currents?|errors?|values?|calibration|wells?)\b"
)
_PLANS: Final = re.compile(
    r"(?:"
    + _GAP
    + r"(?:emissions?|by|bis|2\d{3}|economy|corporate)){0,3}"
    + _GAP
    # The scenarios of the IEA and the standard of the SBTi are called so.
    + r"(?:scenarios?|pathways?|roadmaps?|standards?|szenari\w+|pfade?|情景|路径|路徑|路线图)"
)

_RULES: Final = (
    _Rule(re.compile(rf"\b{_CARBON}{_GAP}neutral\w*"), _NEUTRAL),
    _Rule(re.compile(rf"\b(?:carbon|climate|klima|co2){_GAP}(?:positiv|negativ)\w*"), _NEUTRAL),
    _Rule(
        re.compile(r"(?:碳|气候|氣候|排放|二氧化碳)中[和性]|碳[负負]|中和[^。,.;]{0,8}(?:排放|碳)"),
        _NEUTRAL,
    ),
    _Rule(re.compile(r"\bneutrali[sz]\w*"), _NEUTRAL, near=_EMISSIONS),
    _Rule(
        re.compile(r"\b(?:\w+-)?offset(?:s|ting|ted|ten|tet|zertifikat\w*|projekt\w*)?\b"),
        _BESIDE,
        after=_TECHNICAL_BEFORE,
        before=_TECHNICAL_AFTER,
    ),
    _Rule(
        re.compile(rf"\b(?:co2|emissions?|klima|thg|treibhausgas){_GAP}(?:kompens|ausgleich)\w*"),
        _BESIDE,
    ),
    _Rule(
        re.compile(
            r"\b(?:compensat\w+|kompens\w+|counter-?balanc\w+|cancel\w*\s+out|balanc\w+\s+out"
            r"|ausgleich\w*|ausgeglichen\w*|auszugleichen)"
        ),
        _BESIDE,
        after=_ENGINEERED,
        near=_EMISSIONS,
    ),
    _Rule(re.compile(r"碳(?:补偿|補償)"), _BESIDE),
    _Rule(re.compile(r"抵[消销銷减減]"), _BESIDE, near=_EMISSIONS),
    _Rule(re.compile(rf"\bnet(?:to)?{_GAP}(?:zero|null)\b"), _NO_NET, before=_PLANS),
    _Rule(re.compile(r"[净淨]零"), _NO_NET, before=_PLANS),
    _Rule(
        re.compile(
            rf"\bnett?{_GAP}(?:avoided|avoidance|emissions?|emitter|carbon|co2e?|ghg|greenhouse"
            r"|climate|footprint|inventory|reductions?|savings?|removals?|positive|negative"
            r"|impacts?|benefits?|effects?)\b"
        ),
        _NO_NET,
    ),
    _Rule(
        re.compile(
            rf"\bnetto{_GAP}(?:emission|vermeid|vermied|co2|klima|treibhaus|thg|reduktion|einspar"
            r"|minderung|fussabdr|positiv|negativ|effekt|wirkung|nutzen)\w*"
        ),
        _NO_NET,
    ),
    _Rule(re.compile(r"[净淨](?:减排|減排|排放|避免|碳|减碳|減碳|效益|正)"), _NO_NET),
    _Rule(
        re.compile(r"\bnett?\s+of\b"),
        _NO_NET,
        before=re.compile(r"\s+(?:\w+\s+){0,2}(?:tax\w*|vat|loss\w*|depreciation|fees?|water)\b"),
        near=_EMISSIONS,
    ),
    _Rule(re.compile(r"\bnet(?:s|ted|ting)?\s+(?:off|against|out)\b"), _NO_NET),
    _Rule(
        re.compile(
            r"\b(?:subtract\w*|deduct\w*)\s+(?:\w+\s+){0,4}?from\s+(?:\w+['\w]*\s+){0,3}?"
            r"(?:inventor(?:y|ies)|scopes?\s+[123]|(?:corporate|company|our)\s+(?:carbon\s+)?footprint)"
        ),
        _NO_NET,
    ),
    _Rule(
        re.compile(r"\b(?:verrechn\w+|aufgerechnet|gegengerechnet|gegenrechn\w+)"),
        _NO_NET,
        near=_EMISSIONS,
    ),
)

# A denial governs what follows it when only words as these stand between.
_FILLERS: Final = (
    r"(?:be|been|being|is|are|used|use|to|as|an?|the|any|for|of|or|nor|and|count(?:s|ed)?|towards?"
    r"|serve|constitute|claim(?:s|ed)?|considered|make|makes|become|company|product|buyer|user|our"
    r"|its|their|your|own|reported|called|said|carbon|a|it|in|part|"
    r"als|zur|zum|ein|eine[rnms]?|der|die|das|und|oder|noch|werden|wird|verwendet|gilt|ist|sind"
    r"|art|form|co2|emissionen|durch|damit)"
)
_DENIED: Final = re.compile(
    r"(?:\b(?:not|never|no|nor|neither|cannot|can't|don't|doesn't|isn't|aren't|without|nicht|nie"
    r"|niemals|kein(?:e[rnms]?)?|weder|ohne)\b(?!\s+(?:only|just|merely|nur|bloss))"
    rf"(?:[\s'\"-]+{_FILLERS}){{0,7}}[\s'\"-]*"
    r"|(?:不|非|未|没有|沒有|无|無)"
    r"(?:是|得|能|可|应|應|会|會|以|被|用于|用於|用来|用來|用|作为|作為|视为|視為|代表|意味着|意味著|构成|構成|属于|屬於"
    r"|等于|等於|声称|聲稱|任何|其|公司|企业|企業|产品|產品|自身|实现|實現|的|为|為|于|於|与|與)*)$"
)
# Of folded text: Chinese signs but the full stop are plain ones by then.
_CLAUSE_END: Final = re.compile(r"[.;:!?。\n]")
_NEAR_CHARACTERS_MAX: Final = 60
_LOOK_BACK_CHARACTERS_MAX: Final = 120


def check_wording(text: str, *path: str) -> None:
    """Refuse a text that says of avoided emissions what may not be said of them.

    Raises WordingMisleading at `path`, with up to three of the words, where each stands and what
    would be right.
    """
    found = list(islice(misleading(text), _TOLD_MAX))
    if found:
        said = "; ".join(f'"{m.word}" at character {m.character}: {m.instead}' for m in found)
        raise WordingMisleading(f"{said}.").at(*path)


def misleading(text: str) -> Iterator[Misleading]:
    """The misleading words of a text, in their order; none overlaps another."""
    folded, places = _folded(text)
    hits = sorted(
        (match.start(), -match.end(), rule.instead)
        for rule in _RULES
        for match in rule.words.finditer(folded)
        if not _is_harmless(rule, folded, match)
    )
    told_to = 0
    for start, minus_end, instead in hits:
        if start >= told_to:
            told_to = -minus_end
            first, last = places[start], places[told_to - 1]
            yield Misleading(text[first : last + 1], first + 1, instead)


def _is_harmless(rule: _Rule, folded: str, match: re.Match[str]) -> bool:
    ahead = _last_clause(folded[max(0, match.start() - _LOOK_BACK_CHARACTERS_MAX) : match.start()])
    rest = folded[match.end() : match.end() + _NEAR_CHARACTERS_MAX]
    if rule.after and rule.after.search(ahead):
        return True
    if rule.before and rule.before.match(rest):
        return True
    if rule.near:
        beside = ahead[-_NEAR_CHARACTERS_MAX:] + match.group() + _CLAUSE_END.split(rest)[0]
        if not rule.near.search(beside):
            return True
    return _DENIED.search(ahead) is not None


def _last_clause(text: str) -> str:
    return _CLAUSE_END.split(text)[-1]


def _folded(text: str) -> tuple[str, list[int]]:
    """The text without case, accents and invisible signs; of each letter, its place in `text`."""
    letters: list[str] = []
    places: list[int] = []
    for place, written in enumerate(text):
        for letter in unicodedata.normalize("NFKD", written).casefold():
            # Combining accents, soft hyphens and zero-width signs neither show nor divide words.
            if unicodedata.category(letter) not in {"Mn", "Cf"}:
                letters.append("'" if letter == "\u2019" else letter)
                places.append(place)
    return "".join(letters), places
