# SPDX-License-Identifier: MIT
"""docs/TROUBLESHOOTING.md: each entry is provoked, and what is said then is what the page quotes."""
import contextlib
import os
import pathlib
import re
import shutil
import signal
import socket
import stat
import subprocess

import pytest
from harness import ROOT, TOKEN, errno_of, is_root, option_value, program
from proxy import Authority, Proxy

PAGE = (ROOT / "docs/TROUBLESHOOTING.md").read_text()
WORDS = r"\b(?:PATH|ANYTHING|MODE|USER|REASON|HOST|URL|FIELD)\b"

# What this machine cannot show: another kernel's or release's rules, and the manager of a whole system.
NOT_PROVOKED = {
    "Ubuntu 25.04 and later: permission denied by AppArmor",
    "systemd: vpcfs@.service ends with 243/CREDENTIALS",
}


@pytest.fixture
def profile():
    return "live"


def entries():
    found = {}
    for part in re.split(r"^### ", PAGE, flags=re.MULTILINE)[1:]:
        heading, text = part.split("\n", 1)
        [quote] = re.findall(r"^> (.*)$", text, re.MULTILINE)
        found[heading] = quote
    return found


def pattern_of(quote):
    return ".+".join(re.escape(part) for part in re.split(WORDS, quote))


provokers = {}


def provokes(heading):
    def take(function):
        provokers[heading] = function
        return function
    return take


@provokes("No token")
def no_token(cli, lab):
    return cli.run(cli.server.url, cli.mnt).stderr


@provokes("A token file that others may read")
def open_token(cli, lab):
    cli.token_file.chmod(0o644)
    return cli.with_token(cli.server.url, cli.mnt).stderr


@provokes("A token file of somebody else")
def foreign_token(cli, lab):
    if not is_root():
        pytest.skip("only root can give a file away")
    os.chown(cli.token_file, 12345, 0)
    return cli.with_token(cli.server.url, cli.mnt).stderr


@provokes("The token is expired or wrong")
def wrong_token(cli, lab):
    cli.token_file.write_text("CW-SECRET-other\n")
    text = cli.with_token(cli.server.url, cli.mnt).stderr
    return text


@provokes("The role does not allow it")
def forbidden(cli, lab):
    m = lab.mount()
    m.server.fault("PATCH:status=403,message=permission denied")
    assert m.write("prod/dhcp/dns/servers", "9.9.9.9\n") == "EACCES"
    assert "PERMISSION_DENIED" in m.why()
    return m.why()


@provokes("The server cannot be reached")
def refused(cli, lab):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    return cli.with_token(url, cli.mnt).stderr


@provokes("A proxy")
def wrong_proxy(cli, lab):
    return cli.with_token("-o", "timeout=3", "https://api.coreweave.com", cli.mnt,
                          env={"https_proxy": "http://no-such-host.invalid:3128"}).stderr


@provokes("TLS")
def foreign_authority(cli, lab):
    folder = lab.new_folder()
    proxy = Proxy(lab.new_folder(), cli.server, Authority(folder, "stranger").sign(), "http/1.1")
    lab.started.append(proxy)
    return cli.with_token(proxy.url, cli.mnt).stderr


@provokes("http:// is refused")
def plain_http(cli, lab):
    return cli.with_token("http://api.coreweave.com", cli.mnt).stderr


@provokes("Not the API")
def not_the_api(cli, lab):
    return cli.with_token(cli.server.url + "/dashboard", cli.mnt).stderr


@provokes("The emulator is not installed")
def no_emulator(cli, lab):
    shutil.copy(program("vpcfs"), cli.folder / "vpcfs")
    return subprocess.run([cli.folder / "vpcfs", "--emulator", cli.mnt], capture_output=True, text=True, env=cli.env,
                          timeout=60, check=False).stderr


