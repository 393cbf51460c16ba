# SPDX-License-Identifier: MIT
"""spec.json (docs/semantics.md): a declarative document, and one PATCH with exactly the mask fields that differ."""
import json
import os
import subprocess
import sys

import pytest
from conftest import live, reference
from harness import EGRESS, INGRESS, PLAIN, POD, PROD, SERVERS, SERVICE, errno_of

SPEC = "prod/spec.json"
DNS, IN, OUT, LIST = ("dhcp.dns.servers", "ingress.disablePublicServices", "egress.disablePublicAccess",
                      "vpcPrefixes")


def save(mount, spec, path=SPEC):
    text = spec if isinstance(spec, (str, bytes)) else json.dumps(spec, indent=2) + "\n"
    return mount.write_steps(path, text)


def changed(mount, **fields):
    return {**mount.json(SPEC), **fields}


OK = {"open": "ok", "write": "ok", "close": "ok"}


@pytest.mark.parametrize("fields, mask", [
    ({"ingress": {"disablePublicServices": True}}, {IN}),
    ({"egress": {"disablePublicAccess": True}}, {OUT}),
    ({"dhcp": {"dns": {"servers": ["9.9.9.9"]}}}, {DNS}),
    ({"vpcPrefixes": [{"name": POD, "value": "10.0.0.0/13"}]}, {LIST}),
    ({"ingress": {"disablePublicServices": True}, "dhcp": {"dns": {"servers": []}}}, {IN, DNS}),
    ({"ingress": {"disablePublicServices": True}, "egress": {"disablePublicAccess": True}, "vpcPrefixes": [],
      "dhcp": {"dns": {"servers": ["9.9.9.9"]}}}, {IN, OUT, LIST, DNS}),
])
def test_the_mask_names_exactly_the_leaves_that_differ(m, fields, mask):
    want = changed(m, **fields)
    m.clear()
    assert save(m, want) == OK
    patches = m.requests("PATCH")
    assert len(patches) == 1 and len(m.writes()) == 1
    assert set(patches[0]["updateMask"].split(",")) == mask
    assert set(patches[0]["body"]) == {"updateMask", *(path.split(".")[0] for path in mask)}
    assert m.json(SPEC) == want


def test_a_false_that_shall_be_set_is_written_out(lab):
    m = lab.mount(vpcs=[{**PROD, "ingress": {"disablePublicServices": True}}])
    assert save(m, changed(m, ingress={"disablePublicServices": False})) == OK
    assert m.requests("PATCH")[0]["body"] == {"updateMask": IN, "ingress": {"disablePublicServices": False}}
    assert m.read(INGRESS) == "false\n"


@pytest.mark.parametrize("key", ["ingress", "egress", "dhcp", "vpcPrefixes"])
@pytest.mark.parametrize("null", [False, True])
def test_leaving_out_or_null_sets_the_default(lab, key, null):
    full = {**PROD, "ingress": {"disablePublicServices": True}, "egress": {"disablePublicAccess": True}}
    m = lab.mount(vpcs=[full])
    spec = m.json(SPEC)
    default = {"ingress": {"disablePublicServices": False}, "egress": {"disablePublicAccess": False},
               "dhcp": {"dns": {"servers": []}}, "vpcPrefixes": []}[key]
    want = {**spec, key: None} if null else {k: v for k, v in spec.items() if k != key}
    mask = {"ingress": IN, "egress": OUT, "dhcp": DNS, "vpcPrefixes": LIST}[key]
    with m.sends(f"PATCH {mask}"):
        assert save(m, want) == OK
    assert m.json(SPEC) == {**spec, key: default}


