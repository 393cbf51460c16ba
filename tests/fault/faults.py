# SPDX-License-Identifier: MIT
"""The columns of the fault matrix, and what each leads to for each of the five calls: errno, requests, state. Derived
from docs/semantics.md; if it leaves a choice, every choice is in the set."""
import dataclasses
import functools

from rig import harness
from contract import CODES, HTTP_OF_CODE, REPEATED, STATUSES, errno_of_answer

CALLS = ("LIST", "GET", "PATCH", "POST", "DELETE")
MESSAGE = "refused by the rule"
MANY = 6  # most requests of one operation
JSON_SHAPES = ("google", "connect", "aip193")


@dataclasses.dataclass(frozen=True)
class Fault:
    group: str  # column of the table in reports
    kind: str  # refused, lost, cut, slow, ill, redirect, status
    rule: str  # as the emulator wants it, without the method
    carried: bool = False  # the request takes effect
    once: bool = False
    status: int = 0
    code: int = 0  # the code that the body names; 0: none
    quota: bool = False
    shape: str = "google"
    far: bool = False  # the first repetition is due only after the deadline

    @property
    def name(self):
        return self.rule or self.kind


@dataclasses.dataclass(frozen=True)
class Expected:
    errnos: frozenset
    low: int  # requests of this call that reach the server
    high: int
    carried: bool  # whether it is done at the server afterwards
    words: tuple = ()  # in .error


def lost(rule, **more):
    return Fault("reset", "lost", rule, **more)


def ill(rule, carried=False):
    return Fault("ill answer", "ill", rule, carried=carried)


def status(number, options="", group="status", kind="status", once=False, **more):
    rule = f"{kind}={number},message={MESSAGE}{options}" + ("*1" if once else "")
    return Fault(group, "status", rule, status=number, once=once, carried=kind.endswith("-after"), **more)


def shaped(number, code, shape, **more):
    return status(number, f",code={code},body={shape}", "body shape", shape=shape,
                  code=code if shape in JSON_SHAPES else 0, **more)


def wanted_faults():
    """All faults; through a protocol other than REST each kind, each HTTP status and each code once."""
    left_out = ("body shape", "Retry-After")
    bodies = ("body={}", "body=null")
    return [fault for fault in all_faults() if harness.API == "rest" or fault.group not in left_out and not fault.once and
            "-after=" not in fault.name and (fault.group != "ill answer" or "body" not in fault.name or fault.name in bodies)]


def all_faults():
    yield Fault("refused", "refused", "")
    for rule, carried in (("reset-before", False), ("reset-after", True), ("reset=rst", False), ("reset-after=rst", True)):
        yield lost(rule, carried=carried)
        yield lost(rule + "*1", carried=carried, once=True)
    for rule in ("cut", "cut=1"):
        yield Fault("cut", "cut", rule, carried=True)
        yield Fault("cut", "cut", rule + "*1", carried=True, once=True)
    yield Fault("dripped", "slow", "drip=200", carried=True)
    yield Fault("hung", "slow", "hang")
    yield Fault("hung", "slow", "hang-after", carried=True)
    yield Fault("hung", "slow", "delay=20000", carried=True)
    for action in ("garbage", "wrongtype", "empty"):
        yield ill(action)
        yield ill(action + "-after", carried=True)
    for body in ("{}", "[]", "null", '"text"', "7", '{"items":{}}', '{"vpc":[]}', '{"items":[', '{"items":[7],"vpc":7}',
                 '{"id":"another","name":"another"}'):
        yield ill("body=" + body)
    yield ill("huge=1000000")
    yield Fault("redirect", "redirect", "redirect")
    yield Fault("redirect", "redirect", "redirect=http://127.0.0.1:9/elsewhere")
    for number in STATUSES:
        yield status(number, ",body=empty", "HTTP status", shape="empty")
    for number in (500, 502, 503, 504):
        yield status(number, "", "HTTP status", kind="status-after", code={500: 13, 502: 14, 503: 14, 504: 4}[number])
    for number in sorted(REPEATED):
        yield status(number, ",body=text", "HTTP status", once=True, shape="text")
    for code in CODES:
        yield status(HTTP_OF_CODE[code], f",code={code}", "gRPC code", code=code)
    yield status(503, ",code=7", "gRPC code", code=7)
    for shape in JSON_SHAPES[1:] + ("html", "empty", "text"):
        for number, code in ((400, 9), (403, 7), (503, 14)):
            yield shaped(number, code, shape)
    for number in (429, 503):
        yield status(number, ",body=text,retry-after=0", "Retry-After", once=True, shape="text")
        yield status(number, ",body=text,retry-after=60", "Retry-After", shape="text", far=True)
    for shape in JSON_SHAPES:
        yield status(429, f",body={shape},quota", "quota, rate", code=8, quota=True, shape=shape)
        yield status(429, f",body={shape}", "quota, rate", code=8, shape=shape)


