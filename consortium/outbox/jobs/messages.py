"""A template and its data become a mail."""

from collections.abc import Mapping
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

_TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parents[1] / "templates"),
    undefined=StrictUndefined,
    autoescape=False,  # noqa: S701  the mails are plain text
    keep_trailing_newline=True,
)


def compose(
    template: str, to: str, data: Mapping[str, str], *, sender: str, public_url: str
) -> EmailMessage:
    """The mail. A template's first line is its subject, and an empty one follows."""
    text = _TEMPLATES.get_template(f"{template}.txt").render(**data, public_url=public_url)
    subject, _, body = text.partition("\n\n")
    message = EmailMessage()
    message["From"], message["To"] = sender, to
    # Names go into it: a line break in one must not begin another header.
    message["Subject"] = " ".join(subject.split())
    message["Date"] = formatdate()
    message["Message-ID"] = make_msgid(domain="consortium.invalid")
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(body)
    return message
