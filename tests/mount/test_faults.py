# SPDX-License-Identifier: MIT
"""Faults (docs/semantics.md): the errno that the caller sees, .error, the requests that reached the server, and
that the server has every success."""
import os
import re
import time

import pytest
from harness import (INGRESS, PLAIN, POD, SERVERS, SLOW, TOKEN, Emulator, errno_of, wait_until)

MASK = "PATCH ingress.disablePublicServices"

# answer: errno of a write(2)
ANSWERS = {
    "status=400": "EINVAL", "status=400,code=3": "EINVAL", "status=400,code=11": "ERANGE", "status=400,code=9": "EBUSY",
    "status=401": "EACCES", "status=403": "EACCES", "status=404": "ESTALE", "status=409": "EEXIST",
    "status=409,code=10": "EBUSY", "status=413,body=text": "EFBIG", "status=429,quota": "EDQUOT", "status=429": "EBUSY",
    "status=501": "EOPNOTSUPP", "status=405,body=text": "EOPNOTSUPP", "status=500": "EREMOTEIO", "status=500,code=2": "EREMOTEIO",
    "status=500,code=15": "EREMOTEIO", "status=502": "EREMOTEIO", "status=503": "EREMOTEIO", "status=504": "ETIMEDOUT",
    "status=408,body=text": "ETIMEDOUT", "status=504,code=4": "ETIMEDOUT",
}
SHAPES = ("google", "connect", "aip193", "html", "empty", "text")
NEVER = {"ENOSYS", "EINTR", "EAGAIN", "EXDEV", "ETXTBSY"}


def disabled(mount):
    return mount.vpc().get("ingress", {}).get("disablePublicServices", False)


@pytest.mark.parametrize("answer", ANSWERS)
def test_the_errno_of_a_write(lab, answer):
    m = lab.mount("timeout=1")
    m.server.fault(f"PATCH:{answer},message=said by the service")
    m.clear()
    steps = m.write_steps(INGRESS, "true\n")
    assert steps["write"] == ANSWERS[answer], steps
    assert "said by the service" in m.why()
    assert set(m.writes()) == {MASK}
    assert not disabled(m)
    assert m.read(INGRESS) == "false\n"
    m.server.clear_faults()
    assert m.write(INGRESS, "true\n") == "ok" and m.why() == ""


@pytest.mark.parametrize("answer", ANSWERS)
def test_the_errno_of_a_listing(lab, answer):
    m = lab.mount("timeout=1")
    m.ls()
    m.refresh()
    m.server.fault(f"ANY:{answer},message=said by the service")
    # A server without the list does not serve this API; and the C library takes ENOENT for the end of a directory.
    expected = {"ESTALE": "EBADMSG"}.get(ANSWERS[answer], ANSWERS[answer])
    assert errno_of(m.ls) == expected
    assert "said by the service" in m.why("")
    m.server.clear_faults()
    if answer.split("=")[1][:3] in ("429", "502", "503", "504"):
        m.refresh()  # else a server that is overloaded is left alone for a while
    assert m.ls() == ["plain", "prod"]


@pytest.mark.parametrize("answer", [a for a in ANSWERS if a != "status=404"])
@pytest.mark.parametrize("what", ["mkdir", "rmdir", "rename"])
def test_the_errno_of_create_delete_and_rename(lab, what, answer):
    m = lab.mount("timeout=1,zone=US-EAST-04A")
    method = {"mkdir": "POST", "rmdir": "DELETE", "rename": "PATCH"}[what]
    (m / "prod/tmp").write_text(m.read("prod/spec.json").replace("8.8.8.8", "9.9.9.9"))
    m.server.fault(f"{method}:{answer},message=said by the service")
    m.clear()
    call = {"mkdir": lambda: os.mkdir(m / "new"), "rmdir": lambda: os.rmdir(m / "plain"),
            "rename": lambda: os.rename(m / "prod/tmp", m / "prod/spec.json")}[what]
    expected = ANSWERS[answer]
    if what == "rename" and expected == "EINVAL":
        expected = "EIO"
    assert errno_of(call) == expected
    if what == "mkdir":
        assert m.writes() == ["POST"] * (2 if "401" in answer else 1)  # a refused token is read again, once
    assert "said by the service" in m.why("")
    m.server.clear_faults()
    m.refresh()
    assert m.ls() == ["plain", "prod"]


