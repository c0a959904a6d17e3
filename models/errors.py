"""What a person can get wrong, said in a way that they can act on."""


class Refused(ValueError):
    """A request that cannot be carried out as it stands; nothing has been computed or changed.

    `code` is a stable name for programs, the message is for people, `field` is the path of what was wrong.
    """

    def __init__(self, code: str, detail: str, field: str | None = None) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail
        self.field = field

    def within(self, prefix: str) -> "Refused":
        """The same refusal, its field seen from one level further out."""
        return Refused(self.code, self.detail, f"{prefix}.{self.field}" if self.field else prefix)
