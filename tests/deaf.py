"""Peers that read little or are gone, while nothing has closed their connection."""

import base64
import ctypes
import os
import socket
import struct

from lnbits_server import Server

SO_ATTACH_FILTER = 26


def narrow_socket(port: int, buffer_bytes: int = 4096) -> socket.socket:
    """A connection whose peer can send only about this much before it is read."""
    narrow = socket.socket()
    narrow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer_bytes)
    narrow.connect(("127.0.0.1", port))
    narrow.setblocking(False)
    return narrow


def connect(server: Server, request: str, headers: str) -> socket.socket:
    """A plain socket that has sent an HTTP request and read no answer."""
    peer = socket.create_connection(("127.0.0.1", server.port), timeout=20)
    peer.sendall(f"{request} HTTP/1.1\r\nHost: localhost\r\n{headers}\r\n".encode())
    return peer


def upgrade(server: Server, path: str) -> socket.socket:
    """A WebSocket whose peer completes the handshake and says nothing after that."""
    key = base64.b64encode(os.urandom(16)).decode()
    headers = (
        "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
        f"Sec-WebSocket-Key: {key}\r\n"
    )
    peer = connect(server, f"GET {path}", headers)
    assert peer.recv(12) == b"HTTP/1.1 101"
    return peer


def vanish(peer: socket.socket) -> None:
    """From now on this machine drops what arrives for the socket, and answers nothing.

    As if the network was gone: a packet filter of one instruction, "return 0 bytes".
    """
    program = ctypes.create_string_buffer(struct.pack("HBBI", 6, 0, 0, 0))
    filter_ = struct.pack("HL", 1, ctypes.addressof(program))
    peer.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, filter_)