def test_invalid_argument_out_of_fsync_is_eio(m):
    m.server.fault("PATCH:status=400")
    handle = os.open(m / INGRESS, os.O_WRONLY | os.O_TRUNC)
    os.write(handle, b"true")
    assert errno_of(os.fsync, handle) == "EIO"
    assert errno_of(os.close, handle) == "EINVAL"


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("answer, errno", [("status=403", "EACCES"), ("status=400,code=9", None),
                                           ("status=429,quota", None)])
def test_all_body_shapes_are_understood(lab, shape, answer, errno):
    m = lab.mount("timeout=1")
    m.server.fault(f"PATCH:{answer},body={shape},message=said by the service")
    told = shape not in ("html", "empty", "text")  # these name no code, so the HTTP status decides
    expected = errno or ({"status=400,code=9": "EBUSY", "status=429,quota": "EDQUOT"} if told else
                         {"status=400,code=9": "EINVAL", "status=429,quota": "EBUSY"})[answer]
    assert m.write_steps(INGRESS, "true\n")["write"] == expected
    if shape not in ("html", "empty"):
        assert "said by the service" in m.why()


@pytest.mark.parametrize("shape", ["google", "connect", "aip193"])
def test_every_detail_has_a_line(lab, shape):
    m = lab.mount("timeout=1")
    m.server.fault(f"PATCH:status=429,quota,body={shape},message=quota")
    m.write(INGRESS, "true\n")
    assert "VPC quota exceeded" in m.why()


def test_the_first_line_of_error_is_one_line_whatever_the_name(m):
    assert errno_of(os.mkdir, m / "new\nPATCH\x1b[31m") == "EINVAL"
    time, operation, path, name = m.why("").splitlines()[0].split(" ")
    assert (operation, path, name) == ("POST", "new?PATCH?[31m", "EINVAL")


def test_the_first_line_of_error_has_no_path_for_the_root(lab):
    m = lab.mount("ttl=0,timeout=1")
    m.server.fault("LIST:status=403")
    assert errno_of(m.ls) == "EACCES"
    assert re.fullmatch(r"\S+ read HTTP 403 PERMISSION_DENIED EACCES", m.why("").splitlines()[0])


def test_error_names_operation_mask_status_and_code(m):
    m.server.fault("PATCH:status=403,message=no")
    m.write(INGRESS, "true\n")
    first = m.why().splitlines()[0]
    for word in ("PATCH", "ingress.disablePublicServices", "403", "PERMISSION_DENIED"):
        assert word in first, first
    assert TOKEN not in m.why()
    assert m.why("") != ""


def test_violations_of_the_service_are_told(m):
    m.server.fault("PATCH:body={}*0")
    if m.server.profile == "reference":
        assert m.write(f"prod/vpcPrefixes/{POD}/value", "2001:db8::/64\n") == "EINVAL"
        assert "IPv4" in m.why() and "vpc_prefixes[0].value" in m.why()
    else:
        assert m.sh('mkdir "$M/.drafts/Bad_Name"; echo Z > "$M/.drafts/Bad_Name/zone"').ok
        assert errno_of(os.rename, m / ".drafts/Bad_Name", m / "Bad_Name") == "EIO"
        assert "pattern" in m.why("") and "name" in m.why("")


# Transport.

@pytest.mark.parametrize("rule", ["reset-before*1", "reset-after*1", "reset-before=rst*1", "status=503*2", "status=502*1",
                                  "status=429*1", "status=504*1", "status=504-after*1", "cut*1", "cut=0*1"])
def test_a_patch_is_repeated(m, rule):
    rule = rule.replace("504-after", "504")
    m.server.fault(f"PATCH:{rule}")
    assert m.write(INGRESS, "true\n") == "ok"
    assert disabled(m) is True
    assert set(m.writes()) == {MASK} and len(m.writes()) <= 3


@pytest.mark.parametrize("rule", ["reset-before*1", "status=503*2", "cut*1", "garbage*1", "reset-after*1", "drip=1*1"])
def test_a_listing_is_repeated_or_told(m, rule):
    m.refresh()
    m.server.fault(f"LIST:{rule}", f"GET:{rule}")
    assert errno_of(m.ls) == ("EBADMSG" if rule.startswith("garbage") else "ok")
    m.server.clear_faults()
    assert m.ls() == ["plain", "prod"]


