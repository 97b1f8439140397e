"""The signed log as bytes: trees, notes, checkpoints, proofs, tiles. Pure: bytes in, proof or error out."""
