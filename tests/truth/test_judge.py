# SPDX-License-Identifier: MIT
"""Tests of the judge: small handmade histories, of which it must accept some and refuse the others."""
import errno
import json

import pytest

from . import judge as judging, leaves as lv

OPTIONS = {"ttl": [5.0, 5.0], "zone": "Z", "names": ["net"], "volatile": ["come"], "timeout": 2.0, "restarts": []}


def spec(ingress=False, egress=False, servers=("1.1.1.1",), **entries):
    return {"name": "net", "zone": "Z", "vpcPrefixes": [{"name": k, "value": v} for k, v in entries.items()],
            "ingress": {"disablePublicServices": ingress}, "egress": {"disablePublicAccess": egress},
            "dhcp": {"dns": {"servers": list(servers)}}}


def text(**fields):
    return lv.spec_text(spec(**fields))


def body(*mask, **fields):
    return {**{k: v for k, v in spec(**fields).items() if k not in ("name", "zone")}, "updateMask": ",".join(mask)}


INGRESS, EGRESS = "ingress.disablePublicServices", "egress.disablePublicAccess"
SERVERS, PREFIXES = "dhcp.dns.servers", "vpcPrefixes"
TRUE = [{"t": "set", "l": "ingress", "v": True}]


def add(*addresses):
    return [{"t": "add", "v": list(addresses)}]


def doc(new, *bases):
    return [{"t": "doc", "x": new, "b": base} for base in bases]


class Tale:
    """Server states, requests and operations, one per second."""

    def __init__(self, **fields):
        self.g, self.lines, self.ops = 0, [], []
        self.is_now(0.0, **fields)
        self.lines.append({"start": 1})

    def is_now(self, t, identity="id", vpc=True, **fields):
        self.g += 1
        self.lines.append({"version": self.g, "i": identity, "vpc": spec(**fields) if vpc is True else vpc,
                           "from": t, "t": t + 0.001})

    def ask(self, t, method="GET", sent=None, identity="id", fault="ok", client="m0", status=200, left=0.01, **more):
        self.lines.append({"c": client, "t": t, "ta": t, "td": None if fault in ("lost", "reset") else t + left,
                           "m": method, "i": identity, "b": sent, "s": None if fault in ("503", "html404") else status,
                           "o": fault, **{"g": self.g, **more}})

    def patch(self, t, sent, fault="ok", **fields):
        """fields: the VPC from then on; none if the PATCH was not applied."""
        if fields:
            self.is_now(t, **fields)
        self.ask(t, "PATCH", sent, fault=fault)

    def op(self, start, end, step, result=0, write=None, kind="echo", phase="write", m=0, steps=None, **more):
        self.ops.append({"op": f"{100 + len(self.ops)}.1", "m": m, "v": "net", "k": kind, "t0": start, "t1": end,
                         "a": steps or ([step] if step else []), "e": result, "ph": phase if result else "",
                         "tw": start if write is None else write, **more})

    def read(self, start, content, path="ingress/disablePublicServices", m=0):
        self.op(start, start + 0.02, None, kind="read", p=path, x=content, to=start + 0.01, m=m)

    def rules(self):
        lines = [json.loads(json.dumps(line)) for line in self.lines]
        judge = judging.Judge(judging.History(lines), sorted(self.ops, key=lambda op: op["t0"]), OPTIONS)
        bad = judge.judge()
        for one in bad:
            assert judging.story(judge, one)
        return sorted({one.rule for one in bad})


def simple():
    tale = Tale()
    tale.op(10, 11, TRUE)
    tale.patch(10.5, body(INGRESS, ingress=True), ingress=True)
    return tale


def test_a_plain_write_is_accepted():
    assert simple().rules() == []


def test_success_without_a_question_is_refused():
    tale = Tale(ingress=True)
    tale.ask(9)
    tale.op(10, 11, TRUE)
    assert tale.rules() == ["W1-unasked"]


def test_success_although_every_answer_says_otherwise():
    tale = Tale()
    tale.op(10, 11, TRUE)
    tale.ask(10.5)
    assert tale.rules() == ["W1"]


