# SPDX-License-Identifier: MIT
"""Bad lists never count as the state of the world. Either the listing fails with EBADMSG, or the good part of it shows;
.error says what is wrong; and as soon as the server is well, everything that was known comes back unharmed."""
import json
import os
import urllib.parse

import pytest
from contract import differences, read
from rig import SLOW, Answer, at_most, harness

DEEP = "[" * 100_000 + "]" * 100_000
ZONE = "US-EAST-04A"


def vpc(name, identity="6f1c0a52-0000-4000-8000-000000000001", **more):
    return {"name": name, "id": identity, "zone": ZONE, **more}


def as_list(*items):
    return json.dumps({"items": list(items)})


# None of these can be shown.
HOPELESS = {
    "items object": '{"items":{}}', "items text": '{"items":"prod"}',
    "items number": '{"items":5}', "an array": "[]", "null": "null", "a number": "7", "empty": "", "a page": "<html>hello</html>",
    "half of it": '{"items":[{"name":"prod","id":"1"},', "two documents": '{"items":[]}{"items":[]}',
    "nested 100,000 deep": DEEP, "a member 100,000 deep": '{"items":[],"x":' + DEEP + "}", "a lone surrogate": '{"items":["\\ud800"]}',
    "not UTF-8": b'{"items":["\xff"]}', "an error with 200": '{"code":7,"message":"no"}',
    "pages in a circle": '{"items":[],"nextPageToken":"again"}',
}
# Each beside a good VPC.
DOUBTFUL = {
    "item number": 7, "item null": None, "item text": "prod", "item array": [], "item empty": {},
    "no id": {"name": "a", "zone": ZONE}, "id number": vpc("a", 7), "id empty": vpc("a", ""), "id null": vpc("a", None),
    "id of another": vpc("a", "well"), "id with a slash": vpc("a", "../x"), "id dots": vpc("a", ".."), "id NUL": vpc("a", "x\x00y"),
    "name number": vpc(7), "name null": vpc(None), "no name": {"id": "x", "zone": ZONE}, "name empty": vpc(""),
    "name dots": vpc(".."), "name dot": vpc("."), "name slash": vpc("a/b"), "name a slash": vpc("/"), "name NUL": vpc("a\x00b"),
    "name hidden": vpc(".vpcfs"), "name control": vpc("a\x1b[2J\nb"), "name long": vpc("x" * 5000), "name percent": vpc("%2f"),
    "name of the well one": vpc("well"), "zone number": vpc("a", zone=5), "vpcPrefixes object": vpc("a", vpcPrefixes={}),
    "vpcPrefixes numbers": vpc("a", vpcPrefixes=[1, 2]), "prefix without name": vpc("a", vpcPrefixes=[{"value": "10.0.0.0/8"}]),
    "prefix named dots": vpc("a", vpcPrefixes=[{"name": "..", "value": "10.0.0.0/8"}]),
    "prefixes of one name": vpc("a", vpcPrefixes=[{"name": "p", "value": "10.0.0.0/8"}, {"name": "p", "value": "11.0.0.0/8"}]),
    "servers numbers": vpc("a", dhcp={"dns": {"servers": [1, None]}}), "ingress text": vpc("a", ingress="yes"),
    "a boolean in quotes": vpc("a", ingress={"disablePublicServices": "true"}), "times numbers": vpc("a", updatedAt=1, createdAt=[]),
    "a time of no date": vpc("a", updatedAt="2026-99-99T00:00:00Z"), "unknown 100 deep": vpc("a", x=json.loads("[" * 100 + "]" * 100)),
    "unknown named dots": vpc("a", **{"..": 1, "a/b": 2, "": 3}), "unknown hides a file": vpc("a", **{"vpc.json": "x", ".error": "y"}),
}


# It has a directory of its own that cannot be read; the good one can be read.
WRONG_TYPES = {"name number", "zone number", "vpcPrefixes object", "vpcPrefixes numbers", "servers numbers", "ingress text",
               "a boolean in quotes", "times numbers"}


