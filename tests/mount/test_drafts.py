# SPDX-License-Identifier: MIT
"""Drafts (docs/semantics.md): plain directories, and the result of mv. The tests check the requests and the API's
state, not what the mount shows."""
import json
import os
import re
import subprocess

import pytest
from conftest import reference
from harness import errno_of
from trees import BLUE, FIELDS, OTHER, OWNED, read_tree, settings, spec_text, write_tree

DRAFT = ".drafts/new"
# Fields that differ between the draft's two places: field -> (key of spec.json, files)
ELSEWHERE = {
    "zone": ("zone", {"zone": "US-WEST-04A\n"}, ["US-EAST-04A", "US-WEST-04A"]),
    "servers": ("dhcp", {"dhcp/dns/servers": "9.9.9.9\n"}, ["1.1.1.1", "9.9.9.9"]),
    "ingress": ("ingress", {"ingress/disablePublicServices": "false\n"}, ["true", "false"]),
    "egress": ("egress", {"egress/disablePublicAccess": "false\n"}, ["true", "false"]),
    "vpcPrefixes": ("vpcPrefixes", {"vpcPrefixes/pod cidr/value": "10.64.0.0/13\n"}, ["10.0.0.0/13", "10.64.0.0/13"]),
    "hostPrefixes": ("hostPrefixes", {"hostPrefixes/host primary/type": "PRIMARY\n",
                                      "hostPrefixes/host primary/prefixes": "10.48.0.0/16\n"},
                     ["10.16.0.0/16", "10.48.0.0/16"]),
}
each_elsewhere = pytest.mark.parametrize("field", list(ELSEWHERE))


@pytest.fixture
def m(lab):
    return lab.mount(vpcs=(BLUE, OTHER))


@pytest.fixture
def draft(m):
    with m.sends():
        os.mkdir(m / DRAFT)
    return m


def fill(mount, files):
    with mount.sends():
        write_tree(mount / DRAFT, files)
    assert mount.reads() == 0


def publish(mount, name="new"):
    """The errno of rename(2), or "ok"."""
    return errno_of(os.rename, mount / DRAFT, mount / name)


def publishes(mount, name="new"):
    """Publishes with one POST; returns its body."""
    mount.clear()
    assert publish(mount, name) == "ok", mount.why("")
    assert mount.writes() == ["POST"]
    assert mount.ls(".drafts") == [] and name in mount.ls()
    return mount.requests("POST")[0]["body"]


def refuses(mount, expected="EIO", name="new", sends=()):
    """The draft is not published and stays as it was; returns .error."""
    before, names = read_tree(mount / DRAFT), mount.ls()
    mount.clear()
    assert publish(mount, name) == expected, mount.why("")
    assert mount.writes() == list(sends)
    assert read_tree(mount / DRAFT) == before and mount.ls() == names
    return mount.why("")


# A plain directory.

TMPFS = r"""
exec 2>&1
mkdir -p dhcp/dns vpcPrefixes/pods other/deep; ls -a
echo perhaps > ingress; cat ingress; rm ingress
echo x > spec.json; echo y >> spec.json; cat spec.json; stat -c '%s %a %h %F' spec.json
printf '{' > id; cat id; chmod 0640 id; stat -c %a id; touch -d @1000 id; stat -c %Y id
ln spec.json vpc.json; stat -c %h vpc.json; rm spec.json; cat vpc.json
ln -s vpc.json status; readlink status; cat status
mv vpc.json dhcp/dns/servers; cat status; cat dhcp/dns/servers
truncate -s 3 dhcp/dns/servers; wc -c < dhcp/dns/servers; : > dhcp/dns/servers; wc -c < dhcp/dns/servers
dd if=/dev/zero of=zone bs=1 seek=5000 count=1 status=none; wc -c < zone
rmdir other; rmdir other/deep other; mkdir other/deep; mkdir dhcp; mv dhcp/dns vpcPrefixes/pods/value
find . | sort; mv -T vpcPrefixes other; mv -T dhcp other; echo $?
mkfifo pipe; test -p pipe; echo $?
echo a > -dash; echo b > 'name with  blanks'; echo c > $'new\nline'; ls | wc -l
flock -n zone echo locked; setfattr -n user.a -v 1 zone; getfattr --only-values -n user.a zone; echo
ls .error; echo mine > .error; cat .error; (set -C; echo no > zone); cp zone copy && cmp zone copy; rm -r other; ls -A | wc -l
rm -rf -- * .error pipe; ls -A
"""


def test_a_draft_is_what_a_directory_of_tmpfs_is(draft, tmp_path):
    there = subprocess.run(["mktemp", "-d", "/dev/shm/vpcfs-test-XXXXXX"], capture_output=True, text=True,
                           check=True).stdout.strip()
    try:
        with draft.sends():
            here = draft.sh(TMPFS, cwd=draft / DRAFT)
        expected = draft.sh(TMPFS, cwd=there)
    finally:
        subprocess.run(["rm", "-r", there], check=False)
    assert draft.reads() == 0
    assert here.out == expected.out
    assert re.search(r"locked\n1\n", here.out)


