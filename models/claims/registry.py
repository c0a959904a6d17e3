"""Every claim that can be measured, in the order in which they are best read."""

from models.claims.output_size import OUTPUT_SIZE

CLAIMS = {claim.id: claim for claim in (OUTPUT_SIZE,)}