def test_a_question_before_the_write_began_does_not_count():
    tale = Tale(ingress=True)
    tale.op(10, 11, TRUE, write=10.6)
    tale.ask(10.5)
    assert tale.rules() == ["W1-unasked"]


def test_an_answer_that_was_lost_shows_nothing():
    tale = Tale()
    tale.op(10, 11, TRUE)
    tale.patch(10.5, body(INGRESS, ingress=True), fault="lost", ingress=True)
    assert tale.rules() == ["W1"]
    tale.ask(10.6)
    assert tale.rules() == []


def test_what_nobody_asked_for():
    tale = Tale()
    tale.patch(10.5, body(INGRESS, ingress=True), ingress=True)
    assert tale.rules() == ["unasked"]
    tale.op(10, 11, [{"t": "set", "l": "ingress", "v": False}], result=None)
    assert tale.rules() == ["W2"]


def test_a_request_that_nobody_can_read():
    tale = simple()
    tale.ask(10.7, "?", identity=None)
    assert tale.rules() == ["message"]


def test_a_mask_that_names_too_much():
    tale = Tale()
    tale.op(10, 11, TRUE)
    tale.patch(10.5, body(INGRESS, SERVERS, ingress=True), ingress=True)
    assert "W2" in tale.rules() or "unasked" in tale.rules()


def test_a_request_after_the_operation_returned():
    tale = simple()
    tale.patch(12, body(INGRESS, ingress=True), ingress=True)
    assert tale.rules() == ["unasked"]


def append(ask_at, servers=("1.1.1.1", "9.9.9.9")):
    tale = Tale()
    tale.op(10, 11, add("9.9.9.9"), kind="append")
    tale.ask(ask_at)
    tale.patch(10.5, body(SERVERS, servers=servers), servers=servers)
    return tale


def test_an_append_from_a_fresh_answer():
    assert append(10.2).rules() == []


def test_an_append_from_the_cache():
    assert append(9.9).rules() == ["W2"]


def test_an_append_that_drops_somebody_elses_address():
    tale = Tale()
    tale.ask(9)
    tale.is_now(9.5, servers=("1.1.1.1", "8.8.8.8"))
    tale.op(10, 11, add("9.9.9.9"), kind="append")
    tale.ask(10.2)
    tale.patch(10.5, body(SERVERS, servers=("1.1.1.1", "9.9.9.9")), servers=("1.1.1.1", "9.9.9.9"))
    assert tale.rules() == ["W2"]


def test_a_race_that_no_client_can_see_is_nobodys_fault():
    tale = Tale()
    tale.op(10, 11, add("9.9.9.9"), kind="append")
    tale.ask(10.2)
    tale.is_now(10.3, servers=("1.1.1.1", "8.8.8.8"))
    tale.patch(10.5, body(SERVERS, servers=("1.1.1.1", "9.9.9.9")), servers=("1.1.1.1", "9.9.9.9"))
    assert tale.rules() == []


def test_an_address_twice():
    tale = append(10.2, servers=("1.1.1.1", "9.9.9.9", "9.9.9.9"))
    assert tale.rules() == ["W2"]


@pytest.mark.parametrize("asked", (True, False))
def test_a_list_sent_twice_from_one_reading(asked):
    tale = Tale(pods="10.0.0.0/16")
    tale.op(10, 12, [{"t": "set", "l": "vp:lb", "v": "10.1.0.0/16"}], kind="entry-value", n="lb")
    tale.ask(10.2)
    tale.patch(10.5, body(PREFIXES, pods="10.0.0.0/16", lb="10.1.0.0/16"), fault="503")
    if asked:
        tale.ask(10.7)
    tale.patch(11, body(PREFIXES, pods="10.0.0.0/16", lb="10.1.0.0/16"), pods="10.0.0.0/16", lb="10.1.0.0/16")
    assert tale.rules() == ([] if asked else ["W2"])


