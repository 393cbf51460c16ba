# SPDX-License-Identifier: MIT
"""What is installed beside the programs, in a folder of its own: the helper of mount(8), units, completions, pages, and the
examples."""
import fcntl
import os
import pathlib
import re
import shutil
import subprocess

import pytest
import yaml
from harness import ROOT, SLOW, TOKEN, build_dir, is_mounted, is_root, program, wait_until
from programs import Screen

EXAMPLES = ROOT / "examples"


@pytest.fixture
def profile():
    return "live"


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """A root with what `meson install` puts into it."""
    folder = tmp_path_factory.mktemp("root")
    with open(build_dir() / "mount-tests/install.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        subprocess.run(["meson", "install", "-C", build_dir(), "--no-rebuild", "--destdir", folder], check=True,
                       capture_output=True)
    return folder


def installed(root, name):
    found = [path for path in root.glob(f"**/{name}") if "share/doc" not in str(path)]
    assert len(found) == 1, (name, found)
    return found[0]


# mount(8)

def helper(cli, root, *args):
    """As mount(8) runs it, which has such a PATH."""
    path = cli.folder / "bin"
    path.mkdir(exist_ok=True)
    if not (path / "vpcfs").exists():
        (path / "vpcfs").symlink_to(program("vpcfs"))
    return subprocess.run([installed(root, "mount.vpcfs"), *map(str, args)], capture_output=True, text=True, check=False,
                          env={**cli.env, "PATH": f"{path}:/usr/sbin:/usr/bin:/sbin:/bin"}, timeout=60 * SLOW)


@pytest.mark.skipif(not is_root(), reason="mount(8) is for root")
@pytest.mark.parametrize("flags", [[], ["-n"], ["-s", "-v"], ["-t", "vpcfs"]])
def test_the_mount_helper(cli, root, flags):
    result = helper(cli, root, cli.server.url, cli.mnt, *flags, "-o", f"rw,nofail,_netdev,token_file={cli.token_file}")
    assert (result.returncode, result.stderr) == (0, "")
    assert (cli.mnt / "prod/name").read_text() == "prod\n"
    assert subprocess.run(["findmnt", "-no", "FSTYPE,SOURCE", cli.mnt], capture_output=True, text=True,
                          check=True).stdout.split() == ["fuse.vpcfs", cli.server.url]
    assert subprocess.run(["umount", cli.mnt], check=False).returncode == 0


@pytest.mark.skipif(not is_root(), reason="mount(8) is for root")
def test_the_mount_helper_fails_as_mount_wants_it(cli, root):
    result = helper(cli, root, cli.server.url, cli.mnt, "-o", "rw,token_file=/nowhere")
    assert result.returncode == 32 and "vpcfs: token file /nowhere: " in result.stderr
    assert helper(cli, root, cli.server.url, cli.mnt, "-f", "-o", "rw").returncode == 0
    assert helper(cli, root, cli.server.url).returncode == 1
    assert helper(cli, root, cli.server.url, cli.mnt, "-N", "1").returncode == 1
    assert not is_mounted(cli.mnt)


def test_both_types_have_the_helper(root):
    assert os.readlink(installed(root, "mount.fuse.vpcfs")) == "mount.vpcfs"
    assert os.readlink(installed(root, "mount.fuse.vpcfs.8")) == "mount.vpcfs.8"


def fstab_lines(text):
    return [line.split() for line in text.splitlines() if re.match(r"https?://\S+ +/", line)]


OF_MOUNT = re.compile(r"noauto|user|setuid=.*|x-.*|allow_other")


