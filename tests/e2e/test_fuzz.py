"""Whatever is asked, Payfeed answers with a documented status and no traceback."""

import asyncio

import httpx
import schemathesis
import schemathesis.specs.openapi.schemas  # early: pytest rewrites it, deep stacks fail
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shop import Shop

DOCUMENTED = {200, 201, 307, 401, 403, 404, 405, 413, 422, 429}
QUIET = settings(
    max_examples=25,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)
NAMES = (
    "since",
    "before",
    "limit",
    "types",
    "direction",
    "status",
    "min_amount",
    "tag",
)


def fuzz_operations(base: str, key: str) -> int:
    schema = schemathesis.openapi.from_url(f"{base}/openapi.json")
    tried = 0
    for found in schema.include(
        path_regex="^/payfeed/api/v1/(?!sse)"
    ).get_all_operations():
        operation = found.ok()

        @QUIET
        @given(case=operation.as_strategy(), with_key=st.booleans())
        def probe(case: schemathesis.Case, with_key: bool) -> None:
            if with_key and "key" in (case.path_parameters or {}):
                case.path_parameters["key"] = key
            if case.query and "wait" in case.query:
                case.query["wait"] = "0"
            answer = case.call(base_url=base, headers={"X-Api-Key": key})
            assert answer.status_code in DOCUMENTED, (case.method, case.path)

        probe()
        tried += 1
    return tried


def fuzz_queries(base: str, key: str) -> None:
    text = st.one_of(
        st.text(max_size=40),
        st.sampled_from(["start", "acked", "@0", "@9" * 20, "a-1", "a-" + "9" * 30]),
        st.integers().map(str),
    )
    with httpx.Client(base_url=base, headers={"X-Api-Key": key}) as http:

        @QUIET
        @given(
            query=st.dictionaries(st.sampled_from(NAMES), text),
            route=st.sampled_from(["events", "sse"]),
        )
        def probe(query: dict[str, str], route: str) -> None:
            clean = {
                name: value.encode("utf-8", "replace").decode()
                for name, value in query.items()
            }
            path = f"/payfeed/api/v1/{route}"
            with http.stream("GET", path, params=clean) as answer:
                assert answer.status_code in (200, 422), clean

        probe()


def fuzz_bodies(base: str, admin: str) -> None:
    paths = ("notify", "keys", "feed/rotate")
    with httpx.Client(base_url=base, headers={"X-Api-Key": admin}) as http:

        @QUIET
        @given(path=st.sampled_from(paths), body=st.binary(max_size=200))
        def probe(path: str, body: bytes) -> None:
            answer = http.post(f"/payfeed/api/v1/{path}", content=body)
            assert answer.status_code in DOCUMENTED

        probe()
        for body in (b"NaN", b"[1e999]", b"[" * 9000, b'"\\ud800"', b"9" * 5000, b""):
            for path in paths:
                answer = http.post(f"/payfeed/api/v1/{path}", content=body)
                assert answer.status_code in DOCUMENTED


async def test_hostile_requests_get_documented_answers(shop: Shop) -> None:
    base = shop.server.base
    for key in (shop.wallet["inkey"], shop.wallet["adminkey"]):
        assert await asyncio.to_thread(fuzz_operations, base, key) >= 14
    # the fuzzed settings may have closed the feed to the invoice key
    admin, body = shop.wallet["adminkey"], {"allow_inkey": True}
    change = await shop.server.payfeed("PATCH", "feed", admin, json=body)
    assert change.status_code == 200
    await asyncio.to_thread(fuzz_queries, base, shop.wallet["inkey"])
    await asyncio.to_thread(fuzz_bodies, base, shop.wallet["adminkey"])
    assert shop.server.faults == []
