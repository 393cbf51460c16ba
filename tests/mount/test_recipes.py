# SPDX-License-Identifier: MIT
"""Backup and restore as the README describes them, on organisations of many VPCs: the exit status, the requests, and
the API's state afterwards. No VPC is ever created with a setting that the backup lacks."""
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import tempfile

import harness
import pytest
from conftest import live
from harness import ROOT, is_root, wait_until
from runner import AS_NOBODY, fuse_for_everybody
from test_readme import GIT_IDENTITY, README, commands_of
from trees import BLUE, OTHER, read_tree, settings

# How many VPCs, which are deleted, which changed, and which have another name by now.
LARGE = (30, range(0, 5), range(10, 15), range(20, 22))
SMALL = (9, range(0, 3), range(4, 7), range(7, 8))
UNITS = ROOT / "examples/systemd"


def vpc_number(n):
    """A VPC that differs from every other in each field."""
    vpc = {"name": f"vpc-{n:02}", "zone": ["US-EAST-04A", "US-WEST-04A"][n % 2],
           "hostPrefixes": [{"name": "host primary", "type": "PRIMARY", "prefixes": [f"10.{n}.0.0/16"]}],
           "vpcPrefixes": [{"name": f"pods {k}", "value": f"10.{100 + n}.{k * 64}.0/18"} for k in range(n % 4)],
           "dhcp": {"dns": {"servers": [f"9.9.{n}.{k}" for k in range(n % 3)]}},
           "ingress": {"disablePublicServices": n % 2 == 0}, "egress": {"disablePublicAccess": n % 5 == 0}}
    if n % 3 == 0:
        vpc["hostPrefixes"].append({"name": "edge", "type": "ATTACHED", "prefixes": [f"2601:db8:{n:x}::/48"],
                                    "ipam": {"prefixLength": 64, "gatewayAddressPolicy": "EUI64"}})
    return vpc


def recipe(heading, containing):
    """The block that contains this text in the README's section."""
    part = README.split(f"### {heading}\n", 1)[1].split("\n## ", 1)[0].split("\n### ", 1)[0]
    return next(text for text in re.findall(r"<!-- test -->\n```sh\n(.*?)```", part, re.DOTALL) if containing in text)


BACKUP = commands_of(recipe("Backup and restore", "--itemize-changes"))[0]
RESTORE_ONE = "\n".join(commands_of(recipe("Backup and restore", "cp -r ~/vpc-backup"))[1:])
# The README's block begins with what is to be restored, and ends with a look at it.
RESTORE_ALL = "\n".join(commands_of(recipe("Backup and restore", "--existing"))[2:-1])
HISTORY = "\n".join(commands_of(recipe("Backup and restore", "git init"))[:-1])
# The two steps as the contract words them.
RESTORE_BY_DRAFTS = """
rsync -a --exclude=.git ~/vpc-backup/ .drafts/
for draft in .drafts/*/; do
	name=$(basename "$draft")
	if [ -e "$name" ]; then rm -r "$draft"; else mv -T "$draft" "$name" || { cat .error; failed=yes; }; fi
done
rsync -a --existing --exclude-from=.vpcfs/server-owned ~/vpc-backup/ ./ && [ ! "$failed" ]
"""
each_restore = pytest.mark.parametrize("restore", [RESTORE_ALL, RESTORE_BY_DRAFTS], ids=["readme", "by drafts"])