@pytest.mark.skipif(not is_root(), reason="mount(8) is for root")
@pytest.mark.parametrize("where", ["examples/fstab", "README.md", "docs/man/mount.vpcfs.8", "docs/man/vpcfs.1"])
def test_lines_of_fstab(cli, root, where):
    """Those of this machine take the place of the server, the folders and the token."""
    text = (ROOT / where).read_text()
    lines = fstab_lines(re.sub(r"^\.Dl ", "", text, flags=re.MULTILINE))
    assert len(lines) >= {"examples/fstab": 4, "docs/man/mount.vpcfs.8": 2}.get(where, 1)
    for endpoint, folder, kind, options, dump, order in lines:
        assert endpoint == "https://api.coreweave.com" and folder.startswith("/") and (dump, order) == ("0", "0")
        assert kind == "vpcfs"
        options = re.sub(r"token_file=[^,]+", f"token_file={cli.token_file}", options)
        options = re.sub(r"setuid=[^,]+", "setuid=root", options)
        table = cli.folder / "fstab"
        table.write_text(f"{cli.server.url} {cli.mnt} {kind} {options} 0 0\n")
        parsed = subprocess.run(["findmnt", "--tab-file", table, "-no", "OPTIONS"], capture_output=True, text=True, check=True)
        result = helper(cli, root, cli.server.url, cli.mnt, "-o", "rw," + parsed.stdout.strip())
        assert (result.returncode, result.stderr) == (0, ""), options
        assert (cli.mnt / "prod/name").read_text() == "prod\n"
        assert subprocess.run(["umount", cli.mnt], check=False).returncode == 0
        wait_until(lambda: not cli.daemons(), "the daemon to end")


# systemd

def verify(root, *units, user=False):
    return subprocess.run(["systemd-analyze", *(["--user"] if user else []), "verify", "--man=no", *units],
                          capture_output=True, text=True, check=False, timeout=120,
                          env={**os.environ, "XDG_RUNTIME_DIR": str(root)})


def local_unit(root, source, name):
    """The unit as it would lie in a system where these programs are installed."""
    folder = root / "units"
    folder.mkdir(exist_ok=True)
    text = source.read_text()
    text = re.sub(r"^(ExecStart=)\S*/vpcfs ", rf"\g<1>{program('vpcfs')} ", text, flags=re.MULTILINE)
    (folder / name).write_text(text)
    return folder / name


@pytest.mark.parametrize("manager", ["system", "user"])
def test_the_services_are_valid(root, manager):
    source = installed(root, f"systemd/{manager}/vpcfs@.service")
    assert re.search(r"^ExecStart=/\S+/bin/vpcfs -f ", source.read_text(), re.MULTILINE)
    result = verify(root, local_unit(root, source, "vpcfs@prod.service"), user=manager == "user")
    assert (result.returncode, result.stderr) == (0, "")


def test_verify_sees_mistakes(root):
    path = root / "units"
    path.mkdir(exist_ok=True)
    (path / "wrong.service").write_text("[Service]\nExecStart=/bin/true\nNoNewPrivilege=yes\n")
    assert "NoNewPrivilege" in verify(root, path / "wrong.service").stderr


@pytest.mark.parametrize("names", [["mnt-vpcs.mount"], ["mnt-vpcs.automount"], ["vpcfs-backup.service", "vpcfs-backup.timer"]])
def test_the_example_units_are_valid(root, names):
    folder = root / "units"
    shutil.copytree(EXAMPLES / "systemd", folder, dirs_exist_ok=True)
    result = verify(root, *(folder / name for name in names))
    assert (result.returncode, result.stderr) == (0, "")


MOUNT_NAMESPACE = ["ProtectSystem", "ProtectHome", "PrivateTmp", "PrivateDevices", "PrivateMounts", "ProtectProc",
                   "ProcSubset", "ProtectKernelTunables", "ProtectKernelModules", "ProtectKernelLogs", "ProtectControlGroups",
                   "ProtectHostname", "ReadOnlyPaths", "ReadWritePaths", "InaccessiblePaths", "BindPaths", "RootDirectory",
                   "TemporaryFileSystem", "DynamicUser", "MountFlags", "PrivateUsers"]


@pytest.mark.parametrize("manager", ["system", "user"])
def test_hardening_leaves_the_mount_visible(root, manager):
    text = installed(root, f"systemd/{manager}/vpcfs@.service").read_text()
    set_there = set(re.findall(r"^(\w+)=", text, re.MULTILINE))
    assert not set_there & set(MOUNT_NAMESPACE)
    if manager == "user":  # these take fusermount3 its privilege
        assert not set_there & {"NoNewPrivileges", "SystemCallFilter", "RestrictAddressFamilies", "CapabilityBoundingSet"}


