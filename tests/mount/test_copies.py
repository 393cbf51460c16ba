# SPDX-License-Identifier: MIT
"""Every program that copies trees, for real (docs/semantics.md): into .drafts it copies, and mv creates the VPC of the
backup; in the root it is refused; over an existing VPC it changes what differs."""
import os
import re

import copiers
import pytest
from harness import SLOW, Mount, errno_of, is_root, wait_until
from programs import Screen
from trees import BLUE, OTHER, OWNED, read_tree, settings

each_copy = pytest.mark.parametrize("program", list(copiers.COPIES))
each_restore = pytest.mark.parametrize("program", list(copiers.RESTORES))
each_unlinker = pytest.mark.parametrize("program", list(copiers.UNLINKERS))
needs_root = pytest.mark.skipif(not is_root(), reason="sshd, pid namespaces and other owners are for root")


class Scene:
    """A mount, a backup of it in .backup, and the commands' environment."""

    def __init__(self, lab, options="", vpcs=(BLUE, OTHER), kind=None):
        self.m = lab.mount(options, vpcs=vpcs) if kind is None else kind(lab, options, vpcs)
        self.backup = self.m.work / "backup"
        assert self.m.sh('rsync -a "$M/" "$W/backup/"').ok
        self.before = settings(self.m.vpc("blue"))
        self.tree = read_tree(self.backup / "blue")

    def run(self, command, to=""):
        return self.m.sh(command, env=copiers.environment(self.m.folder, self.backup, self.m / to))

    def lose_blue(self):
        os.rmdir(self.m / "blue")
        self.m.clear()

    def change_blue(self):
        """Another client changes the VPC in four places."""
        self.m.server.patch("blue", "dhcp.dns.servers,egress.disablePublicAccess,vpcPrefixes",
                            dhcp={"dns": {"servers": ["9.9.9.9"]}}, egress={"disablePublicAccess": False},
                            vpcPrefixes=[{"name": "id", "value": "10.36.0.0/22"}, {"name": "new", "value": "10.64.0.0/16"}])
        self.m.refresh()
        self.m.clear()


@pytest.fixture
def scene(lab):
    return Scene(lab)


def skip_without_root(program):
    if not is_root() and re.search("ssh|scp|sftp", program):
        pytest.skip("sshd is for root")


# Into a draft.

@each_copy
def test_into_a_draft_then_mv(scene, program):
    skip_without_root(program)
    scene.lose_blue()
    result = scene.run(copiers.COPIES[program], ".drafts")
    assert result.ok, result
    assert scene.m.requests() == []
    copied = read_tree(scene.m / ".drafts/blue")
    assert {path: text for path, text in copied.items() if not path.startswith(".git")} == scene.tree
    assert_published(scene)


def assert_published(scene):
    m = scene.m
    assert m.sh('mv -T "$M/.drafts/blue" "$M/blue"').ok, m.why("")
    assert m.writes() == ["POST"]
    assert settings(m.requests("POST")[0]["body"]) == scene.before
    assert settings(m.vpc("blue")) == scene.before and m.vpc("blue")["name"] == "blue"
    assert m.ls(".drafts") == []
    assert m.read("blue/id") == m.vpc("blue")["id"] + "\n"


def open_mc(scene, to):
    env = copiers.environment(scene.m.folder, scene.backup, scene.m / to)
    return Screen('mc --nosubshell --nocolor "$B" "$TO"', scene.m.shell_env({**env, "D": str(scene.m.work)}), scene.m.work, SLOW)


def copy_with_mc(screen):
    screen.wait_for("blue")
    screen.keys("Down", "F5")
    screen.wait_for("Copy directory")
    screen.keys("Enter")


