# SPDX-License-Identifier: MIT
"""Odd VPCs and lists (docs/semantics.md): values that cannot be read, names and ids that collide, entries that share a
name. Each keeps its own place, and its healthy neighbours are not affected."""
import json
import os
import re
import urllib.parse

import pytest
from rig import SLOW, Answer, at_most, harness

ZONE = "US-EAST-04A"
PLAIN = '{"id":"ok","name":"plain","zone":"Z"}'


class World:
    """Answers LIST and GET with these VPCs, texts unchanged; passes other calls on to a server that plays no part."""

    def __init__(self, between, *vpcs):
        self.vpcs = [vpc.encode("utf-8", "surrogateescape") for vpc in vpcs]
        between.hook = self.answer

    def answer(self, call, path, body, forward):
        if call == "LIST":
            return Answer(200, b'{"items":[' + b",".join(self.vpcs) + b"]}")
        found = [vpc for vpc in self.vpcs if f'"id":"{path.rsplit("/", 1)[1]}"'.encode() in vpc]
        return Answer(200, found[0]) if found else Answer(404, '{"code":5,"message":"not found","details":[]}')


@pytest.fixture
def m(lab):
    server = lab.server()
    between = lab.between(server)
    mount = lab.mount(f"ttl=0,timeout={3 * SLOW:g},zone={ZONE}", server=server, endpoint=between.url)
    mount.between = between
    with mount.watched():
        yield mount


def assert_plain_is_well(m):
    assert m.read("plain/name") == "plain\n" and m.json("plain/vpc.json") == json.loads(PLAIN)
    assert m.json("plain/spec.json")["zone"] == "Z"


def odd(more, name='"odd"'):
    return f'{{"id":"o","name":{name},"zone":"Z",{more}}}'


UNREADABLE = {
    "2^64-1": odd('"x":18446744073709551615'), "70 digits": odd('"x":' + "1234567890" * 7), "1e999": odd('"x":1e999'), "-1e999": odd('"x":-1e999'),
    "a lone surrogate": odd('"x":"\\ud800"'), "a lone surrogate in a key": odd('"\\udc00":1'), "bytes that are no UTF-8": odd('"x":"\udcff\udcfe"'),
    "NUL in a key": odd('"k\\u0000y":"v"'), "a surrogate in its zone": '{"id":"o","name":"odd","zone":"\\udfff"}',
}


@pytest.mark.parametrize("what", UNREADABLE)
@pytest.mark.parametrize("place", ["first", "last"])
def test_only_reading_in_a_vpc_that_cannot_be_read_is_ebadmsg(m, what, place):
    World(m.between, *((UNREADABLE[what], PLAIN) if place == "first" else (PLAIN, UNREADABLE[what])))
    assert m.ls() == ["odd", "plain"]
    assert os.path.isdir(m / "odd")
    for path in ("name", "zone", "spec.json", "vpc.json"):
        assert harness.errno_of(m.read, f"odd/{path}") == "EBADMSG", path
    assert harness.errno_of(m.ls, "odd") == "EBADMSG"
    assert "EBADMSG" in m.why("odd") and m.why("plain") == ""
    assert os.readlink(m / ".vpcfs/by-id/o") == "../../odd"
    assert_plain_is_well(m)
    World(m.between, PLAIN, odd('"x":1'))
    assert m.read("odd/x") == "1\n" and m.ls() == ["odd", "plain"]


@pytest.mark.parametrize("name", ['"o\\ud800dd"', '"\udcff"'])
def test_a_name_that_cannot_be_read_keeps_a_directory(m, name):
    World(m.between, PLAIN, odd('"x":1', name))
    names = m.ls()
    assert len(names) == 2 and "plain" in names
    other, = set(names) - {"plain"}
    assert harness.errno_of(m.read, f"{other}/zone") == "EBADMSG"
    assert os.readlink(m / ".vpcfs/by-id/o") == f"../../{other}"
    assert_plain_is_well(m)


def test_nul_is_a_control_character_like_any_other(m):
    text = odd('"x":"q\\u0000r","labels":["a\\u0000","b"]', '"o\\u0000dd"')
    World(m.between, PLAIN, text.replace('"Z"', '"Z\\u0000Z"'))
    assert m.ls() == ["o%00dd", "plain"]
    assert (m / "o%00dd/zone").read_bytes() == b"Z\0Z\n" and (m / "o%00dd/x").read_bytes() == b"q\0r\n"
    assert (m / "o%00dd/labels").read_bytes() == b"a%00\nb\n"  # in a list each line is one value
    assert m.json("o%00dd/vpc.json") == json.loads(text.replace('"Z"', '"Z\\u0000Z"'))
    assert m.json("o%00dd/spec.json")["name"] == "o\0dd"
    assert_plain_is_well(m)