@pytest.mark.parametrize("asked", (True, False))
def test_a_scalar_sent_twice(asked):
    tale = Tale()
    tale.op(10, 12, TRUE)
    tale.patch(10.5, body(INGRESS, ingress=True), fault="503")
    if asked:
        tale.ask(10.7)
    tale.patch(11, body(INGRESS, ingress=True), ingress=True)
    assert tale.rules() == ([] if asked else ["W3"])


OLD, NEW = text(), text(ingress=True)


def drifted(step, result=0, kind="ed-cut", sent=None, **after):
    """A document saved after another client added a prefix."""
    tale = Tale()
    tale.is_now(9, lb="10.1.0.0/16")
    tale.op(10, 11, step, result=result, kind=kind)
    tale.ask(10.2)
    if sent:
        tale.patch(10.5, sent, **after)
    return tale.rules()


def test_with_a_base_what_others_made_stays():
    sent = body(INGRESS, ingress=True)
    assert drifted(doc(NEW, OLD), sent=sent, ingress=True, lb="10.1.0.0/16") == []


def test_with_a_base_nothing_of_others_is_undone():
    sent = body(INGRESS, PREFIXES, ingress=True)
    assert drifted(doc(NEW, OLD), sent=sent, ingress=True) == ["W2"]


def test_without_a_base_the_text_is_absolute():
    assert drifted(doc(NEW, None), sent=body(INGRESS, PREFIXES, ingress=True), ingress=True) == []
    assert drifted(doc(NEW, None), sent=body(INGRESS, ingress=True), ingress=True, lb="10.1.0.0/16") == ["W1", "W2"]


def test_a_base_that_the_contract_leaves_open():
    assert drifted(doc(NEW, OLD, None), sent=body(INGRESS, PREFIXES, ingress=True), ingress=True) == []


def test_the_same_text_again_after_a_drift():
    assert drifted(doc(OLD, OLD), result=errno.EBUSY) == []
    assert drifted(doc(OLD, OLD)) == ["W1"]
    assert drifted(doc(OLD, None), result=errno.EBUSY, kind="session") == ["reason"]
    assert drifted(doc(OLD, None), kind="session") == ["W1"]


def test_a_conflict():
    def save(result, sent=None, **after):
        tale = Tale()
        tale.is_now(9, servers=("8.8.8.8",))
        tale.op(10, 11, doc(text(servers=("9.9.9.9",)), OLD), result=result, kind="ed-cut")
        tale.ask(10.2)
        if sent:
            tale.patch(10.5, sent, **after)
        return tale.rules()

    assert save(errno.EBUSY) == []
    assert save(0, body(SERVERS, servers=("9.9.9.9",)), servers=("9.9.9.9",)) == ["W2"]
    assert save(errno.EBUSY, body(SERVERS, servers=("9.9.9.9",)), servers=("9.9.9.9",)) == ["W2"]


def test_no_conflict_is_no_reason():
    assert drifted(doc(NEW, OLD), result=errno.EBUSY) == ["reason"]


def failing(fault, number, earlier=False, phase="write", status=200):
    tale = Tale()
    tale.op(10, 12, TRUE, result=number, phase=phase)
    tale.ask(8 if earlier else 10.5, fault=fault, status=status)
    tale.ask(8.2 if earlier else 10.7, fault=fault, status=status)
    return tale.rules()


def test_reasons():
    assert failing("503", errno.EREMOTEIO) == []
    assert failing("html404", errno.EBADMSG) == []
    assert failing("html404", errno.ENOENT) == ["reason"]
    assert failing("503", errno.EINVAL) == ["reason"]
    assert failing("ok", errno.EREMOTEIO) == ["reason"]
    assert failing("503", errno.EINTR) == ["never", "reason"]


def test_no_memory_of_an_earlier_failure():
    assert failing("503", errno.EREMOTEIO, earlier=True) == ["reason"]
    assert failing("503", errno.EREMOTEIO, earlier=True, phase="open") == []


@pytest.mark.parametrize("phase, rules", (("ftruncate", []), ("write", ["reason"])))
def test_only_a_truncation_shares_a_question(phase, rules):
    tale = Tale()
    tale.op(10, 10.1, TRUE, result=errno.EBADMSG, phase=phase, kind="handle")
    tale.ask(9.95, fault="html404")
    assert tale.rules() == rules


