"""Every claim that can be measured, in the order in which they are best read."""

from models.claims.bn_batch_size import BN_BATCH_SIZE
from models.claims.bn_in_transformer import BN_IN_TRANSFORMER
from models.claims.bn_statistics import BN_STATISTICS
from models.claims.bn_train_eval import BN_TRAIN_EVAL
from models.claims.border import PADDING_SAVES_BORDER
from models.claims.correlation import IT_IS_CONVOLUTION
from models.claims.drop_connect import DROPCONNECT
from models.claims.dropout_ensemble import DROPOUT_ENSEMBLE
from models.claims.dropout_eval import DROPOUT_EVAL
from models.claims.dropout_expectation import DROPOUT_EXPECTATION
from models.claims.dropout_mask import DROPOUT_MASK
from models.claims.dropout_not_for_conv import DROPOUT_NOT_FOR_CONV
from models.claims.dropout_places import DROPOUT_PLACES
from models.claims.flattened import FLATTEN_LOSES_SPACE
from models.claims.hierarchy import HIERARCHY
from models.claims.kernels import KERNEL_COUNT, KERNEL_DEPTH
from models.claims.ln_batch_free import LN_BATCH_FREE
from models.claims.ln_in_cnn import LN_IN_CNN
from models.claims.ln_statistics import LN_STATISTICS
from models.claims.locality import LOCAL_RECEPTIVE_FIELD
from models.claims.output_size import OUTPUT_SIZE
from models.claims.same_feature import SAME_FEATURE_ANYWHERE
from models.claims.same_padding import SAME_PADDING
from models.claims.sharing import WEIGHT_SHARING
from models.claims.shifted import SHIFT_IS_NEW_INPUT
from models.claims.skipped import DROPPATH, STOCHASTIC_DEPTH
from models.claims.spatial_dropout import SPATIAL_DROPOUT
from models.claims.stride import STRIDE_ONE_TWO
from models.claims.zoneout import ZONEOUT

CLAIMS = {
    claim.id: claim
    for claim in (
        FLATTEN_LOSES_SPACE,
        SHIFT_IS_NEW_INPUT,
        SAME_FEATURE_ANYWHERE,
        LOCAL_RECEPTIVE_FIELD,
        WEIGHT_SHARING,
        HIERARCHY,
        STRIDE_ONE_TWO,
        OUTPUT_SIZE,
        SAME_PADDING,
        PADDING_SAVES_BORDER,
        KERNEL_DEPTH,
        KERNEL_COUNT,
        IT_IS_CONVOLUTION,
        BN_STATISTICS,
        BN_BATCH_SIZE,
        BN_TRAIN_EVAL,
        LN_STATISTICS,
        LN_BATCH_FREE,
        LN_IN_CNN,
        BN_IN_TRANSFORMER,
        DROPOUT_MASK,
        DROPOUT_EXPECTATION,
        DROPOUT_EVAL,
        DROPOUT_ENSEMBLE,
        DROPOUT_NOT_FOR_CONV,
        SPATIAL_DROPOUT,
        DROPCONNECT,
        ZONEOUT,
        STOCHASTIC_DEPTH,
        DROPPATH,
        DROPOUT_PLACES,
    )
}
