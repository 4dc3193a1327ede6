"""A font that tests draw themselves: each letter is a square."""

from pathlib import Path

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen

DRAWN = "DrawnSquares"


def drawn_font(directory: Path, letters: str) -> Path:
    """Write a TrueType font that has these letters alone, 1 000 units wide."""
    names = [".notdef", *(f"uni{ord(letter):04X}" for letter in letters)]
    pen = TTGlyphPen(None)
    pen.moveTo((100, 0))
    for corner in ((100, 800), (900, 800), (900, 0)):
        pen.lineTo(corner)
    pen.closePath()
    square = pen.glyph()
    font = FontBuilder(1000, isTTF=True)
    font.setupGlyphOrder(names)
    font.setupCharacterMap(dict(zip(map(ord, letters), names[1:], strict=True)))
    font.setupGlyf(dict.fromkeys(names, square))
    font.setupHorizontalMetrics(dict.fromkeys(names, (1000, 100)))
    font.setupHorizontalHeader(ascent=880, descent=-120)
    font.setupNameTable({"familyName": DRAWN, "styleName": "Regular", "psName": DRAWN})
    font.setupOS2(sTypoAscender=880, sTypoDescender=-120)
    font.setupPost()
    path = directory / "drawn.ttf"
    font.save(path)
    return path