@pytest.mark.parametrize("profile, rules", (("live", ["failed-applied"]), ("reference", [])))
def test_without_host_prefixes_an_answer_does_not_show_a_whole_document(profile, rules, monkeypatch):
    monkeypatch.setitem(OPTIONS, "profile", profile)
    tale = Tale()
    tale.op(10, 12, doc(NEW, None), result=errno.EREMOTEIO, kind="session")
    tale.ask(10.2)
    tale.patch(10.5, body(INGRESS, ingress=True), ingress=True)
    tale.ask(10.6, fault="503")
    tale.ask(10.7, fault="503")
    assert tale.rules() == rules


@pytest.mark.parametrize("renames, rules", ((1, ["reason"]), (2, [])))
def test_an_open_meets_two_renames(renames, rules):
    tale = Tale()
    tale.op(10, 10.1, doc(OLD, None), result=errno.ESTALE, phase="open", kind="restore")
    for number in range(renames):
        tale.op(9.9 + number / 10, 10.05 + number / 10, None, kind="snapshot", p="spec.json")
    assert tale.rules() == rules


@pytest.mark.parametrize("fault, rules", (("503", []), ("ok", ["reason"])))
def test_a_known_name_is_taken_while_nobody_can_tell(fault, rules):
    tale = Tale()
    tale.is_now(1, identity="old", vpc={**spec(), "name": "come"})
    tale.is_now(2, identity="old", vpc=None)
    tale.op(10, 10.1, [{"t": "mkdir"}], kind="mkdir", result=errno.EEXIST, phase="mkdir")
    tale.ops[-1]["v"] = "come"
    tale.ask(10.05, identity="old", fault=fault, status=404)
    assert tale.rules() == rules


@pytest.mark.parametrize("mask, rules", (([INGRESS], ["failed-applied"]), ([INGRESS, EGRESS], [])))
def test_of_two_bases_the_one_that_explains_the_request_counts(mask, rules):
    tale = Tale(egress=True)
    tale.op(10, 12, doc(NEW, OLD, None), result=errno.EREMOTEIO, kind="ed-cut")
    tale.ask(10.2)
    tale.is_now(10.3, egress=True, servers=())
    tale.patch(10.5, body(*mask, ingress=True), ingress=True, egress=EGRESS not in mask, servers=())
    tale.ask(10.6, fault="503")
    tale.ask(10.7, fault="503")
    assert tale.rules() == rules


@pytest.mark.parametrize("name, rules", (("go", []), ("other", ["reason"])))
def test_a_name_fails_because_of_another(name, rules, monkeypatch):
    monkeypatch.setitem(OPTIONS, "volatile", ["come", "go"])
    tale = Tale()
    tale.is_now(1, identity="new", vpc={**spec(), "name": name})
    tale.op(10, 10.1, [{"t": "rmdir"}], kind="rmdir", result=errno.EBADMSG, phase="rmdir")
    tale.ops[-1]["v"] = "come"
    tale.ask(10.05, identity="new", fault="html404")
    assert tale.rules() == rules


@pytest.mark.parametrize("identity, rules", (("new", []), ("id", ["reason"])))
def test_a_list_asks_for_vpcs_that_it_lacks(identity, rules):
    tale = Tale()
    tale.is_now(1, identity="new", vpc={**spec(), "name": "come"})
    tale.op(10, 10.1, None, kind="ls", result=errno.EBADMSG, phase="open")
    tale.ops[-1]["v"] = None
    tale.ask(10.02, identity=None)
    tale.ask(10.05, identity=identity, fault="empty")
    assert tale.rules() == rules


@pytest.mark.parametrize("count, rules", ((2, ["reason"]), (3, [])))
def test_a_turn_that_does_not_come_in_time(count, rules):
    tale = Tale()
    tale.op(10, 12, TRUE, result=errno.ETIMEDOUT)
    for number in range(count):
        servers = (f"9.9.9.{number}",)
        tale.op(10, 11, [{"t": "set", "l": "servers", "v": list(servers)}])
        tale.patch(10.4 + number / 10, body(SERVERS, servers=servers), servers=servers)
    assert tale.rules() == rules


