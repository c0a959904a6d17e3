"""Zoneout: some units of a recurrent state keep their previous value instead of taking the new one.

Krueger et al. 2017, https://arxiv.org/abs/1606.01305. The paper's mask says which units stay; here, as with every
dropout, a one lets the new value through and a zero, drawn with the probability p, does not.
"""

from torch import Tensor, nn

from models.layers.dropout import dropout_mask
from models.layers.probability import check_probability


def zoneout(new: Tensor, old: Tensor, mask: Tensor) -> Tensor:
    """mask · `new` + (1 - mask) · `old`, all (B, units): the state after this step."""
    return mask * new + (1 - mask) * old


def expected_zoneout(new: Tensor, old: Tensor, p: float) -> Tensor:
    """(1 - p) · `new` + p · `old`, what `zoneout` gives on average: the paper's rule outside training."""
    check_probability(p)
    return (1 - p) * new + p * old


class Zoneout(nn.Module):
    """Keeps each unit of the old state with the probability p in training, and mixes both outside it."""

    def __init__(self, p: float) -> None:
        super().__init__()
        check_probability(p)
        self.p = p

    def forward(self, new: Tensor, old: Tensor) -> Tensor:
        """The new and the old state (B, units) → the one to go on with."""
        if not self.training:
            return expected_zoneout(new, old, self.p)
        return zoneout(new, old, dropout_mask(new.shape, self.p).to(new.device))

    def extra_repr(self) -> str:
        return f"p={self.p}"
