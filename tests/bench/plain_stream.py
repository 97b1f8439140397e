"""The baseline of sync: bytes over one TLS connection, hashed and made durable at the other end, and nothing else.

``plain_stream.py CITY PORT FILE`` serves; `send` is the other end. Each message is eight bytes of length and that many
bytes; the answer is their SHA-256 once they are on the disk.
"""

import hashlib
import os
import socket
import ssl
import sys
from pathlib import Path

from appliance.clock import SystemClock
from sync.hub.keyring import load_keyring
from sync.link import LINK_PEM
from sync.transports.tls import city_context

CHUNK_BYTES = 65536
HEAD_BYTES = 8


def _exactly(connection: ssl.SSLSocket, size: int) -> bytes:
    taken = bytearray()
    while len(taken) < size:
        piece = connection.recv(min(CHUNK_BYTES, size - len(taken)))
        if not piece:
            raise EOFError
        taken += piece
    return bytes(taken)


def _take(connection: ssl.SSLSocket, path: Path) -> None:
    size, digest = int.from_bytes(_exactly(connection, HEAD_BYTES)), hashlib.sha256()
    with path.open("wb") as file:
        while size:
            piece = connection.recv(min(CHUNK_BYTES, size))
            if not piece:
                raise EOFError
            digest.update(piece)
            file.write(piece)
            size -= len(piece)
        file.flush()
        os.fsync(file.fileno())
    connection.sendall(digest.digest())


def send(context: ssl.SSLContext, port: int, content: bytes) -> None:
    """Send one message over a new connection and hold the answer against it."""
    with (
        socket.create_connection(("127.0.0.1", port)) as plain,
        context.wrap_socket(plain, server_hostname="localhost") as connection,
    ):
        connection.sendall(len(content).to_bytes(HEAD_BYTES) + content)
        if _exactly(connection, 32) != hashlib.sha256(content).digest():
            raise RuntimeError("the other end holds something else")


def main(city: Path, port: int, path: Path) -> None:
    """Serve until ended."""
    keyring = load_keyring(city, SystemClock())
    context = city_context(keyring.authority_certificate, city / "keys" / LINK_PEM)
    with socket.create_server(("127.0.0.1", port)) as listener:
        while True:
            plain, _ = listener.accept()
            try:
                with context.wrap_socket(plain, server_side=True) as connection:
                    _take(connection, path)
            except (OSError, EOFError):
                continue  # whoever only looks whether the port answers


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]))
