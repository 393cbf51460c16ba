# SPDX-License-Identifier: MIT
"""The tree (docs/semantics.md): which files exist, their text, size, times, mode and inode number."""
import calendar
import json
import os
import re
import stat
import time

import pytest
from conftest import live, reference
from harness import (EGRESS, INGRESS, PLAIN, POD, POD_VALUE, PROD, SERVERS, SERVICE, errno_of,
                     mount_lines)

EVERYWHERE = {"id", "name", "zone", "hostPrefixes", "vpcPrefixes", "ingress", "egress", "dhcp",
              "spec.json", "vpc.json"}
ONLY_LIVE = {"status", "createdAt", "updatedAt", "hostPrefix"}
READ_ONLY = ("id", "vpc.json", f"vpcPrefixes/{POD}/status", f"vpcPrefixes/{POD}/createdAt",
             f"vpcPrefixes/{POD}/updatedAt")


def all_files(mount, top="prod"):
    return [os.path.join(folder, name)[len(str(mount.path)) + 1:]
            for folder, _, names in os.walk(mount.path / top) for name in names]


def mtime_text(path):
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(os.stat(path).st_mtime))


# What is there.

def test_the_root_lists_the_vpcs_by_name(m):
    assert m.ls() == ["plain", "prod"]


def test_a_vpc_has_the_files_that_the_api_returns(m, profile):
    assert set(m.ls("prod")) == EVERYWHERE | (ONLY_LIVE if profile == "live" else set())


def test_the_settable_paths_are_there_when_the_api_leaves_them_out(m):
    assert m.read("plain/ingress/disablePublicServices") == "false\n"
    assert m.read("plain/egress/disablePublicAccess") == "false\n"
    assert m.read("plain/dhcp/dns/servers") == ""
    assert m.ls("plain/vpcPrefixes") == []


def test_hidden_names_are_not_listed_and_reachable(m):
    for path in (".drafts", ".error", ".vpcfs", "prod/.error"):
        assert os.path.lexists(m / path), path
    assert ".error" not in m.ls("prod")
    found = m.sh('find "$M" -name ".?*"')
    assert found.ok and found.out == ""


def test_error_is_empty_before_anything_failed(m):
    assert m.read(".error") == "" and m.read("prod/.error") == ""


@pytest.mark.parametrize("path, text", [
    ("prod/name", "prod\n"), ("prod/zone", "US-EAST-04A\n"),
    (POD_VALUE, "10.0.0.0/13\n"), (SERVERS, "1.1.1.1\n8.8.8.8\n"),
    (INGRESS, "false\n"), (EGRESS, "false\n"),
    ("prod/hostPrefixes/host primary/type", "PRIMARY\n"),
    ("prod/hostPrefixes/host primary/prefixes", "10.16.192.0/18\n2601:db8:aaaa::/48\n"),
    ("prod/hostPrefixes/container network/ipam/prefixLength", "64\n"),
    ("prod/hostPrefixes/container network/ipam/gatewayAddressPolicy", "EUI64\n"),
])
def test_a_file_reads_as_its_value(m, path, text):
    assert m.read(path) == text


def test_id_and_names_of_prefixes(m):
    assert m.read("prod/id") == m.vpc()["id"] + "\n"
    assert m.ls("prod/vpcPrefixes") == [POD, SERVICE]
    assert m.ls("prod/hostPrefixes") == ["container network", "host primary"]


def test_ipam_only_where_the_api_returns_it(m):
    assert m.ls("prod/hostPrefixes/host primary") == ["prefixes", "type"]
    assert m.ls("prod/hostPrefixes/container network") == ["ipam", "prefixes", "type"]


@live
def test_status_and_times_as_the_api_spells_them(m):
    vpc = m.vpc()
    for key in ("status", "createdAt", "updatedAt", "hostPrefix"):
        assert m.read(f"plain/{key}").endswith("\n")
    for key in ("status", "createdAt", "updatedAt"):
        assert m.read(f"prod/{key}") == vpc[key] + "\n"
    assert m.read("prod/status") == "STATUS_READY\n"
    pod = next(prefix for prefix in vpc["vpcPrefixes"] if prefix["name"] == POD)
    for key in ("status", "createdAt", "updatedAt"):
        assert m.read(f"prod/vpcPrefixes/{POD}/{key}") == pod[key] + "\n"


def test_vpc_json_is_the_object_as_the_api_returned_it(m):
    assert m.json("prod/vpc.json") == m.vpc()


# spec.json

