"""What a request may ask for by its URL and its method."""

import websockets
from shop import Shop


async def test_an_address_with_two_keys_is_refused(shop: Shop) -> None:
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