def test_one_failure_of_a_question_is_asked_again():
    tale = Tale()
    tale.op(10, 12, TRUE, result=errno.EREMOTEIO)
    tale.ask(10.5, fault="503")
    assert tale.rules() == ["reason"]


def test_without_time_to_ask_again_one_failure_is_a_reason():
    tale = Tale()
    tale.op(10, 12, TRUE, result=errno.EREMOTEIO)
    tale.ask(11.9, fault="503")
    assert tale.rules() == []


def test_the_failure_of_another_vpc_is_no_reason():
    tale = Tale()
    tale.is_now(1, identity="other", vpc={**spec(), "name": "other"})
    tale.op(10, 12, TRUE, result=errno.EREMOTEIO)
    tale.ask(10.5, identity="other", fault="503")
    tale.ask(10.6, identity="other", fault="503")
    assert tale.rules() == ["reason"]


def test_it_failed_and_had_been_applied():
    tale = Tale()
    tale.op(10, 12, TRUE, result=errno.EREMOTEIO)
    tale.patch(10.5, body(INGRESS, ingress=True), ingress=True)
    tale.ask(10.6, fault="503")
    tale.ask(10.7, fault="503")
    assert tale.rules() == ["failed-applied"]


@pytest.mark.parametrize("left", (0.2, 0.45))
def test_an_answer_that_comes_at_the_deadline(left):
    tale = Tale()
    tale.op(10, 12.1, TRUE, result=errno.ETIMEDOUT)
    tale.is_now(11.5, ingress=True)
    tale.ask(11.4, "PATCH", body(INGRESS, ingress=True), left=left)
    assert tale.rules() == (["failed-applied", "reason"] if left == 0.2 else ["reason"])


@pytest.mark.parametrize("last", (True, False))
def test_the_success_of_an_earlier_step_is_not_that_of_the_last(last):
    tale = Tale(servers=("9.9.9.9",))
    steps = [add("1.0.0.1"), [*add("9.9.9.9"), *add("1.0.0.1", "9.9.9.9")]]
    tale.op(10, 12, None, steps=steps, result=errno.EREMOTEIO, kind="sh-append", phase="real")
    tale.ask(10.2)
    tale.patch(10.5, body(SERVERS, servers=("9.9.9.9", "1.0.0.1")), servers=("9.9.9.9", "1.0.0.1"))
    if last:
        tale.ops[-1]["a"] = [[*steps[0], *steps[1]]]
    tale.ask(10.7, fault="503")
    tale.ask(10.8, fault="503")
    assert tale.rules() == (["failed-applied"] if last else [])


def test_of_two_failures_each_is_a_reason():
    tale = Tale()
    tale.is_now(1, identity="old", vpc={**spec(), "name": "come"})
    tale.is_now(8.2, identity="old", vpc=None)
    make = {"name": "come", "zone": "Z"}
    for start, fault, number in ((8, "503", errno.EREMOTEIO), (10, "429", errno.EBUSY)):
        tale.op(start, start + 1, [{"t": "mkdir"}], kind="mkdir", result=number, phase="mkdir")
        tale.ops[-1]["v"] = "come"
        tale.ask(start + 0.5, "POST", make, identity=None, fault=fault)
    assert tale.rules() == []


def test_an_unknown_outcome_is_no_lie():
    tale = Tale()
    tale.op(10, 12, TRUE, result=errno.ETIMEDOUT)
    tale.patch(10.5, body(INGRESS, ingress=True), fault="lost", ingress=True)
    assert tale.rules() == []


def test_a_failure_sticks():
    for close, rules in ((errno.EREMOTEIO, []), (0, ["sticky"])):
        tale = Tale()
        tale.op(10, 12, TRUE, result=errno.EREMOTEIO, close=close)
        tale.ask(10.5, fault="503")
        tale.ask(10.7, fault="503")
        assert tale.rules() == rules


