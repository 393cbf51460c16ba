# SPDX-License-Identifier: MIT
"""Writing (docs/semantics.md): what a write becomes, when it is sent, and which writes send nothing."""
import json
import os

import pytest
from conftest import live, reference
from harness import (EGRESS, INGRESS, PLAIN, POD, POD_VALUE, PROD, SERVERS, SERVICE, errno_of,
                     first_error)

APPEND = os.O_WRONLY | os.O_APPEND
KEEP = os.O_WRONLY  # no O_TRUNC


def servers_of(vpc):
    return vpc.get("dhcp", {}).get("dns", {}).get("servers", [])


def prefixes_of(vpc):
    return {prefix["name"]: prefix["value"] for prefix in vpc.get("vpcPrefixes", [])}


# The table.

@pytest.mark.parametrize("shell", ["bash", "dash", "zsh", "mksh", "busybox sh", "fish"])
def test_echo_is_one_patch(m, shell):
    with m.sends("PATCH ingress.disablePublicServices"):
        result = m.sh([*shell.split(), "-c", f'echo true > "$M/{INGRESS}"'])
    assert result.ok, result
    assert m.vpc()["ingress"] == {"disablePublicServices": True}
    assert m.read(INGRESS) == "true\n"


@pytest.mark.parametrize("shell", ["bash", "dash", "zsh", "mksh", "busybox sh", "fish"])
def test_echo_itself_fails_when_the_api_refuses(m, shell):
    m.server.fault("PATCH:status=400,message=not today")
    result = m.sh([*shell.split(), "-c", f'echo true > "$M/{INGRESS}"'])
    assert result.status == 1, result
    assert result.err != ""
    assert m.read(INGRESS) == "false\n"
    assert "not today" in m.why()


@pytest.mark.parametrize("text", ["1.1.1.1 9.9.9.9\n", "1.1.1.1,9.9.9.9\n", "1.1.1.1\n9.9.9.9\n",
                                  " 1.1.1.1\t9.9.9.9 , \n", "1.1.1.1, 9.9.9.9"])
def test_blanks_commas_and_newlines_separate(m, text):
    with m.sends("PATCH dhcp.dns.servers"):
        assert m.write(SERVERS, text) == "ok"
    assert servers_of(m.vpc()) == ["1.1.1.1", "9.9.9.9"]
    assert m.read(SERVERS) == "1.1.1.1\n9.9.9.9\n"


def test_an_empty_line_clears_a_list(m):
    with m.sends("PATCH dhcp.dns.servers"):
        assert m.sh(f'echo > "$M/{SERVERS}"').ok
    assert servers_of(m.vpc()) == []
    assert m.read(SERVERS) == ""


def test_a_prefix_value_sends_the_whole_list_as_it_is_at_that_moment(m):
    m.read("prod/spec.json")
    m.server.patch("prod", "vpcPrefixes",
                   vpcPrefixes=PROD["vpcPrefixes"] + [{"name": "theirs", "value": "10.64.0.0/16"}])
    m.clear()
    assert m.write(POD_VALUE, "10.8.0.0/13\n") == "ok"
    assert m.writes() == ["PATCH vpcPrefixes"] and m.reads() >= 1
    body = m.requests("PATCH")[0]["body"]
    assert {p["name"]: p["value"] for p in body["vpcPrefixes"]} == {
        POD: "10.8.0.0/13", SERVICE: "10.32.0.0/22", "theirs": "10.64.0.0/16"}
    assert all(set(p) == {"name", "value"} for p in body["vpcPrefixes"])


def test_a_new_prefix_is_local_until_its_value_is_written(m):
    with m.sends():
        os.mkdir(m / "prod/vpcPrefixes/pods")
        assert "pods" in m.ls("prod/vpcPrefixes")
        assert m.ls("prod/vpcPrefixes/pods") == []
        assert m.write("prod/vpcPrefixes/pods/value", "10.64.0.0/16\n") == "ENOENT"
    assert "pods" not in prefixes_of(m.vpc())
    with m.sends("PATCH vpcPrefixes"):
        assert m.make("prod/vpcPrefixes/pods/value", "10.64.0.0/16\n") == "ok"
    assert prefixes_of(m.vpc()) == {POD: "10.0.0.0/13", SERVICE: "10.32.0.0/22", "pods": "10.64.0.0/16"}


