"""What can be wrong with bytes that claim to be part of a signed log.

Three kinds, because the protocol answers them differently (protocol §4): bytes that are no message at all (400),
a signature that does not hold (403), a proof or root that does not hold (422).
"""

from appliance.errors import IntegrityFailure


class Malformed(IntegrityFailure):
    """The bytes do not have the form that protocol §2 gives them."""

    code = "malformed"
    status = 400


class SignatureError(IntegrityFailure):
    """A signature by a known key does not hold, or no known key has signed."""

    code = "signature"
    status = 403


class ProofError(IntegrityFailure):
    """A Merkle proof or root does not hold, or was asked for outside the tree."""

    code = "proof"
    status = 422