class Organisation:
    """VPCs, a backup of them in ~/vpc-backup, and the API's state at that time."""

    def __init__(self, lab, options="", size=SMALL, backup=BACKUP, mount=None, **keywords):
        self.lab = lab
        self.count, self.gone, self.changed, self.renamed = size if isinstance(size, tuple) else (size, (), (), ())
        self.server = lab.server(vpcs=[vpc_number(n) for n in range(self.count)])
        self.m = mount(self.server) if mount else lab.mount(options, self.server, **keywords)
        self.home = self.m.folder / "home"
        self.run(backup, check=True)
        self.was = self.state()

    def state(self):
        return {vpc["name"]: settings(vpc) for vpc in self.server.list()}

    def run(self, command, check=False, **options):
        result = self.m.sh(command, cwd=self.m.path, env=GIT_IDENTITY, timeout=120, **options)
        assert result.ok or not check, (result, self.m.why(""))
        return result

    def refresh(self):
        """Makes the mount forget all answers, whoever owns the mount."""
        self.run("echo > .vpcfs/refresh", check=True)

    def lose(self):
        """As another client, deletes some VPCs, changes some and renames some."""
        for n in self.gone:
            self.server.delete(f"vpc-{n:02}")
        for n in self.changed:
            self.server.patch(f"vpc-{n:02}", "dhcp.dns.servers,ingress.disablePublicServices,vpcPrefixes",
                              dhcp={"dns": {"servers": ["1.2.3.4"]}}, ingress={"disablePublicServices": n % 2 == 1},
                              vpcPrefixes=[{"name": "stray", "value": "10.200.0.0/16"}])
        for n in self.renamed:
            self.rename(f"vpc-{n:02}", f"other-{n}")
        self.refresh()
        self.m.clear()

    def rename(self, old, new):
        """The live service cannot rename a VPC, so it is made anew."""
        if self.lab.profile == "reference":
            path = f"{harness.VPCS}/{self.server.find(old)['id']}"
            assert self.server.call("PATCH", path, {"updateMask": "name", "name": new})[0] == 200
            return
        self.server.delete(old)
        body = {**vpc_number(int(old[-2:])), "name": new}
        self.server.create(body)

    def assert_back(self):
        """Checks that the VPCs are as in the backup, with the fewest requests, and that those with another name are
        unchanged."""
        others = {f"other-{n}": self.was[f"vpc-{n:02}"] for n in self.renamed}
        assert self.state() == {**self.was, **others}
        writes = self.m.writes()
        assert writes.count("POST") == len(self.gone) + len(self.renamed)
        patches = [line for line in writes if line.startswith("PATCH")]
        assert len(patches) == len(self.changed) and len(writes) == writes.count("POST") + len(patches), writes
        self.assert_nothing_made_up()

    def assert_nothing_made_up(self):
        for request in self.m.requests("POST"):
            assert settings(request["body"]) == self.was[request["body"]["name"]]


# A VPC.

def test_a_clone_under_another_name_in_another_zone(lab):
    m = lab.mount(vpcs=({**BLUE, "name": "prod"}, OTHER))
    with m.sends("POST"):
        result = m.sh("set -e -o pipefail\n" + recipe("A VPC with everything, in one POST", "jq"), cwd=m.path)
    assert result.ok and result.out == "172.16.0.0/16\n", (result, m.why(""))
    expected = settings(BLUE)
    expected["zone"] = "US-WEST-04A"
    expected["hostPrefixes"]["host primary"] = ("PRIMARY", ["172.16.0.0/16"], None)
    assert settings(m.vpc("blue")) == expected and settings(m.vpc("prod")) == settings(BLUE)


def test_one_deleted_vpc(lab):
    org = Organisation(lab, size=4)
    m = org.m
    org.run(BACKUP.replace("./*", "./vpc-03"), check=True)
    os.rename(org.home / "vpc-backup/vpc-03", org.home / "vpc-backup/blue")
    identity = m.vpc("vpc-03")["id"]
    os.rmdir(m / "vpc-03")
    with m.sends("POST"):
        org.run("set -e\n" + RESTORE_ONE, check=True)
    assert settings(m.vpc("blue")) == org.was["vpc-03"] and m.vpc("blue")["id"] != identity
    assert m.ls(".drafts") == []


def test_one_vpc_that_was_changed(lab):
    org = Organisation(lab, size=4)
    org.server.patch("vpc-03", "dhcp.dns.servers,vpcPrefixes", dhcp={"dns": {"servers": ["1.2.3.4"]}}, vpcPrefixes=[])
    org.m.refresh()
    org.m.clear()
    org.run("cp ~/vpc-backup/vpc-03/spec.json vpc-03/spec.json", check=True)
    assert len(org.m.writes()) == 1 and org.state() == org.was


# Backups.

def test_a_backup_is_exact_and_a_second_one_copies_nothing(lab):
    org = Organisation(lab, size=4)
    assert read_tree(org.home / "vpc-backup") == read_tree(org.m.path)
    org.m.clear()
    again = org.run(recipe("Backup and restore", "--itemize-changes"), check=True)
    assert again.out == "" and org.m.reads() <= 1


@live
def test_a_backup_after_a_remount_copies_nothing(lab):
    org = Organisation(lab, size=4)
    org.m.remount()
    assert org.run(recipe("Backup and restore", "--itemize-changes"), check=True).out == ""