def test_a_new_prefix_without_a_value_can_be_removed_again(m):
    with m.sends():
        os.mkdir(m / "prod/vpcPrefixes/pods")
        os.rmdir(m / "prod/vpcPrefixes/pods")
    assert m.ls("prod/vpcPrefixes") == [POD, SERVICE]


def test_mkdir_of_a_prefix_that_exists(m):
    assert errno_of(os.mkdir, m / f"prod/vpcPrefixes/{POD}") == "EEXIST"


def test_rmdir_of_a_prefix(m):
    with m.sends("PATCH vpcPrefixes"):
        os.rmdir(m / f"prod/vpcPrefixes/{POD}")
    assert prefixes_of(m.vpc()) == {SERVICE: "10.32.0.0/22"}
    assert m.ls("prod/vpcPrefixes") == [SERVICE]


def test_rmdir_of_the_last_prefix(m):
    for name in (POD, SERVICE):
        os.rmdir(m / f"prod/vpcPrefixes/{name}")
    assert prefixes_of(m.vpc()) == {} and m.ls("prod/vpcPrefixes") == []


def test_mv_of_a_prefix(m):
    with m.sends("PATCH vpcPrefixes"):
        result = m.sh(f'mv "$M/prod/vpcPrefixes/{POD}" "$M/prod/vpcPrefixes/pods"')
    assert result.ok, result
    assert prefixes_of(m.vpc()) == {"pods": "10.0.0.0/13", SERVICE: "10.32.0.0/22"}
    assert m.ls("prod/vpcPrefixes") == ["pods", SERVICE]


def test_mv_of_a_prefix_onto_another_is_refused(m):
    with m.sends():
        assert errno_of(os.rename, m / f"prod/vpcPrefixes/{POD}", m / f"prod/vpcPrefixes/{SERVICE}") == "EEXIST"


@reference
@pytest.mark.parametrize("command", ['echo main > "$M/prod/name"', 'mv "$M/prod" "$M/main"'])
def test_renaming_a_vpc(m, command):
    inode = os.stat(m / "prod").st_ino
    with m.sends("PATCH name"):
        assert m.sh(command).ok
    assert m.vpc("main") is not None and m.vpc() is None
    assert m.ls() == ["main", "plain"]
    assert m.read("main/name") == "main\n"
    assert os.stat(m / "main").st_ino == inode


@reference
def test_writing_the_zone(m):
    with m.sends("PATCH zone"):
        assert m.sh('echo US-EAST-06A > "$M/prod/zone"').ok
    assert m.vpc()["zone"] == "US-EAST-06A"


@live
@pytest.mark.parametrize("path, field", [("prod/name", "name"), ("prod/zone", "zone")])
def test_what_the_service_ignores_is_eperm(lab, path, field):
    m = lab.mount("timeout=1")
    before = m.read(path)
    assert m.write_steps(path, "other\n")["write"] == "EPERM"
    assert set(m.writes()) == {f"PATCH {field}"}
    assert field in m.why()
    assert m.read(path) == before


@live
def test_mv_of_a_vpc_that_the_service_ignores(lab):
    m = lab.mount("timeout=1")
    result = m.sh('mv "$M/prod" "$M/main"')
    assert result.status == 1 and "Operation not permitted" in result.err
    assert m.ls() == ["plain", "prod"]


def test_mv_of_a_vpc_onto_another_is_eexist(m):
    with m.sends():
        assert errno_of(os.rename, m / "prod", m / "plain") == "EEXIST"


def test_mkdir_makes_a_vpc(lab):
    m = lab.mount("zone=US-EAST-04A")
    with m.sends("POST"):
        os.mkdir(m / "new")
        assert m.requests("POST")[0]["body"] == {"name": "new", "zone": "US-EAST-04A"}
    assert m.ls() == ["new", "plain", "prod"]
    assert m.read("new/zone") == "US-EAST-04A\n"
    assert m.read("new/id") == m.vpc("new")["id"] + "\n"


def test_mkdir_without_a_zone_says_how(m):
    with m.sends():
        assert errno_of(os.mkdir, m / "new") == "EINVAL"
    assert "zone=" in m.why("")
    assert m.ls() == ["plain", "prod"]


def test_mkdir_of_a_name_taken(lab):
    m = lab.mount("zone=US-EAST-04A")
    assert errno_of(os.mkdir, m / "prod") == "EEXIST"