def test_a_new_draft_is_empty(draft):
    assert draft.ls(DRAFT) == []
    for path in [*FIELDS, *OWNED, "spec.json", "name"]:
        assert not os.path.lexists(draft / DRAFT / path), path


def test_drafts_are_listed_in_drafts_only(draft):
    assert draft.ls(".drafts") == ["new"]
    assert draft.ls() == ["blue", "other"]
    assert "drafts" not in draft.sh("find .", cwd=draft.path).out


def test_nothing_is_checked_before_it_is_published(draft):
    fill(draft, {"spec.json": '{"zone": 3,', "zone": "\0\n", "egress/disablePublicAccess": "perhaps\n", "vpc.json": "{",
                 "id": "mine\n", "vpcPrefixes/a/b/c/value": "x\n", "hostPrefixes": "a file\n", "dhcp/dns/servers/1": "x"})
    assert draft.read(f"{DRAFT}/egress/disablePublicAccess") == "perhaps\n"
    assert draft.read(f"{DRAFT}/spec.json") == '{"zone": 3,'


def test_drafts_are_part_of_the_memory_of_scratch_files(draft):
    with draft.sends():
        result = draft.sh(f'dd if=/dev/zero of="$M/{DRAFT}/big" bs=1M count=70')
        assert not result.ok and "No space left on device" in result.err
        assert draft.sh(f'rm "$M/{DRAFT}/big" && dd if=/dev/zero of="$M/{DRAFT}/big" bs=1M count=60').ok
        assert draft.sh(f'rm -r "$M/{DRAFT}"').ok
    assert draft.reads() == 0


def test_drafts_need_no_network(draft):
    draft.server.fault("ANY:hang")
    fill(draft, FIELDS)
    assert draft.sh(f'rsync -a "$M/{DRAFT}/" copy/ && rm -r "$M/{DRAFT}"', timeout=5).ok
    draft.server.clear_faults()


# What is posted.

def test_spec_json_alone(draft):
    fill(draft, {"spec.json": spec_text()})
    assert publishes(draft) == {**BLUE, "name": "new"}
    assert settings(draft.vpc("new")) == settings(BLUE)


def test_field_files_alone(draft):
    fill(draft, FIELDS)
    body = publishes(draft)
    assert body["name"] == "new" and settings(body) == settings(BLUE)
    assert settings(draft.vpc("new")) == settings(BLUE)


def test_both_where_they_say_the_same(draft):
    fill(draft, {**FIELDS, "spec.json": spec_text()})
    assert settings(publishes(draft)) == settings(BLUE)
    assert settings(draft.vpc("new")) == settings(BLUE)
    assert draft.vpc("new")["name"] == "new"


def test_published_it_is_the_vpc(draft):
    fill(draft, {**FIELDS, "spec.json": "{\"zone\":\"US-EAST-04A\"}", "id": "mine\n", "vpc.json": "{}"})
    publishes(draft)
    assert draft.read("new/id") == draft.vpc("new")["id"] + "\n"
    assert draft.json("new/spec.json")["name"] == "new" and draft.json("new/vpc.json")["id"] == draft.vpc("new")["id"]
    same = {path for path in draft.ls("blue") if path != "name"}
    assert set(draft.ls("new")) - {"name"} == same
    draft.clear()
    assert draft.write("new/egress/disablePublicAccess", "false\n") == "ok"
    assert draft.writes() == ["PATCH egress.disablePublicAccess"]


def test_a_little_is_enough(draft):
    """A field that the draft lacks is not in the body, so that the service decides."""
    fill(draft, {"zone": "US-EAST-04A\n"})
    assert publishes(draft) == {"name": "new", "zone": "US-EAST-04A"}


VALUES = {
    "servers in another order": {"dhcp/dns/servers": "8.8.8.8, 1.1.1.1"},
    "a boolean in another word": {"ingress/disablePublicServices": "Y", "egress/disablePublicAccess": "on\n"},
    "no newline": {"zone": "US-EAST-04A"},
    "host prefixes in another order": dict(reversed([i for i in FIELDS.items() if i[0].startswith("hostP")])),
}


@pytest.mark.parametrize("files", list(VALUES.values()), ids=list(VALUES))
def test_values_are_compared_not_texts(draft, files):
    fill(draft, {"spec.json": spec_text(), **files})
    assert settings(publishes(draft)) == settings(BLUE)


def test_lists_in_spec_json_are_sets(draft):
    fill(draft, {**FIELDS, "spec.json": spec_text(hostPrefixes=BLUE["hostPrefixes"][::-1],
                                                 vpcPrefixes=BLUE["vpcPrefixes"][::-1])})
    assert settings(publishes(draft)) == settings(BLUE)


def test_the_prefixes_of_a_host_prefix_have_an_order(draft):
    fill(draft, {**FIELDS, "spec.json": spec_text(),
                 "hostPrefixes/host primary/prefixes": "2601:db8:aaaa::/48\n10.16.0.0/16\n"})
    assert "hostPrefixes" in refuses(draft)

def shown(vpc):
    """The server's VPC, as a gateway with all defaults shows it."""
    return json.dumps({**vpc, "ingress": {"disablePublicServices": False, **vpc.get("ingress", {})},
                       "egress": {"disablePublicAccess": False, **vpc.get("egress", {})}})



# Where both differ.