@pytest.mark.parametrize("text, said", [
    ("{}\n", "name"), ('{"name": "prod"}\n', "zone"), ('{"zone": "US-EAST-04A"}\n', "name"),
    ('{"name": "", "zone": "US-EAST-04A"}\n', "name"),
    ('{"name": null, "zone": "US-EAST-04A"}\n', "name"),
    ('{"name": "prod", "zone": "US-EAST-04A", "colour": "blue"}\n', "colour"),
    ('{"name": "prod", "zone": "US-EAST-04A", "ingress": {"disablePublicService": true}}\n', "disablePublicService"),
    ('{"name": "prod", "zone": "US-EAST-04A", "ingress": {"disablePublicServices": "yes"}}\n', "disablePublicServices"),
    ('{"name": "prod", "zone": "US-EAST-04A", "ingress": true}\n', "ingress"),
    ('{"name": "prod", "zone": 4}\n', "zone"),
    ('{"name": "prod", "zone": "US-EAST-04A", "vpcPrefixes": {}}\n', "vpcPrefixes"),
    ('{"name": "prod", "zone": "US-EAST-04A", "vpcPrefixes": [{"name": "a"}]}\n', "value"),
    ('{"name": "prod", "zone": "US-EAST-04A", "vpcPrefixes": [{"name": "a", "value": "10.0.0.0/40"}]}\n', "10.0.0.0/40"),
    ('{"name": "prod", "zone": "US-EAST-04A", "dhcp": {"dns": {"servers": ["nine"]}}}\n', "nine"),
    ('{"name": "prod", "zone": "US-EAST-04A", "name": "prod"}\n', "name"),
])
def test_a_document_that_is_wrong_is_einval_and_sends_nothing(m, text, said):
    before = m.read(SPEC)
    with m.sends():
        assert "EINVAL" in save(m, text).values()
    assert said in m.why()
    assert m.read(SPEC) == before
    assert m.read(".vpcfs/rejected/prod/spec.json") == text


@pytest.mark.parametrize("text, place", [
    ('{\n  "name": "prod",\n  "zone" "x"\n}\n', "line 3"), ("{\n  oops\n}\n", "line 2"), ("[]\n", None),
    ("null\n", None), ("{", None), ('{"name": "prod"', None), ("\n", None), ("   \n\n", None), ("\0" * 100, None),
    ("{" * 3000 + "\n", None), (b'{"name": "\xff"}\n', None), ("{} {}\n", None),
])
def test_text_that_does_not_parse_is_einval_with_line_and_column(m, text, place):
    before = m.read(SPEC)
    with m.sends():
        steps = save(m, text)
    assert "EINVAL" in steps.values(), steps
    if place:
        assert place in m.why() and "column" in m.why()
    assert m.why() != ""
    assert m.read(SPEC) == before


def test_a_huge_text_is_refused(m):
    with m.sends(), open(m / SPEC, "wb", buffering=0) as file:
        assert errno_of(lambda: [file.write(b" " * (1 << 20)) for _ in range(65)]) == "EFBIG"
        assert errno_of(file.close) == "EFBIG"


def test_complete_text_is_decided_inside_write(m):
    with m.sends(f"PATCH {IN}"):
        handle = os.open(m / SPEC, os.O_WRONLY | os.O_TRUNC)
        os.write(handle, (json.dumps(changed(m, ingress={"disablePublicServices": True})) + "\n").encode())
        assert m.writes() == [f"PATCH {IN}"]
        os.close(handle)


def test_text_without_a_last_newline_is_decided_at_close(m):
    text = json.dumps(changed(m, ingress={"disablePublicServices": True}))
    with m.sends(f"PATCH {IN}"):
        handle = os.open(m / SPEC, os.O_WRONLY | os.O_TRUNC)
        os.write(handle, text.encode())
        assert m.writes() == []
        os.close(handle)
    assert m.read(SPEC).endswith("}\n")


def test_a_document_line_by_line_is_one_patch(m):
    text = m.read(SPEC).replace("8.8.8.8", "9.9.9.9")
    with m.sends(f"PATCH {DNS}"):
        result = m.sh(f'echo "$TEXT" > "$M/{SPEC}"', env={"TEXT": text.rstrip("\n")})
    assert result.ok, result


