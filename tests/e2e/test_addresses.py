"""What a request may ask for by its URL and its method."""

import websockets
from shop import Shop


async def test_an_address_with_two_keys_is_refused(shared_shop: Shop) -> None:
    shop = shared_shop
    admin, inkey = shop.wallet["adminkey"], shop.wallet["inkey"]
    api = "/payfeed/api/v1"
    for name in ("api-key", "API-KEY", "%61pi%2Dkey"):
        for query in (
            f"api-key={admin}&{name}={inkey}",
            f"{name}={inkey}&api-key={admin}",
            f"{name}={inkey}&{name}={inkey}",
        ):
            for method, path in (("GET", "feed"), ("GET", "events"), ("POST", "test")):
                path = f"{api}/{path}?{query}"
                answer = await shop.server.http.request(method, path)
                assert answer.status_code == 422, (method, path)
            address = f"{shop.server.ws}{api}/ws?{query}"
            async with websockets.connect(address) as socket:
                assert '"code":4400' in str(await socket.recv())
        answer = await shop.server.http.get(
            f"{api}/events?{name}={admin}", headers={"X-Api-Key": inkey}
        )
        assert answer.status_code == 403


async def test_a_wrong_method_on_a_known_path_is_answered_with_405(
    shared_shop: Shop,
) -> None:
    shop = shared_shop
    inkey = shop.wallet["inkey"]
    for method, path, allowed in (
        ("PUT", "/payfeed/api/v1/feed", "GET, PATCH"),
        ("PUT", "/payfeed/api/v1/events", "DELETE, GET"),
        ("HEAD", "/payfeed/api/v1/export.csv", "GET"),
        ("DELETE", f"/payfeed/api/v1/ws/{inkey}", "POST"),
        ("PUT", f"/payfeed/api/v1/notify/{inkey}", "POST"),
        ("PATCH", f"/payfeed/api/v1/notify/{inkey}/text", "GET"),
        ("POST", "/payfeed/display", "GET"),
    ):
        answer = await shop.server.http.request(method, path)
        assert answer.status_code == 405, (method, path)
        assert answer.headers["allow"] == allowed
        assert inkey not in answer.text
    for path in ("/payfeed/api/v1/nowhere", "/payfeed/nowhere"):
        assert (await shop.server.http.put(path)).status_code == 404