def test_mc_into_a_draft(scene):
    scene.lose_blue()
    screen = open_mc(scene, ".drafts")
    try:
        copy_with_mc(screen)
        wait_until(lambda: read_tree(scene.m / ".drafts").keys() >= {"blue/" + path for path in scene.tree}, "mc's copy", 15)
        screen.wait_for(r"(?s)\A(?!.*\[ Abort).*10Quit")
    finally:
        screen.close()
    assert read_tree(scene.m / ".drafts/blue") == scene.tree
    assert_published(scene)


def test_mc_in_the_root(scene):
    scene.lose_blue()
    screen = open_mc(scene, "")
    try:
        copy_with_mc(screen)
        screen.wait_for("not permitted")
    finally:
        screen.close()
    assert_refused(scene)


# In the root.

def assert_refused(scene, name="blue"):
    m = scene.m
    assert m.writes() == [] and m.ls() == ["other"]
    why = m.why("")
    assert "EPERM" in why
    assert f"  cp -r SOURCE .drafts/{name}\n  mv -T .drafts/{name} {name}\n" in why


@pytest.mark.parametrize("options", ["", "zone=US-WEST-04A"])
@each_copy
def test_in_the_root_it_is_refused(lab, program, options):
    skip_without_root(program)
    scene = Scene(lab, options)
    scene.lose_blue()
    result = scene.run(copiers.COPIES[program])
    assert not result.ok, result
    # unison makes the directory under a name of its own first.
    assert_refused(scene, "NAME" if program == "unison" else "blue")


@pytest.mark.parametrize("program", [name for name in copiers.COPIES if name.startswith(("mv", "busybox mv"))])
def test_a_refused_mv_keeps_its_source(scene, program):
    scene.lose_blue()
    assert not scene.run(copiers.COPIES[program]).ok
    assert read_tree(scene.backup / "blue") == scene.tree


def test_the_two_commands_of_the_refusal_work(scene):
    scene.lose_blue()
    assert not scene.run('cp -r "$B/blue" "$M/blue"').ok
    commands = re.findall(r"^ *((?:cp -r|mv -T) .*)$", scene.m.why(""), re.MULTILINE)
    assert len(commands) == 2
    result = scene.m.sh(" && ".join(commands).replace("SOURCE", str(scene.backup / "blue")), cwd=scene.m.path)
    assert result.ok, result
    assert settings(scene.m.vpc("blue")) == scene.before


MAKERS = ["mkdir", "busybox mkdir", '"$LINKS/mkdir"', "/usr/bin/python3 -c 'import os, sys; os.mkdir(sys.argv[1])'",
          "perl -e 'mkdir shift or die'"]


@pytest.mark.parametrize("command", MAKERS)
def test_a_person_makes_a_directory(lab, command):
    scene = Scene(lab, "zone=US-WEST-04A")
    scene.m.clear()
    result = scene.run(f'{command} "$M/new"')
    assert result.ok, result
    assert scene.m.writes() == ["POST"] and "new" in scene.m.ls()


def test_below_a_vpc_directories_are_scratch(scene):
    """The refusal concerns only the root."""
    with scene.m.sends():
        assert scene.run('cp -r "$B/other" "$M/blue/copy" && rm -r "$M/blue/copy"').ok


class ApartMount(Mount):
    """The driver runs in a pid namespace of its own and can see none of its callers."""

    def _launch(self):
        self.command = ["unshare", "--pid", "--fork", "--kill-child=TERM", *self.command]
        super()._launch()


def mount_apart(lab, options, vpcs):
    mount = ApartMount(lab.new_folder(), lab.server(vpcs=vpcs), options)
    lab.started.append(mount)
    return mount


@needs_root
def test_a_caller_that_cannot_be_seen_is_a_person(lab):
    scene = Scene(lab, "zone=US-WEST-04A", kind=mount_apart)
    scene.m.clear()
    assert errno_of(os.mkdir, scene.m / "one") == "ok"
    scene.run('cp -r "$B/other" "$M/two"')
    assert scene.m.writes()[:2] == ["POST", "POST"]
    assert scene.m.vpc("one") and scene.m.vpc("two")


