"""Every claim that can be measured, in the order in which they are best read."""

from models.claims.border import PADDING_SAVES_BORDER
from models.claims.correlation import IT_IS_CONVOLUTION
from models.claims.kernels import KERNEL_COUNT, KERNEL_DEPTH
from models.claims.locality import LOCAL_RECEPTIVE_FIELD
from models.claims.output_size import OUTPUT_SIZE
from models.claims.same_padding import SAME_PADDING
from models.claims.sharing import WEIGHT_SHARING
from models.claims.stride import STRIDE_ONE_TWO

CLAIMS = {
    claim.id: claim
    for claim in (
        LOCAL_RECEPTIVE_FIELD,
        WEIGHT_SHARING,
        STRIDE_ONE_TWO,
        OUTPUT_SIZE,
        SAME_PADDING,
        PADDING_SAVES_BORDER,
        KERNEL_DEPTH,
        KERNEL_COUNT,
        IT_IS_CONVOLUTION,
    )
}
