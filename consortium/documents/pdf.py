"""PDF from typst: a template of this project and the data that it is filled with.

The same template and data give the same bytes: no clock, no machine's fonts, no network. Data comes
in as JSON and is never read as markup. The fonts are those in typst's own wheel (Libertinus Serif).
"""

from pathlib import Path

import orjson
import typst


def pdf_of(template: Path, data: object) -> bytes:
    """The document: `data` is `json(bytes(sys.inputs.data))` in the template."""
    made: bytes = typst.compile(
        str(template),
        root=str(template.parent),
        ignore_system_fonts=True,
        sys_inputs={"data": orjson.dumps(data).decode()},
        timestamp=0,
    )
    return made
