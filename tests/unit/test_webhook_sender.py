"""One webhook request: what is sent where, and what counts as its outcome."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from certificate import certificate
from payfeed.delivery.webhooks import sender
from payfeed.delivery.webhooks.destination import Rules
from payfeed.delivery.webhooks.sender import Outcome, Sender, Tls
from ports import free_port
from receiver import Received, Receiver, reply

OPEN = Rules(allow_http=True, allow_private_ips=True)
BODY = '{"type":"test"}'


class Names:
    """DNS that answers with these addresses, one list for each look-up."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers = list(answers)
        self.asked: list[str] = []

    async def resolve(self, host: str, port: int) -> list[str]:
        self.asked.append(host)
        return self.answers.pop(0)


@pytest_asyncio.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with Receiver() as ready:
        yield ready


def new_sender(names: Names | None = None, rules: Rules = OPEN) -> Sender:
    return Sender((names or Names()).resolve, lambda: rules, Tls(), "Payfeed/0")


async def send(url: str, sending: Sender | None = None) -> Outcome:
    used = sending or new_sender()
    try:
        return await used.send(url, {"webhook-id": "e-1"}, BODY)
    finally:
        if sending is None:
            await used.close()


@pytest.mark.parametrize("status", [200, 202, 204, 299])
async def test_a_2xx_is_delivery(receiver: Receiver, status: int) -> None:
    receiver.always(status, b"thanks" if status != 204 else b"")
    outcome = await send(receiver.url("/hook?a=b"))
    assert (outcome.is_delivered, outcome.status) == (True, status)
    (request,) = receiver.received
    assert (request.target, request.body) == ("/hook?a=b", BODY.encode())
    assert request.headers["user-agent"] == "Payfeed/0"


@pytest.mark.parametrize("status", [300, 301, 302, 307, 308, 400, 404, 410, 500, 503])
async def test_another_status_is_failure_and_a_redirect_is_not_followed(
    receiver: Receiver, status: int
) -> None:
    receiver.always(status, b"no", Location=receiver.url("/elsewhere"))
    outcome = await send(receiver.url())
    assert (outcome.is_delivered, outcome.status, outcome.reply) == (
        False,
        status,
        "no",
    )
    assert [one.target for one in receiver.received] == ["/hook"]


async def test_retry_after_is_reported_as_it_was_sent(receiver: Receiver) -> None:
    receiver.always(429, Retry_After="120")
    assert (await send(receiver.url())).retry_after == "120"


async def test_a_receiver_that_does_not_answer_in_time_has_failed(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sender, "REQUEST_SECONDS", 0.2)
    answer_now = asyncio.Event()

    async def hang(request: Received) -> bytes | None:
        await answer_now.wait()
        return None

    receiver.answer = hang
    outcome = await send(receiver.url())
    answer_now.set()
    assert (outcome.status, outcome.error) == (None, "no answer within 0.2 seconds")


async def test_a_refused_connection_has_failed_with_a_reason() -> None:
    outcome = await send(f"http://127.0.0.1:{free_port()}/")
    assert outcome.status is None
    assert outcome.error


@pytest.mark.parametrize("answer", [b"", b"HTTP/1.1 200 O", b"nonsense\r\n\r\n"])
async def test_a_reply_without_a_whole_status_has_failed(
    receiver: Receiver, answer: bytes
) -> None:
    async def cut(request: Received) -> bytes | None:
        for writer in receiver._connections:
            writer.write(answer)
        return None

    receiver.answer = cut
    outcome = await send(receiver.url())
    assert outcome.status is None
    assert outcome.error


@pytest.mark.parametrize("missing", [1, 10**9])
async def test_a_2xx_whose_body_is_cut_is_delivery(
    receiver: Receiver, missing: int
) -> None:
    async def cut(request: Received) -> bytes | None:
        for writer in receiver._connections:
            length = 4 + missing
            head = f"HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n"
            writer.write(head.encode() + b"half")
        return None

    receiver.answer = cut
    outcome = await send(receiver.url())
    assert (outcome.status, outcome.reply) == (200, "half")


async def test_a_2xx_whose_body_does_not_end_is_delivery_soon(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sender, "REPLY_SECONDS", 0.2)
    end = asyncio.Event()

    async def drip(request: Received) -> bytes | None:
        for writer in receiver._connections:
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\nbegin")
        await end.wait()
        return None

    receiver.answer = drip
    outcome = await send(receiver.url())
    end.set()
    assert (outcome.status, outcome.reply) == (200, "begin")


async def test_of_a_huge_reply_64_kib_are_read_and_512_bytes_shown(
    receiver: Receiver,
) -> None:
    sent = 0

    async def flood(request: Received) -> bytes | None:
        nonlocal sent
        for writer in receiver._connections:
            length = 100 * 1024 * 1024
            writer.write(
                f"HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n".encode()
            )
            while sent < length:
                writer.write(b"x" * 65536)
                sent += 65536
                await writer.drain()
        return None

    receiver.answer = flood
    outcome = await send(receiver.url())
    assert (outcome.status, outcome.reply) == (200, "x" * 512)
    # what the buffers of the system take
    assert sent < 20 * 1024 * 1024


async def test_a_reply_is_not_unpacked_and_shown_as_text(receiver: Receiver) -> None:
    receiver.always(500, b"\xff\x00a" + b"z" * 9, Content_Encoding="gzip")
    outcome = await send(receiver.url())
    assert outcome.reply == "��a" + "z" * 9
    assert receiver.received[0].headers["accept-encoding"] == "identity"