@pytest.mark.parametrize("times", ["", "touch -d '2 days ago' spec.json", "find . -type f ! -name spec.json "
                                   "-exec touch -d '2 days ago' {} +"], ids=["", "old spec.json", "old files"])
@pytest.mark.parametrize("first", ["spec.json", "files"])
@each_elsewhere
def test_two_places_that_differ(draft, field, first, times):
    key, files, values = ELSEWHERE[field]
    halves = [{"spec.json": spec_text()}, files]
    for half in halves if first == "spec.json" else halves[::-1]:
        fill(draft, half)
    assert draft.sh(times, cwd=draft / DRAFT).ok
    why = refuses(draft)
    place = os.path.commonpath(list(files)) if field != "vpcPrefixes" else "vpcPrefixes"
    assert "spec.json" in why and key in why and place.split("/host primary")[0] in why and "remove" in why, why
    for value in values:
        assert value in why, (value, why)
    # Removes either of the two places that .error names.
    if first == "files":
        fill(draft, {"spec.json": spec_text(**{key: None})})
    else:
        assert draft.sh(f"rm -r '{key if key != 'zone' else 'zone'}'", cwd=draft / DRAFT).ok
    publishes(draft)
    assert values[first == "files"] in shown(draft.vpc("new")), draft.vpc("new")


def test_every_difference_is_named(draft):
    fill(draft, {"spec.json": spec_text(), "zone": "US-WEST-04A\n", "dhcp/dns/servers": "\n"})
    why = refuses(draft)
    assert "US-WEST-04A" in why and "dhcp/dns/servers" in why and "1.1.1.1" in why


@pytest.mark.parametrize("name", ["vpcPrefixes", "hostPrefixes"])
def test_a_directory_of_a_list_is_the_whole_list(draft, name):
    """Also if the directory is empty: then it agrees with a spec.json without entries and differs from one with
    some."""
    fill(draft, {"spec.json": spec_text(), name: None})
    assert name in refuses(draft)
    fill(draft, {"spec.json": spec_text(**{name: []})})
    assert not publishes(draft).get(name)


def test_an_entry_more_in_the_directory_is_a_difference(draft):
    fill(draft, {**FIELDS, "spec.json": spec_text(), "vpcPrefixes/more/value": "10.40.0.0/16\n"})
    assert "10.40.0.0/16" in refuses(draft)


@pytest.mark.parametrize("spec", [None, "null"])
@each_elsewhere
def test_a_key_that_is_missing_or_null_is_not_there(draft, field, spec):
    """The field file counts."""
    key, files, values = ELSEWHERE[field]
    text = spec_text(**{key: None})
    if spec == "null":
        text = json.dumps({**json.loads(text), key: None})
    fill(draft, {"spec.json": text, **files})
    body = publishes(draft)
    assert values[1] in json.dumps(body)
    assert values[1] in shown(draft.vpc("new"))


@pytest.mark.parametrize("inner", [{"dns": None}, {"dns": {"servers": None}}, {}, {"dns": {}}])
def test_a_null_deeper_down_is_not_there_either(draft, inner):
    fill(draft, {"spec.json": spec_text(dhcp=inner), "dhcp/dns/servers": "9.9.9.9\n"})
    publishes(draft)
    assert draft.vpc("new")["dhcp"]["dns"]["servers"] == ["9.9.9.9"]


def test_the_name_is_the_directory_s(draft):
    fill(draft, {**FIELDS, "spec.json": spec_text(name="one"), "name": "two\n"})
    assert publishes(draft, "three")["name"] == "three"
    assert draft.read("three/name") == "three\n" and draft.json("three/spec.json")["name"] == "three"


@pytest.mark.parametrize("files", [{"spec.json": spec_text(name=None)}, {"spec.json": spec_text(name=None), "name": ""},
                                   {**FIELDS, "name": "a\0b/\n\n"}])
def test_a_name_in_it_is_not_even_read(draft, files):
    fill(draft, files)
    assert publishes(draft)["name"] == "new"


@pytest.mark.parametrize("files,zone", [
    ({"dhcp/dns/servers": "9.9.9.9\n"}, "US-WEST-04A"),
    ({"zone": "US-EAST-04A\n"}, "US-EAST-04A"),
    ({"spec.json": spec_text()}, "US-EAST-04A"),
    ({"spec.json": spec_text(zone=None), "zone": "US-EAST-04A\n"}, "US-EAST-04A"),
    ({"spec.json": spec_text(zone=None)}, None)])
def test_the_option_zone_counts_without_spec_json_only(lab, files, zone):
    m = lab.mount("zone=US-WEST-04A", vpcs=(BLUE,))
    fill(m, {".": None, **files})
    if zone is None:
        assert "zone" in refuses(m)
    else:
        assert publishes(m)["zone"] == zone
        assert m.vpc("new")["zone"] == zone


def test_without_any_zone_it_says_so(draft):
    fill(draft, {"dhcp/dns/servers": "9.9.9.9\n"})
    assert "zone" in refuses(draft)
    fill(draft, {"zone": "US-EAST-04A\n"})
    publishes(draft)