@pytest.mark.parametrize("manager", ["system", "user"])
def test_the_command_of_the_service(cli, root, manager):
    """ExecStart with what prod.env says, this machine's server, folder and token in the place of the example's."""
    unit = installed(root, f"systemd/{manager}/vpcfs@.service").read_text()
    said = dict(line.split("=", 1) for line in (EXAMPLES / "systemd/prod.env").read_text().splitlines()
                if not line.startswith("#"))
    assert set(said) == {"VPCFS_MOUNTPOINT", "VPCFS_OPTIONS", "COREWEAVE_API_ENDPOINT"}
    values = {**said, "VPCFS_MOUNTPOINT": str(cli.mnt)}
    if not is_root():
        values["VPCFS_OPTIONS"] = values["VPCFS_OPTIONS"].replace("allow_other,", "")
    command = re.search(r"^ExecStart=(.*)$", unit, re.MULTILINE)[1]
    args = [re.sub(r"\$\{(\w+)\}", lambda name: values[name[1]], word) for word in command.split()]
    credentials = cli.folder / "credentials"
    credentials.mkdir()
    (credentials / "coreweave-token").touch(mode=0o600)
    (credentials / "coreweave-token").write_text(TOKEN)
    child = subprocess.Popen([program("vpcfs"), *args[1:]], env={
        **cli.env, "COREWEAVE_API_ENDPOINT": cli.server.url, "CREDENTIALS_DIRECTORY": str(credentials)})
    try:
        wait_until(lambda: is_mounted(cli.mnt), "the mount")
        assert (cli.mnt / "prod/name").read_text() == "prod\n"
    finally:
        stop = re.search(r"^ExecStop=-(.*)$", unit, re.MULTILINE)[1].replace("${VPCFS_MOUNTPOINT}", str(cli.mnt))
        subprocess.run(stop.split(), check=True)
        assert child.wait(timeout=20 * SLOW) == 0


# Completion

def options_of_help():
    text = subprocess.run([program("vpcfs"), "-h"], capture_output=True, text=True, check=True).stdout
    names = []
    for spec in re.findall(r"^  -o (\S+)", text, re.MULTILINE):
        names += [re.sub(r"=.*", "=", part) for part in spec.split(",")]
    assert "token_file=" in names and "nodelete" in names
    return names


SHELLS = ["bash", "zsh", "fish"]


def zstyle_of_readme():
    return re.search(r"`(zstyle [^`]+)`", (ROOT / "README.md").read_text())[1]


class Shell:
    """An interactive shell that knows the completions, in a terminal."""

    def __init__(self, shell, root, folder):
        env = {"PATH": f"{folder}/bin:/usr/bin:/bin", "HOME": str(folder), "LC_ALL": "C.UTF-8", "TERM": "xterm",
               "D": str(folder)}
        (folder / "bin").mkdir()
        for name in ("vpcfs", "vpcfs-emulator"):
            (folder / "bin" / name).symlink_to(program(name))
        share = installed(root, "bash-completion").parent
        start = {
            "bash": "PS1='$ '; . /usr/share/bash-completion/bash_completion\n"
                    f". {share}/bash-completion/completions/vpcfs\n. {share}/bash-completion/completions/vpcfs-emulator\n"
                    "bind 'set show-all-if-ambiguous on'\nbind 'set bell-style none'\nbind 'set completion-query-items 0'\n"
                    "bind 'set page-completions off'\n",
            "zsh": f"PS1='$ '\nfpath=({share}/zsh/site-functions $fpath)\nautoload -Uz compinit\ncompinit -u -D\n"
                   "setopt no_beep\nLISTMAX=1000\n" + zstyle_of_readme() + "\n",
            "fish": f"set fish_greeting\nfunction fish_prompt; echo -n '$ '; end\n"
                    f"set -p fish_complete_path {share}/fish/vendor_completions.d\n",
        }[shell]
        (folder / "start").write_text(start)
        command = {"bash": "bash --rcfile start -i", "zsh": "ZDOTDIR=$PWD zsh -d -i",
                   "fish": "fish --no-config -C 'source start' -i"}[shell]
        (folder / ".zshrc").write_text(start if shell == "zsh" else "")
        self.screen = Screen(command, env, folder, SLOW)

    def complete(self, line, pattern):
        """Types the line and Tab; waits until the screen, lines that go on put together, shows the pattern."""
        self.screen.tmux("send-keys", "-l", line)
        self.wait_for(re.escape(line.rstrip()))
        self.screen.keys("Tab")
        return self.wait_for(pattern)

    def text(self):
        return self.screen.text().replace("\n", "")

    def wait_for(self, pattern):
        try:
            return wait_until(lambda: re.search(pattern, self.text()), pattern)
        except AssertionError as err:
            raise AssertionError(f"{err}:\n{self.screen.text()}") from None

    def close(self):
        self.screen.close()


