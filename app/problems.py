"""The codes of all error answers. They are stable: programs and the front end's translations rely on them."""

CODES = {
    # Any request
    "invalid": "The request is not valid; the field says where.",
    "bad-json": "The body is not valid JSON: numbers must be finite, text UTF-8.",
    "not-found": "There is nothing at this address.",
    "method-not-allowed": "The address does not take this method.",
    "too-large": "The body is larger than this address takes.",
    "unsupported-media-type": "The body has a type that this address does not take.",
    "untrusted-host": "The server does not answer to this name; its owner can allow it.",
    "cross-site": "A page of another site may not do this.",
    "busy": "Too much is waiting already; try again after the seconds in Retry-After.",
    "not-ready": "A part of the server cannot be reached; the field says which.",
    "failed": "The server has a fault, which it has written to its log.",
}
"""Code -> what it means, for the API reference and the titles of error answers."""