@pytest.mark.parametrize("rule", ["reset-before", "reset-after", "hang", "garbage", "wrongtype", "empty", "cut", "drip=2000",
                                  "redirect", "delay=3000", "status=200,body=empty", "body={}", "body=[]", "body=null",
                                  "hang-after", "garbage-after", "empty-after", "wrongtype-after"])
@pytest.mark.parametrize("what", ["write", "mkdir", "rmdir"])
def test_a_success_is_at_the_server(lab, what, rule):
    m = lab.mount("timeout=1,zone=US-EAST-04A")
    method = {"write": "PATCH", "mkdir": "POST", "rmdir": "DELETE"}[what]
    m.server.fault(f"{method}:{rule}")
    m.clear()
    began = time.monotonic()
    if what == "write":
        result = m.write_steps(INGRESS, "true\n")["write"]
    else:
        result = errno_of(os.mkdir, m / "new") if what == "mkdir" else errno_of(os.rmdir, m / "plain")
    assert time.monotonic() - began < 2.5 * SLOW
    assert result not in NEVER
    if what == "mkdir":
        assert m.writes() == ["POST"]
    done = {"write": lambda: disabled(m), "mkdir": lambda: m.vpc("new") is not None,
            "rmdir": lambda: m.vpc("plain") is None}[what]()
    if result == "ok":
        assert done
    else:
        assert m.why("") != ""
    m.server.clear_faults()
    m.refresh()
    names = {"plain", "prod"} | ({"new"} if what == "mkdir" and done else set()) - set()
    if what == "rmdir" and done:
        names.discard("plain")
    assert set(m.ls()) == names
    assert m.read(INGRESS) == ("true\n" if disabled(m) else "false\n")


@pytest.mark.parametrize("rule", ["hang", "drip=2000", "delay=5000"])
def test_a_server_that_does_not_answer_is_etimedout(lab, rule):
    m = lab.mount("timeout=1")
    m.server.fault(f"PATCH:{rule}")
    began = time.monotonic()
    assert m.write(INGRESS, "true\n") == "ETIMEDOUT"
    assert 0.8 < time.monotonic() - began < 2.5 * SLOW


def test_a_server_that_is_gone(lab):
    m = lab.mount("timeout=1,zone=US-EAST-04A,ttl=60")
    m.ls()
    m.server.kill()
    assert m.write(INGRESS, "true\n") == "ECONNREFUSED"
    assert errno_of(os.mkdir, m / "new") == "ECONNREFUSED"
    assert errno_of(os.rmdir, m / "prod") == "ECONNREFUSED"
    assert m.read(".vpcfs/rejected/" + INGRESS) == "true\n"


@pytest.mark.parametrize("rule", ["garbage", "wrongtype", "empty", "cut", "body=[]", "body=null", "body=<html>",
                                  'body={"items":{}}', 'body={"items":[1]}', 'body={"status":"ok"}', 'body={"Items":[]}',
                                  'body={"message":"x"}', 'body={"vpc":{}}',
                                  'body={"items":[{"name":"x"}]}', 'body={"items":[{"id":"","name":"x"}]}',
                                  'body={"items":[{"id":"1","name":"a"},{"id":"1","name":"b"}]}',
                                  "huge=200000000", "redirect", "status=204"])
def test_an_ill_list_is_never_taken_for_the_world(lab, rule):
    m = lab.mount("timeout=5")
    assert m.ls() == ["plain", "prod"]
    m.refresh()
    m.server.fault(f"LIST:{rule}", f"GET:{rule}")
    assert errno_of(m.ls) == "EBADMSG", rule
    assert errno_of(m.read, "prod/name") == "EBADMSG"
    assert m.why("") != ""
    m.server.clear_faults()
    assert m.ls() == ["plain", "prod"] and m.read("prod/name") == "prod\n"


@pytest.mark.parametrize("bad", ['"name":"bad","zone":5', '"name":"bad","zone":"Z","vpcPrefixes":{"a":1}',
                                 '"name":"bad","zone":"Z","ingress":"yes"', '"name":"bad","zone":"Z","status":true',
                                 '"name":"bad","zone":"Z","hostPrefixes":[{"name":"x","type":7,"prefixes":[1]}]'])
