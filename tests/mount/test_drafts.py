# SPDX-License-Identifier: MIT
"""Drafts (design, section 6), backup and restore."""
import json
import os

import pytest
from conftest import live, reference
from harness import PLAIN, POD, PROD, errno_of

DRAFT = ".drafts/new"
SETTABLE = ["name", "zone", "hostPrefixes", "vpcPrefixes", "ingress/disablePublicServices",
            "egress/disablePublicAccess", "dhcp/dns/servers", "spec.json"]


@pytest.fixture
def draft(m):
    with m.sends():
        os.mkdir(m / DRAFT)
    return m


def as_sets(spec):
    """Lists of named items count as sets."""
    by_name = {key: sorted(spec.get(key, []), key=lambda item: item["name"]) for key in ("hostPrefixes", "vpcPrefixes")}
    return {**spec, **by_name}


def test_all_settable_paths_are_there_and_empty(draft):
    for path in SETTABLE:
        assert os.path.exists(draft / DRAFT / path), path
    assert draft.read(f"{DRAFT}/zone") in ("", "\n")
    assert draft.read(f"{DRAFT}/name") == "new\n"
    assert draft.read(f"{DRAFT}/dhcp/dns/servers") == ""
    assert draft.ls(f"{DRAFT}/hostPrefixes") == [] and draft.ls(f"{DRAFT}/vpcPrefixes") == []


def test_drafts_are_listed_in_drafts_only(draft):
    assert draft.ls(".drafts") == ["new"]
    assert "new" not in draft.ls()


def test_fill_it_with_echo_and_publish_with_one_post(draft):
    commands = f"""
cd "$M/{DRAFT}"
echo US-EAST-04A > zone
echo true > egress/disablePublicAccess
echo 1.1.1.1 8.8.8.8 > dhcp/dns/servers
mkdir "vpcPrefixes/pod cidr" && echo 10.0.0.0/13 > "vpcPrefixes/pod cidr/value"
mkdir "hostPrefixes/host primary"
echo PRIMARY > "hostPrefixes/host primary/type"
echo 10.16.192.0/18 > "hostPrefixes/host primary/prefixes"
mkdir "hostPrefixes/routed"
mkdir -p hostPrefixes/routed/ipam
echo ROUTED > hostPrefixes/routed/type
echo 2601:db8:bbbb::/48 > hostPrefixes/routed/prefixes
echo 80 > hostPrefixes/routed/ipam/prefixLength
echo EUI64 > hostPrefixes/routed/ipam/gatewayAddressPolicy
cd "$M" && mv .drafts/new new
"""
    with draft.sends("POST"):
        result = draft.sh("set -e\n" + commands)
        assert result.ok, result
        body = draft.requests("POST")[0]["body"]
    assert body["name"] == "new" and body["zone"] == "US-EAST-04A"
    assert body["hostPrefixes"] == [
        {"name": "host primary", "type": "PRIMARY", "prefixes": ["10.16.192.0/18"]},
        {"name": "routed", "type": "ROUTED", "prefixes": ["2601:db8:bbbb::/48"],
         "ipam": {"prefixLength": 80, "gatewayAddressPolicy": "EUI64"}}]
    assert body["vpcPrefixes"] == [{"name": "pod cidr", "value": "10.0.0.0/13"}]
    assert draft.ls() == ["new", "plain", "prod"] and draft.ls(".drafts") == []
    assert draft.read("new/id") == draft.vpc("new")["id"] + "\n"


def test_fields_and_spec_json_agree(draft):
    assert draft.write(f"{DRAFT}/zone", "US-EAST-04A\n") == "ok"
    assert draft.write(f"{DRAFT}/dhcp/dns/servers", "9.9.9.9\n") == "ok"
    spec = draft.json(f"{DRAFT}/spec.json")
    assert spec["zone"] == "US-EAST-04A" and spec["dhcp"] == {"dns": {"servers": ["9.9.9.9"]}}
    spec["ingress"] = {"disablePublicServices": True}
    spec["vpcPrefixes"] = [{"name": POD, "value": "10.0.0.0/13"}]
    with draft.sends():
        assert draft.write(f"{DRAFT}/spec.json", json.dumps(spec) + "\n") == "ok"
    assert draft.read(f"{DRAFT}/ingress/disablePublicServices") == "true\n"
    assert draft.read(f"{DRAFT}/vpcPrefixes/{POD}/value") == "10.0.0.0/13\n"