@pytest.mark.parametrize("depth", [110, 2000])
@pytest.mark.parametrize("kind", ["objects", "arrays"])
def test_an_unknown_field_that_is_nested_deeply(m, depth, kind):
    start, end = {"objects": ('{"a":', "}"), "arrays": ("[", "]")}[kind]
    nested = start * depth + "1" + end * depth
    World(m.between, PLAIN, odd(f'"x":{nested}'))
    with at_most(5, "all that is asked of it"):
        assert m.ls() == ["odd", "plain"]
        assert m.read("odd/zone") == "Z\n" and m.json("odd/spec.json")["name"] == "odd"
        assert "x" in m.ls("odd")
        if depth == 110:
            assert m.json("odd/vpc.json")["x"] == json.loads(nested)
        if kind == "objects":
            assert m.ls("odd/x/" + "a/" * 20) == ["a"]
        assert_plain_is_well(m)


# Names and ids that collide.

def vpc(identity, name):
    return json.dumps({"id": identity, "name": name, "zone": f"zone of {identity}"}, separators=(",", ":"))


@pytest.mark.parametrize("names", [
    {"1": "a", "2": "a", "3": "a~1"}, {"1": "a", "2": "a", "3": "a~1", "4": "a~2", "5": "a~1~3"}, {"1": "a~2", "2": "a~2", "3": "a", "4": "a~2~1"},
    {"1": "%2E.", "2": "..", "3": "%252E."}, {"x": "a/b", "y": "a%2Fb", "z": "a%252Fb"}, {"1": "b" * 300, "2": "b" * 301, "3": "b" * 300},
    {"i" * 64 + end: "a" for end in ("", "j", "k")}, {"/" * 22 + end: "b" * 300 for end in ("", "j", "k")},
    {"a": "n", "A": "n", "a~": "n"}, {"1": "a", "2": "a", "a~1": "a"}, {"..": "a", "../..": "b", "x/y": "c", ".": "d", "%2E": "e"},
])
@pytest.mark.parametrize("turned", [False, True])
def test_no_two_vpcs_share_an_entry(m, names, turned):
    items = {identity: vpc(identity, name) for identity, name in names.items()}
    order = list(items.values())[::-1] if turned else list(items.values())
    m.between.hook = lambda call, path, body, forward: Answer(200, '{"items":[' + ",".join(order) + "]}") if call == "LIST" else \
        Answer(200, items[urllib.parse.unquote(path.removeprefix(harness.VPCS + "/"))])
    shown = m.ls()
    assert len(set(shown)) == len(names) and all(len(os.fsencode(name)) <= 255 for name in shown)
    assert {m.read(f"{entry}/id").removesuffix("\n") for entry in shown} == set(names)
    for entry in shown:
        identity = m.read(f"{entry}/id").removesuffix("\n")
        assert m.read(f"{entry}/name") == names[identity] + "\n" and m.read(f"{entry}/zone") == f"zone of {identity}\n"
    links = os.listdir(m / ".vpcfs/by-id")
    assert sorted(os.readlink(m / ".vpcfs/by-id" / link) for link in links) == sorted(f"../../{entry}" for entry in shown)
    for link in links:
        assert m.read(f".vpcfs/by-id/{link}/id").removesuffix("\n") in (link, urllib.parse.unquote(link))


def test_names_do_not_depend_on_the_order_of_the_list(m):
    items = [vpc("i" * length + end, "a") for length in (64, 300) for end in ("", "j", "k", "l")]

    def shown():
        return [{m.read(f"{folder}/{entry}/id"): entry for entry in os.listdir(m / folder)} for folder in (".", ".vpcfs/by-id")]

    World(m.between, *items)
    before = shown()
    World(m.between, *items[::-1])
    m.remount()
    assert shown() == before
    assert all(len(names) == len(items) for names in before)