@pytest.mark.parametrize("files", [
    {**FIELDS, "hostPrefix": "10.99.0.0/16\n"},
    {"spec.json": spec_text(), "hostPrefix": "10.99.0.0/16\n"},
    {**FIELDS, "spec.json": spec_text(hostPrefixes=None, hostPrefix="10.99.0.0/16")},
    {"spec.json": spec_text(hostPrefix="10.99.0.0/16")}])
def test_hostprefix_counts_only_where_there_are_no_host_prefixes(draft, files):
    fill(draft, files)
    body = publishes(draft)
    assert "hostPrefix" not in body and settings(body) == settings(BLUE)


@pytest.mark.parametrize("files", [
    {"zone": "US-EAST-04A\n", "hostPrefix": "10.96.0.0/16\n"},
    {"spec.json": spec_text(hostPrefixes=None, hostPrefix="10.96.0.0/16")},
    {"spec.json": spec_text(hostPrefixes=None), "hostPrefix": "10.96.0.0/16\n"},
    {"spec.json": spec_text(hostPrefixes=[]), "hostPrefix": "10.96.0.0/16\n"}])
def test_hostprefix_alone(draft, files):
    fill(draft, files)
    assert publishes(draft)["hostPrefix"] == "10.96.0.0/16"
    assert draft.vpc("new")["hostPrefixes"][0]["prefixes"] == ["10.96.0.0/16"]


def test_what_the_server_owns_is_left_out(draft):
    fill(draft, {**FIELDS, "spec.json": spec_text(), "id": "\n", "status": "{\n", "createdAt": "tomorrow\n",
                 "updatedAt": "never", "vpc.json": "not JSON", ".error": "old\n", "vpcPrefixes/id/status": "?\n",
                 "vpcPrefixes/id/createdAt": "\0", "notes": "x\n", "dhcp/more": "x\n"})
    assert publishes(draft) == {**BLUE, "name": "new"}


# Refusals.

BROKEN = [  # (files, what .error must have)
    ({"spec.json": '{\n  "zone": "US-EAST-04A",\n  "dhcp" 3\n}\n'}, [r"spec\.json", r"\b3\b", r"\b10\b|\b11\b"]),
    ({"spec.json": ""}, [r"spec\.json"]),
    ({"spec.json": "\0" * 20}, [r"spec\.json"]),
    ({"spec.json": "[]\n"}, [r"spec\.json", "object"]),
    ({"spec.json": '{"zone":"US-EAST-04A"} {}\n'}, [r"spec\.json"]),
    ({"spec.json": '{"zone":"US-EAST-04A",\n "zonne":"x"}\n'}, [r"spec\.json", "zonne", r"\b2\b"]),
    ({"spec.json": '{"zone":"US-EAST-04A",\n"dhcp":{"dns":{"server":[]}}}\n'}, [r"spec\.json", "server", r"\b2\b"]),
    ({"spec.json": '{"zone":3}\n'}, [r"spec\.json", "zone", r"\b1\b"]),
    ({"spec.json": '{"zone":"US-EAST-04A",\n"ingress":{\n"disablePublicServices":"yes"}}\n'},
     [r"spec\.json", "disablePublicServices", r"\b3\b"]),
    ({"spec.json": '{"zone":"US-EAST-04A","vpcPrefixes":[\n{"name":"a"}]}\n'}, [r"spec\.json", "value"]),
    ({"spec.json": '{"zone":"US-EAST-04A","id":"x"}\n'}, [r"spec\.json", "id"]),
    ({"zone": "US-EAST-04A\n", "egress/disablePublicAccess": "perhaps\n"}, ["egress/disablePublicAccess", "perhaps"]),
    ({"zone": "US-EAST-04A\n", "dhcp/dns/servers": "1.1.1.1\n\n8.8.8.x\n"}, ["dhcp/dns/servers", r"8\.8\.8\.x", r"\b3\b"]),
    ({"zone": "US-EAST-04A\n", "vpcPrefixes/pods/value": "10.0.0.0\n"}, ["vpcPrefixes/pods/value", r"10\.0\.0\.0"]),
    ({"zone": "US-EAST-04A\n", "vpcPrefixes/pods/value": ""}, ["vpcPrefixes/pods/value"]),
    ({"zone": "US-EAST-04A\n", "vpcPrefixes/pods": None}, ["vpcPrefixes/pods", "value"]),
    ({"zone": "US-EAST-04A\n", "hostPrefixes/a/type": "PRIMARY\n"}, ["hostPrefixes/a", "prefixes"]),
    ({"zone": "US-EAST-04A\n", "hostPrefixes/a/prefixes": "10.0.0.0/16\n"}, ["hostPrefixes/a", "type"]),
    ({"zone": "US-EAST-04A\n", "vpcPrefixes": "10.0.0.0/13\n"}, ["vpcPrefixes", "directory"]),
    ({"zone/x": "US-EAST-04A\n"}, ["zone", "file"]),
    ({"zone": "\n", "dhcp/dns/servers": "1.1.1.1\n"}, ["zone"]),
    ({"README": "hello\n"}, [r"spec\.json"]),
    ({"name": "new\n", "id": "x\n"}, [r"spec\.json"]),
    ({"empty": None}, [r"spec\.json"]),
    ({"vpcPrefixes": None}, [r"spec\.json|zone"]),
]