def test_a_change_of_equal_length_is_copied(lab):
    org = Organisation(lab, "ttl=0.1", size=4)
    org.server.patch("vpc-02", "dhcp.dns.servers", dhcp={"dns": {"servers": ["9.9.2.5", "9.9.2.6"]}})
    org.m.refresh()
    org.run(BACKUP, check=True)
    assert (org.home / "vpc-backup/vpc-02/dhcp/dns/servers").read_text() == "9.9.2.5\n9.9.2.6\n"


def test_a_backup_keeps_what_is_gone_and_no_old_prefix(lab):
    """So that a restore from it gives one VPC, not two mixed up."""
    org = Organisation(lab, size=4)
    org.server.patch("vpc-03", "vpcPrefixes", vpcPrefixes=[{"name": "new", "value": "10.200.0.0/16"}])
    org.server.delete("vpc-02")
    org.m.refresh()
    org.run(BACKUP, check=True)
    assert os.listdir(org.home / "vpc-backup/vpc-03/vpcPrefixes") == ["new"]
    assert (org.home / "vpc-backup/vpc-02/spec.json").exists()
    org.was["vpc-03"] = org.state()["vpc-03"]
    org.server.delete("vpc-03")
    org.m.refresh()
    org.m.clear()
    org.run(RESTORE_ALL, check=True)
    assert org.state() == org.was and org.m.writes() == ["POST", "POST"]


def test_a_backup_that_is_two_mixed_up_is_refused(lab):
    """Without --delete the directory of a removed prefix stays: such a VPC is not created anew."""
    org = Organisation(lab, size=4)
    org.server.patch("vpc-03", "vpcPrefixes", vpcPrefixes=[{"name": "new", "value": "10.200.0.0/16"}])
    org.m.refresh()
    org.run("rsync -a ./ ~/vpc-backup/", check=True)
    org.server.delete("vpc-03")
    org.m.refresh()
    org.m.clear()
    result = org.run(RESTORE_ALL)
    assert not result.ok and org.m.writes() == []
    assert "vpcPrefixes" in result.out and "spec.json" in result.out and "vpc-03" in result.err


# Everything.

@each_restore
def test_a_whole_organisation(lab, restore):
    org = Organisation(lab, "" if restore == RESTORE_ALL else "ttl=0.2", LARGE)
    org.lose()
    if restore == RESTORE_BY_DRAFTS:  # the shell's test asks the kernel, which keeps a name for ttl seconds
        wait_until(lambda: not any((org.m / f"vpc-{n:02}").exists() for n in [*org.gone, *org.renamed]), "the names to go")
    result = org.run(restore)
    assert result.ok and result.err == "" and result.out == "", (result, org.m.why(""))
    org.assert_back()
    assert org.m.ls(".drafts") == []
    org.m.clear()
    again = org.run(restore)
    assert again.ok and again.out == "" and org.m.writes() == []


def test_nothing_to_restore_sends_nothing(lab):
    org = Organisation(lab, size=6)
    org.m.clear()
    assert org.run(RESTORE_ALL).ok
    assert org.m.writes() == [] and org.state() == org.was


def test_drafts_of_others_are_left_alone(lab):
    org = Organisation(lab, size=6)
    (org.m / ".drafts/mine").mkdir()
    (org.m / ".drafts/mine/zone").write_text("US-EAST-04A\n")
    (org.m / ".drafts/vpc-04").mkdir()
    (org.m / ".drafts/vpc-04/zone").write_text("half\n")
    (org.m / ".drafts/vpc-01/vpcPrefixes/stray").mkdir(parents=True)  # left by a restore that failed
    (org.m / ".drafts/vpc-01/vpcPrefixes/stray/value").write_text("10.200.0.0/16\n")
    org.server.delete("vpc-01")
    org.m.refresh()
    org.m.clear()
    org.run(RESTORE_ALL, check=True)
    assert org.m.ls(".drafts") == ["mine", "vpc-04"] and org.m.writes() == ["POST"]
    assert org.state() == org.was


def test_an_empty_organisation(lab):
    org = Organisation(lab, size=6)
    for vpc in org.server.list():
        org.server.delete(vpc["name"])
    org.m.refresh()
    org.m.clear()
    org.run(RESTORE_ALL, check=True)
    assert org.state() == org.was and org.m.writes() == ["POST"] * 6