def test_vpcs_that_share_a_name_all_show_their_id_and_one_alone_its_name(m):
    World(m.between, vpc("1", "a"), vpc("2", "a"), vpc("3", "a~1"))
    shown = m.ls()
    assert "a" not in shown and len(shown) == 3 and "a~2" in shown
    World(m.between, vpc("2", "a"))
    assert m.ls() == ["a"] and m.read("a/id") == "2\n"


# Entries of a list that share a name.

def entry(name, value):
    return {"name": name, "value": value}


TWINS = [entry("p", "10.0.0.0/16"), entry("p", "10.1.0.0/16"), entry("q", "10.2.0.0/16")]


class Twins:
    """A VPC whose prefixes share a name, at a service that allows it."""

    def __init__(self, m, prefixes=None):
        self.m, self.prefixes, self.sent = m, list(prefixes or TWINS), []
        m.between.hook = self.answer

    def answer(self, call, path, body, forward):
        if call == "PATCH":
            asked = json.loads(body)
            assert asked["updateMask"] == "vpcPrefixes"
            self.sent.append(asked["vpcPrefixes"])
            self.prefixes = asked["vpcPrefixes"]
        vpc = {"id": "1", "name": "prod", "zone": ZONE, "vpcPrefixes": self.prefixes}
        return Answer(200, json.dumps({"items": [vpc]} if call == "LIST" else vpc))

    def shown(self):
        """value -> name of the directory"""
        return {self.m.read(f"prod/vpcPrefixes/{name}/value").strip(): name for name in self.m.ls("prod/vpcPrefixes")}


@pytest.fixture(params=["ttl=0", "ttl=60"])
def twins(lab, request):
    server = lab.server()
    between = lab.between(server)
    World(between)
    mount = lab.mount(f"{request.param},timeout={3 * SLOW:g}", server=server, endpoint=between.url)
    mount.between = between
    with mount.watched():
        twins = Twins(mount)
        mount.refresh()
        yield twins


def test_entries_that_share_a_name_are_told_apart_by_what_they_are(twins):
    shown = twins.shown()
    assert set(shown) == {"10.0.0.0/16", "10.1.0.0/16", "10.2.0.0/16"} and shown["10.2.0.0/16"] == "q"
    first, second = shown["10.0.0.0/16"], shown["10.1.0.0/16"]
    assert first != second and all(re.fullmatch(r"p~\d+", name) for name in (first, second))
    twins.prefixes.reverse()
    twins.m.refresh()
    assert twins.shown() == shown
    assert [p["name"] for p in twins.m.json("prod/spec.json")["vpcPrefixes"]] == ["q", "p", "p"]


@pytest.mark.parametrize("value", ["10.0.0.0/16", "10.1.0.0/16"])
@pytest.mark.parametrize("how", ["rmdir", "value", "mv"])
def test_a_change_hits_the_entry_that_is_shown_whatever_the_order_is_by_now(twins, value, how):
    m, name = twins.m, twins.shown()[value]
    other = {"10.0.0.0/16": "10.1.0.0/16", "10.1.0.0/16": "10.0.0.0/16"}[value]
    twins.prefixes = twins.prefixes[::-1]
    path = m / "prod/vpcPrefixes" / name
    if how == "rmdir":
        os.rmdir(path)
    elif how == "mv":
        os.rename(path, m / "prod/vpcPrefixes/new")
    else:
        assert m.write(f"prod/vpcPrefixes/{name}/value", "10.9.0.0/16\n") == "ok"
    wanted = {("p", other), ("q", "10.2.0.0/16")} | {"rmdir": set(), "mv": {("new", value)}, "value": {("p", "10.9.0.0/16")}}[how]
    assert {(p["name"], p["value"]) for p in twins.prefixes} == wanted
    assert len(twins.sent) == 1


@pytest.mark.parametrize("value", ["10.0.0.0/16", "10.1.0.0/16"])
def test_an_entry_that_another_client_removed_takes_no_other_with_it(twins, value):
    m, name = twins.m, twins.shown()[value]
    twins.prefixes = [p for p in twins.prefixes if p["value"] != value]
    left = list(twins.prefixes)
    assert harness.errno_of(os.rmdir, m / "prod/vpcPrefixes" / name) in ("ok", "ENOENT")  # gone is gone
    assert m.write(f"prod/vpcPrefixes/{name}/value", "10.9.0.0/16\n") != "ok"
    assert twins.prefixes == left
    m.refresh()
    assert set(twins.shown()) == {p["value"] for p in left}
