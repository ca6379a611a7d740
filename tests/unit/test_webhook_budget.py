"""How many requests may be open, and that slow ones delay no others."""

import asyncio
import time

from payfeed.delivery.webhooks.budget import (
    OPEN_REQUESTS,
    SLOW_REQUESTS,
    SLOW_SECONDS,
    Budget,
)

HANG_GUARD = 30


class Requests:
    """Requests that stay open until the test ends them, at a time that it sets."""

    def __init__(self) -> None:
        self.now = 0.0
        self.budget = Budget(lambda: self.now)
        self.open: list[str] = []
        self.tasks: list[asyncio.Task[None]] = []

    def begin(self, name: str, is_suspect: bool = False) -> "asyncio.Task[None]":
        async def run() -> None:
            async with self.budget.request(is_suspect):
                self.open.append(name)
                await asyncio.Event().wait()

        task = asyncio.create_task(run())
        self.tasks.append(task)
        return task

    async def settle(self) -> int:
        for _ in range(5):
            await asyncio.sleep(0)
        return len(self.open)

    async def __aenter__(self) -> "Requests":
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)


async def test_at_most_32_requests_are_open_and_the_next_follows_the_first_to_end() -> (
    None
):
    async with Requests() as requests:
        first, *_ = (requests.begin(f"r{n}") for n in range(OPEN_REQUESTS + 3))
        assert await requests.settle() == OPEN_REQUESTS
        first.cancel()
        assert await requests.settle() == OPEN_REQUESTS + 1
        assert requests.open[-1] == f"r{OPEN_REQUESTS}"


async def test_a_request_that_is_open_for_two_seconds_makes_place_for_another() -> None:
    async with Requests() as requests:
        for n in range(OPEN_REQUESTS):
            requests.begin(f"slow{n}")
        await requests.settle()
        requests.now = SLOW_SECONDS
        requests.begin("next")
        assert await requests.settle() == OPEN_REQUESTS + 1


async def test_a_request_that_waits_is_let_in_when_another_becomes_slow() -> None:
    async with Requests() as requests:
        for n in range(OPEN_REQUESTS):
            requests.begin(f"slow{n}")
        await requests.settle()
        requests.now = SLOW_SECONDS - 0.01
        requests.begin("next")
        assert await requests.settle() == OPEN_REQUESTS
        requests.now = SLOW_SECONDS
        deadline = time.monotonic() + HANG_GUARD
        while "next" not in requests.open:
            assert time.monotonic() < deadline
            await asyncio.sleep(0.005)


async def test_receivers_that_failed_take_places_of_the_second_budget_only() -> None:
    async with Requests() as requests:
        for n in range(SLOW_REQUESTS + 5):
            requests.begin(f"dead{n}", is_suspect=True)
        assert await requests.settle() == SLOW_REQUESTS
        requests.begin("healthy")
        assert await requests.settle() == SLOW_REQUESTS + 1
        assert requests.open[-1] == "healthy"


async def test_a_request_that_is_given_up_while_it_waits_takes_no_place() -> None:
    async with Requests() as requests:
        first, *_ = (requests.begin(f"r{n}") for n in range(OPEN_REQUESTS))
        await requests.settle()
        given_up = requests.begin("given up")
        last = requests.begin("last")
        await requests.settle()
        given_up.cancel()
        first.cancel()
        assert await requests.settle() == OPEN_REQUESTS + 1
        assert requests.open[-1] == "last"
        assert not last.done()