SOURCES = {
    "git": HISTORY + "\ngit -C ~/vpc-history worktree add -q ~/vpc-backup",
    "git clone": HISTORY + "\ngit clone -q ~/vpc-history ~/vpc-backup",
    "git archive": HISTORY + "\nmkdir ~/vpc-backup && git -C ~/vpc-history archive HEAD | tar x -C ~/vpc-backup",
    "tar": "tar czf ~/vpcs.tgz ./* && mkdir ~/vpc-backup && tar xzf ~/vpcs.tgz -C ~/vpc-backup",
    "zip": "zip -qr ~/vpcs.zip ./* && unzip -q ~/vpcs.zip -d ~/vpc-backup",
    "cp": "mkdir ~/vpc-backup && cp -r ./* ~/vpc-backup/",
    "rclone": "rclone sync ./ ~/vpc-backup",
    "old times": BACKUP + " && find ~/vpc-backup -exec touch -d '3 years ago' {} +",
    "new times": BACKUP + " && find ~/vpc-backup -exec touch -d 'next year' {} +",
    "0600": BACKUP + " && find ~/vpc-backup -type f -exec chmod 0600 {} +",
    "0444": BACKUP + " && find ~/vpc-backup -type f -exec chmod 0444 {} +",
    "0644 and 0755": BACKUP + " && chmod -R u=rwX,go=rX ~/vpc-backup",
    "no spec.json": BACKUP + " && rm ~/vpc-backup/*/vpc.json",
    "nothing read-only": "rsync -a --exclude-from=.vpcfs/server-owned ./ ~/vpc-backup/",
    "spec.json alone": "rsync -a --include='/*/' --include=/*/spec.json --exclude='*' ./ ~/vpc-backup/",
}


@pytest.mark.parametrize("source", list(SOURCES))
def test_a_whole_organisation_from_elsewhere(lab, source):
    org = Organisation(lab, backup=SOURCES[source])
    org.lose()
    result = org.run(RESTORE_ALL)
    assert result.ok and result.err == "", (result, org.m.why(""))
    org.assert_back()


def test_from_an_older_commit(lab):
    org = Organisation(lab, backup=HISTORY)
    org.run("git -C ~/vpc-history tag before", check=True)
    org.lose()
    org.run(HISTORY, check=True)
    assert org.run("git -C ~/vpc-history log --oneline", check=True).out.count("\n") == 2
    org.m.clear()
    org.run("git -C ~/vpc-history worktree add -q ~/vpc-backup before", check=True)
    assert org.run(RESTORE_ALL).ok
    org.assert_back()


def test_from_a_tar_onto_what_is_there(lab):
    org = Organisation(lab, size=6, backup="tar cf ~/vpcs.tar ./*")
    org.server.patch("vpc-03", "dhcp.dns.servers,vpcPrefixes", dhcp={"dns": {"servers": ["1.2.3.4"]}}, vpcPrefixes=[])
    org.m.refresh()
    org.m.clear()
    result = org.run("tar xf ~/vpcs.tar --overwrite -X .vpcfs/server-owned")
    assert org.state() == org.was, result
    assert result.ok and result.err == "", result
    assert all(line.startswith("PATCH") for line in org.m.writes())


class NobodysMount(harness.Mount):
    """All of it as an ordinary user, in a folder of theirs."""

    def _launch(self):
        for path in (self.folder, self.path, self.token_file, self.work):
            os.chown(path, 65534, 65534)
        vpcfs = self.folder / "vpcfs"
        if not vpcfs.exists():
            shutil.copy(harness.program("vpcfs"), vpcfs)
            os.chown(vpcfs, 65534, 65534)
        command = [str(vpcfs) if word == harness.program("vpcfs") else word for word in self.command]
        self.command = [*AS_NOBODY, *command]
        super()._launch()

    def start(self, command, shell="bash", env=None, stdin=subprocess.DEVNULL, cwd=None):
        home = self.folder / "home"
        home.mkdir(exist_ok=True)
        os.chown(home, 65534, 65534)
        script = f"cd {shlex.quote(str(cwd or self.work))} || exit 99\n{command}"
        return super().start([*AS_NOBODY, shell, "-c", script], env=env, stdin=stdin, cwd="/")


