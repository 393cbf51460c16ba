# SPDX-License-Identifier: MIT
"""Every program with which people save, for real (docs/semantics.md): one PATCH for a save, none if nothing changed,
and the user sees the API's refusal."""
import os

import pytest
from harness import INGRESS, SERVERS, SLOW, errno_of
from programs import COMMANDS, EDITORS, PYTHON_MMAP, Screen, edit

# what: (file, old, new, request)
TARGETS = {
    "spec": ("prod/spec.json", "8.8.8.8", "9.9.9.9", "PATCH dhcp.dns.servers"),
    "scalar": (INGRESS, "false", "true", "PATCH ingress.disablePublicServices"),
}
REFUSAL = "PATCH:status=400,message=the service says no"
# These ignore the results of write and close; even so the text is in rejected/ and the reason in .error.
BLIND = set()
# After a refusal it writes its own backup over the file, which succeeds: so nothing is kept in rejected/.
RESTORERS = {"vim backupcopy=yes"}
# They unlink the file first, or write through shared pages, which is refused: they change nothing.
UNLINKERS = {
    "python mmap": PYTHON_MMAP,
    "mv from another file system": 'cp "$WANT" /dev/shm/"$UNIQUE" && mv /dev/shm/"$UNIQUE" "$F"',
    "install": 'install -m 600 "$WANT" "$F"',
    "cp --remove-destination": 'cp --remove-destination "$WANT" "$F"',
    "tar x": 'mkdir -p in && cp "$WANT" "in/$N" && tar -C in -c "$N" | tar -C "$D" -x',
}

each_program = pytest.mark.parametrize("program", list(COMMANDS))
each_editor = pytest.mark.parametrize("editor", list(EDITORS))
each_target = pytest.mark.parametrize("what", list(TARGETS))


def environment(mount, what, new=None):
    path, old, wanted, _ = TARGETS[what]
    new = wanted if new is None else new
    file = mount / path
    want = mount.work / "want"
    want.write_text(file.read_text().replace(old, new))
    return {"F": str(file), "D": str(file.parent), "N": file.name, "OLD": old, "NEW": new, "WANT": str(want),
            "UNIQUE": "vpcfs-" + os.urandom(6).hex()}


def names_left(mount, what):
    """The files that the program left beside the file."""
    path = TARGETS[what][0]
    known = {"prod/spec.json": set(mount.ls("plain")), INGRESS: {"disablePublicServices"}}[path]
    return set(mount.ls(os.path.dirname(path))) - known


@each_target
@each_program
def test_a_save_is_one_patch(m, program, what):
    path, old, new, request = TARGETS[what]
    env = environment(m, what)
    wanted = m.read(path).replace(old, new)
    with m.sends(request):
        result = m.sh(COMMANDS[program], env=env)
    assert result.ok, result
    assert m.read(path) == wanted
    assert os.stat(m / path).st_size == len(wanted)
    assert m.read(".vpcfs/log").count("PATCH") == 1


@each_target
@each_program
def test_no_change_is_no_patch(m, program, what):
    path, old, _, _ = TARGETS[what]
    env = environment(m, what, new=old)
    before = m.read(path)
    with m.sends():
        result = m.sh(COMMANDS[program], env=env)
    assert result.ok, result
    assert m.read(path) == before


@each_target
@each_program
def test_a_refusal_is_shown_and_the_text_is_kept(m, program, what):
    path, old, new, request = TARGETS[what]
    env = environment(m, what)
    before = m.read(path)
    m.server.fault(REFUSAL)
    m.clear()
    result = m.sh(COMMANDS[program], env=env)
    assert set(m.writes()) == {request}
    if program not in BLIND:
        assert not result.ok, result
    assert m.read(path) == before
    if program in RESTORERS:
        assert not os.path.exists(m / f".vpcfs/rejected/{path}")
    else:
        assert m.read(f".vpcfs/rejected/{path}") == before.replace(old, new)
    m.server.clear_faults()
    assert m.write(path, before.replace(old, new)) == "ok"


