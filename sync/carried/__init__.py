"""Bundles 数据包: the protocol's messages in one encrypted file that a person carries on a stick (protocol §4)."""