# Over an existing VPC.

@each_restore
def test_over_a_vpc_that_is_the_same(scene, program):
    """Nothing is sent; for root the program ends with 0, read-only files included."""
    skip_without_root(program)
    scene.m.clear()
    result = scene.run(copiers.RESTORES[program])
    assert scene.m.writes() == []
    assert read_tree(scene.m / "blue") == scene.tree
    if is_root() or program.startswith("rsync") and "inplace" not in program:
        assert result.ok, result


@each_restore
def test_over_a_vpc_that_was_changed(scene, program):
    """The differences are sent, and the settings are those of the backup, whatever happens to the files that only the
    API sets."""
    skip_without_root(program)
    scene.change_blue()
    identity = scene.m.vpc("blue")["id"]
    scene.run(copiers.RESTORES[program])
    assert settings(scene.m.vpc("blue")) == scene.before
    assert scene.m.vpc("blue")["id"] == identity
    writes = scene.m.writes()
    masks = {mask for line in writes for mask in line.removeprefix("PATCH ").split(",")}
    assert masks <= {"dhcp.dns.servers", "egress.disablePublicAccess", "vpcPrefixes"}
    assert 1 <= len(writes) <= 6, writes
    assert all(line.startswith("PATCH ") for line in writes)


@each_unlinker
def test_what_unlinks_changes_nothing_or_what_is_right(scene, program):
    skip_without_root(program)
    scene.change_blue()
    changed = settings(scene.m.vpc("blue"))
    scene.m.clear()
    scene.run(copiers.UNLINKERS[program])
    assert all(line.startswith("PATCH ") for line in scene.m.writes()), scene.m.writes()
    now = settings(scene.m.vpc("blue"))
    for key, value in now.items():
        if key == "vpcPrefixes":
            assert set(value) <= {*changed[key], *scene.before[key]}
            assert value == scene.before[key] or {name for name, _ in value} >= {name for name, _ in changed[key]}
        else:
            assert value in (changed[key], scene.before[key]), (key, value)
    assert {vpc["name"] for vpc in scene.m.server.list()} == {"blue", "other"}


ROOM_MAKERS = {  # they would put something else in the place of a VPC or a prefix, and remove that first
    "mv": 'mv "$B/blue" "$M/"',
    "mv, a prefix": 'mv "$B/blue/vpcPrefixes/id" "$M/blue/vpcPrefixes/"',
    "busybox mv": 'busybox mv "$B/blue" "$M/"',
    "pax": 'cd "$B" && pax -rw blue "$M"',
    "tar, a file": 'cd "$W" && echo x > blue && tar c blue | tar -C "$M" -x',
    "tar --recursive-unlink": 'cd "$B" && tar c blue | tar -C "$M" -x --recursive-unlink --unlink-first',
    "bsdtar, a file": 'cd "$W" && echo x > blue && tar c blue | bsdtar -C "$M" -x -f -',
    "cpio, a file": 'cd "$W" && echo x > blue && echo blue | cpio -pu "$M"',
    "rsync, a file": 'cd "$W" && echo x > blue && rsync -a --force --delete blue "$M"',
    "rsync, nothing": 'mkdir "$W/empty" && rsync -a --delete "$W/empty/" "$M/"',
    "rsync, no prefix": 'rm -r "$B/blue/vpcPrefixes/id" && rsync -a --delete "$B/blue/vpcPrefixes/" "$M/blue/vpcPrefixes/"',
    "rclone purge": 'rclone purge --retries 1 "$M/blue"',
    "rclone sync, nothing": 'mkdir "$W/empty" && rclone sync --retries 1 "$W/empty" "$M"',
    "git clean": 'git init -q "$W/repo" && git --git-dir="$W/repo/.git" --work-tree="$M" clean -qfdx',
    "unison, nothing": 'mkdir "$W/empty" && UNISON="$W/unison" unison -ui text -batch -silent -force "$W/empty" "$W/empty" "$M"',
}