@each_target
@each_editor
def test_an_editor_saves_with_one_patch(m, editor, what):
    path, old, new, request = TARGETS[what]
    command, steps = EDITORS[editor]
    wanted = m.read(path).replace(old, new)
    screen = Screen(command, m.shell_env(environment(m, what)), m.work, SLOW)
    try:
        with m.sends(request):
            seen = edit(screen, steps, old, new)
            seen += screen.wait_for(r"ended:\d+")
    finally:
        screen.close()
    assert m.read(path) == wanted
    assert "changed on disk" not in seen and "has changed" not in seen and "modified externally" not in seen


@each_target
@each_editor
def test_an_editor_shows_the_refusal(m, editor, what):
    path, old, new, request = TARGETS[what]
    command, steps = EDITORS[editor]
    before = m.read(path)
    m.server.fault(REFUSAL)
    screen = Screen(command, m.shell_env(environment(m, what)), m.work, SLOW)
    try:
        m.clear()
        edit(screen, steps[:-1], old, new)
        screen.wait_for(r"(?i)error|E514|E667|E512|invalid argument|Input/output|'w'|cannot save|Save as|Cannot")
        assert set(m.writes()) == {request}
    finally:
        screen.close()
    assert m.read(f".vpcfs/rejected/{path}") == before.replace(old, new)


@pytest.mark.parametrize("editor", ["vim", "nano", "emacs -nw"])
def test_two_saves_in_one_session(m, editor):
    """The second save finds the file as the first one left it, so the editor does not ask about a changed file."""
    path = SERVERS
    first = {"vim": [([":%s/8.8.8.8/9.9.9.9/", "Enter"], "9.9.9.9"), ([":w", "Enter"], "written")],
             "nano": [(["C-o"], "File Name"), (["Enter"], "Wrote")],
             "emacs -nw": [(["M-<"], None), (["9.9.9.9", "Enter"], "9.9.9.9"), (["C-x", "C-s"], "Wrote")]}[editor]
    second = {"vim": [([":%s/1.1.1.1/4.4.4.4/", "Enter"], "4.4.4.4"), ([":w", "Enter"], "written")],
              "nano": [(["4.4.4.4", "Enter"], "4.4.4.4"), (["C-o"], "File Name"), (["Enter"], "Wrote")],
              "emacs -nw": [(["4.4.4.4", "Enter"], "4.4.4.4"), (["C-x", "C-s"], "Wrote")]}[editor]
    screen = Screen(EDITORS[editor][0], m.shell_env({"D": str((m / path).parent), "N": "servers"}), m.work, SLOW)
    try:
        screen.wait_for("1.1.1.1")
        seen = edit(screen, first, "", "")
        m.refresh()
        seen += edit(screen, second, "", "")
    finally:
        screen.close()
    assert "4.4.4.4" in m.read(path)
    assert "changed" not in seen.lower().replace("unchanged", "")


@each_target
@pytest.mark.parametrize("program", list(UNLINKERS))
def test_programs_whose_way_is_refused_change_nothing(m, program, what):
    path = TARGETS[what][0]
    before = m.read(path)
    env = environment(m, what)
    with m.sends():
        result = m.sh(UNLINKERS[program] + '; status=$?; rm -f /dev/shm/"$UNIQUE"; exit $status', env=env)
    assert not result.ok, result
    assert m.read(path) == before


def test_git_checkout_into_a_mount_changes_nothing(m):
    before = m.read("prod/spec.json")
    script = ('git init -q r && export GIT_DIR="$PWD/r/.git" GIT_WORK_TREE="$M/prod" && git add -A . && '
              'git -c user.name=a -c user.email=a@b commit -qm one && cd "$M/prod" && '
              'sed -i s/8.8.8.8/9.9.9.9/ spec.json && git checkout -q -f HEAD -- spec.json')
    result = m.sh(script)
    assert not result.ok
    assert m.read("prod/spec.json") == before.replace("8.8.8.8", "9.9.9.9")