def test_spec_json_is_pretty_in_the_order_of_the_reference(m):
    text = m.read("prod/spec.json")
    spec = json.loads(text)
    assert text == json.dumps(spec, indent=2, ensure_ascii=False) + "\n"
    assert list(spec) == ["name", "zone", "hostPrefixes", "vpcPrefixes", "ingress", "egress", "dhcp"]
    assert [list(prefix) for prefix in spec["vpcPrefixes"]] == [["name", "value"]] * 2
    assert spec["hostPrefixes"] == PROD["hostPrefixes"]
    assert spec["dhcp"] == PROD["dhcp"]


def test_spec_json_can_be_posted_as_it_is(m):
    spec = m.json("prod/spec.json")
    m.server.create({**spec, "name": "copy"})
    m.refresh()
    assert m.json("copy/spec.json") == {**spec, "name": "copy"}


@live
def test_spec_json_prefers_host_prefixes(m):
    assert "hostPrefix" not in m.json("plain/spec.json")
    assert m.json("plain/spec.json")["hostPrefixes"][0]["type"] == "PRIMARY"


# Fields of a newer API.

NEWER = {**PLAIN, "id": "11111111-1111-4111-8111-111111111111", "status": "STATUS_READY", "mtu": 9000,
         "labels": ["blue", "green"], "owner": {"team": "net", "pager": {"level": 2}}, "beta": True}


@live
def test_fields_that_nobody_knows_appear_read_only(lab):
    m = lab.mount(load=[NEWER], options="umask=022")
    assert m.read("plain/mtu") == "9000\n"
    assert m.read("plain/beta") == "true\n"
    assert m.read("plain/labels") == "blue\ngreen\n"
    assert m.read("plain/owner/team") == "net\n" and m.read("plain/owner/pager/level") == "2\n"
    assert {"mtu", "labels", "owner", "beta"} <= set(m.ls("plain"))
    assert m.json("plain/vpc.json") == NEWER
    assert not {"mtu", "labels", "owner", "beta"} & set(m.json("plain/spec.json"))
    for path in ("plain/mtu", "plain/labels", "plain/owner/team"):
        assert stat.S_IMODE(os.stat(m / path).st_mode) == 0o444
        with m.sends():
            assert m.write(path, "other\n") == ("EPERM" if os.getuid() == 0 else "EACCES")


@live
def test_an_enum_as_a_number_is_shown_as_it_is(lab):
    m = lab.mount(load=[{**NEWER, "status": 9}])
    assert m.read("plain/status") == "9\n"


# Sizes, times, numbers, modes.

def test_sizes_are_exact(m):
    files = all_files(m)
    assert len(files) > 15
    for path in files + ["prod/.error", "plain/spec.json", "plain/dhcp/dns/servers"]:
        assert os.stat(m / path).st_size == len((m / path).read_bytes()), path


def test_sizes_are_exact_after_a_write(m):
    assert m.write(SERVERS, "9.9.9.9\n") == "ok"
    for path in (SERVERS, "prod/spec.json", "prod/vpc.json"):
        assert os.stat(m / path).st_size == len((m / path).read_bytes()), path


@live
def test_the_mtime_is_updated_at(m):
    vpc = m.vpc()
    for path in ("prod/name", "prod/spec.json", SERVERS, "prod"):
        assert mtime_text(m / path) == vpc["updatedAt"][:19], path
    m.server.patch("prod", "vpcPrefixes", vpcPrefixes=PROD["vpcPrefixes"] + [{"name": "lb", "value": "10.64.0.0/22"}])
    m.refresh()
    entry = next(prefix for prefix in m.vpc()["vpcPrefixes"] if prefix["name"] == POD)
    assert mtime_text(m / POD_VALUE) == entry["updatedAt"][:19]


@live
def test_equal_content_has_equal_mtime_across_remounts(m):
    before = {path: os.stat(m / path).st_mtime_ns for path in all_files(m)}
    m.remount()
    assert {path: os.stat(m / path).st_mtime_ns for path in all_files(m)} == before


def moment(text):
    """A Timestamp in nanoseconds."""
    whole, _, digits = text.removesuffix("Z").partition(".")
    return calendar.timegm(time.strptime(whole, "%Y-%m-%dT%H:%M:%S")) * 10**9 + int(digits.ljust(9, "0") or "0")


@live
def test_the_root_is_as_new_as_the_newest_thing_in_it(m):
    newest = max(moment(vpc[key]) for vpc in m.server.list() for key in ("createdAt", "updatedAt"))
    assert os.stat(m.path).st_mtime_ns == newest
    m.remount()
    assert os.stat(m.path).st_mtime_ns == newest
    m.server.patch("prod", "dhcp.dns.servers", dhcp={"dns": {"servers": ["9.9.9.9"]}})
    m.refresh()
    m.ls()
    newer = moment(m.vpc()["updatedAt"])
    assert newer > newest and os.stat(m.path).st_mtime_ns == newer
    m.remount()
    assert os.stat(m.path).st_mtime_ns == newer


