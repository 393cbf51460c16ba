# SPDX-License-Identifier: MIT
"""TLS, HTTP/2 and connections, through a proxy like a service's: what is trusted, which connections are shared, which
are made anew. The relay before the proxy counts connections."""
import os
from concurrent.futures import ThreadPoolExecutor

import pytest
from conftest import live
from harness import INGRESS, PLAIN, HarnessError, errno_of, option_value, wait_until
from proxy import Authority, Proxy

pytestmark = live
READERS = 30
MANY = [{**PLAIN, "name": f"vpc-{number:02}"} for number in range(READERS)]
HOST_CONNECTIONS = 32  # POOL_HOST_CONNECTIONS of src/http/pool.c


@pytest.fixture(scope="session")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("tls"), "trusted")


@pytest.fixture(scope="session")
def stranger(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("tls"), "stranger")


def front(lab, certificate, protocols="h2,http/1.1", **server):
    proxy = Proxy(lab.new_folder(), lab.server(**server), certificate, protocols)
    lab.started.append(proxy)
    return proxy


def mount_by(lab, proxy, authority, options="", **kwargs):
    joined = ",".join(part for part in (f"cacert={option_value(authority.pem)}", options) if part)
    return lab.mount(joined, server=proxy.server, endpoint=proxy.url, **kwargs)


def read_all_at_once(m):
    """Reads many files, each with a reader of its own; returns how many requests were under way at the same time."""
    m.clear()
    with ThreadPoolExecutor(READERS) as pool:
        texts = list(pool.map(lambda vpc: m.read(f"{vpc['name']}/name"), MANY))
    assert texts == [vpc["name"] + "\n" for vpc in MANY]
    requests = m.requests("GET")
    assert len({r["path"] for r in requests}) >= READERS
    events = sorted((at, step) for r in requests
                    for at, step in ((r["ms"], 1), (r["ms"] + r["tookMs"], -1)))
    under_way = [sum(step for _, step in events[:end]) for end in range(len(events))]
    return max(under_way)


def test_a_mount_over_tls(lab, authority):
    proxy = front(lab, authority.sign())
    m = mount_by(lab, proxy, authority)
    assert m.ls() == ["plain", "prod"]
    assert m.write(INGRESS, "true\n") == "ok"
    assert m.vpc()["ingress"]["disablePublicServices"] is True
    assert errno_of(os.rmdir, m / "plain") == "ok"
    assert set(proxy.protocols_used()) == {"h2"}


def test_grpc_over_tls(lab, authority):
    server = lab.server(options=["--grpc", "127.0.0.1:0"])
    grpc = server.process.stdout.readline().split("//")[-1].strip()
    proxy = Proxy(lab.new_folder(), server, authority.sign(), "h2", backend=f"{grpc.replace(':', ',')};;proto=h2")
    lab.started.append(proxy)
    m = mount_by(lab, proxy, authority, "api=grpc,ttl=0")
    assert m.ls() == ["plain", "prod"]
    assert m.write(INGRESS, "true\n") == "ok"
    m.server.fault("PATCH:status=403,message=not you")
    assert m.write(INGRESS, "false\n") == "EACCES"
    assert " HTTP 403 PERMISSION_DENIED EACCES\nnot you\n" in m.why()
    assert errno_of(os.rmdir, m / "plain") == "ok"
    assert {r["protocol"] for r in m.server.requests()} == {"grpc"}
    assert proxy.relay.accepted == 1 and set(proxy.protocols_used()) == {"h2"}


def test_many_readers_share_one_connection(lab, authority):
    proxy = front(lab, authority.sign(), vpcs=MANY, options=["--latency", "50"])
    m = mount_by(lab, proxy, authority, "ttl=0")
    read_all_at_once(m)  # the kernel may let look-ups of names that it has never seen wait for each other
    for _ in range(2):
        assert read_all_at_once(m) >= READERS // 2
    assert proxy.relay.accepted == 1
    assert set(proxy.protocols_used()) == {"h2"}


def test_without_http2_connections_are_reused_and_bounded(lab, authority):
    proxy = front(lab, authority.sign(), "http/1.1", vpcs=MANY, options=["--latency", "50"])
    m = mount_by(lab, proxy, authority, "ttl=0")
    for vpc in MANY[:10]:
        m.read(f"{vpc['name']}/name")
    assert proxy.relay.accepted == 1
    for _ in range(3):
        assert read_all_at_once(m) >= READERS // 2
    assert 2 <= proxy.relay.accepted <= HOST_CONNECTIONS
    assert len(proxy.protocols_used()) > 3 * proxy.relay.accepted
    assert set(proxy.protocols_used()) == {"http/1.1"}


@pytest.mark.parametrize("what", ["signed by a stranger", "for another name"])
def test_a_certificate_that_is_not_trusted(lab, authority, stranger, what):
    certificate = authority.sign("DNS:example.invalid", "other") if what == "for another name" else stranger.sign()
    proxy = front(lab, certificate)
    with pytest.raises(HarnessError, match=r"ended with 1: .*127\.0\.0\.1:\d+: the server's certificate is not trusted"):
        mount_by(lab, proxy, authority)
    assert proxy.server.requests() == []


def test_no_certificate_of_ours_in_the_system(lab, authority):
    proxy = front(lab, authority.sign())
    with pytest.raises(HarnessError, match="the server's certificate is not trusted"):
        lab.mount(server=proxy.server, endpoint=proxy.url)


def test_a_certificate_that_turns_bad(lab, authority, stranger):
    good = authority.sign()
    proxy = front(lab, good)
    m = mount_by(lab, proxy, authority, "ttl=0")
    assert m.read("prod/zone") == "US-EAST-04A\n"
    proxy.restart(stranger.sign())
    m.clear()
    assert errno_of(m.read, "prod/zone") == "EPROTO"
    assert errno_of(m.ls) == "EPROTO"
    assert m.write(INGRESS, "true\n") == "EPROTO"
    assert "the server's certificate is not trusted" in m.why("")
    assert m.requests() == []
    proxy.restart(good)
    m.refresh()
    assert m.read("prod/zone") == "US-EAST-04A\n"
    assert m.write(INGRESS, "true\n") == "ok"


@pytest.mark.parametrize("protocols", ["h2,http/1.1", "http/1.1"])
def test_a_proxy_that_is_started_again(lab, authority, protocols):
    proxy = front(lab, authority.sign(), protocols)
    m = mount_by(lab, proxy, authority, "ttl=0")
    for round in range(1, 16):
        assert m.read("prod/zone") == "US-EAST-04A\n"
        assert m.write(INGRESS, f"{round % 2}\n") == "ok"
        assert proxy.relay.accepted == round
        proxy.restart()
    assert m.read("prod/zone") == "US-EAST-04A\n"


def test_a_proxy_that_is_away(lab, authority):
    proxy = front(lab, authority.sign())
    m = mount_by(lab, proxy, authority, "ttl=0")
    proxy.end()
    assert errno_of(m.read, "prod/zone") == "EPROTO"
    proxy.start()
    wait_until(lambda: errno_of(m.read, "prod/zone") == "ok", "the mount to find the proxy again")