# What follows.
def expected(call, fault):
    by_kind = {"refused": of_refused, "lost": of_lost, "cut": of_cut, "slow": of_slow, "ill": of_ill,
               "redirect": of_redirect, "status": of_status}
    want = by_kind[fault.kind](call, fault)
    if harness.API == "grpc":
        want = of_grpc(call, fault, want)
    if call == "GET" and "ok" not in want.errnos:  # the kernel looks a name up again when that fails
        want = dataclasses.replace(want, high=2 * want.high)
    return want


def result(errnos, low, high, carried, *words):
    return Expected(frozenset([errnos] if isinstance(errnos, str) else errnos), low, high, carried, words)


def unknown(call, fault, errno, low, high):
    """The request may have been carried out, and no answer shows whether it was."""
    if call in ("LIST", "GET"):
        return result(errno, low, high, False)
    if call == "POST":  # never repeated; the list says whether it was done
        return result("ok", 1, 1, True) if fault.carried else result("ETIMEDOUT", 1, 1, False, "not known")
    if fault.kind == "slow":  # no time is left to ask
        return result(errno, 1, 1, fault.carried, "not known")
    if fault.carried:  # planned anew: a GET says that it is done
        return result("ok", 1, 1, True)
    if fault.once:  # sent once more, and then fine
        return result("ok", 2, 2, True)
    return result(errno, low, high, False, "not known")


def of_grpc(call, fault, want):
    """In gRPC the HTTP status has no meaning, and the front answers in the server's place once that is gone."""
    change = functools.partial(dataclasses.replace, want)
    if fault.kind == "cut" and "EBADMSG" in want.errnos:  # nghttpx passes nothing on of so short an answer
        return change(errnos=want.errnos | {"EREMOTEIO"})
    if fault.kind == "lost" and not fault.carried and "ok" not in want.errnos:  # a 502
        return change(errnos=frozenset(["EREMOTEIO"]), words=())
    if fault.kind == "status" and fault.code and want.words:
        return change(words=(f"HTTP {HTTP_OF_CODE[fault.code]}", *want.words[1:]))
    return want


def of_refused(call, fault):
    return result("ECONNREFUSED", 0, 0, False)


def of_lost(call, fault):
    if fault.once and call in ("LIST", "GET"):
        return result("ok", 2, 2, False)
    return unknown(call, fault, "EREMOTEIO", 2, MANY)


def of_cut(call, fault):
    if fault.once and call in ("LIST", "GET"):
        return result("ok", 2, 2, False)
    return unknown(call, fault, "EBADMSG", 1, MANY)


def of_slow(call, fault):
    return unknown(call, fault, "ETIMEDOUT", 1, 1)


def of_ill(call, fault):
    if call == "LIST" and fault.rule == "body={}" and harness.API in ("rest", "connect"):
        return result("ok", 1, 1, False)  # an organisation without VPCs
    if call in ("LIST", "GET"):
        return result("EBADMSG", 1, 1, False, "HTTP 200")
    if fault.carried:
        return result("ok", 1, 1, True)
    if call == "POST":
        return result("ETIMEDOUT", 1, 1, False, "not known")
    return result("EPERM", 1, 1, False)


def of_redirect(call, fault):
    return result("EBADMSG", 1, 1, False, "HTTP 302", "redirect")


def of_status(call, fault):
    errno = errno_of_answer(call, fault.status, fault.code, fault.quota)
    words = [f"HTTP {fault.status}"]
    low = high = 1
    if fault.code:
        words.append(CODES[fault.code][0])
    if fault.shape == "html":
        words.append("proxy or gateway")
    elif fault.shape != "empty":
        words.append(MESSAGE)
    # The body's code decides where there is one.
    if call != "POST" and (HTTP_OF_CODE[fault.code] if fault.code else fault.status) in REPEATED:
        if fault.carried and call in ("PATCH", "DELETE"):
            return result("ok", 1, 1, True)  # planned anew: a GET says that it is done
        if fault.once:
            return result("ok", 2, 2, call in ("PATCH", "DELETE"))
        low, high = (1, 1) if fault.far or fault.quota else (2, MANY)
    if fault.status == 401:
        low = high = 2  # with the token read anew
    if call in ("PATCH", "DELETE") and fault.code == 9:
        high = 2  # once more when the VPC is ready
    if call == "GET" and errno == "ENOENT":  # unless the list, which is asked for the name then, has it
        return result({"ENOENT", "ok"}, 1, 1, False)
    if call == "DELETE" and errno == "ENOENT":  # the answer says that it is gone; a GET says otherwise
        return result({"EPERM", "ENOENT"}, 1, 1, False)
    if fault.carried and call not in ("LIST", "GET"):
        return result({errno, "ok"}, low, high, True, *words)
    return result(errno, low, high, False, *words)