def test_one_vpc_of_wrong_types_is_there_and_the_others_do_not_suffer(lab, bad):
    m = lab.mount("ttl=60")
    good = '{"id":"2","name":"good","zone":"Z"}'
    m.server.fault('LIST:body={"items":[{"id":"1",%s},%s]}' % (bad, good), 'GET:body={"id":"1",%s}' % bad)
    m.refresh()
    assert m.ls() == ["bad", "good"]
    assert errno_of(m.read, "bad/zone") == "EBADMSG" and errno_of(m.ls, "bad") == "EBADMSG"
    assert "the id 1 cannot be read" in m.why("")
    assert m.read("good/zone") == "Z\n"


def test_a_vpc_without_a_name_is_there(lab):
    m = lab.mount("ttl=60")
    m.server.fault('LIST:body={"items":[{"id":"9","zone":"Z"},{"id":"1","name":"good","zone":"Z"}]}',
                   'GET:body={"id":"9","zone":"Z"}')
    m.refresh()
    assert m.ls() == ["%", "good"]
    assert m.read("%/zone") == "Z\n" and m.read("%/name") == ""
    assert os.readlink(m / ".vpcfs/by-id/9") == "../../%"


def test_ids_that_are_too_long_for_a_file_name_lead_to_their_own(lab):
    m = lab.mount("ttl=60")
    one, two = "A" * 300, "A" * 299 + "B"
    m.server.fault('LIST:body={"items":[{"id":"%s","name":"one","zone":"Z"},{"id":"%s","name":"two","zone":"Z"}]}'
                   % (one, two))
    m.refresh()
    links = m.ls(".vpcfs/by-id")
    assert len(links) == 2
    assert sorted(os.readlink(m / ".vpcfs/by-id" / link) for link in links) == ["../../one", "../../two"]


HANG = ("LIST:hang", "GET:hang")


@pytest.mark.parametrize("read", ["cat prod/zone", "ls prod", "stat prod/zone", "ls"])
@pytest.mark.parametrize("write", ["echo true > prod/ingress/disablePublicServices", "echo 9.9.9.9 >> prod/dhcp/dns/servers",
                                   "mkdir new", "mv -T .drafts/new new", "rmdir plain"])
def test_a_writer_is_not_told_what_a_reader_failed_with(lab, read, write):
    m = lab.mount("ttl=0.3,timeout=1,zone=US-EAST-04A")
    assert m.sh('cd "$M"; cat prod/zone; mkdir .drafts/new; echo US-EAST-04A > .drafts/new/zone').ok
    m.refresh()
    m.server.fault(*HANG)
    assert not m.sh(f'cd "$M" && {read}').ok
    m.server.clear_faults()
    m.clear()
    result = m.sh(f'cd "$M" && {write}')
    assert result.ok, result
    assert len(m.writes()) == 1


def test_a_list_without_vpcs_is_an_empty_mount(lab):
    m = lab.mount(vpcs=[])
    assert m.ls() == []
    m.refresh()
    m.server.fault('LIST:body={"items":[]}')
    assert m.ls() == []


@pytest.mark.parametrize("name", ["..", ".", "a/../../b"])
def test_hostile_names_in_a_list(m, name):
    m.refresh()
    m.server.fault('LIST:body={"items":[{"id":"1","name":"%s","zone":"Z"}]}' % name)
    names = m.ls()
    assert len(names) == 1 and "/" not in names[0] and not names[0].startswith(".")


# POST is never sent twice, DELETE and PATCH safely.

def test_a_created_vpc_whose_answer_was_lost_is_adopted(lab):
    m = lab.mount("zone=US-EAST-04A")
    m.server.fault("POST:reset-after")
    with m.sends("POST"):
        assert errno_of(os.mkdir, m / "new") == "ok"
    assert m.ls() == ["new", "plain", "prod"]
    assert m.read("new/id") == m.vpc("new")["id"] + "\n"


def test_a_post_that_was_lost_is_told(lab):
    m = lab.mount("zone=US-EAST-04A,timeout=1")
    m.server.fault("POST:reset-before")
    with m.sends("POST"):
        assert errno_of(os.mkdir, m / "new") == "ETIMEDOUT"
    assert "is not known" in m.why("") and "the list does not show it" in m.why("")
    assert m.ls() == ["plain", "prod"]