@pytest.fixture
def shell(request, root, lab):
    folder = lab.new_folder()
    (folder / "some-token").write_text("")
    found = Shell(request.param, root, folder)
    try:
        found.wait_for(r"\$")
        yield found
    finally:
        found.close()


@pytest.mark.parametrize("shell", SHELLS, indirect=True)
@pytest.mark.parametrize("line, pattern", [
    ("vpcfs -o zo", r"vpcfs -o zone="),
    ("vpcfs -o ttl=5,nodel", r"vpcfs -o ttl=5,nodelete"),
    ("vpcfs -o token_file=some-", r"vpcfs -o token_file=some-token"),
    ("vpcfs -o nodelete,cacert=some-", r"vpcfs -o nodelete,cacert=some-token"),
    ("vpcfs -o ro,api=g", r"vpcfs -o ro,api=grpc"),
    ("vpcfs -o log=de", r"vpcfs -o log=debug"),
    ("vpcfs --emul", r"vpcfs --emulator"),
    ("vpcfs-emulator --prof", r"vpcfs-emulator --profile"),
    ("vpcfs-emulator --profile ref", r"vpcfs-emulator --profile reference"),
    ("vpcfs-emulator --load some-", r"vpcfs-emulator --load some-token"),
])
def test_completion(shell, line, pattern):
    shell.complete(line, pattern)


@pytest.mark.parametrize("shell", SHELLS, indirect=True)
def test_completion_offers_every_option(shell):
    """And no other, as each shell's list comes from -h: a wrong word would be one of a name that is not in it."""
    shell.complete("vpcfs -o ", r"nodelete")
    for name in options_of_help():
        shell.screen.wait_for(rf"\b{name.rstrip('=')}\b")


@pytest.mark.parametrize("shell", SHELLS, indirect=True)
def test_completion_of_mounts(shell, m):
    shell.complete(f"vpcfs --status {str(m.path)[:-5]}", re.escape(f"vpcfs --status {m.path}"))


@pytest.mark.parametrize("shell", SHELLS, indirect=True)
def test_completion_of_ids(shell, m):
    """`.vpcfs` is hidden; below it the shells complete by themselves."""
    identity = m.vpc()["id"]
    shell.complete(f"ls {m.path}/.vpcfs/by-id/{identity[:18]}", identity)


# Pages and examples

def test_man_pages_are_well_formed():
    for path in sorted((ROOT / "docs/man").iterdir()):
        result = subprocess.run(["mandoc", "-Tlint", "-Wwarning", path], capture_output=True, text=True, check=False)
        assert result.stdout == "", result.stdout