def test_the_flush_of_a_child_does_not_send_half_a_document(m):
    text = m.read(SPEC).replace("8.8.8.8", "9.9.9.9")
    (m.work / "one").write_text(text[:100])
    (m.work / "two").write_text(text[100:])
    with m.sends(f"PATCH {DNS}"):
        result = m.sh(f'{{ cat one; cat two; }} > "$M/{SPEC}"')
    assert result.ok and result.err == "", result
    assert m.read(SPEC) == text


def test_a_fork_with_the_file_open_is_harmless(m):
    program = """
import os, sys
path, text = sys.argv[1], open(sys.argv[2], "rb").read()
handle = os.open(path, os.O_WRONLY | os.O_TRUNC)
os.write(handle, text[:80])
child = os.fork()
if child == 0:
    os.close(handle)
    os._exit(0)
assert os.waitpid(child, 0)[1] == 0
os.write(handle, text[80:])
os.close(handle)
"""
    (m.work / "want").write_text(m.read(SPEC).replace("8.8.8.8", "9.9.9.9"))
    with m.sends(f"PATCH {DNS}"):
        subprocess.run([sys.executable, "-c", program, str(m / SPEC), str(m.work / "want")], check=True)


def test_jq_onto_its_own_input_changes_nothing(m):
    before = m.read(SPEC)
    with m.sends():
        m.sh(f'jq . "$M/{SPEC}" > "$M/{SPEC}"')
    assert m.read(SPEC) == before


# Name and zone.

@reference
def test_name_and_zone_can_be_saved(m):
    want = changed(m, name="main", zone="US-EAST-06A")
    m.clear()
    assert save(m, want) == OK
    patch, = m.requests("PATCH")
    assert set(patch["updateMask"].split(",")) == {"name", "zone"}
    assert m.ls() == ["main", "plain"]
    assert m.json("main/spec.json") == want


@live
def test_what_the_service_ignores_is_named(lab):
    m = lab.mount("timeout=1")
    before = m.read(SPEC)
    want = changed(m, zone="US-EAST-06A", ingress={"disablePublicServices": True})
    assert "EPERM" in save(m, want).values()
    assert "zone" in m.why()
    assert m.read(SPEC) == before
    assert json.loads(m.read(".vpcfs/rejected/prod/spec.json")) == want


@live
def test_silence_is_eperm_and_named(lab):
    m = lab.mount("timeout=1")
    m.server.fault("PATCH:silent")
    assert "EPERM" in save(m, changed(m, ingress={"disablePublicServices": True})).values()
    assert IN in m.why()
    assert m.read(INGRESS) == "false\n"


# Conflicts.

def opened(mount):
    handle = os.open(mount / SPEC, os.O_RDWR)
    return handle, json.loads(os.read(handle, 1 << 20))


def finish(handle, spec):
    data = (json.dumps(spec, indent=2) + "\n").encode()
    os.lseek(handle, 0, os.SEEK_SET)
    os.ftruncate(handle, 0)
    write, close = errno_of(os.write, handle, data), errno_of(os.close, handle)
    return write if write != "ok" else close


def test_different_fields_of_two_writers_both_survive(m):
    handle, spec = opened(m)
    m.server.patch("prod", "egress.disablePublicAccess", egress={"disablePublicAccess": True})
    spec["ingress"]["disablePublicServices"] = True
    m.clear()
    assert finish(handle, spec) == "ok"
    assert m.writes() == [f"PATCH {IN}"]
    assert (m.read(INGRESS), m.read(EGRESS)) == ("true\n", "true\n")


def test_the_same_field_is_ebusy_for_the_later_one(m):
    handle, spec = opened(m)
    m.server.patch("prod", DNS, dhcp={"dns": {"servers": ["4.4.4.4"]}})
    spec["dhcp"]["dns"]["servers"] = ["9.9.9.9"]
    with m.sends():
        assert finish(handle, spec) == "EBUSY"
    assert "4.4.4.4" in m.why() and "dhcp.dns.servers" in m.why()
    assert json.loads(m.read(".vpcfs/rejected/prod/spec.json")) == spec
    assert m.vpc()["dhcp"]["dns"]["servers"] == ["4.4.4.4"]