@pytest.mark.skipif(not is_root(), reason="the whole suite runs as an ordinary user then")
@pytest.mark.parametrize("source", ["0444", "0600", "git", "old times", "cp"])
def test_a_whole_organisation_as_an_ordinary_user(lab, source):
    folder = pathlib.Path(tempfile.mkdtemp(prefix="vpcfs-test-", dir="/var/tmp"))
    folder.chmod(0o755)
    mounts = []
    with fuse_for_everybody():
        try:
            org = Organisation(lab, backup=SOURCES[source],
                               mount=lambda server: mounts.append(NobodysMount(folder, server)) or mounts[0])
            org.lose()
            result = org.run(RESTORE_ALL)
            assert result.ok and result.err == "", result
            org.assert_back()
        finally:
            wrong = "".join(m.stop() for m in mounts) + harness.sanitizer_reports(folder)
            shutil.rmtree(folder, ignore_errors=True)
    assert wrong == ""


# One of many fails.

FAULTS = {
    "quota": ("POST:status=429,quota,message=no more VPCs*1@2", "Disk quota exceeded", "no more VPCs"),
    "name taken": ("POST:status=409,message=there is one*1@2", "File exists", "there is one"),
    "unavailable": ("POST:status=503,message=later*1@2", "Remote I/O error", "later"),
    "permission": ("POST:status=403,message=you may not*1@2", "Permission denied", "you may not"),
    "lost": ("POST:reset-before*1@2", "timed out", "not known"),
}


PLAIN_MV = """#!/usr/bin/python3
import os, sys
try:
    os.rename(*sys.argv[-2:])
except OSError as err:
    sys.exit(f"mv: cannot move '{sys.argv[-2]}' to '{sys.argv[-1]}': {os.strerror(err.errno)}")
"""


def use_plain_mv(org):
    """After "File exists" for a name that does not exist, GNU mv 9.1 depends on uninitialised memory (copy.c, dst_sb):
    it reports that it cannot overwrite, or renames once more, which works here. This mv renames once."""
    (org.home / "bin").mkdir()
    (org.home / "bin/mv").write_text(PLAIN_MV)
    (org.home / "bin/mv").chmod(0o755)
    return f'PATH="{org.home}/bin:$PATH"; '


@pytest.mark.parametrize("fault", list(FAULTS))
def test_one_of_many_fails(lab, fault):
    org = Organisation(lab, "timeout=4", LARGE)
    org.lose()
    prepare = use_plain_mv(org) if fault == "name taken" else ""
    rule, errno_text, why = FAULTS[fault]
    org.server.fault(rule)
    result = org.run(prepare + RESTORE_ALL)
    assert not result.ok
    assert errno_text in result.err and "'vpc-02'" in result.err and why in result.out, result
    assert org.m.ls(".drafts") == ["vpc-02"]
    assert read_tree(org.m / ".drafts/vpc-02") == read_tree(org.home / "vpc-backup/vpc-02")
    state = org.state()
    assert "vpc-02" not in state and all(state[name] == org.was[name] for name in org.was if name != "vpc-02")
    org.assert_nothing_made_up()
    org.server.clear_faults()
    assert org.run("mv -T .drafts/vpc-02 vpc-02").ok
    assert org.state().items() >= org.was.items() and org.m.ls(".drafts") == []


def test_a_server_that_dies_on_the_way(lab):
    org = Organisation(lab, "timeout=1,ttl=0.2")
    org.lose()
    org.server.fault("ANY:reset-before@12")
    result = org.run(RESTORE_ALL)
    assert not result.ok
    org.assert_nothing_made_up()
    org.server.clear_faults()
    org.m.refresh()
    assert org.run(RESTORE_ALL).ok, org.m.why("")
    assert org.state().items() >= org.was.items()


@live
def test_names_that_the_api_refuses_stay_drafts(lab):
    org = Organisation(lab, size=3)
    shutil.copytree(org.home / "vpc-backup/vpc-01", org.home / "vpc-backup/No Such Name%2F")
    org.server.delete("vpc-01")
    org.m.refresh()
    org.m.clear()
    result = org.run(RESTORE_ALL)
    assert not result.ok and "No Such Name%2F" in result.err
    assert org.state() == org.was and org.m.ls(".drafts") == ["No Such Name%2F"]


# A backup by git and a timer.

def service_commands(mnt, state):
    """The commands of the systemd unit, with these paths instead of its own."""
    text = (UNITS / "vpcfs-backup.service").read_text()
    commands = re.findall(r"^ExecStart=(.*)$", text, re.MULTILINE)
    assert len(commands) == 5 and f"AssertPathIsMountPoint=/mnt/vpcs\n" in text
    commands = [c.replace("$$", "$").replace("%%", "%").replace("/mnt/vpcs", str(mnt)) for c in commands]
    return f"mkdir -p {state} && cd {state} &&\n" + " &&\n".join(commands)


