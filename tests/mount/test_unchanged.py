# SPDX-License-Identifier: MIT
"""Asking only for changes, compressed answers, and the maximum size of an answer."""
import gzip
import http.server
import io
import json
import os
import threading
import time
import zlib

from conftest import live
from harness import EGRESS, INGRESS, PLAIN, SERVERS, SLOW, TOKEN, VPCS, errno_of, wait_until

MANY = [{**PLAIN, "name": f"vpc-{number:02}"} for number in range(40)]
ANSWER_MAX = 128 << 20  # src/main.c


def statuses(m, path=VPCS):
    """The statuses of the answers to GET: of lists, or of the VPC with that id."""
    return [r["status"] for r in m.requests("GET") if r["path"] == path]


def test_a_list_that_has_not_changed_is_not_sent_again(lab):
    m = lab.mount("ttl=0", vpcs=MANY)
    names = m.ls()
    m.clear()
    for _ in range(5):
        assert m.ls() == names
    assert set(statuses(m)) == {304} and len(statuses(m)) >= 5


def test_what_another_client_does_is_seen_after_the_ttl(lab):
    m = lab.mount("ttl=0.3")
    m.ls()
    for servers in (["9.9.9.9"], ["1.1.1.1"], ["9.9.9.9"]):
        m.server.patch("prod", "dhcp.dns.servers", dhcp={"dns": {"servers": servers}})
        time.sleep(0.31)
        m.clear()
        assert m.read(SERVERS).split() == servers
        assert 304 not in statuses(m, f"{VPCS}/{m.vpc()['id']}")
        time.sleep(0.31)
        m.clear()
        assert m.read(SERVERS).split() == servers
        assert 304 in [r["status"] for r in m.requests("GET")]
    m.server.create({**PLAIN, "name": "new"})
    m.server.delete("plain")
    time.sleep(0.31)
    assert m.ls() == ["new", "prod"]


def test_the_end_of_the_ttl_costs_a_304_and_no_more(lab):
    m = lab.mount("ttl=0.2")
    identity = m.vpc()["id"]
    m.read("prod/zone")
    time.sleep(0.25)
    m.read("prod/zone")  # by id, for the first time
    for _ in range(3):
        time.sleep(0.25)
        m.clear()
        assert m.read("prod/zone") == "US-EAST-04A\n"
        assert statuses(m, f"{VPCS}/{identity}") == [304] and m.reads() == 1


def test_a_304_from_before_a_write_never_counts(lab):
    m = lab.mount("ttl=0.3")
    handle = os.open(m / INGRESS, os.O_WRONLY | os.O_TRUNC)
    m.ls()
    time.sleep(0.31)
    m.ls()
    time.sleep(0.31)
    m.server.fault("LIST:delay=1000", "GET:delay=1000")  # decided at once and sent late
    m.clear()
    listing = m.start(["ls", str(m.path)])
    wait_until(lambda: m.requests("GET"), "the question")
    assert errno_of(os.write, handle, b"true\n") == "ok"
    os.close(handle)
    assert listing.wait(timeout=20) == 0
    m.server.clear_faults()
    assert m.read(INGRESS) == "true\n"
    assert '"disablePublicServices": true' in m.read("prod/spec.json")


def test_own_writes_between_304s(lab):
    m = lab.mount("ttl=0")
    for value in ("true", "false", "true", "false"):
        assert m.write(EGRESS, value + "\n") == "ok"
        for _ in range(3):
            assert m.ls() == ["plain", "prod"]
            assert m.read(EGRESS) == value + "\n"
    assert 304 in [r["status"] for r in m.requests("GET")]


class Foreign:
    """A server that only answers the list, with a given body."""

    def __init__(self, body, headers=()):
        self.asked = []
        foreign = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                foreign.asked.append(dict(self.headers))
                self.send_response(200)
                for name, value in foreign.headers:
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(foreign.body)))
                self.end_headers()
                self.wfile.write(foreign.body)

            def log_message(self, *args):
                pass

        self.body, self.headers, self.token = body, list(headers), TOKEN
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()

    def stop(self):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()
        return ""


LISTED = json.dumps({"items": [{"id": "a", "name": "prod", "zone": "Z"}]}).encode()


@live
def test_a_server_without_tags(lab):
    server = Foreign(LISTED, [("Content-Type", "application/json")])
    lab.started.append(server)
    m = lab.mount("ttl=0", server=server)
    for _ in range(3):
        assert m.ls() == ["prod"]
    assert len(server.asked) >= 4
    assert all("If-None-Match" not in headers for headers in server.asked)
    assert all("gzip" in headers["Accept-Encoding"] for headers in server.asked)


def peak_kib(process):
    with open(f"/proc/{process.pid}/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))


def zeros_as_gzip(size):
    packer, out, block = zlib.compressobj(1, zlib.DEFLATED, 31), io.BytesIO(), bytes(1 << 20)
    for _ in range(size >> 20):
        out.write(packer.compress(block))
    out.write(packer.flush())
    return out.getvalue()


@live
def test_a_gzip_bomb(lab):
    server = Foreign(gzip.compress(LISTED), [("Content-Encoding", "gzip")])
    lab.started.append(server)
    m = lab.mount("ttl=0", server=server)
    assert m.ls() == ["prod"]
    before = peak_kib(m.process)
    server.body = zeros_as_gzip(1 << 30)
    assert len(server.body) < 8 << 20
    server.asked.clear()
    assert errno_of(m.ls) == "EBADMSG"
    assert "larger than this program accepts" in m.why("")
    assert len(server.asked) == 1
    if SLOW == 1:  # a sanitizer keeps what is freed
        assert peak_kib(m.process) - before < (ANSWER_MAX + (ANSWER_MAX >> 2)) >> 10