async def test_the_connection_goes_to_the_checked_address_with_the_name_in_host(
    receiver: Receiver,
) -> None:
    """A second answer, of another address, would not be asked for."""
    names = Names(["127.0.0.1"], ["192.0.2.1"])
    outcome = await send(receiver.url(host="shop.example"), new_sender(names))
    assert outcome.is_delivered
    assert names.asked == ["shop.example"]
    (request,) = receiver.received
    assert request.headers["host"] == f"shop.example:{receiver.port}"


async def test_one_private_address_in_an_answer_is_refused_before_any_connection(
    receiver: Receiver,
) -> None:
    names = Names(["8.8.8.8", "127.0.0.1"])
    sending = new_sender(names, Rules(allow_http=True))
    outcome = await send(receiver.url(host="shop.example"), sending)
    assert "PAYFEED_WEBHOOK_ALLOW_PRIVATE_IPS" in (outcome.error or "")
    assert receiver.received == []


async def test_an_address_is_looked_up_and_checked_again_after_a_while(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The name moves to a private address while the rules become strict."""
    monkeypatch.setattr(sender, "ADDRESS_SECONDS", 0)
    names = Names(["127.0.0.1"], ["10.0.0.1"])
    allowed = [OPEN]
    sending = Sender(names.resolve, lambda: allowed[0], Tls(), "Payfeed/0")
    assert (await send(receiver.url(host="shop.example"), sending)).is_delivered
    allowed[0] = Rules(allow_http=True)
    outcome = await send(receiver.url(host="shop.example"), sending)
    assert "10.0.0.1 is not a public address" in (outcome.error or "")
    await sending.close()


async def test_the_next_address_is_tried_when_one_does_not_answer(
    receiver: Receiver,
) -> None:
    names = Names(["127.0.0.9", "127.0.0.1"])
    assert (
        await send(receiver.url(host="shop.example"), new_sender(names))
    ).is_delivered


async def test_a_name_without_an_address_has_failed() -> None:
    outcome = await send("http://shop.example/", new_sender(Names([])))
    assert outcome.error == "shop.example has no address."


async def test_rules_are_read_before_every_request(receiver: Receiver) -> None:
    rules = [OPEN]
    sending = Sender(Names().resolve, lambda: rules[0], Tls(), "Payfeed/0")
    assert (await send(receiver.url(), sending)).is_delivered
    rules[0] = Rules(allow_http=True, allow_private_ips=True, origins=("https://.*",))
    outcome = await send(receiver.url(), sending)
    assert "lnbits_callback_url_rules" in (outcome.error or "")
    assert len(receiver.received) == 1


async def test_a_proxy_of_the_environment_is_not_used(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{free_port()}")
    assert (await send(receiver.url())).is_delivered
    assert receiver.received[0].target == "/hook"


async def test_a_burst_uses_one_connection(receiver: Receiver) -> None:
    sending = new_sender()
    for _ in range(3):
        assert (await send(receiver.url(), sending)).is_delivered
        assert len(receiver._connections) == 1
    await sending.close()


async def test_a_connection_that_the_receiver_closed_is_not_used_again(
    receiver: Receiver,
) -> None:
    sending = new_sender()
    assert (await send(receiver.url(), sending)).is_delivered
    await receiver.stop()
    await receiver.start()
    assert (await send(receiver.url(), sending)).is_delivered
    await sending.close()


async def test_a_kept_connection_is_not_used_once_its_address_is_refused(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sender, "ADDRESS_SECONDS", 0)
    sending = new_sender(Names(["127.0.0.1"], ["127.0.0.9"]))
    assert (await send(receiver.url(host="shop.example"), sending)).is_delivered
    assert not (await send(receiver.url(host="shop.example"), sending)).is_delivered
    assert len(receiver.received) == 1


async def test_hints_before_a_response_are_passed(receiver: Receiver) -> None:
    async def hint(request: Received) -> bytes | None:
        return b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + reply(202)

    receiver.answer = hint
    assert (await send(receiver.url())).status == 202


async def test_a_reply_in_chunks_is_read(receiver: Receiver) -> None:
    async def chunks(request: Received) -> bytes | None:
        head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        return head + b"2\r\nth\r\n4\r\nanks\r\n0\r\n\r\n"

    receiver.answer = chunks
    assert (await send(receiver.url())).reply == "thanks"


async def test_a_certificate_of_another_name_is_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pem, key = certificate(tmp_path, "shop.example")
    monkeypatch.setenv("SSL_CERT_FILE", str(pem))
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(pem, key)
    async with Receiver(tls) as receiver:
        for host, is_delivered in (("shop.example", True), ("other.example", False)):
            sending = new_sender(Names(["127.0.0.1"]))
            outcome = await send(receiver.url(host=host), sending)
            await sending.close()
            assert outcome.is_delivered == is_delivered
        assert "certificate" in (outcome.error or "")
        assert len(receiver.received) == 1


async def test_a_certificate_that_nobody_trusts_is_failure(tmp_path: Path) -> None:
    pem, key = certificate(tmp_path, "shop.example")
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(pem, key)
    async with Receiver(tls) as receiver:
        sending = new_sender(Names(["127.0.0.1"]))
        outcome = await send(receiver.url(host="shop.example"), sending)
        assert "certificate" in (outcome.error or "")