@pytest.mark.parametrize("files,words", BROKEN, ids=[str(n) for n in range(len(BROKEN))])
def test_a_draft_that_cannot_be_a_vpc(draft, files, words):
    fill(draft, files)
    why = refuses(draft)
    for word in words:
        assert re.search(word, why.split("\n", 1)[1]), (word, why)
    assert draft.reads() == 0


@pytest.mark.parametrize("name", ["dhcp/dns/servers", "spec.json", "vpcPrefixes/pods/value", "ingress", "id"])
def test_a_link_is_not_the_text_of_a_field(draft, name):
    """Nor an empty text: the VPC would have no servers."""
    fill(draft, {"zone": "US-EAST-04A\n", "elsewhere": "1.1.1.1\n"})
    os.makedirs(os.path.dirname(draft / DRAFT / name), exist_ok=True)
    os.symlink("/elsewhere", draft / DRAFT / name)
    assert re.search(f"{name}: a (link or a special )?file; expected", refuses(draft))
    os.unlink(draft / DRAFT / name)
    assert draft.sh("find . -mindepth 1 -type d -delete", cwd=draft / DRAFT).ok
    publishes(draft)


@pytest.mark.parametrize("name", ["spec.json", "zone"])
def test_a_text_that_is_too_long_is_named(draft, name):
    fill(draft, {"dhcp/dns/servers": "1.1.1.1\n"})
    with open(draft / DRAFT / name, "wb") as file:
        file.truncate(1 << 24)
    assert f"{name}: the text is too long" in refuses(draft)


@pytest.mark.parametrize("zone", ["", "zone=US-WEST-04A"])
def test_a_tree_copied_one_level_too_deep(lab, zone):
    m = lab.mount(zone, vpcs=(BLUE, OTHER))
    os.mkdir(m / DRAFT)
    assert m.sh(f'cp -r "$M/blue" "$M/{DRAFT}"').ok
    why = refuses(m)
    assert "blue" in why and "too deep" in why
    with m.sends("POST"):
        assert m.sh(f'mv -T "$M/{DRAFT}/blue" "$M/.drafts/better" && mv -T "$M/.drafts/better" "$M/better"').ok, m.why("")
    assert settings(m.vpc("better")) == settings(BLUE)


# Names.

def test_a_name_that_is_taken(draft):
    fill(draft, FIELDS)
    assert "other" in refuses(draft, "EEXIST", "other")
    before = draft.vpc("other")
    with draft.sends():
        result = draft.sh(f'mv -T "$M/{DRAFT}" "$M/other"')
        assert not result.ok and "exist" in result.err.lower() or "not empty" in result.err, result
        result = draft.sh(f'mv -nT "$M/{DRAFT}" "$M/other"; test -d "$M/{DRAFT}"')
        assert result.ok
    assert draft.vpc("other") == before and set(draft.ls(f"{DRAFT}")) >= {"zone"}


def test_a_name_that_another_client_has_just_taken(draft):
    fill(draft, FIELDS)
    draft.ls()
    draft.server.create({**OTHER, "name": "new"})
    draft.clear()
    before = read_tree(draft / DRAFT)
    assert publish(draft) == "EEXIST"
    assert read_tree(draft / DRAFT) == before
    assert draft.read("new/zone") == "US-WEST-04A\n"
    assert "new" in draft.why("")


def test_a_name_that_is_taken_while_the_post_is_on_its_way(draft):
    fill(draft, FIELDS)
    draft.server.fault("POST:status=409,message=there is one already")
    assert "there is one already" in refuses(draft, "EEXIST", sends=["POST"])


def test_a_name_that_is_free_again(draft):
    fill(draft, FIELDS)
    draft.ls()
    draft.server.delete("other")
    publishes(draft, "other")


@pytest.mark.parametrize("name", [".hidden", ".vpcfs", ".error"])
def test_no_vpc_begins_with_a_dot(draft, name):
    fill(draft, FIELDS)
    with draft.sends():
        assert publish(draft, name) != "ok"
    assert draft.ls(".drafts") == ["new"]


# An empty draft is a plain mkdir.

def test_an_empty_draft_is_a_mkdir(lab):
    m = lab.mount("zone=US-WEST-04A", vpcs=(BLUE,))
    os.mkdir(m / DRAFT)
    assert publishes(m) == {"name": "new", "zone": "US-WEST-04A"}


@pytest.mark.parametrize("fault", ["status=403", "status=404", "status=429,quota", "status=409", "status=501", "status=500"])
def test_an_empty_draft_has_the_errnos_of_mkdir(lab, fault):
    m = lab.mount("zone=US-WEST-04A,timeout=2", vpcs=(BLUE,))
    os.mkdir(m / DRAFT)
    m.server.fault(f"POST:{fault}")
    of_mkdir = errno_of(os.mkdir, m / "new")
    assert of_mkdir not in ("ok", "EIO")
    assert publish(m) == of_mkdir
    assert m.ls(".drafts") == ["new"]


def test_an_empty_draft_without_a_zone(draft):
    """mkdir fails with EINVAL here, which mv would read as "a subdirectory of itself": rename returns EIO instead
    (section 7)."""
    assert errno_of(os.mkdir, draft / "new") == "EINVAL"
    why = refuses(draft)
    assert "zone" in why
    assert refuses(draft, "EEXIST", "other")


