"""The permuted world: twins of networks that see every picture with its pixels in one fixed, random order.

They take ordinary pictures: the permutation is their first step. To an MLP it only renames the inputs; a convolution
loses the neighbours that it is made for (Zhang et al. 2017, https://arxiv.org/abs/1611.03530, section 2).
"""

from torch import Tensor

from models.layers.permutation import Permute
from models.networks.mlp import MLP
from models.networks.tiny_vgg import TinyVGG

PIXELS = 28 * 28
SEED = 6
"""Of the permutation, which is the same for both."""
TWINS = {"mlp_permuted": "mlp", "tiny_vgg_permuted": "tiny_vgg_batch"}
"""Their names, and those of the networks that they are without the permutation."""


class PermutedMLP(MLP):
    """The MLP behind the permutation."""

    def __init__(self) -> None:
        super().__init__()
        self.permute = Permute(PIXELS, SEED)

    def forward(self, x: Tensor) -> Tensor:
        """(B, 1, 28, 28) → logits (B, 10)."""
        return super().forward(self.permute(x))


class PermutedTinyVGG(TinyVGG):
    """Tiny VGG with batch normalisation behind the permutation."""

    def __init__(self) -> None:
        super().__init__("batch")
        self.permute = Permute(PIXELS, SEED)

    def forward(self, x: Tensor) -> Tensor:
        """(B, 1, 28, 28) → logits (B, 10)."""
        return super().forward(self.permute(x))
