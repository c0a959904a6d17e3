"""The samples that the labs' questions name: stored pictures and held-out images."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from models import heldout
from models.views.run import ImageId


class StoredMember(BaseModel):
    """A stored picture."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    kind: Literal["picture"]
    image: ImageId


class HeldOutMember(BaseModel):
    """One of the 2,000 Fashion-MNIST images that no network was trained on."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    kind: Literal["item"]
    index: int = Field(ge=0, lt=heldout.ITEMS)


Member = Annotated[StoredMember | HeldOutMember, Field(discriminator="kind")]
NetworkName = Annotated[str, Field(max_length=64, description="A network, as GET /api/networks lists it.")]