def test_the_same_value_of_both_is_no_conflict(m):
    handle, spec = opened(m)
    m.server.patch("prod", DNS, dhcp={"dns": {"servers": ["9.9.9.9"]}})
    spec["dhcp"]["dns"]["servers"] = ["9.9.9.9"]
    with m.sends():
        assert finish(handle, spec) == "ok"


def test_who_edits_a_copy_and_moves_it_there_has_read_no_spec(m):
    """cp has read spec.json, and sed the copy: so the text that sed wrote is absolute."""
    m.sh('cp "$M/prod/spec.json" "$M/prod/copy"')
    m.server.patch("prod", DNS, dhcp={"dns": {"servers": ["4.4.4.4"]}})
    m.refresh()
    m.clear()
    result = m.sh('sed -i s/8.8.8.8/9.9.9.9/ "$M/prod/copy" && mv "$M/prod/copy" "$M/prod/spec.json"')
    assert result.ok, result
    assert m.vpc()["dhcp"]["dns"]["servers"] == ["1.1.1.1", "9.9.9.9"]


def test_two_mounts_of_one_service(lab):
    one = lab.mount()
    two = lab.mount(server=one.server)
    handle, spec = opened(two)
    assert one.write(SERVERS, "4.4.4.4\n") == "ok"
    spec["dhcp"]["dns"]["servers"] = ["9.9.9.9"]
    assert finish(handle, spec) == "EBUSY"
    assert "4.4.4.4" in two.why()
    assert two.read(SERVERS) == "4.4.4.4\n"


# Refused text stays readable.

def test_refused_text_is_kept_until_a_write_succeeds(m):
    assert m.write(INGRESS, "perhaps\n") == "EINVAL"
    kept = ".vpcfs/rejected/prod/ingress/disablePublicServices"
    assert m.read(kept) == "perhaps\n"
    assert "rejected" in m.why()
    assert m.write(INGRESS, "true\n") == "ok"
    assert not os.path.exists(m / kept)
    assert m.why() == ""


def test_refused_text_can_be_removed(m):
    assert m.write(SERVERS, "x\n") == "EINVAL"
    kept = m / ".vpcfs/rejected/prod/dhcp/dns/servers"
    assert kept.read_text() == "x\n"
    kept.unlink()
    assert not kept.exists()


# Busy.

@live
def test_two_echos_in_a_row_while_the_vpc_is_updating(lab):
    m = lab.mount(server_options=["--provision", "500"])
    result = m.sh(f'echo true > "$M/{INGRESS}" && echo true > "$M/{EGRESS}"', shell="bash")
    assert result.ok, result
    vpc = m.vpc()
    assert vpc["ingress"]["disablePublicServices"] and vpc["egress"]["disablePublicAccess"]


@live
def test_busy_for_longer_than_the_deadline_is_ebusy(lab):
    m = lab.mount("timeout=1", server_options=["--provision", "60000"], load=[
        {**PLAIN, "id": "00000000-0000-4000-8000-000000000001", "status": "STATUS_READY"}])
    assert m.write("plain/ingress/disablePublicServices", "true\n") == "ok"
    assert m.write("plain/egress/disablePublicAccess", "true\n") == "EBUSY"
    assert m.why("plain") != ""


# Lists of two writers.

def test_what_another_adds_in_between_is_not_wiped(m):
    m.read(f"prod/vpcPrefixes/{POD}/value")
    m.server.patch("prod", LIST, vpcPrefixes=PROD["vpcPrefixes"] + [{"name": "theirs", "value": "10.64.0.0/16"}])
    os.rmdir(m / f"prod/vpcPrefixes/{SERVICE}")
    assert {p["name"] for p in m.vpc()["vpcPrefixes"]} == {POD, "theirs"}