@pytest.mark.parametrize("program", list(ROOM_MAKERS))
def test_no_copy_makes_room_for_itself(scene, program):
    scene.m.clear()
    result = scene.run(ROOM_MAKERS[program])
    assert scene.m.writes() == [], result
    assert settings(scene.m.vpc("blue")) == scene.before and scene.m.vpc("other")


@pytest.mark.parametrize("how", ["rsync -a --existing", "rsync -r --existing", "rsync -a --inplace --existing",
                                 "rsync -a --checksum --existing"])
def test_rsync_existing_with_server_owned_sends_one_patch(scene, how):
    scene.change_blue()
    result = scene.run(f'{how} --exclude-from="$M/.vpcfs/server-owned" "$B/" "$M/"')
    assert result.ok and result.err == "", result
    assert len(scene.m.writes()) == 1, scene.m.writes()
    assert settings(scene.m.vpc("blue")) == scene.before
    scene.m.clear()
    result = scene.run(f'{how} --exclude-from="$M/.vpcfs/server-owned" "$B/" "$M/"')
    assert result.ok and scene.m.writes() == []


def test_tar_with_server_owned(scene):
    scene.change_blue()
    result = scene.run('tar -C "$B" -c . | tar -C "$M" -X "$M/.vpcfs/server-owned" -x --overwrite')
    assert settings(scene.m.vpc("blue")) == scene.before
    assert result.ok and result.err == "", result


def test_server_owned_names_what_only_the_api_sets(lab):
    m = lab.mount(load=[{**BLUE, "id": "1", "status": "STATUS_READY", "createdAt": "2026-01-01T00:00:00Z",
                         "updatedAt": "2026-01-01T00:00:00Z", "novelty": "x", "novelties": {"deep": {"er": [1]}}, "more": [1]}])
    m.ls("blue")
    lines = m.read(".vpcfs/server-owned").splitlines()
    names = lines[1::2]
    assert lines[::2] == [f"+ {name}/" for name in names] and len(set(names)) == len(names)
    assert set(names) >= OWNED | {"novelty", "more"}
    assert not set(names) & {"name", "zone", "hostPrefixes", "vpcPrefixes", "value", "type", "prefixes", "prefixLength",
                             "gatewayAddressPolicy", "servers", "disablePublicServices", "disablePublicAccess", "spec.json",
                             "dhcp", "dns", "ingress", "egress", "ipam"}
    # Every file of an unknown object is left out, but a prefix called `id` is not.
    assert m.sh('rsync -a --exclude-from="$M/.vpcfs/server-owned" "$M/blue/" out/').ok
    left = {path for path, text in read_tree(m.work / "out").items() if text is not None}
    assert left == {path for path, text in read_tree(m / "blue").items()
                    if text is not None and os.path.basename(path) not in names}
    assert "vpcPrefixes/id/value" in left


@pytest.mark.parametrize("name", ["id", "status"])
def test_a_vpc_of_such_a_name_is_not_left_out(lab, name):
    m = lab.mount(vpcs=({**BLUE, "name": name}, OTHER))
    before = settings(m.vpc(name))
    assert m.sh('rsync -a "$M/" backup/ && rsync -a --exclude-from="$M/.vpcfs/server-owned" "$M/" some/').ok
    assert {f"{name}/spec.json", f"{name}/vpcPrefixes/id/value"} <= read_tree(m.work / "some").keys()
    assert f"{name}/id" not in read_tree(m.work / "some")
    m.server.patch(name, "dhcp.dns.servers", dhcp={"dns": {"servers": []}})
    m.refresh()
    m.clear()
    assert m.sh('rsync -a --existing --exclude-from="$M/.vpcfs/server-owned" backup/ "$M/"').ok
    assert m.writes() == ["PATCH dhcp.dns.servers"]
    assert settings(m.vpc(name)) == before