def test_a_wrong_value_in_a_draft_is_refused_at_once(draft):
    with draft.sends():
        assert draft.write(f"{DRAFT}/dhcp/dns/servers", "x\n") == "EINVAL"
        assert draft.write(f"{DRAFT}/egress/disablePublicAccess", "perhaps\n") == "EINVAL"


@pytest.mark.parametrize("copy", ['cp -r "$M/prod/." "$M/.drafts/new/"', 'rsync -a "$M/prod/" "$M/.drafts/new/"',
                                  'cp "$M/prod/spec.json" "$M/.drafts/new/spec.json"',
                                  'rsync -a "$M/prod/" backup/ && rsync -a backup/ "$M/.drafts/new/"'])
def test_an_existing_vpc_as_template(draft, copy):
    with draft.sends("POST"):
        result = draft.sh(copy)
        assert result.ok, result
        result = draft.sh('mv "$M/.drafts/new" "$M/new"')
        assert result.ok, result.err + draft.why("")
    assert as_sets(draft.json("new/spec.json")) == as_sets({**draft.json("prod/spec.json"), "name": "new"})


@reference
def test_the_reference_takes_a_draft_without_host_prefixes(draft):
    assert draft.write(f"{DRAFT}/zone", "US-EAST-04A\n") == "ok"
    os.rename(draft / DRAFT, draft / "new")
    assert draft.read("new/hostPrefixes/host primary/type") == "PRIMARY\n"


def test_failure_leaves_the_draft_and_says_what_to_mend(draft):
    assert draft.write(f"{DRAFT}/dhcp/dns/servers", "9.9.9.9\n") == "ok"
    result = draft.sh('mv "$M/.drafts/new" "$M/new"')
    assert not result.ok
    assert "zone" in draft.why("")
    assert draft.read(f"{DRAFT}/dhcp/dns/servers") == "9.9.9.9\n"
    assert draft.write(f"{DRAFT}/zone", "US-EAST-04A\n") == "ok"
    assert draft.sh('mv "$M/.drafts/new" "$M/new"').ok


def test_a_refusal_of_the_service_leaves_the_draft(draft):
    assert draft.write(f"{DRAFT}/zone", "US-EAST-04A\n") == "ok"
    draft.server.fault("POST:status=403,message=you may not")
    assert errno_of(os.rename, draft / DRAFT, draft / "new") == "EACCES"
    assert "you may not" in draft.why("")
    assert draft.ls(".drafts") == ["new"] and draft.ls() == ["plain", "prod"]


def test_a_name_taken_is_eexist_with_the_draft_intact(draft):
    assert draft.write(f"{DRAFT}/zone", "US-EAST-04A\n") == "ok"
    assert errno_of(os.rename, draft / DRAFT, draft / "prod") in ("EEXIST", "ENOTEMPTY")
    draft.server.create({"name": "new", "zone": "US-EAST-04A"})
    assert errno_of(os.rename, draft / DRAFT, draft / "new") in ("EEXIST", "ENOTEMPTY")
    assert draft.read(f"{DRAFT}/zone") == "US-EAST-04A\n"


@pytest.mark.parametrize("command", ['rmdir "$M/.drafts/new"', 'rm -r "$M/.drafts/new"', 'rm -rf "$M/.drafts/new"'])
def test_removing_a_draft_sends_nothing(draft, command):
    with draft.sends():
        draft.write(f"{DRAFT}/zone", "US-EAST-04A\n")
        os.mkdir(draft / DRAFT / "vpcPrefixes/pods")
        result = draft.sh(command)
    assert result.ok, result
    assert draft.ls(".drafts") == []