@live
def test_mkdir_of_a_name_that_the_service_refuses(lab):
    m = lab.mount("zone=US-EAST-04A")
    assert errno_of(os.mkdir, m / "Not_Valid") == "EINVAL"
    assert "pattern" in m.why("")
    assert m.ls() == ["plain", "prod"]


def test_rmdir_deletes_a_vpc(m):
    with m.sends("DELETE"):
        identity = m.read("prod/id").strip()
        os.rmdir(m / "prod")
        assert m.requests("DELETE")[0]["path"].endswith("/" + identity)
    assert m.ls() == ["plain"]
    assert m.vpc() is None


# Booleans and values.

@pytest.mark.parametrize("text", ["true", "1", "y", "yes", "on", "TRUE", "Yes", "ON", "Y"])
@pytest.mark.parametrize("end", ["\n", ""])
def test_true_in_its_spellings(m, text, end):
    with m.sends("PATCH egress.disablePublicAccess"):
        assert m.write(EGRESS, text + end) == "ok"
    assert m.read(EGRESS) == "true\n"


@pytest.mark.parametrize("text", ["false", "0", "n", "no", "off", "FALSE", "No", "Off"])
def test_false_in_its_spellings(lab, text):
    m = lab.mount(vpcs=[{**PROD, "egress": {"disablePublicAccess": True}}])
    with m.sends("PATCH egress.disablePublicAccess"):
        assert m.write(EGRESS, text + "\n") == "ok"
    assert m.read(EGRESS) == "false\n"
    assert not m.vpc().get("egress", {}).get("disablePublicAccess", False)


@pytest.mark.parametrize("path, text", [
    (INGRESS, "maybe\n"), (INGRESS, "\n"), (INGRESS, "2\n"), (INGRESS, "true false\n"),
    (POD_VALUE, "10.0.0.0\n"), (POD_VALUE, "10.0.0.0/33\n"), (POD_VALUE, "\n"), (POD_VALUE, "x\n"),
    (POD_VALUE, "10.0.0.0/13 10.8.0.0/13\n"),
    (SERVERS, "dns.example\n"), (SERVERS, "1.1.1.1 1.1.1\n"),
    ("prod/name", "\n"), ("prod/zone", "\n"), ("prod/name", "a\0b\n"),
    (INGRESS, b"\xff\n"), ("prod/name", b"\xff\xfe\n"),
    ("prod/hostPrefixes/host primary/type", "SECONDARY THING\n"),
])
def test_a_wrong_value_is_einval_inside_write_and_sends_nothing(m, path, text):
    before = m.read(path)
    with m.sends():
        steps = m.write_steps(path, text)
    assert steps["open"] == "ok" and steps["write"] == "EINVAL", steps
    assert m.read(path) == before
    assert m.why() != ""


def test_text_without_a_newline_is_decided_at_close(m):
    with m.sends("PATCH ingress.disablePublicServices"):
        handle = os.open(m / INGRESS, os.O_WRONLY | os.O_TRUNC)
        os.write(handle, b"true")
        assert m.writes() == []
        os.close(handle)


def test_text_without_a_newline_is_decided_at_fsync(m):
    with m.sends("PATCH ingress.disablePublicServices"):
        handle = os.open(m / INGRESS, os.O_WRONLY | os.O_TRUNC)
        os.write(handle, b"true")
        os.fsync(handle)
        assert m.writes() == ["PATCH ingress.disablePublicServices"]
        os.close(handle)


def test_text_with_a_newline_is_decided_inside_write(m):
    with m.sends("PATCH ingress.disablePublicServices"):
        handle = os.open(m / INGRESS, os.O_WRONLY | os.O_TRUNC)
        os.write(handle, b"true\n")
        assert m.writes() == ["PATCH ingress.disablePublicServices"]
        os.close(handle)


def test_append_is_decided_inside_write(m):
    with m.sends("PATCH dhcp.dns.servers"):
        handle = os.open(m / SERVERS, APPEND)
        os.write(handle, b"9.9.9.9\n")
        assert m.writes() == ["PATCH dhcp.dns.servers"]
        os.close(handle)
    assert servers_of(m.vpc()) == ["1.1.1.1", "8.8.8.8", "9.9.9.9"]


def test_append_in_a_shell(m):
    with m.sends("PATCH dhcp.dns.servers"):
        assert m.sh(f'echo 9.9.9.9 >> "$M/{SERVERS}"').ok
    assert m.read(SERVERS) == "1.1.1.1\n8.8.8.8\n9.9.9.9\n"