@pytest.fixture
def m(lab):
    server = lab.server(vpcs=[harness.PLAIN])
    between = lab.between(server)
    mount = lab.mount(f"ttl=0,timeout={3 * SLOW:g}", server=server, endpoint=between.url)
    mount.between = between
    with mount.watched():
        yield mount


def walk_all(folder):
    """Reads everything. Names come from readdir, so none may lead out of the mount."""
    for path, folders, files in os.walk(folder, onerror=lambda err: (_ for _ in ()).throw(err)):
        for name in folders + files:
            assert name not in ("", ".", "..") and "/" not in name and len(os.fsencode(name)) <= 255
        for name in files:
            read(os.path.join(path, name))


def heals(m):
    m.between.clear()
    assert differences(m.path, m.server.list()) == []


def test_hopeless_lists(m):
    m.ls()
    for what, body in HOPELESS.items():
        m.between.answers("LIST", Answer(200, body))
        assert harness.errno_of(m.ls) == "EBADMSG", what
        assert "EBADMSG" in m.why("") and "HTTP 200" in m.why(""), (what, m.why(""))
        heals(m)


@pytest.mark.parametrize("what", DOUBTFUL)
def test_doubtful_items(m, what):
    well = vpc("well", "well")
    known = m.ls()
    items = [well, DOUBTFUL[what]]
    by_id = {item["id"]: item for item in items if isinstance(item, dict) and isinstance(item.get("id"), str)}

    def hook(call, path, body, forward):
        if call == "LIST":
            return Answer(200, as_list(*items))
        if call == "GET":
            item = by_id.get(urllib.parse.unquote(path.removeprefix(harness.VPCS + "/")))
            return Answer(200, json.dumps(item)) if item else Answer(404, '{"code":5}')
        return forward()
    m.between.hook = hook
    got = harness.errno_of(m.ls)
    if got != "ok":
        assert got == "EBADMSG" and "EBADMSG" in m.why("")
    else:
        names = m.ls()
        assert any(name.startswith("well") for name in names), names
        assert len(names) == 2 or "EBADMSG" in m.why("") or "cannot be used" in m.why(""), (names, m.why(""))
        unreadable = [name for name in names if harness.errno_of(m.ls, name) == "EBADMSG"]
        assert (unreadable == []) == (what not in WRONG_TYPES), unreadable
        for name in set(names) - set(unreadable):
            walk_all(m.path / name)
    heals(m)
    assert m.ls() == known


def test_a_hundred_thousand_vpcs(lab):
    server = lab.server()
    between = lab.between(server)
    m = lab.mount(f"ttl=60,timeout={20 * SLOW:g}", server=server, endpoint=between.url)
    items = [vpc(f"vpc-{n}", f"{n:032x}") for n in range(100_000)]
    with m.watched(120):
        between.answers("LIST", Answer(200, as_list(*items)))
        m.refresh()
        with at_most(20, "a list of 100,000"):
            names = m.ls()
        assert len(names) == 100_000
        assert read(m / "vpc-99999/id") == f"{99999:032x}\n"
        between.clear()
        m.refresh()
        assert differences(m.path, server.list()) == []


@pytest.mark.parametrize("profile", ["live"], indirect=True)
def test_a_list_of_200_mb(lab):
    m = lab.mount(f"ttl=0,timeout={20 * SLOW:g}")
    with m.watched(120):
        m.server.fault("LIST:huge=200000000")
        assert harness.errno_of(m.ls) in ("EBADMSG", "ETIMEDOUT")
        m.server.clear_faults()
        assert differences(m.path, m.server.list()) == []


@pytest.mark.parametrize("body", ['{"id":"another","name":"plain"}', '{"vpc":{"id":"another","name":"plain"}}', '{"name":"plain"}',
                                  '{"vpc":{"name":"plain"}}', '{"vpc":null}', '{"id":7,"name":"plain"}'])
def test_a_get_about_another_vpc(m, body):
    path = m / "plain/zone"
    read(path)
    m.between.answers("GET", Answer(200, body))
    assert harness.errno_of(read, path) == "EBADMSG"
    assert "EBADMSG" in m.why("")
    heals(m)