def in_namespace(script, *args):
    if not is_root():
        pytest.skip("only root can hide a device or be another user")
    command = ["unshare", "--mount", "--propagation", "private", "sh", "-c", script, "sh", *map(str, args)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


@provokes("No /dev/fuse")
def no_device(cli, lab):
    return in_namespace('mount -t tmpfs none /dev && exec "$@"', program("vpcfs"), "-f", "-o",
                        f"token_file={option_value(cli.token_file)}", cli.server.url, cli.mnt).stderr


def mount_as_user(cli, *args, prepare="true", prefix=()):
    """As nobody, who owns the token and the folder and may open /dev/fuse, in a mount namespace that root prepares."""
    if not is_root():
        pytest.skip("only root can be another user")
    for path in (cli.mnt, cli.token_file):
        shutil.chown(path, "nobody", "nogroup")
    os.mknod(cli.folder / "fuse", 0o600 | stat.S_IFCHR, os.makedev(10, 229))
    (cli.folder / "fuse").chmod(0o666)
    script = f'mount --bind {cli.folder}/fuse /dev/fuse && {prepare} && exec "$@"'
    return cli.with_token(*args, cli.server.url, cli.mnt, prefix=[
        "unshare", "--mount", "--propagation", "private", "sh", "-c", script, "sh",
        *prefix, "setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"]).stderr


@provokes("/dev/fuse is for root only")
def device_of_root(cli, lab):
    return mount_as_user(cli, prepare="chmod 600 /dev/fuse")


@provokes("No fusermount3")
def no_fusermount(cli, lab):
    return mount_as_user(cli, prepare="mount --bind /dev/null /usr/bin/fusermount3")


@provokes("Operation not permitted: mount")
def no_privilege(cli, lab):
    return mount_as_user(cli, prefix=["setpriv", "--no-new-privs"])


@provokes("allow_other as a user")
def allow_other(cli, lab):
    if "\nuser_allow_other" in pathlib.Path("/etc/fuse.conf").read_text():
        pytest.skip("/etc/fuse.conf allows it")
    return mount_as_user(cli, "-o", "allow_other")


@provokes("Permission denied for root and other users")
def other_user(cli, lab):
    m = lab.mount()
    if not is_root():
        pytest.skip("only root can be another user")
    return subprocess.run(["setpriv", "--reuid=12345", "--clear-groups", "ls", m.path], capture_output=True, text=True,
                          check=False).stderr


@provokes("The mountpoint is missing")
def no_mountpoint(cli, lab):
    return cli.with_token(cli.server.url, cli.folder / "none").stderr


@provokes("A dead mount")
def dead(cli, lab):
    m = lab.mount()
    m.process.send_signal(signal.SIGKILL)
    m.process.wait()
    said = subprocess.run(["ls", m.path], capture_output=True, text=True, check=False).stderr
    assert subprocess.run(["fusermount3", "-u", m.path], check=False).returncode == 0
    return said


@provokes("A busy unmount")
def busy(cli, lab):
    m = lab.mount()
    with open(m / "prod/name"):
        said = subprocess.run(["fusermount3", "-u", m.path], capture_output=True, text=True, check=False).stderr
        assert subprocess.run(["fuser", "-m", m.path], capture_output=True, text=True, check=False).stdout.split()
    return said


@provokes("rm")
def remove(cli, lab):
    m = lab.mount()
    assert errno_of(os.unlink, m / "prod/name") == "EPERM"
    return m.why()


@provokes("The field cannot be changed")
def fixed_field(cli, lab):
    m = lab.mount("timeout=2")
    assert m.write("prod/zone", "US-WEST-04A\n") == "EPERM"
    return m.why()


@provokes("Copying into the root")
def copy(cli, lab):
    m = lab.mount("zone=US-EAST-04A")
    assert not m.sh("cp -r $M/prod $M/copy").ok
    assert m.sh("cp -r $M/prod $M/.drafts/copy && mv -T $M/.drafts/copy $M/copy").ok
    return m.why("")


@provokes("rmdir with nodelete")
def nodelete(cli, lab):
    m = lab.mount("nodelete")
    assert errno_of(os.rmdir, m / "plain") == "EPERM"
    return m.why("plain")


@provokes("A part of the VPC")
def part(cli, lab):
    m = lab.mount()
    assert errno_of(os.rmdir, m / "prod/dhcp") == "EPERM"
    return m.why()


@provokes("Directory not empty")
def not_empty(cli, lab):
    m = lab.mount()
    m.sh("rm -r $M/plain")
    said = m.sh("""python3 -c 'import os, sys
try: os.unlink(sys.argv[1] + "/name")
except PermissionError: pass
os.rmdir(sys.argv[1])' $M/plain""").err
    assert m.sh("rmdir $M/plain").ok
    return said


@provokes("Device or resource busy")
def conflict(cli, lab):
    m = lab.mount()
    handle = os.open(m / "prod/spec.json", os.O_RDWR)
    text = os.read(handle, 65536).decode()
    m.server.patch("prod", "dhcp.dns.servers", dhcp={"dns": {"servers": ["9.9.9.9"]}})
    try:
        os.pwrite(handle, text.replace("8.8.8.8", "8.8.4.4").encode(), 0)
        return "written"
    except OSError as err:
        return os.strerror(err.errno)
    finally:
        with contextlib.suppress(OSError):
            os.close(handle)


@provokes("No such device: mmap")
def mapped(cli, lab):
    m = lab.mount()
    return m.sh("""python3 -c 'import mmap, sys
with open(sys.argv[1]) as file: mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ)' $M/prod/name""").err


def test_every_entry_is_provoked():
    assert set(entries()) == set(provokers) | NOT_PROVOKED


@pytest.mark.parametrize("heading", sorted(provokers))
def test_the_page_quotes_what_is_said(cli, lab, heading):
    said = provokers[heading](cli, lab)
    quote = entries()[heading]
    assert re.search(pattern_of(quote), said), said
    assert TOKEN not in said
