import ssl

import httpx
import pytest
from litestar import Litestar

from appliance.errors import Refusal, TransportFailure
from sync.agent import sync_once
from sync.city_client import CityClient
from sync.hub.endpoints import http_app
from sync.hub.publish import publish_pack
from sync.messages import BODY_BYTES_MAX, compress, log_hash
from sync.transports.http import HttpLimits, HttpTransport, check_city_url


class Bridge(httpx.BaseTransport):
    """Carries the blocking client's requests into the application without a socket."""

    def __init__(self, app: Litestar, host: str = "127.0.0.1"):
        self.app = app
        self.host = host
        self.sizes = []

    def handle_request(self, request):
        import anyio  # noqa: PLC0415

        body = request.read()
        self.sizes.append((request.method, len(body)))

        async def call():
            inner = httpx.ASGITransport(app=self.app, client=(self.host, 5000))
            async with httpx.AsyncClient(transport=inner, base_url="http://city") as client:
                headers = {k: v for k, v in request.headers.items() if k not in {"host", "content-length"}}
                async with client.stream(
                    request.method, request.url.raw_path.decode(), content=body or None, headers=headers
                ) as answer:
                    raw = b"".join([chunk async for chunk in answer.aiter_raw()])
                    return httpx.Response(answer.status_code, headers=answer.headers, stream=httpx.ByteStream(raw))

        return anyio.run(call)


@pytest.fixture
def bridge(world):
    return Bridge(http_app(world.hub))


def transport_over(bridge, **limits):
    transport = HttpTransport("http://127.0.0.1:8700", limits=HttpLimits(**limits))
    transport._client.close()
    transport._client = httpx.Client(transport=bridge)
    return transport


def test_a_whole_sync_over_http(world, bridge):
    publish_pack(world.hub, "catalogue", {"item": [{"code": f"c{n}", "body": {"n": n}} for n in range(50)]})
    world.write(cases=10, blobs=(world.blob(2**20 + 100),))
    with transport_over(bridge) as transport:
        report = sync_once(world.hall, CityClient(transport), world.clock)
    assert report.state == "equal"
    assert report.pushed == 11


def test_bodies_travel_compressed(world, bridge):
    world.write(cases=200)
    with transport_over(bridge) as transport:
        assert sync_once(world.hall, CityClient(transport), world.clock).state == "equal"
    plain = sum(len(record.entry) for record in world.city.records(world.h2c, 0, 201))
    assert max(size for method, size in bridge.sizes if method == "POST") < plain / 2


def test_another_machine_gets_nothing_over_plain_http(world):
    with transport_over(Bridge(http_app(world.hub), host="10.0.0.9")) as transport:
        for path in ("checkpoint", "records/0-1", "tile/0/000.p/1"):
            assert transport.request("GET", f"/v1/log/{log_hash(world.c2h)}/{path}").status == 403
        assert transport.request("GET", f"/v1/blob/{'a' * 64}/0").status == 403


def test_a_body_beyond_the_limit_is_413_compressed_or_not(world, bridge):
    path = f"/v1/log/{log_hash(world.h2c)}/append"
    with transport_over(bridge) as transport:
        bomb = compress(bytes(BODY_BYTES_MAX + 1))
        answer = transport.request("POST", path, body=bomb, headers={"content-encoding": "zstd"})
        assert answer.status == 413
        answer = transport.request("POST", path, body=b"not a frame" * 3, headers={"content-encoding": "zstd"})
        assert answer.status == 400


def test_an_answer_beyond_the_limit_is_a_transport_failure(world, bridge):
    world.write(cases=20)
    world.sync()
    with transport_over(bridge, answer_bytes_max=1000) as transport, pytest.raises(TransportFailure):
        transport.request("GET", f"/v1/log/{log_hash(world.h2c)}/records/0-20")


def test_tiles_records_and_unknown_paths(world, bridge):
    world.write(cases=2)
    world.sync()
    head = f"/v1/log/{log_hash(world.h2c)}"
    with transport_over(bridge) as transport:
        assert len(transport.request("GET", f"{head}/tile/0/000.p/3").body) == 96
        assert transport.request("GET", f"{head}/tile/entries/000.p/3").status == 200
        assert transport.request("GET", f"{head}/tile/0/000.p/4").status == 404
        assert transport.request("GET", f"{head}/tile/0/000.p/300").status == 404
        assert transport.request("GET", f"{head}/records/0-9").status == 404
        assert transport.request("GET", f"{head}/records/2-1").status == 404
        assert transport.request("GET", f"/v1/log/{'0' * 64}/checkpoint").status == 404
        assert transport.request("PUT", f"{head}/append").status == 404
        assert transport.request("PUT", f"/v1/blob/{'A' * 64}/0").status == 404


@pytest.mark.parametrize(
    "url", ["http://10.0.0.1:8700", "http://city.example", "http://192.168.1.2", "ftp://127.0.0.1"]
)
def test_plain_http_leaves_this_machine_never(url):
    with pytest.raises(Refusal):
        HttpTransport(url)


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8700/", "http://localhost:1", "http://[::1]:8700", "https://city.gov"]
)
def test_loopback_and_tls_are_accepted(url):
    assert not check_city_url(url).endswith("/")


def test_the_authorities_of_the_machine_do_not_speak_for_the_city():
    """The city's own authority is pinned by its root; no other may vouch for it (protocol §4)."""
    with pytest.raises(Refusal) as caught:
        HttpTransport("https://city.gov")
    assert caught.value.code == "no_city_authority"
    pinned = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    HttpTransport("https://city.gov", tls=pinned).close()


def test_a_refused_connection_is_a_transport_failure():
    def refuse(request):
        raise httpx.ConnectError("refused", request=request)

    with transport_over(httpx.MockTransport(refuse)) as transport, pytest.raises(TransportFailure):
        transport.request("GET", "/v1/x")
