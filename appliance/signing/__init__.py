"""Signatures that strangers check: the city's document authority, halls' certificates, signed PDFs, codes in a QR.

Pure: bytes in, bytes or verified values out. The log has keys of its own (`appliance.ledger.signer`); a key is used in
one role only, and readers of PDFs know ECDSA P-256 but not Ed25519 (decision 0014).
"""