def test_a_mount_as_work_tree_of_git(m):
    script = ('git init -q r && export GIT_DIR="$PWD/r/.git" GIT_WORK_TREE="$M" && git add -A . && '
              'git -c user.name=a -c user.email=a@b commit -qm one && git status --porcelain && '
              'echo 9.9.9.9 > "$M/prod/dhcp/dns/servers" && git add -A . && git diff --cached --name-only')
    result = m.sh(script)
    assert result.ok, result
    assert {"prod/dhcp/dns/servers", "prod/spec.json", "prod/vpc.json"} <= set(result.out.split())
    assert "plain/spec.json" not in result.out


# rename(2) as a save.

@pytest.mark.parametrize("flushed", [True, False])
def test_rename_while_the_scratch_is_still_open(m, flushed):
    handle = os.open(m / "prod/tmp", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    os.write(handle, m.read("prod/spec.json").replace("8.8.8.8", "9.9.9.9").encode())
    if flushed:
        os.fsync(handle)
    with m.sends("PATCH dhcp.dns.servers"):
        os.rename(m / "prod/tmp", m / "prod/spec.json")
        os.close(handle)
    assert m.read(SERVERS) == "1.1.1.1\n9.9.9.9\n"
    assert "tmp" not in m.ls("prod")


def test_a_rename_that_fails_leaves_both_names(m):
    before = m.read("prod/spec.json")
    text = before.replace("8.8.8.8", "9.9.9.9")
    (m / "prod/tmp").write_text(text)
    m.server.fault(REFUSAL)
    assert errno_of(os.rename, m / "prod/tmp", m / "prod/spec.json") == "EIO"
    assert (m / "prod/tmp").read_text() == text
    assert m.read("prod/spec.json") == before


def test_rename_of_a_field_away_is_a_snapshot(m):
    text = m.read("prod/spec.json")
    with m.sends():
        os.rename(m / "prod/spec.json", m / "prod/spec.json.bak")
    assert m.read("prod/spec.json") == text and m.read("prod/spec.json.bak") == text
    with m.sends("PATCH dhcp.dns.servers"):
        assert m.write("prod/spec.json", text.replace("8.8.8.8", "9.9.9.9")) == "ok"
    assert m.read("prod/spec.json.bak") == text


def test_what_may_not_be_renamed_onto_a_field(m):
    os.symlink("x", m / "prod/link")
    os.mkdir(m / "prod/dir")
    with m.sends():
        assert errno_of(os.rename, m / "prod/link", m / "prod/name") == "EPERM"
        assert errno_of(os.rename, m / "prod/dir", m / "prod/name") == "ENOTDIR"  # the kernel itself says so
        assert errno_of(os.rename, m / "prod/zone", m / "prod/name") == "EPERM"


def test_between_vpcs_is_exdev(m):
    (m / "prod/tmp").write_text("x")
    assert errno_of(os.rename, m / "prod/tmp", m / "plain/tmp") == "EXDEV"


def test_noreplace_and_exchange(m):
    (m / "prod/tmp").write_text("true\n")
    program = """
import ctypes, os, sys
libc = ctypes.CDLL(None, use_errno=True)
for flag in (1, 2):
    done = libc.renameat2(-100, sys.argv[1].encode(), -100, sys.argv[2].encode(), flag)
    print(os.strerror(ctypes.get_errno()) if done else "ok")
"""
    (m.work / "flags.py").write_text(program)
    with m.sends():
        result = m.sh('/usr/bin/python3 flags.py "$M/prod/tmp" "$M/prod/name"')
    assert result.out.splitlines() == ["File exists", "Invalid argument"]


@pytest.mark.parametrize("path", ["prod/spec.json", "prod/name"])
def test_operations_that_field_files_do_not_have(m, path):
    with m.sends():
        result = m.sh(f'fallocate -l 10 "$M/{path}"')
        assert not result.ok and "not supported" in result.err, result
        assert errno_of(os.setxattr, m / path, "user.a", b"1") == "EOPNOTSUPP"
        assert errno_of(os.getxattr, m / path, "user.a") == "EOPNOTSUPP"
