"""An SMTP server on this machine, with what LNbits asks for: STARTTLS and a login."""

import asyncio
import contextlib
import email
import queue
import socket
import ssl
import threading
from pathlib import Path

from certificate import certificate

HANG_GUARD = 60


class Mailbox:
    """Any login is accepted. LNbits does not check the certificate."""

    def __init__(self, folder: Path) -> None:
        self._tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self._tls.load_cert_chain(*certificate(folder))
        self._server = socket.create_server(("127.0.0.1", 0))
        self._mails: queue.Queue[tuple[str, str]] = queue.Queue()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    @property
    def settings(self) -> dict[str, str]:
        """LNbits' settings to send e-mails to this server."""
        return {
            "LNBITS_EMAIL_NOTIFICATIONS_ENABLED": "true",
            "LNBITS_EMAIL_NOTIFICATIONS_EMAIL": "lnbits@example.org",
            "LNBITS_EMAIL_NOTIFICATIONS_PASSWORD": "any",
            "LNBITS_EMAIL_NOTIFICATIONS_SERVER": "127.0.0.1",
            "LNBITS_EMAIL_NOTIFICATIONS_PORT": str(self._server.getsockname()[1]),
        }

    async def next(self) -> tuple[str, str]:
        """(receiver, text) of the next e-mail."""
        return await asyncio.to_thread(self._mails.get, timeout=HANG_GUARD)

    def close(self) -> None:
        # a blocked accept does not notice close
        with contextlib.suppress(OSError):
            self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        self._thread.join()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._server.accept()
            except OSError:
                return
            with contextlib.suppress(OSError):
                self._converse(connection)

    def _converse(self, connection: socket.socket) -> None:
        with connection:
            connection.sendall(b"220 mailbox\r\n")
            receiver, lines = "", connection.makefile("rb")
            while line := lines.readline():
                word = line[:4].upper()
                reply = b"250 fine"
                if word == b"EHLO":
                    reply = b"250-mailbox\r\n250-STARTTLS\r\n250 AUTH PLAIN"
                elif word == b"STAR":  # STARTTLS
                    reply = b"220 begin"
                elif word == b"AUTH":
                    reply = b"235 welcome"
                elif word == b"RCPT":
                    receiver = line.decode().partition("<")[2].partition(">")[0]
                elif word == b"DATA":
                    connection.sendall(b"354 go on\r\n")
                    self._mails.put(
                        (receiver, _text_of(iter(lines.readline, b".\r\n")))
                    )
                elif word == b"QUIT":
                    reply = b"221 bye"
                connection.sendall(reply + b"\r\n")
                if word == b"STAR":
                    connection = self._tls.wrap_socket(connection, server_side=True)
                    lines = connection.makefile("rb")


def _text_of(lines: object) -> str:
    message = email.message_from_bytes(b"".join(lines))  # type: ignore[call-overload]
    part = message.get_payload(0)
    assert isinstance(part, email.message.Message)
    text = part.get_payload(decode=True)
    assert isinstance(text, bytes)
    return text.decode()
