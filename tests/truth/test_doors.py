# SPDX-License-Identifier: MIT
"""Tests of the doors: messages written byte by byte, and what a failing server answers."""
import json
import random

import pytest

from . import doors, proxy

PROCEDURE = doors.SERVICE + "UpdateVPC"
BODY = {"updateMask": "vpcPrefixes,ingress.disablePublicServices", "ingress": {"disablePublicServices": True},
        "vpcPrefixes": [{"name": "lb", "value": "10.0.0.0/16"}]}
RESPONSES = [name + "Response" for name in doors.METHODS]


def field(number, data):
    return bytes([number << 3 | 2, len(data)]) + data


UPDATE = (field(1, field(1, b"vpc_prefixes") + field(1, b"ingress.disable_public_services")) + field(2, b"an-id")
          + field(5, field(1, b"lb") + field(2, b"10.0.0.0/16")) + field(7, b"\x08\x01"))
VPC = field(1, field(1, b"an-id") + field(2, b"prod"))
ALL = ("rest", "connect", "connect-binary", "grpc")


def door(api):
    return doors.door_of(api, random.Random(1))


def request(api, message=UPDATE):
    """The same change through each door."""
    one = door(api)
    if api == "rest":
        return one.read("PATCH", doors.VPCS + "/an-id", json.dumps(BODY).encode(), one.type)
    if api == "connect":
        return one.read("POST", PROCEDURE, json.dumps({"id": "an-id", **BODY}).encode(), one.type)
    return one.read("POST", PROCEDURE, one.frame(message) if api == "grpc" else message, one.type)


def parse(raw):
    """(status, headers and trailers, content)"""
    head, _, rest = raw.partition(b"\r\n\r\n")
    fields = proxy.fields_of(head.split(b"\r\n")[1:])
    if b"transfer-encoding" in fields:
        body, trailers, left = proxy.take_chunks(rest)
        fields.update(trailers)
    else:
        length = int(fields[b"content-length"])
        body, left = rest[:length], rest[length:]
    assert left == b""
    return int(raw[9:12]), fields, body


@pytest.mark.parametrize("api", ALL)
def test_a_change_reads_the_same_through_each_door(api):
    assert request(api) == ("PATCH", "an-id", BODY, None)


@pytest.mark.parametrize("api", ("connect-binary", "grpc"))
@pytest.mark.parametrize("message", (
    UPDATE[:-1], UPDATE + field(15, b"x"), field(1, field(1, b"vpcPrefixes")), field(2, b"\xff")))
def test_what_is_no_message(api, message):
    with pytest.raises(ValueError):
        request(api, message)


@pytest.mark.parametrize("body", (b"", b"\0\0\0\0", b"\0\0\0\0\1", b"\1\0\0\0\0", b"\0\0\0\0\0" * 2))
def test_what_is_no_frame(body):
    with pytest.raises(ValueError):
        door("grpc").read("POST", PROCEDURE, body, "application/grpc")


def test_json_is_refused_where_messages_are_binary():
    method, _, _, refusal = door("connect-binary").read("POST", doors.SERVICE + "ListVPCs", b"{}", "application/json")
    assert method == "GET" and parse(refusal)[0] == 415


@pytest.mark.parametrize("name", RESPONSES)
def test_garbage_is_no_message(name):
    with pytest.raises(ValueError):
        doors.Schema().json(name, doors.GARBAGE)


@pytest.mark.parametrize("api", ALL)
@pytest.mark.parametrize("fault", ("503", "429", "500"))
def test_an_error_is_the_same_through_each_door(api, fault):
    one = door(api)
    for _ in range(20):
        status, fields, body = parse(one.error(fault))
        assert one.status(status, fields, body)[0] == int(fault)


@pytest.mark.parametrize("api", ALL)
def test_what_was_made(api):
    body = b'{"vpc":{"id":"an-id"}}' if api in ("rest", "connect") else VPC
    one = door(api)
    assert one.made(one.frame(body) if api == "grpc" else body)["id"] == "an-id"


@pytest.mark.parametrize("api", ALL)
def test_an_empty_list_is_no_list_without_vpcs(api):
    one = door(api)
    for _ in range(20):
        _, _, body = parse(one.empty(is_list=True))
        with pytest.raises(ValueError):
            if api in ("rest", "connect"):
                json.loads(body)
            else:
                doors.Schema().json("ListVPCsResponse", doors.Grpc.unframe(body) if api == "grpc" else body)


def test_an_empty_frame_is_a_message_without_a_vpc():
    one, bodies = door("grpc"), set()
    for _ in range(20):
        status, fields, body = parse(one.empty(is_list=False))
        assert one.status(status, fields, body)[0] == 200
        bodies.add(body)
    assert bodies == {b"", b"\0\0\0\0\0"}


def test_chunks_in_pieces():
    whole = b"3\r\nabc\r\n2;x=y\r\nde\r\n0\r\ngrpc-status: 5\r\nGrpc-Message: no\r\n\r\nGET"
    found = b"abcde", {b"grpc-status": b"5", b"grpc-message": b"no"}
    for length in range(len(whole) - 3):
        assert proxy.take_chunks(whole[:length]) is None
    assert proxy.take_chunks(whole) == (*found, b"GET")
    assert proxy.take_chunks(b"0\r\n\r\nrest") == (b"", {}, b"rest")
    assert door("grpc").status(200, found[1], b"") == (404, b"no")