def history(org, how):
    return HISTORY if how == "readme" else service_commands(org.m.path, org.home / "vpc-history")


def commits(org):
    done = subprocess.run(["git", "-C", org.home / "vpc-history", "log", "--format=%H"], capture_output=True, text=True,
                          check=False)
    return done.stdout.split()


def committed(org, commit="HEAD"):
    done = subprocess.run(["git", "-C", org.home / "vpc-history", "ls-tree", "-r", "--name-only", commit], capture_output=True,
                          text=True, check=True)
    return done.stdout.splitlines()


each_history = pytest.mark.parametrize("how", ["readme", "service"])


@each_history
def test_each_change_is_a_commit(lab, how):
    org = Organisation(lab, size=6)
    org.run(history(org, how), check=True)
    assert len(commits(org)) == 1
    org.run(history(org, how), check=True)
    assert len(commits(org)) == 1  # nothing has changed
    org.server.patch("vpc-03", "dhcp.dns.servers", dhcp={"dns": {"servers": ["1.2.3.4"]}})
    org.server.delete("vpc-05")
    org.m.refresh()
    org.m.clear()
    org.run(history(org, how), check=True)
    assert len(commits(org)) == 2
    files = committed(org)
    assert "vpc-03/dhcp/dns/servers" in files and not any(path.startswith("vpc-05/") for path in files)
    assert any(path.startswith("vpc-05/") for path in committed(org, "HEAD~1"))
    assert read_tree(org.home / "vpc-history/vpc-03") == read_tree(org.m / "vpc-03")
    assert org.m.writes() == []


DEAD = {
    "dead": lambda org: org.server.kill(),
    "hanging": lambda org: org.server.fault("ANY:hang"),
    "unauthorized": lambda org: org.server.fault("ANY:status=401"),
    "garbage": lambda org: org.server.fault("ANY:garbage"),
    "cut": lambda org: org.server.fault("LIST:cut"),
    "broken": lambda org: org.server.fault("ANY:status=500"),
    "404 of a proxy": lambda org: org.server.fault("ANY:status=404,body=html"),
    "unmounted": lambda org: harness.unmount(org.m.path),
    "driver dead": lambda org: None,
}


@pytest.mark.parametrize("death", list(DEAD))
@each_history
def test_a_dead_server_changes_nothing(lab, how, death):
    org = Organisation(lab, "timeout=1,ttl=0.1", size=6, expect_stderr=".*")
    org.run(history(org, how), check=True)
    before, tree = commits(org), read_tree(org.home / "vpc-history")
    org.server.delete("vpc-05")
    org.m.refresh()
    DEAD[death](org)
    if death == "unmounted":
        wait_until(lambda: not harness.is_mounted(org.m.path), "the unmount")
    command, cwd = history(org, how), org.m.path if how == "readme" else org.m.work
    if death == "driver dead":  # under a shell that is in the mount
        command = f'cd "$M" && kill -9 {org.m.process.pid} && while ls >/dev/null 2>&1; do :; done; ' + command
        cwd = org.m.work
    result = org.m.sh(command, cwd=cwd, env=GIT_IDENTITY, timeout=60)
    assert not result.ok, result
    after = {path: text for path, text in read_tree(org.home / "vpc-history").items() if not path.startswith(".git")}
    assert after == {path: text for path, text in tree.items() if not path.startswith(".git")}
    assert commits(org) == before


@each_history
def test_a_server_that_dies_within_a_backup_commits_nothing(lab, how):
    """Every answer after the first list fails, so files that have expired by then cannot be read."""
    org = Organisation(lab, "timeout=1,ttl=0", size=6)
    org.run(history(org, how), check=True)
    before = commits(org)
    org.server.delete("vpc-05")
    org.m.refresh()
    for after in (0, 1, 2, 5):
        org.server.fault(f"ANY:reset@{after}")
        result = org.run(history(org, how))
        assert not result.ok or set(committed(org)) == {p for p in committed(org, before[0]) if not p.startswith("vpc-05/")}
        assert committed(org) != []
        org.server.clear_faults()


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="no systemd-analyze")
def test_the_units_are_valid():
    units = sorted(UNITS.glob("vpcfs-backup.*"))
    assert len(units) == 2
    done = subprocess.run(["systemd-analyze", "verify", *units], capture_output=True, text=True, check=False)
    assert done.returncode == 0 and done.stderr == "", done