def test_the_sidecar(cli):
    """Its command, with the server of this machine; what Kubernetes does with the rest cannot be run here."""
    [pod] = yaml.safe_load_all((EXAMPLES / "kubernetes/sidecar.yaml").read_text())
    sidecar = pod["spec"]["initContainers"][0]
    [variable] = sidecar["env"]
    assert sidecar["restartPolicy"] == "Always"
    assert sidecar["startupProbe"]["exec"]["command"] == ["vpcfs", "--status", "/share/vpcs"]
    assert {v["name"] for v in sidecar["volumeMounts"]} == {v["name"] for v in pod["spec"]["volumes"]}
    share = cli.mnt
    command = [word.replace("/share", str(share)).replace("exec vpcfs", f"exec {program('vpcfs')}")
               for word in sidecar["command"]]
    options = variable["value"].replace("/run/secrets/coreweave/token", str(cli.token_file))
    if not is_root():
        options = options.replace("allow_other,", "")
    child = subprocess.Popen(command, env={**cli.env, variable["name"]: options, "COREWEAVE_API_ENDPOINT": cli.server.url})
    try:
        wait_until(lambda: is_mounted(share / "vpcs"), "the mount")
        probe = [word.replace("/share", str(share)) for word in sidecar["livenessProbe"]["exec"]["command"]]
        assert subprocess.run(probe, check=False).returncode == 0
        probe = [word.replace("/share", str(share)) for word in sidecar["startupProbe"]["exec"]["command"]]
        assert subprocess.run([program(probe[0]), *probe[1:]], check=False, capture_output=True).returncode == 0
        assert (share / "vpcs/prod/status").stat().st_uid == 1000
    finally:
        child.terminate()
        assert child.wait(timeout=20 * SLOW) == 0


def test_the_dockerfile_names_what_is_there():
    text = (EXAMPLES / "Dockerfile").read_text()
    control = (ROOT / "debian/control").read_text()
    for name in re.findall(r"/(vpcfs\w*)_\*\.deb", text):
        assert f"\nPackage: {name}\n" in control
    assert pathlib.Path(program("vpcfs")).name in re.search(r'ENTRYPOINT \["(\w+)"', text)[1]


def test_the_alerts(m):
    """promtool takes the rules, and the mount has each of their metrics and labels."""
    path = EXAMPLES / "prometheus/vpcfs-alerts.yml"
    result = subprocess.run(["promtool", "check", "rules", path], capture_output=True, text=True, check=False)
    assert result.returncode == 0 and "4 rules found" in result.stdout, result
    stats = m.read(".vpcfs/stats")
    metrics = set(re.findall(r"\bvpcfs_\w+", yaml.safe_dump(yaml.safe_load(path.read_text()))))
    assert len(metrics) >= 3
    for metric in metrics:
        assert re.search(rf"^{metric}\b", stats, re.MULTILINE), metric
    assert re.search(r'^vpcfs_calls_total\{.*status="200"', stats, re.MULTILINE)


def blocks_of(page):
    return re.findall(r"<!-- test -->\n```sh\n(.*?)```", (ROOT / page).read_text(), re.DOTALL)


def test_the_page_on_containers(cli):
    [block] = blocks_of("docs/containers.md")
    path = cli.folder / "bin"
    path.mkdir()
    (path / "vpcfs").symlink_to(program("vpcfs"))
    result = subprocess.run(["sh", "-c", block], capture_output=True, text=True, check=False, timeout=60 * SLOW, env={
        **cli.env, "PATH": f"{path}:{os.environ['PATH']}", "TOKEN_FILE": str(cli.token_file), "ENDPOINT": cli.server.url,
        "DIR": str(cli.mnt)})
    assert (result.returncode, result.stdout.split(), result.stderr) == (0, ["plain", "prod"], "")
    assert not is_mounted(cli.mnt)


@pytest.mark.skipif(SLOW > 1, reason="these run under sanitizers by themselves")
def test_the_commands_of_contributing():
    [block] = blocks_of("docs/CONTRIBUTING.md")
    env = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "VPCFS_TEST"))}
    for line in block.splitlines():
        result = subprocess.run(["sh", "-c", line], cwd=ROOT, capture_output=True, text=True, check=False, timeout=300,
                                env={**env, "BUILD": str(build_dir())})
        assert result.returncode == 0, (line, result.stdout[-2000:], result.stderr[-2000:])


def test_what_the_pages_name_exists():
    """Files of the tree, in backticks or as links."""
    for page in [*ROOT.glob("docs/*.md"), ROOT / "README.md"]:
        text = page.read_text()
        for path in re.findall(r"`((?:src|include|tests|scripts|docs|debian|examples)/[\w./@-]+)`", text):
            assert (ROOT / path).exists(), (page.name, path)
        for path in re.findall(r"\]\(([^)#]+)\)", text):
            assert path.startswith("http") or (page.parent / path).exists(), (page.name, path)