@pytest.mark.parametrize("rule", ["reset-after*1", "status=503*1", "reset-before*1", "cut*1"])
def test_delete_is_repeated_and_gone_is_a_success(m, rule):
    m.server.fault(f"DELETE:{rule}")
    assert errno_of(os.rmdir, m / "prod") == "ok"
    assert m.ls() == ["plain"]


def test_delete_of_what_is_gone_is_a_success(m):
    m.ls()
    m.server.delete("prod")
    assert errno_of(os.rmdir, m / "prod") == "ok"
    assert m.ls() == ["plain"]


def test_write_to_a_vpc_that_is_gone(m):
    handle = os.open(m / INGRESS, os.O_WRONLY | os.O_TRUNC)
    m.server.delete("prod")
    assert errno_of(os.write, handle, b"true\n") == "ESTALE"
    assert errno_of(os.close, handle) == "ESTALE"


def test_retry_after_is_honoured(m):
    m.server.fault("PATCH:status=429,retry-after=1*1")
    began = time.monotonic()
    assert m.write(INGRESS, "true\n") == "ok"
    assert time.monotonic() - began >= 1
    assert len(m.writes()) == 2


def test_a_retry_after_past_the_deadline_is_not_waited_for(lab):
    m = lab.mount("timeout=2")
    m.server.fault("PATCH:status=503,retry-after=60")
    began = time.monotonic()
    assert m.write(INGRESS, "true\n") == "EREMOTEIO"
    assert time.monotonic() - began < 3 * SLOW
    assert m.writes() == [MASK]


def test_a_quota_is_not_repeated(m):
    m.server.fault("PATCH:status=429,quota")
    assert m.write(INGRESS, "true\n") == "EDQUOT"
    assert m.writes() == [MASK]


def test_redirects_are_not_followed(lab):
    m = lab.mount("timeout=1")
    other = lab.server()
    m.refresh()
    m.server.fault(f"ANY:redirect={other.url}/v1beta1/networking/vpcs")
    assert errno_of(m.ls) == "EBADMSG"
    assert other.requests() == []


# The token.

def restart(server, token):
    server.process.terminate()
    server.process.wait()
    server.process.stdout.close()
    port = server.url.rsplit(":", 1)[1]
    server.command[server.command.index("--listen") + 1] = f"127.0.0.1:{port}"
    server.command[server.command.index("--token") + 1] = token
    server.token = token
    server._launch()


def test_a_token_that_changes_needs_no_remount(lab):
    folder = lab.new_folder()
    server = Emulator(folder, lab.profile, options=["--state", str(folder / "state")])
    lab.started.append(server)
    m = lab.mount("timeout=2,ttl=0.1", server=server)
    assert m.ls() == ["plain", "prod"]
    restart(server, "CW-SECRET-the-next")
    m.refresh()
    assert errno_of(m.ls) == "EACCES"
    m.token_file.write_text("CW-SECRET-the-next\n")
    wait_until(lambda: errno_of(m.ls) == "ok", "the new token")
    assert m.write(INGRESS, "true\n") == "ok"


def test_a_token_refused_once_is_read_again(m):
    m.server.fault("PATCH:status=401*1")
    assert m.write(INGRESS, "true\n") == "ok"
    assert len(m.writes()) == 2


def test_a_read_of_a_vpc_that_breaks_under_way(lab):
    m = lab.mount("ttl=0.1,timeout=1")
    assert m.read("plain/name") == "plain\n"
    m.server.fault("ANY:status=500")
    wait_until(lambda: errno_of(m.read, "plain/name") == "EREMOTEIO", "the answer to grow old")
    assert errno_of(m.ls) == "EREMOTEIO"
    m.server.clear_faults()
    assert m.read("plain/name") == f"{PLAIN['name']}\n"


def test_servers_that_the_service_refuses_stay_as_they_were(m):
    m.server.fault("PATCH:status=400,message=no such address")
    assert m.write(SERVERS, "9.9.9.9\n") == "EINVAL"
    assert m.read(SERVERS) == "1.1.1.1\n8.8.8.8\n"