def test_bytes_of_before_wait_for_the_truncation(m):
    """rsync --inplace writes first and truncates after."""
    with m.sends("PATCH dhcp.dns.servers"):
        handle = os.open(m / SERVERS, KEEP)
        os.write(handle, b"9.9.9.9\n")
        assert m.writes() == []
        os.ftruncate(handle, 8)
        os.close(handle)
    assert servers_of(m.vpc()) == ["9.9.9.9"]


def test_all_bytes_overwritten_is_decided_inside_write(m):
    with m.sends("PATCH zone") if m.server.profile == "reference" else m.sends("PATCH dhcp.dns.servers"):
        path, text = ("prod/zone", b"US-EAST-06A\n") if m.server.profile == "reference" else (
            SERVERS, b"8.8.8.8 9.9.9.9\n")
        handle = os.open(m / path, KEEP)
        os.write(handle, text)
        assert len(m.writes()) == 1
        os.close(handle)


def test_many_writes_make_one_text(m):
    with m.sends("PATCH dhcp.dns.servers"):
        handle = os.open(m / SERVERS, os.O_WRONLY | os.O_TRUNC)
        for piece in (b"9.9", b".9.", b"9 1.", b"1.1.1", b"\n"):
            os.write(handle, piece)
        os.close(handle)
    assert servers_of(m.vpc()) == ["9.9.9.9", "1.1.1.1"]


def test_bash_printf_applies_a_list_line_by_line(m):
    with m.sends("PATCH dhcp.dns.servers", "PATCH dhcp.dns.servers"):
        assert m.sh(f'printf "%s\\n" 9.9.9.9 4.4.4.4 > "$M/{SERVERS}"').ok
    assert servers_of(m.vpc()) == ["9.9.9.9", "4.4.4.4"]


@pytest.mark.parametrize("command", ['printf "%s\\n" 9.9.9.9 4.4.4.4 | cat > "$F"', 'echo 9.9.9.9 4.4.4.4 > "$F"',
                                     'printf "%s\\n" 9.9.9.9 4.4.4.4 | tee "$F"',
                                     'printf "%s\\n" 9.9.9.9 4.4.4.4 > list; cp list "$F"'])
def test_one_write_applies_a_list_at_once(m, command):
    with m.sends("PATCH dhcp.dns.servers"):
        assert m.sh(command, env={"F": str(m / SERVERS)}).ok


# What sends nothing.

@pytest.mark.parametrize("command", [
    ': > "$M/prod/name"', '> "$M/prod/spec.json"', 'truncate -s 0 "$M/prod/spec.json"',
    'truncate -s 0 "$M/prod/dhcp/dns/servers"', 'touch "$M/prod/name" "$M/prod/spec.json" "$M/prod/id"',
    'exec 3> "$M/prod/zone"; exec 3>&-', 'exec 3<> "$M/prod/zone"; cat <&3; exec 3>&-',
])
def test_truncation_and_opening_send_nothing(m, command):
    before = {path: m.read(path) for path in ("prod/name", "prod/zone", "prod/spec.json", SERVERS)}
    with m.sends():
        assert m.sh(command).ok
    assert {path: m.read(path) for path in before} == before


@pytest.mark.parametrize("path", ["prod/name", "prod/zone", "prod/spec.json", SERVERS, POD_VALUE, INGRESS,
                                  "prod/hostPrefixes/host primary/prefixes",
                                  "prod/hostPrefixes/container network/ipam/prefixLength",
                                  "prod/id", "prod/vpc.json", f"prod/vpcPrefixes/{POD}/value"])
def test_the_same_text_again_sends_nothing(m, path):
    with m.sends():
        text = m.read(path)
        if os.getuid() == 0 or os.access(m / path, os.W_OK):
            assert m.write(path, text) == "ok"
            assert m.write(path, text.rstrip("\n")) == "ok" or path.endswith(".json")
        assert m.read(path) == text


def test_the_same_set_in_another_order_sends_nothing(m):
    spec = m.json("prod/spec.json")
    spec["vpcPrefixes"].reverse()
    spec["hostPrefixes"].reverse()
    spec["dhcp"]["dns"]["servers"].reverse()
    with m.sends():
        assert m.write("prod/spec.json", json.dumps(spec) + "\n") == "ok"
        assert m.write(SERVERS, "8.8.8.8 1.1.1.1\n") == "ok"


