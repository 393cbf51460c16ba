# SPDX-License-Identifier: MIT
"""Error bodies that the emulator does not make: every detail of google.rpc, Connect's base64, pages, bytes that are not
text, 10 MB, the token sent back. Each of them for each of the five calls: the errno, and what .error must and must not
contain."""
import base64
import json

import pytest
from contract import differences
from rig import Answer, harness
from test_matrix import BASE, CALLS, DOING, FIELD, TIMEOUT_S, is_done, prepare

ANY = "type.googleapis.com/google.rpc."
DETAILS = [
    {"@type": ANY + "BadRequest", "fieldViolations": [{"field": "vpc.name", "description": "too long"}]},
    {"@type": ANY + "PreconditionFailure", "violations": [{"type": "STATE", "subject": "vpc", "description": "is busy"}]},
    {"@type": ANY + "ResourceInfo", "resourceType": "VPC", "resourceName": "prod", "description": "taken already"},
    {"@type": ANY + "ErrorInfo", "reason": "NO_SUCH_ORGANIZATION", "domain": "coreweave.com"},
    {"@type": ANY + "LocalizedMessage", "locale": "en", "message": "in your own words"},
    {"@type": "type.googleapis.com/coreweave.Unknown", "hint": "a type nobody knows"},
]
DETAIL_WORDS = ("too long", "vpc.name", "is busy", "taken already", "NO_SUCH_ORGANIZATION", "in your own words", "a type nobody knows")
RESOURCE_WIRE = base64.b64encode(b"\x0a\x03VPC\x12\x04prod\x22\x0dtaken already").decode().rstrip("=")
PAGE = "<!DOCTYPE html><html><head><style>b{}</style><title>502 Bad Gateway</title></head><body><script>x()</script>no</body></html>"


def google(code, message, **more):
    return json.dumps({"code": code, "message": message, **more})


# name -> (answer, errno, words of .error)
BODIES = {
    "google with every detail": (Answer(400, google(9, "not now", details=DETAILS)), "EBUSY", ("not now",) + DETAIL_WORDS),
    "connect with base64": (Answer(409, json.dumps({"code": "already_exists", "message": "it is there", "details": [
        {"type": "google.rpc.ResourceInfo", "value": RESOURCE_WIRE}]})), "EEXIST", ("it is there", "taken already")),
    "connect with debug": (Answer(409, json.dumps({"code": "already_exists", "details": [
        {"type": "google.rpc.ResourceInfo", "debug": {"resourceType": "VPC", "resourceName": "prod"}}]})), "EEXIST",
        ("'prod'",)),
    "connect in a wrong status": (Answer(500, '{"code":"permission_denied","message":"no"}'), "EACCES", ("PERMISSION_DENIED",)),
    "aip193": (Answer(403, json.dumps({"error": {"code": 403, "status": "PERMISSION_DENIED", "message": "keep out",
                                                   "details": DETAILS}})), "EACCES", ("keep out",) + DETAIL_WORDS),
    "a code nobody knows": (Answer(400, google(99, "new kind")), "EINVAL", ("new kind",)),
    "code of a wrong type": (Answer(403, '{"code":[],"message":{"a":1},"details":7}'), "EACCES", ("HTTP 403",)),
    "a page": (Answer(500, PAGE, "text/html"), "EREMOTEIO", ("502 Bad Gateway", "HTTP 500")),
    "bytes that are no text": (Answer(500, b"\xff\xfe broken \x80\xc3 \x00 here", "text/plain"), "EREMOTEIO", ("broken",)),
    "JSON that is not UTF-8": (Answer(403, b'{"code":7,"message":"caf\xe9"}'), "EACCES", ("HTTP 403",)),
    "control characters": (Answer(403, google(7, "red \x1b[31m\x07 end\nsecond line")), "EACCES", ("end",)),
    "NUL in the message": (Answer(403, google(7, "red \x00 end")), "EACCES", ("red", "end")),
    "1 MB of message": (Answer(400, google(9, "x" * 1_000_000)), "EBUSY", ("xxxx",)),
    "1 MB of text": (Answer(500, "y" * 1_000_000, "text/plain"), "EREMOTEIO", ("yyyy",)),
    "10 MB of message": (Answer(400, google(9, "x" * 10_000_000)), "EBADMSG", ("larger than this program accepts",)),
    "10 MB of text": (Answer(500, "y" * 10_000_000, "text/plain"), "EBADMSG", ("larger than this program accepts",)),
    "nested 100,000 deep": (Answer(403, "[" * 100_000), "EACCES", ("HTTP 403",)),
    "cut": (Answer(403, google(7, "not all of it"), cut=100), "EBADMSG", ()),
    "a challenge": (Answer(401, google(16, "who"), headers={"WWW-Authenticate": 'Bearer realm="vpc"'}), "EACCES",
                    ('realm="vpc"',)),
    "the token sent back": (Answer(403, google(7, f"{harness.TOKEN} is no good, {harness.TOKEN}")), "EACCES", ("is no good",)),
    "an error with 200": (Answer(200, google(7, "no")), None, ()),
}


@pytest.fixture(scope="session")
def shared_between(shared_lab):
    server = shared_lab.server(vpcs=BASE)
    between = shared_lab.between(server)
    mount = shared_lab.mount(f"ttl=60,timeout={2 * TIMEOUT_S:g},zone=US-EAST-04A", server=server, endpoint=between.url)
    mount.between = between
    return mount


@pytest.fixture
def m(shared_between):
    with shared_between.watched():
        shared_between.between.clear()
        prepare(shared_between)
        yield shared_between


def expected_errno(call, errno):
    if errno is None:  # a success without a VPC: neither list nor object; of a mutation nothing can be confirmed
        return {"LIST": "EBADMSG", "GET": "EBADMSG", "PATCH": "EPERM", "POST": "ETIMEDOUT", "DELETE": "EPERM"}[call]
    if errno == "EBADMSG" and call == "POST":
        return "ETIMEDOUT"  # it may have been done
    return errno


def is_plain(text):
    return all(c == "\n" or c.isprintable() for c in text)


@pytest.mark.parametrize("body", BODIES)
@pytest.mark.parametrize("call", CALLS)
def test_error_body(m, call, body, record_property):
    record_property("cell", ("error body", call))
    answer, errno, words = BODIES[body]
    with DOING[call](m) as operation:
        m.between.answers(call, answer)
        got = harness.errno_of(operation)
    text = m.why("")
    assert got == expected_errno(call, errno), text
    assert got in text.splitlines()[0].split()
    for word in words:
        assert word in text, word
    assert len(text) < 65536 and is_plain(text)
    assert harness.TOKEN not in text and harness.TOKEN not in m.read(".vpcfs/log")
    m.between.clear()
    m.refresh()
    vpcs = m.server.list()
    assert not is_done(call, vpcs)
    assert differences(m.path, vpcs) == []
    assert m.read(FIELD) == "false\n"
