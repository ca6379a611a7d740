"""Ports for servers of tests, which run beside each other."""

import socket

_reserved: list[socket.socket] = []


def free_port() -> int:
    """A port on loopback that nobody else is given as long as this process lives.

    It stays bound, without listening. Only a program that asks for this port and sets
    SO_REUSEADDR, as servers do, may listen there, again and again.
    """
    held = socket.socket()
    held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    held.bind(("127.0.0.1", 0))
    _reserved.append(held)
    return int(held.getsockname()[1])
