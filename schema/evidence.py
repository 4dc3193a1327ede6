"""Where figures come from."""

import strawberry


@strawberry.type(description="Where a fact was published.")
class Source:
    url: str | None = strawberry.field(description="Address of the page or document.")
    title: str | None = strawberry.field(description="Title, as cited.")