# Removing and renaming.

@pytest.mark.parametrize("command", [
    'rm -r "$D"', 'rm -rf "$D"', 'find "$D" -delete', 'busybox rm -r "$D"',
    '/usr/bin/python3 -c "import os, shutil; shutil.rmtree(os.environ[\'D\'])"'])
def test_removing_a_draft_sends_nothing(draft, command):
    fill(draft, {**FIELDS, "spec.json": spec_text(), "own/dir/file": "x\n"})
    with draft.sends():
        result = draft.sh(command, env={"D": str(draft / DRAFT)})
    assert result.ok, result
    assert draft.ls(".drafts") == [] and draft.reads() == 0


def test_a_draft_may_have_another_name(draft):
    fill(draft, FIELDS)
    with draft.sends():
        os.rename(draft / DRAFT, draft / ".drafts/other")
        assert draft.sh('mv -T "$M/.drafts/other" "$M/.drafts/third"').ok
    assert draft.ls(".drafts") == ["third"]
    assert read_tree(draft / ".drafts/third").keys() >= FIELDS.keys()


@pytest.mark.parametrize("to", ["other/new", "other/dhcp/new", "other/vpcPrefixes/new", "other/ingress/x", ".vpcfs/new",
                                ".vpcfs/rejected/new", ".drafts/second/new", "other/notes/new"])
def test_a_draft_goes_nowhere_else(draft, to):
    fill(draft, FIELDS)
    os.mkdir(draft / ".drafts/second")
    os.mkdir(draft / "other/notes")
    with draft.sends():
        assert errno_of(os.rename, draft / DRAFT, draft / to) == "EPERM"
        assert not draft.sh(f'mv -T "$M/{DRAFT}" "$M/{to}"').ok
    assert read_tree(draft / DRAFT).keys() >= FIELDS.keys()
    assert draft.ls("other") == sorted([*draft.ls("blue"), "notes"])


@pytest.mark.parametrize("to", ["other", "other/new", "new", ".vpcfs/x"])
def test_a_directory_of_a_draft_leaves_drafts_never(draft, to):
    fill(draft, FIELDS)
    with draft.sends():
        assert errno_of(os.rename, draft / DRAFT / "vpcPrefixes/pod cidr", draft / to) in ("EPERM", "EEXIST", "ENOTEMPTY")
        assert errno_of(os.rename, draft / DRAFT / "vpcPrefixes", draft / to) in ("EPERM", "EEXIST", "ENOTEMPTY")
    assert read_tree(draft / DRAFT).keys() >= FIELDS.keys()


def test_mv_onto_a_directory_is_refused_and_copies_nothing(draft):
    """mv moves into an existing directory, and would copy after EXDEV."""
    fill(draft, FIELDS)
    with draft.sends():
        result = draft.sh(f'mv "$M/{DRAFT}" "$M/other"')
    assert not result.ok and "not permitted" in result.err
    assert "new" not in draft.ls("other")


@pytest.mark.parametrize("to", [".drafts/x", ".drafts/new", ".drafts/new/x"])
def test_a_vpc_goes_into_no_draft(draft, to):
    with draft.sends():
        assert errno_of(os.rename, draft / "other", draft / to) == "EPERM"
        assert not draft.sh(f'mv -T "$M/other" "$M/{to}"').ok
    assert draft.ls(".drafts") == ["new"] and draft.ls(DRAFT) == [] and draft.ls() == ["blue", "other"]


# What stays.

def test_files_that_are_no_part_of_a_vpc_stay(draft):
    own = {"README": "mine\n", "dhcp/notes": "a\n", "dhcp/dns/.hidden": "b\n", "vpcPrefixes/pod cidr/why": "c\n",
           "hostPrefixes/edge/ipam/more": "d\n", "own/deep/file": "e\n", "own/empty": None, ".git/config": "f\n",
           "ingress/spec.json": "g\n", "vpcPrefixes/notes.txt": "h\n", "hostPrefixes/notes": "i\n"}
    fill(draft, {**FIELDS, **own})
    os.symlink("README", draft / DRAFT / "link")
    publishes(draft)
    tree = read_tree(draft / "new")
    assert {**own, "link": "-> README"}.items() <= tree.items()
    known = {path for path in read_tree(draft / "blue")}
    assert set(tree) - known == {*own, "link", "own", "own/deep", ".git"}
    assert draft.sh('rm -r "$M/new/own" "$M/new/README" "$M/new/dhcp/notes"').ok


@pytest.mark.parametrize("call,args,line", [
    (os.rename, [DRAFT, "blue/new"], "mv .drafts/new EPERM"),
    (os.rename, ["blue", ".drafts/blue"], "mv .drafts/blue EPERM"),
    (os.rename, ["blue", DRAFT], "mv .drafts/new EPERM"),
    (os.rmdir, [".drafts"], "rmdir .drafts EPERM"),
    (os.unlink, [".error"], "unlink .error EPERM"),
    (os.symlink, ["blue", "link"], "create link EPERM"),
    (os.mkdir, ["blue/vpcPrefixes/50%"], "mkdir blue/vpcPrefixes/50% EINVAL"),
], ids=lambda value: value if isinstance(value, str) else "")
def test_what_the_driver_refuses_is_explained(draft, call, args, line):
    """In the mount's .error, whatever it was about."""
    with draft.sends():
        assert errno_of(call, *(draft / arg for arg in args)) == line.split()[-1]
    assert line in draft.why("").splitlines()[0] and draft.why("").splitlines()[1]


