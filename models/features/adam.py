"""Adam: Kingma & Ba 2015, https://arxiv.org/abs/1412.6980, algorithm 1.

PyTorch's own optimisers draw in its compiler when the first of them is made: two seconds in which a server answers
nobody, and a hundred megabytes. This one gives the same numbers.
"""

import torch
from torch import Tensor

BETAS = (0.9, 0.999)
EPS = 1e-8


class Adam:
    """The moments of one tensor's gradients, and the steps that they lead to."""

    def __init__(self, x: Tensor, learning_rate: float) -> None:
        self.x = x
        self.learning_rate = learning_rate
        self.mean = torch.zeros_like(x, requires_grad=False)
        self.square = torch.zeros_like(x, requires_grad=False)
        self.steps = 0

    @torch.no_grad()
    def step(self, gradient: Tensor) -> None:
        """Change `x` in place, downhill by a `gradient` of its shape."""
        self.steps += 1
        first, second = BETAS
        self.mean.lerp_(gradient, 1 - first)
        self.square.mul_(second).addcmul_(gradient, gradient, value=1 - second)
        spread = (self.square.sqrt() / (1 - second**self.steps) ** 0.5).add_(EPS)
        self.x.addcdiv_(self.mean, spread, value=-self.learning_rate / (1 - first**self.steps))
