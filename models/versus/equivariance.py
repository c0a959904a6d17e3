"""A shifted picture convolved, and a convolved picture shifted: how far they are apart, and what had to be expected."""

from pydantic import BaseModel, ConfigDict, Field
from torch import Tensor as Array

from models.errors import Refused
from models.kernel_set import Kernel, PresetKernel, stack
from models.tensors import Encoding, Tensor, encode
from models.versus.commuting import Commuting, Expected, Padding, Pooling, Reason
from models.versus.snippet import program

EXACT = 1e-5
"""What is no further apart than this, relative to the largest sum that the kernel can make of the picture, is equal."""
MOST = 1e30
"""The weights' absolute values together, so that no sum leaves the range of float32."""
MOST_SHIFTED = 8
SOBEL = PresetKernel.model_validate({"kind": "preset", "preset": "sobel_x"})


class EquivarianceParams(BaseModel):
    """Convolve the canvas with one kernel, before and after shifting it."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    dy: int = Field(2, ge=-MOST_SHIFTED, le=MOST_SHIFTED, description="Pixels down.")
    dx: int = Field(3, ge=-MOST_SHIFTED, le=MOST_SHIFTED, description="Pixels to the right.")
    stride: int = Field(1, ge=1, le=4)
    pooling: Pooling = Field("none", description="Of 2×2, after ReLU where there is one.")
    padding: Padding = Field(
        "zeros",
        description="As many pixels as keep the size with a stride of 1; valid is none. With circular padding the shift "
        "goes in a circle as well; else what it leaves free is black.",
    )
    kernel: Kernel = Field(SOBEL, description="Of depth 1, without a bias.")
    relu: bool = False


class Expectation(BaseModel):
    """Worked out from the settings, and where it depends on that, from which pixels each element sees."""

    equal: bool
    reason: Reason = Field(
        description="still: no shift. whole: the shift is a whole number of steps. stride, pooling: it is none, because "
        "of the stride or of the pooling. blank: it is none, but all that is seen is alike. none: no element is inside. "
        "circular: in a circle of a whole number of steps there is no border. wrap: the circle is no whole number of "
        "steps. border: padding, or what went over the border, comes in. away: nothing near the border differs."
    )

    @classmethod
    def of(cls, expected: Expected) -> "Expectation":
        return cls.model_construct(equal=expected.equal, reason=expected.reason)


class Apart(BaseModel):
    """How far both orders are apart in some elements."""

    elements: int
    max: float = Field(description="The largest absolute difference.")
    relative: float = Field(
        description="The same divided by the largest sum that the kernel can make of the picture: the sum of its "
        "absolute weights times the brightest pixel."
    )
    equal: bool = Field(description="Whether `relative` is at most 1e-5: rounding alone.")
    expected: Expectation


class EquivarianceResult(BaseModel):
    kernel: Tensor = Field(description="[k_h, k_w]")
    moved: Tensor = Field(description="[H, W]: the canvas shifted.")
    output: Tensor = Field(description="[h, w]: the canvas convolved.")
    moved_then: Tensor = Field(description="[h, w]: first shifted, then convolved.")
    then_moved: Tensor = Field(description="[h, w]: first convolved, then shifted.")
    difference: Tensor
    counted: Tensor = Field(
        description="[h, w]: 1 inside the border, where both orders see the picture's own pixels alone; else 0."
    )
    output_shift: tuple[int, int] | None = Field(
        description="Elements by which the output has to be shifted; null where that is no whole number."
    )
    shifted_by: tuple[int, int] = Field(description="Elements by which it was: the nearest whole numbers.")
    inside: Apart
    everywhere: Apart
    snippet: str = Field(description="The same as a program that needs nothing but PyTorch.")


def commute(canvas: Array, params: EquivarianceParams, encoding: Encoding) -> EquivarianceResult:
    """Both orders on the canvas (1, H, W). Refused where the kernel cannot be made."""
    x = canvas[None]
    both = Commuting(
        _weight(params.kernel),
        params.dy,
        params.dx,
        params.stride,
        params.padding,
        params.pooling,
        params.relu,
    )
    moved, output = both.shift(x, params.dy, params.dx), both.f(x)
    moved_then, then_moved = both.f(moved), both.shift(output, *both.output_shift)
    difference, counted = moved_then - then_moved, both.counted(x)
    largest = float(both.weight.abs().sum() * x.max())
    return EquivarianceResult.model_construct(
        kernel=encode(both.weight[0, 0], encoding),
        moved=encode(moved[0, 0], encoding),
        output=encode(output[0, 0], encoding),
        moved_then=encode(moved_then[0, 0], encoding),
        then_moved=encode(then_moved[0, 0], encoding),
        difference=encode(difference[0, 0], encoding),
        counted=encode(counted.float(), encoding),
        output_shift=both.output_shift if both.whole else None,
        shifted_by=both.output_shift,
        inside=_apart(difference[0, 0][counted], largest, both.inside(x)),
        everywhere=_apart(difference.flatten(), largest, both.everywhere(x)),
        snippet=program(both, canvas, counted),
    )


def _weight(kernel: Kernel) -> Array:
    """(1, 1, k_h, k_w)."""
    if kernel.bias:
        raise Refused(
            "no-effect", "A bias adds the same to both orders: leave it out.", "equivariance.kernel.bias"
        )
    try:
        weight, _ = stack([kernel], 1)
    except Refused as refused:
        field = (refused.field or "").replace("kernels.0", "equivariance.kernel", 1)
        raise Refused(refused.code, refused.detail, field) from None
    if not float(weight.abs().sum()) <= MOST:
        raise Refused(
            "overflow",
            "The kernel's numbers leave the range of float32; use smaller ones.",
            "equivariance.kernel",
        )
    return weight.float().contiguous()


def _apart(difference: Array, largest: float, expected: Expected) -> Apart:
    most = float(difference.abs().max()) if difference.numel() else 0.0
    relative = most / largest if largest else 0.0
    return Apart.model_construct(
        elements=difference.numel(),
        max=most,
        relative=relative,
        equal=relative <= EXACT,
        expected=Expectation.of(expected),
    )
