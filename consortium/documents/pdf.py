"""PDF from typst: a template of this project and the data that it is filled with.

The same template, data and fonts give the same bytes: no clock, no fonts that a machine happens to
have, no network. Data comes in as JSON and is never read as markup.

The wheel of typst holds Libertinus Serif, which has Latin, Greek and Cyrillic letters. Those of
Chinese, Japanese and Korean are in packages of every system, of 5 MB (WenQuanYi Micro Hei, which
the image has) to 90 MB (Noto Sans CJK), and in no package of PyPI that is kept up: so a setting
names the directory. A page without them says that it lacks letters, and leaves that to nobody.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, cast

import orjson
import typst

# Blocks of Unicode that are written in China, Japan and Korea (Unicode 16, chapter 18).
_EAST_ASIAN: Final = re.compile(
    "[\u1100-\u11ff\u2e80-\u303f\u3040-\u30ff\u3100-\u318f\u31a0-\u4dbf\u4e00-\u9fff"
    "\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef\U00020000-\U0003ffff]"
)
LETTERS_MISSING: Final = (
    "Some letters of this page cannot be shown here, since no font for Chinese, Japanese and Korean"
    " is set up (CONSORTIUM_FONTS_DIR). Do not pass this page on."
)


def pdf_of(template: Path, data: Mapping[str, Any], fonts: Path | None = None) -> bytes:
    """The document: `data` is `json(bytes(sys.inputs.data))` in the template.

    `fonts` is a directory of further fonts. Where they are needed and there is none, the data's
    `missing` says so, else it is null.
    """
    lacking = fonts is None and any(_EAST_ASIAN.search(text) for text in _texts(data))
    told = {**data, "missing": LETTERS_MISSING if lacking else None}
    made: bytes = typst.compile(
        str(template),
        root=str(template.parent),
        font_paths=[] if fonts is None else [str(fonts)],
        ignore_system_fonts=True,
        sys_inputs={"data": orjson.dumps(told).decode()},
        timestamp=0,
    )
    return made


def _texts(data: Any) -> Iterator[str]:  # noqa: ANN401  nested data
    """All texts of nested data."""
    if isinstance(data, str):
        yield data
        return
    below: Iterable[Any] = ()
    if isinstance(data, Mapping):
        below = cast("Mapping[str, Any]", data).values()
    elif isinstance(data, list | tuple):
        below = cast("Sequence[Any]", data)
    for one in below:
        yield from _texts(one)