def test_a_draft_may_be_renamed(draft):
    with draft.sends():
        os.rename(draft / DRAFT, draft / ".drafts/other")
    assert draft.ls(".drafts") == ["other"]


# Backup and restore.

def test_backup_is_exact_and_a_second_run_transfers_nothing(m):
    assert m.sh('rsync -a "$M/" backup/').ok
    assert m.sh('diff -r "$M" backup').ok
    m.clear()
    again = m.sh('rsync -ai "$M/" backup/')
    assert again.ok and again.out == ""
    assert m.reads() <= 1


@live
def test_a_second_run_after_a_remount_transfers_nothing(m):
    assert m.sh('rsync -a "$M/" backup/').ok
    m.remount()
    again = m.sh('rsync -ai "$M/" backup/')
    assert again.ok and again.out == ""


def test_a_remote_change_of_equal_length_is_transferred(m):
    assert m.sh('rsync -a --modify-window=-1 "$M/" backup/').ok
    m.server.patch("prod", "dhcp.dns.servers", dhcp={"dns": {"servers": ["1.1.1.1", "9.9.9.9"]}})
    m.refresh()
    assert m.sh('rsync -a --modify-window=-1 "$M/" backup/').ok
    assert (m.work / "backup/prod/dhcp/dns/servers").read_text() == "1.1.1.1\n9.9.9.9\n"


def test_a_dead_server_fails_the_backup_and_deletes_nothing(lab):
    m = lab.mount("ttl=0.1,timeout=1")
    assert m.sh('rsync -a "$M/" backup/').ok
    m.server.kill()
    m.write(".vpcfs/refresh", "1\n")
    result = m.sh('rsync -a --delete "$M/" backup/')
    assert not result.ok
    assert (m.work / "backup/prod/spec.json").exists()


def test_restore_of_an_older_backup(m):
    assert m.sh('rsync -a "$M/" backup/').ok
    before = m.json("prod/spec.json")
    for path, text in {"ingress/disablePublicServices": "true\n", "dhcp/dns/servers": "9.9.9.9\n"}.items():
        assert m.write(f"prod/{path}", text) == "ok"
    os.rmdir(m / f"prod/vpcPrefixes/{POD}")
    m.clear()
    result = m.sh('rsync -a backup/prod/spec.json "$M/prod/"')
    assert result.ok, result
    assert len(m.writes()) == 1
    assert as_sets(m.json("prod/spec.json")) == as_sets(before)


def test_restore_of_a_whole_directory(lab):
    m = lab.mount("timeout=3")
    assert m.sh('rsync -a "$M/" backup/').ok
    before = m.json("prod/spec.json")
    assert m.write("prod/dhcp/dns/servers", "9.9.9.9\n") == "ok"
    m.sh('rsync -a backup/prod/ "$M/prod/"')
    assert as_sets(m.json("prod/spec.json")) == as_sets(before)


def test_a_deleted_vpc_comes_back_through_drafts(m):
    assert m.sh('rsync -a "$M/" backup/').ok
    before = m.json("prod/spec.json")
    assert m.sh('rmdir "$M/prod"').ok
    with m.sends("POST"):
        result = m.sh('mkdir "$M/.drafts/prod" && rsync -a backup/prod/ "$M/.drafts/prod/" && '
                      'mv "$M/.drafts/prod" "$M/prod"')
    assert result.ok, result.err + m.why("")
    assert as_sets(m.json("prod/spec.json")) == as_sets(before)


def test_tar_out_and_in(m):
    assert m.sh('tar -C "$M" -cf all.tar . && mkdir out && tar -C out -xf all.tar && diff -r "$M" out').ok
    assert m.write("prod/dhcp/dns/servers", "9.9.9.9\n") == "ok"
    m.clear()
    assert m.sh('tar -C "$M" --overwrite -xf all.tar ./prod/dhcp/dns/servers').ok
    assert m.writes() == ["PATCH dhcp.dns.servers"]


def test_plain_has_no_host_prefix_of_its_own(m):
    assert m.ls(f"{PLAIN['name']}/hostPrefixes") == ["host primary"]