def test_a_handle_nobody_wrote_to_never_sends(m):
    with m.sends():
        handle = os.open(m / "prod/spec.json", os.O_RDWR)
        m.server.patch("prod", "dhcp.dns.servers", dhcp={"dns": {"servers": ["9.9.9.9"]}})
        m.clear()
        os.fsync(handle)
        os.close(handle)


@pytest.mark.parametrize("path", ["prod/id", "prod/vpc.json"])
def test_a_read_only_file_takes_its_own_bytes_only(m, path):
    text = m.read(path)
    if os.getuid() != 0:
        assert m.write_steps(path, "other\n") == {"open": "EACCES"}
        return
    with m.sends():
        assert m.write(path, text) == "ok"
        steps = m.write_steps(path, "other\n")
        assert steps["open"] == "ok" and steps["write"] == "EPERM"
    assert m.read(path) == text


def test_two_handles_on_one_file_do_not_mix(m):
    one = os.open(m / SERVERS, os.O_WRONLY | os.O_TRUNC)
    two = os.open(m / SERVERS, os.O_WRONLY | os.O_TRUNC)
    with m.sends("PATCH dhcp.dns.servers", "PATCH dhcp.dns.servers"):
        os.write(one, b"9.9.9.9")
        os.write(two, b"4.4.4.4\n")
        os.close(one)
        os.close(two)
    assert servers_of(m.vpc()) == ["9.9.9.9"]


# Failures stick, and success is final.

def test_a_failure_is_sticky_without_another_request(m):
    m.server.fault("PATCH:status=403")
    with m.sends("PATCH ingress.disablePublicServices"):
        handle = os.open(m / INGRESS, os.O_WRONLY | os.O_TRUNC)
        assert errno_of(os.write, handle, b"true\n") == "EACCES"
        assert errno_of(os.fsync, handle) == "EACCES"
        copy = os.dup(handle)
        assert errno_of(os.close, copy) == "EACCES"
        assert errno_of(os.close, handle) == "EACCES"


def test_something_else_written_ends_the_failure(m):
    with m.sends("PATCH ingress.disablePublicServices"):
        handle = os.open(m / INGRESS, os.O_WRONLY | os.O_TRUNC)
        assert errno_of(os.write, handle, b"perhaps\n") == "EINVAL"
        os.ftruncate(handle, 0)
        assert errno_of(os.pwrite, handle, b"true\n", 0) == "ok"
        assert errno_of(os.fsync, handle) == "ok"
        assert errno_of(os.close, handle) == "ok"
    assert m.read(INGRESS) == "true\n"


@pytest.mark.parametrize("path, text", [(INGRESS, "on\n"), (SERVERS, "9.9.9.9, 4.4.4.4\n"), (POD_VALUE, "10.8.0.0/13")])
def test_text_size_and_mtime_are_final_when_a_write_is_answered(m, path, text):
    assert m.write(path, text) == "ok"
    first = os.stat(m / path)
    content = m.read(path)
    assert first.st_size == len(content)
    m.refresh()
    again = os.stat(m / path)
    assert m.read(path) == content
    assert (again.st_size, again.st_mtime_ns, again.st_ino) == (first.st_size, first.st_mtime_ns, first.st_ino)


@live
def test_they_stay_while_the_vpc_is_updating(lab):
    m = lab.mount(server_options=["--provision", "400"])
    assert m.write("prod/spec.json", m.read("prod/spec.json").replace("8.8.8.8", "9.9.9.9")) == "ok"
    first = os.stat(m / "prod/spec.json")
    m.refresh()
    again = os.stat(m / "prod/spec.json")
    assert (again.st_size, again.st_mtime_ns) == (first.st_size, first.st_mtime_ns)


# Host prefixes: settable in the schema, fixed at the server.

@live
def test_a_host_prefix_cannot_be_changed_live(lab):
    m = lab.mount("timeout=1")
    assert m.write("prod/hostPrefixes/host primary/prefixes", "10.32.192.0/18\n") == "EPERM"
    assert m.writes() and set(m.writes()) == {"PATCH hostPrefixes"}
    assert "hostPrefixes" in m.why()


@reference
def test_a_host_prefix_cannot_be_changed_by_the_reference(m):
    before = m.read("prod/hostPrefixes/host primary/prefixes")
    with m.sends("PATCH hostPrefixes"):
        steps = m.write_steps("prod/hostPrefixes/host primary/prefixes", "10.32.192.0/18 2601:db8:aaaa::/48\n")
    assert steps["write"] == "EINVAL", steps
    assert m.read("prod/hostPrefixes/host primary/prefixes") == before