@reference
def test_without_updated_at_a_change_moves_the_mtime(m):
    before = os.stat(m / SERVERS).st_mtime_ns
    m.server.patch("prod", "dhcp.dns.servers", dhcp={"dns": {"servers": ["9.9.9.9", "8.8.8.8"]}})
    m.refresh()
    assert m.read(SERVERS) == "9.9.9.9\n8.8.8.8\n"
    assert os.stat(m / SERVERS).st_mtime_ns > before
    again = os.stat(m / SERVERS).st_mtime_ns
    m.refresh()
    assert os.stat(m / SERVERS).st_mtime_ns == again


def test_inode_numbers_are_stable(m):
    files = all_files(m)
    before = {path: os.stat(m / path).st_ino for path in files}
    assert len(set(before.values())) == len(files)
    m.server.patch("prod", "dhcp.dns.servers", dhcp={"dns": {"servers": ["9.9.9.9"]}})
    m.refresh()
    assert {path: os.stat(m / path).st_ino for path in files} == before


@pytest.mark.skipif(not os.access("/proc/sys/vm/drop_caches", os.W_OK), reason="the kernel is asked to forget")
def test_what_the_kernel_forgot_is_the_same_again(m):
    """Names that are open, or are a working directory, stay; all others are forgotten and get the same inode number
    again."""
    (m / "prod/notes").write_text("kept")
    before = {path: os.stat(m / path).st_ino for path in all_files(m)}
    handle, here = os.open(m / "prod/zone", os.O_RDONLY), os.open(m / "prod/vpcPrefixes", os.O_RDONLY)
    for _ in range(5):
        with open("/proc/sys/vm/drop_caches", "w") as drop:
            drop.write("2\n")
        assert {path: os.stat(m / path).st_ino for path in all_files(m)} == before
    assert os.pread(handle, 100, 0) == b"US-EAST-04A\n"
    assert sorted(os.listdir(here)) == [POD, SERVICE] and os.stat(f"{POD}/value", dir_fd=here).st_size == 12
    assert m.read("prod/notes") == "kept"
    os.close(handle)
    os.close(here)


def test_readdir_and_stat_agree_on_inodes(m):
    for entry in os.scandir(m / "prod"):
        assert entry.inode() == os.stat(entry.path).st_ino, entry.name


@pytest.mark.parametrize("options, masked", [("", 0o077), ("umask=022", 0o022), ("umask=0", 0)])
def test_modes_are_masked_by_umask(lab, options, masked):
    m = lab.mount(options)
    expect = {"prod": 0o755, "prod/vpcPrefixes": 0o755, "prod/name": 0o644, "prod/spec.json": 0o644,
              INGRESS: 0o644, SERVERS: 0o644, POD_VALUE: 0o644, "prod/id": 0o444, "prod/vpc.json": 0o444,
              "prod/.error": 0o444, "prod/hostPrefixes/host primary/type": 0o644}
    assert {path: stat.S_IMODE(os.stat(m / path).st_mode) for path in expect} == {
        path: mode & ~masked for path, mode in expect.items()}


def test_uid_and_gid_options(lab):
    m = lab.mount("uid=1234,gid=2345,umask=0")
    info = os.stat(m / "prod/name")
    assert (info.st_uid, info.st_gid) == (1234, 2345)


def test_the_mount_is_nosuid_nodev_with_default_permissions(m):
    options, kind, super_options = mount_lines()[str(m.path)]
    assert {"nosuid", "nodev"} <= set(options)
    assert "default_permissions" in super_options
    assert kind == "fuse.vpcfs"


def test_chmod_chown_utimens_and_fsync_succeed_and_change_nothing(m):
    path = m / "prod/name"
    before = os.stat(path)
    with m.sends():
        assert errno_of(os.chmod, path, 0o777) == "ok"
        assert errno_of(os.chown, path, os.getuid(), os.getgid()) == "ok"
        assert errno_of(os.utime, path, (1, 1)) == "ok"
        with open(path, "r+b") as file:
            assert errno_of(os.fsync, file.fileno()) == "ok"
    after = os.stat(path)
    assert (after.st_mode, after.st_uid, after.st_mtime_ns) == (before.st_mode, before.st_uid, before.st_mtime_ns)


# Hostile names.

def loaded(number, name, **more):
    return {"id": f"00000000-0000-4000-8000-{number:012d}", "name": name, "zone": "US-EAST-04A",
            "status": "STATUS_READY", "createdAt": "2026-01-01T00:00:00Z", "updatedAt": "2026-01-01T00:00:00Z",
            **more}


