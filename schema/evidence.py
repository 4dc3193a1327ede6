"""Where figures come from."""

import strawberry


@strawberry.type(description="Where a fact was published.")
class Source:
    url: str | None = strawberry.field(description="Address of the page or document.")
    title: str | None = strawberry.field(description="Title, as cited.")


@strawberry.input(description="Where a fact was published: at least an address or a title.")
class SourceInput:
    url: str | None = strawberry.field(
        description="Address of the page or document.", default=strawberry.UNSET
    )
    title: str | None = strawberry.field(description="Title, as cited.", default=strawberry.UNSET)