@reference
def test_the_order_of_a_host_prefix_counts(m):
    with m.sends("PATCH hostPrefixes"):
        assert m.write("prod/hostPrefixes/host primary/prefixes", "2601:db8:aaaa::/48 10.16.192.0/18\n") == "EINVAL"


# Options.

def test_nodelete(lab):
    m = lab.mount("nodelete")
    with m.sends():
        assert errno_of(os.rmdir, m / "prod") == "EPERM"
    with m.sends("PATCH vpcPrefixes"):
        os.rmdir(m / f"prod/vpcPrefixes/{POD}")


def test_read_only(lab):
    m = lab.mount("ro")
    with m.sends():
        assert m.write(INGRESS, "true\n") == "EROFS"
        assert errno_of(os.mkdir, m / "new") == "EROFS"
        assert errno_of(os.rmdir, m / "prod") == "EROFS"
    assert m.read(INGRESS) == "false\n"


def test_dry_run(lab):
    m = lab.mount("dry_run,zone=US-EAST-04A")
    with m.sends():
        assert m.write(INGRESS, "true\n") == "ok"
        assert m.write("prod/spec.json", m.read("prod/spec.json").replace("8.8.8.8", "9.9.9.9")) == "ok"
        assert errno_of(os.rmdir, m / f"prod/vpcPrefixes/{POD}") == "ok"
    assert m.read(INGRESS) == "false\n"
    assert m.read(SERVERS) == "1.1.1.1\n8.8.8.8\n"
    log = m.read(".vpcfs/log")
    assert "ingress.disablePublicServices" in log and "dhcp.dns.servers" in log and "9.9.9.9" in log
    assert m.write(INGRESS, "maybe\n") == "EINVAL"


def test_a_cascade_never_happens(m):
    """rmdir of a VPC is one DELETE and deletes nothing else."""
    with m.sends("DELETE"):
        assert m.sh('rmdir "$M/prod"').ok


def test_plain_has_all_that_can_be_set(m):
    writes = {"plain/ingress/disablePublicServices": "true\n", "plain/egress/disablePublicAccess": "true\n",
              "plain/dhcp/dns/servers": "9.9.9.9\n"}
    for path, text in writes.items():
        assert first_error(m.write_steps(path, text)) == "ok"
        assert m.read(path) == text
    assert servers_of(m.vpc(PLAIN["name"])) == ["9.9.9.9"]


@pytest.mark.parametrize("what, how", [
    ("prod/id", lambda m: m.write("prod/id", "zzz\n")),
    ("prod/id", lambda m: errno_of(os.rename, m / "prod/scratch", m / "prod/id")),
    ("prod/zone", lambda m: errno_of(os.rename, m / "prod/link", m / "prod/zone")),
    ("prod/zone", lambda m: errno_of(os.rename, m / "prod/name", m / "prod/zone")),
])
def test_what_this_driver_refuses_on_its_own_is_in_error_too(m, what, how):
    (m / "prod/scratch").write_text("x\n")
    os.symlink("x", m / "prod/link")
    with m.sends():
        assert how(m) == "EPERM"
    for where in ("prod", ""):
        assert f" {what} EPERM" in m.why(where), m.why(where)


def test_a_refusal_in_the_root_is_in_its_error(m):
    assert errno_of(open, m / "file", "x") == "EPERM"
    assert "create file EPERM" in m.why("")
    (m / "prod/scratch").write_text("x\n")
    assert errno_of(os.rename, m / "prod", m / ".drafts/prod") == "EPERM"
    assert "mv .drafts/prod EPERM" in m.why("")


@pytest.mark.parametrize("server", ["fe80::1%eth0", "FE80:0::1%eth0", "2001:db8::53"])
def test_a_dns_server_may_have_a_zone(m, server):
    """The schema accepts a zone of RFC 4007, and the file shows it unchanged: only names are escaped."""
    with m.sends("PATCH dhcp.dns.servers"):
        assert m.write(SERVERS, server + "\n") == "ok"
    assert m.vpc()["dhcp"]["dns"]["servers"] == [server]
    assert m.read(SERVERS) == server + "\n"
    with m.sends():
        assert m.write(SERVERS, "10.0.0.1%eth0\n") == "EINVAL"
