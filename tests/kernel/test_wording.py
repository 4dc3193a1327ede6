"""What may not be said of avoided emissions, and what only looks alike."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consortium.kernel.wording import WordingMisleading, check_wording, misleading


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("Our carbon neutral packaging", "carbon neutral"),
        ("A Carbon-Neutral\u2122 service", "Carbon-Neutral\u2122"),
        ("climate\nneutrality for all", "climate\nneutrality"),
        ("CO\u2082-neutral by design", "CO\u2082-neutral"),
        ("c\u00adarbon neu\u200btral", "c\u00adarbon neu\u200btral"),
        ("The first climate positive lamp", "climate positive"),
        ("It offsets our emissions", "offsets"),
        ("sold with carbon-offsets", "carbon-offsets"),
        ("used for offsetting", "offsetting"),
        ("It does not only avoid, it offsets the factory", "offsets"),
        ("Not only carbon neutral", "carbon neutral"),
        ("compensates for the emissions of the plant", "compensates"),
        ("Our scope 1 emissions are fully compensated", "compensated"),
        ("neutralises the footprint of a flight", "neutralises"),
        ("Towards net zero", "net zero"),
        ("a net-zero product", "net-zero"),
        ("Emissions net of avoided emissions", "net of"),
        ("net avoided emissions of 12 t", "net avoided"),
        ("a NET POSITIVE company", "NET POSITIVE"),
        ("netted against scope 3", "netted against"),
        ("deducted from our inventory", "deducted from our inventory"),
        ("Klimaneutrale Verpackung", "Klimaneutrale"),
        ("CO2-neutral hergestellt", "CO2-neutral"),
        ("Treibhausgasneutralität bis 2030", "Treibhausgasneutralität"),
        ("Auf dem Weg zu Netto-Null", "Netto-Null"),
        ("Unsere Emissionen werden kompensiert", "kompensiert"),
        ("Eine CO2-Kompensation", "CO2-Kompensation"),
        ("Die Nettoemissionen sinken", "Nettoemissionen"),
        ("mit den Emissionen verrechnet", "verrechnet"),
        ("助力碳中和", "碳中和"),
        ("實現淨零", "淨零"),
        ("抵消公司的碳排放", "抵消"),
        ("碳補償", "碳補償"),
        ("净减排一千吨", "净减排"),
        ("我们不仅避免排放\uff0c而且实现碳中和", "碳中和"),
    ],
)
def test_a_misleading_word_is_told_as_it_is_written(text: str, word: str) -> None:
    """In three languages, whatever the case, hyphens, line ends or invisible signs."""
    [found] = misleading(text)

    assert found.word == word
    assert text[found.character - 1 :].startswith(word)


@pytest.mark.parametrize(
    "text",
    [
        "Smart meters in the network, read over the internet",
        "Offset printing on recycled paper, rotary offset",
        "Offsetdruck auf Recyclingpapier; Offset-Druckplatten",
        "A time offset of two hours",
        "The net calorific value of natural gas",
        "Electricity net of transmission losses",
        "Magnetic cabinet, planet gear, Ethernet",
        "A temperature-compensated CO2 sensor",
        "Reactive power compensation in the grid",
        "Blindleistungskompensation im Netz",
        "Acid is neutralised before it is discharged",
        "Grid factors of the IEA Net Zero Emissions by 2050 Scenario",
        "Targets under the SBTi Corporate Net-Zero Standard",
        "A gender-neutral design in a neutral colour",
        "A zero-emission vehicle",
        "This is not an offset",
        "Avoided emissions must never be used to offset emissions",
        "It does not make the company carbon neutral",
        "neither carbon neutral nor net zero",
        "Dies ist keine Kompensation von Emissionen",
        "Das Produkt ist nicht klimaneutral",
        "Der Nettoheizwert von Erdgas; Nettogewicht 5 kg",
        "酸碱中和反应",
        "本数据不得用于抵消碳排放",
        "不代表公司碳中和",
        "互联网与网络",
        "The solution's emissions are subtracted from those of the reference",
        "Batteries balance out peaks of demand",
        "",
    ],
)
def test_what_only_looks_alike_is_let_through(text: str) -> None:
    """Other meanings, names of scenarios and standards, and denials."""
    assert list(misleading(text)) == []


def test_the_refusal_tells_word_place_and_what_would_be_right() -> None:
    """At the field, with the words in their order."""
    with pytest.raises(WordingMisleading) as refused:
        check_wording("A carbon neutral lamp that offsets flights", "statement")

    assert refused.value.path == ("statement",)
    assert refused.value.code == "WORDING_MISLEADING"
    assert refused.value.message == (
        '"carbon neutral" at character 3: avoided emissions make nothing neutral: say "avoids ...'
        ' kg CO2e against" the reference; "offsets" at character 28: avoided emissions offset'
        ' nothing: say "avoids", and state the inventory apart.'
    )


def test_of_many_words_three_are_told() -> None:
    """So that a refusal stays readable."""
    with pytest.raises(WordingMisleading) as refused:
        check_wording("offset " * 10_000, "statement")

    assert refused.value.message.count("at character") == 3


@given(st.text())
def test_any_text_is_judged(text: str) -> None:
    """Each finding lies in the text, after the one before."""
    end = 0
    for found in misleading(text):
        start = found.character - 1

        assert start >= end
        assert text[start : start + len(found.word)] == found.word

        end = start + len(found.word)