def test_open_files_of_a_draft_outlive_it(draft):
    fill(draft, {**FIELDS, "notes": "one\n"})
    with open(draft / DRAFT / "notes", "a") as notes, open(draft / DRAFT / "zone", "r+") as zone:
        publishes(draft)
        notes.write("two\n")
        notes.flush()
        assert draft.read("new/notes") == "one\ntwo\n"
        with draft.sends():
            assert errno_of(os.write, zone.fileno(), b"US-WEST-04A\n") == "ESTALE"
        assert zone.read() == "US-EAST-04A\n"
        assert draft.read("new/zone") == "US-EAST-04A\n"


@pytest.mark.parametrize("where", ["", "dhcp/dns", "vpcPrefixes/pod cidr", "own"])
def test_a_shell_inside_the_draft(draft, where):
    """The shell's directory is the VPC's afterwards."""
    fill(draft, {**FIELDS, "own/file": "x\n"})
    seen = {"": "cat id zone", "dhcp/dns": "cat servers", "vpcPrefixes/pod cidr": "cat value", "own": "cat file"}[where]
    with draft.sends("POST"):
        result = draft.sh(f'cd "$M/{DRAFT}/{where}" && mv -T "$M/{DRAFT}" "$M/new" && {seen} && ls && ls ..')
    assert result.ok, result
    expected = {"": draft.vpc("new")["id"] + "\nUS-EAST-04A\n", "dhcp/dns": "1.1.1.1\n8.8.8.8\n",
                "vpcPrefixes/pod cidr": "10.0.0.0/13\n", "own": "x\n"}[where]
    assert result.out.startswith(expected)


def test_a_shell_inside_goes_on_to_write(draft):
    fill(draft, FIELDS)
    with draft.sends("POST", "PATCH egress.disablePublicAccess", "PATCH dhcp.dns.servers"):
        result = draft.sh(f'cd "$M/{DRAFT}" && mv -T "$M/{DRAFT}" "$M/new" && echo false > egress/disablePublicAccess && '
                          'cd dhcp/dns && echo 9.9.9.9 > servers')
    assert result.ok, result
    assert draft.vpc("new")["dhcp"]["dns"]["servers"] == ["9.9.9.9"]


# Failures leave the draft.

FAILURES = {
    "quota": ("POST:status=429,quota,message=no more VPCs", "EDQUOT", "no more VPCs"),
    "permission": ("POST:status=403,message=you may not", "EACCES", "you may not"),
    "token": ("POST:status=401,message=who are you", "EACCES", "who are you"),
    "invalid": ("POST:status=400,message=that is wrong", "EIO", "that is wrong"),
    "unavailable": ("POST:status=503,message=later", "EREMOTEIO", "later"),
    "internal": ("POST:status=500,message=broken", "EREMOTEIO", "broken"),
    "lost on the way there": ("POST:reset-before", "ETIMEDOUT", "not known"),
}


@pytest.mark.parametrize("name", list(FAILURES))
def test_a_failure_leaves_the_draft(lab, name):
    fault, expected, words = FAILURES[name]
    m = lab.mount("timeout=3", vpcs=(BLUE, OTHER))
    os.mkdir(m / DRAFT)
    fill(m, {**FIELDS, "notes": "x\n"})
    m.server.fault(fault)
    m.clear()
    why = ""
    before = read_tree(m / DRAFT)
    assert publish(m) == expected, m.why("")
    why = m.why("")
    posts = [r for r in m.requests("POST")]
    assert len(posts) == 1 or name == "token" and len(posts) <= 2
    assert read_tree(m / DRAFT) == before and m.ls() == ["blue", "other"]
    assert words in why and "new" in why
    m.server.clear_faults()
    publishes(m)
    assert settings(m.vpc("new")) == settings(BLUE)


def test_an_answer_that_was_lost_is_looked_up(draft):
    fill(draft, {**FIELDS, "notes": "x\n"})
    draft.server.fault("POST:reset-after*1")
    publishes(draft)
    assert settings(draft.vpc("new")) == settings(BLUE)
    assert draft.read("new/notes") == "x\n"


@pytest.mark.parametrize("faults", [["LIST:lag=700"], ["GET:lag=700"], ["LIST:lag=700", "GET:lag=700"]])
def test_a_service_that_shows_it_late(draft, faults):
    """The answer to the POST confirms the creation; if that answer lacks something, a GET is awaited."""
    fill(draft, FIELDS)
    draft.server.fault(*faults)
    draft.clear()
    assert publish(draft) == "ok", draft.why("")
    assert draft.writes() == ["POST"] and draft.ls(".drafts") == []
    draft.server.clear_faults()
    draft.refresh()
    assert "new" in draft.ls() and draft.read("new/zone") == "US-EAST-04A\n"
    assert settings(draft.vpc("new")) == settings(BLUE)