@live
@pytest.mark.parametrize("name, shown", [
    ("a/b", "a%2Fb"), ("..", "%2E."), (".", "%2E"), (".vpcfs", "%2Evpcfs"), ("a\x01b", "a%01b"),
    ("a\nb", "a%0Ab"), ("100%", "100%25"), ("a b", "a b"), ("ü", "ü"), ("\x7f", "%7F"), ("-rf", "-rf"),
])
def test_names_are_escaped(lab, name, shown):
    m = lab.mount(load=[loaded(1, name)])
    assert m.ls() == [shown]
    assert m.json(f"{shown}/vpc.json")["name"] == name
    assert os.path.isdir(m / shown / "vpcPrefixes")


@live
def test_a_long_name_is_cut_with_its_id(lab):
    m = lab.mount(load=[loaded(1, "é" * 200), loaded(2, "é" * 200 + "x")])
    names = m.ls()
    assert len(names) == 2
    for name in names:
        assert len(os.fsencode(name)) <= 255
        number = re.search(r"~00000000-0000-4000-8000-00000000000([12])$", name)[1]
        assert m.json(f"{name}/spec.json")["name"] == "é" * 200 + ("x" if number == "2" else "")


@live
def test_vpcs_that_share_a_name_all_show_their_id(lab):
    one, two, other = loaded(1, "twin"), loaded(2, "twin"), loaded(3, "single")
    m = lab.mount(load=[one, two, other])
    assert m.ls() == ["single", f"twin~{one['id']}", f"twin~{two['id']}"]
    assert m.read(f"twin~{two['id']}/id") == two["id"] + "\n"


def test_prefix_names_are_escaped(lab, profile):
    hostile = {"a/b": "a%2Fb", ".hidden": "%2Ehidden", "50%": "50%25", " pod cidr ": " pod cidr "}
    prefixes = [{"name": name, "value": f"10.{n}.0.0/16"} for n, name in enumerate(hostile)]
    m = lab.mount(load=[loaded(1, "plain", vpcPrefixes=prefixes)])
    assert m.ls("plain/vpcPrefixes") == sorted(hostile.values())
    refused = profile == "live"  # the schema's rules hold for the whole list
    with m.sends("PATCH vpcPrefixes"):
        assert m.write("plain/vpcPrefixes/a%2Fb/value", "10.99.0.0/16\n") == ("EINVAL" if refused else "ok")
    value = "10.0.0.0/16" if refused else "10.99.0.0/16"
    assert {p["name"]: p["value"] for p in m.vpc("plain")["vpcPrefixes"]}["a/b"] == value
    assert m.read("plain/vpcPrefixes/a%2Fb/value") == value + "\n"


def test_names_are_unescaped_on_the_way_in(m, profile):
    os.mkdir(m / "plain/vpcPrefixes/%2Ea%2Fb")
    wanted = "EINVAL" if profile == "live" else "ok"
    assert m.make("plain/vpcPrefixes/%2Ea%2Fb/value", "10.99.0.0/16\n") == wanted
    assert [p["name"] for p in m.requests("PATCH")[0]["body"]["vpcPrefixes"]] == [".a/b"]
    assert [p["name"] for p in m.vpc("plain").get("vpcPrefixes", [])] == ([".a/b"] if wanted == "ok" else [])


@reference
def test_a_vpc_can_be_made_under_an_escaped_name(lab):
    m = lab.mount("zone=US-EAST-04A")
    os.mkdir(m / "%2Ea%2Fb")
    assert m.vpc(".a/b")["zone"] == "US-EAST-04A"
    assert m.ls() == ["%2Ea%2Fb", "plain", "prod"]


# rm is harmless.

def test_unlink_of_a_field_is_eperm(m):
    with m.sends():
        for path in ("prod/name", "prod/id", "prod/spec.json", POD_VALUE, SERVERS, "prod/.error"):
            assert errno_of(os.unlink, m / path) == "EPERM", path


def test_rm_rf_cannot_take_a_vpc_apart(m):
    before = m.vpc()
    with m.sends():
        result = m.sh('rm -rf "$M/prod"')
    assert not result.ok and "Operation not permitted" in result.err
    assert m.vpc() == before
    assert os.path.isdir(m / "prod")


@pytest.mark.parametrize("path", ["prod/ingress", "prod/dhcp", "prod/vpcPrefixes", "prod/hostPrefixes",
                                  "prod/hostPrefixes/host primary"])
def test_rmdir_of_other_directories_is_eperm(m, path):
    with m.sends():
        assert errno_of(os.rmdir, m / path) == "EPERM"
    assert os.path.isdir(m / path)


def test_files_cannot_be_made_in_the_root(m):
    with m.sends():
        assert m.sh('echo x > "$M/file"').status != 0
    assert m.ls() == ["plain", "prod"]