def test_reading():
    tale = Tale()
    tale.ask(10)
    tale.is_now(10.5, ingress=True)
    tale.read(12, "false\n")
    assert tale.rules() == []
    tale.read(14, "true\n")
    assert tale.rules() == ["stale"]


def test_reading_what_is_too_old():
    tale = Tale()
    tale.ask(10)
    tale.read(16, "false\n")
    assert tale.rules() == ["stale"]


def test_reading_ones_own_writes():
    tale = simple()
    tale.ask(9, g=1)
    tale.read(11.5, "true\n")
    tale.read(10.2, "false\n")
    tale.read(10.7, "false\n")
    assert tale.rules() == []
    tale.ask(9.5, g=1)
    tale.read(11.6, "false\n")
    assert tale.rules() == ["own"]


def test_the_other_mount_may_read_what_was():
    tale = simple()
    tale.ask(9, client="m1", g=1)
    tale.read(11.6, "false\n", m=1)
    assert tale.rules() == []


def test_reading_a_document():
    tale = Tale()
    tale.ask(10)
    tale.read(11, OLD, path="spec.json")
    assert tale.rules() == []
    tale.read(11.1, NEW, path="spec.json")
    assert tale.rules() == ["stale"]


def test_a_document_of_two_moments_is_no_document():
    tale = Tale()
    tale.ask(10)
    tale.is_now(10.1, ingress=True)
    tale.ask(10.2)
    tale.is_now(10.3, ingress=True, egress=True)
    tale.ask(10.4)
    tale.read(11, text(egress=True), path="spec.json")
    assert tale.rules() == ["stale"]


def test_the_form_of_what_is_read():
    tale = Tale()
    tale.ask(10)
    tale.read(11, "not JSON", path="spec.json")
    assert tale.rules() == ["form"]


def making(result, posts, status=200):
    tale = Tale()
    tale.op(10, 12, [{"t": "mkdir"}], kind="mkdir", result=result, phase="mkdir")
    tale.ops[-1]["v"] = "come"
    for number in range(posts):
        if status == 200:
            tale.is_now(10.5, identity="new", vpc={**spec(), "name": "come"})
        tale.ask(10.5 + number / 10, "POST", {"name": "come", "zone": "Z"}, identity=None, status=status, new="new")
    return tale.rules()


def test_making_a_vpc():
    assert making(0, 1) == []
    assert making(0, 0) == ["W1-unasked"]
    assert making(0, 2) == ["post-twice"]
    assert making(errno.EEXIST, 0) == ["reason"]


def test_removing_a_vpc():
    def rules(delete):
        tale = Tale()
        tale.op(10, 12, [{"t": "rmdir"}], kind="rmdir")
        if delete:
            tale.is_now(10.5, vpc=None)
            tale.ask(10.5, "DELETE")
        return tale.rules()

    assert rules(True) == []
    assert rules(False) == ["W1-unasked"]


@pytest.mark.parametrize("fault, rules", (("html404", []), ("ok", ["failed-applied", "reason"])))
def test_a_deletion_needs_a_question(fault, rules):
    tale = Tale()
    tale.op(10, 12, [{"t": "rmdir"}], kind="rmdir", result=errno.ETIMEDOUT, phase="rmdir")
    tale.is_now(10.5, vpc=None)
    tale.ask(10.5, "DELETE")
    tale.ask(10.6, fault=fault, status=404)
    assert tale.rules() == rules


def test_what_was_killed_explains_what_it_sent():
    tale = Tale()
    tale.op(10, 12, TRUE, result=None)
    tale.patch(10.5, body(INGRESS, ingress=True), ingress=True)
    assert tale.rules() == []


def test_a_killed_driver_excuses():
    tale = Tale()
    tale.op(10, 12, TRUE, result=errno.ENOTCONN)
    judge = judging.Judge(judging.History(tale.lines), tale.ops, OPTIONS, [(0, 11, 13)])
    assert judge.judge() == []
    assert tale.rules() == ["reason"]