@reference
def test_a_service_that_does_not_show_it(lab):
    m = lab.mount("timeout=2", vpcs=(BLUE, OTHER))
    os.mkdir(m / DRAFT)
    fill(m, FIELDS)
    m.server.fault("GET:lag=60000")
    before = read_tree(m / DRAFT)
    assert publish(m) == "ETIMEDOUT"
    assert read_tree(m / DRAFT) == before
    assert m.why("").count("was created") == 1 and "new was created (id " in m.why("")


def test_an_answer_that_was_lost_and_no_list(lab):
    m = lab.mount("timeout=2", vpcs=(BLUE, OTHER))
    os.mkdir(m / DRAFT)
    fill(m, FIELDS)
    m.server.fault("POST:reset-after*1", "LIST:status=503@1")
    m.clear()
    before = read_tree(m / DRAFT)
    assert publish(m) == "ETIMEDOUT"
    assert m.writes() == ["POST"] and read_tree(m / DRAFT) == before
    assert "not known" in m.why("")
    m.server.clear_faults()
    m.refresh()
    assert m.ls() == ["blue", "new", "other"] and m.ls(".drafts") == ["new"]
    assert refuses(m, "EEXIST")


def test_a_vpc_that_is_not_what_the_draft_says_takes_nothing(draft):
    """The answer to the POST and a GET show a VPC that differs from the request."""
    fill(draft, FIELDS)
    other = json.dumps({"vpc": {**draft.vpc("other"), "name": "new", "id": "11111111-2222-3333-4444-555555555555"}})
    draft.server.fault(f"POST:body={other}")
    before = read_tree(draft / DRAFT)
    assert publish(draft) != "ok"
    assert read_tree(draft / DRAFT) == before
    assert "new" in draft.why("")


def test_what_was_refused_can_be_mended(draft):
    fill(draft, {**FIELDS, "egress/disablePublicAccess": "perhaps\n"})
    refuses(draft)
    fill(draft, {"egress/disablePublicAccess": "true\n"})
    publishes(draft)
    assert settings(draft.vpc("new")) == settings(BLUE)


@pytest.mark.parametrize("files", [{**FIELDS, "notes": "x\n"}, {"spec.json": spec_text()}, {}])
def test_a_dry_run_changes_nothing(lab, files):
    m = lab.mount("dry_run,zone=US-EAST-04A", vpcs=(BLUE, OTHER))
    os.mkdir(m / DRAFT)
    write_tree(m / DRAFT, files)
    with m.sends():
        assert m.sh(f'mv -T "$M/{DRAFT}" "$M/new"').ok, m.why("")
    assert m.ls() == ["blue", "other"] and m.ls(".drafts") == ["new"]
    assert {path: text for path, text in read_tree(m / DRAFT).items() if text is not None} == files
    line = next(line for line in m.read(".vpcfs/log").splitlines() if "dry-run POST" in line)
    assert json.loads(line[line.index("{"):])["name"] == "new"
    with m.sends():
        assert m.sh(f'cd "$M/{DRAFT}" && mv -T "$M/{DRAFT}" "$M/new" && ls').ok


def test_a_dry_run_checks(lab):
    m = lab.mount("dry_run", vpcs=(BLUE, OTHER))
    os.mkdir(m / DRAFT)
    fill(m, {"zone": "US-EAST-04A\n", "dhcp/dns/servers": "x\n"})
    assert "dhcp/dns/servers" in refuses(m)
    assert refuses(m, "EEXIST", "other")


def test_many_drafts_and_many_entries(draft):
    """With many of them nothing is lost or mixed up."""
    prefixes = {f"vpcPrefixes/p{n}/value": f"10.{n // 256}.{n % 256}.0/24\n" for n in range(300)}
    fill(draft, {"zone": "US-EAST-04A\n", **prefixes})
    for n in range(50):
        os.mkdir(draft / f".drafts/other{n}")
        write_tree(draft / f".drafts/other{n}", {"zone": "US-WEST-04A\n"})
    body = publishes_among(draft)
    assert {(p["name"], p["value"]) for p in body["vpcPrefixes"]} == \
        {(path.split("/")[1], text.strip()) for path, text in prefixes.items()}


def publishes_among(mount):
    mount.clear()
    assert publish(mount) == "ok", mount.why("")
    assert mount.writes() == ["POST"] and len(mount.ls(".drafts")) == 50
    return mount.requests("POST")[0]["body"]


def test_entries_that_share_a_name(draft):
    """As a VPC shows them: NAME~1 and NAME~2, or told apart in whatever way."""
    twins = [{"name": "twin", "value": "10.40.0.0/16"}, {"name": "twin", "value": "10.41.0.0/16"}]
    fill(draft, {"zone": "US-EAST-04A\n", "vpcPrefixes/twin~1/value": "10.40.0.0/16\n",
                 "vpcPrefixes/twin~2/value": "10.41.0.0/16\n", "spec.json": spec_text(vpcPrefixes=twins)})
    draft.clear()
    publish(draft)  # whether the service takes it is its own matter
    body = draft.requests("POST")[0]["body"]
    assert sorted(body["vpcPrefixes"], key=str) == twins
