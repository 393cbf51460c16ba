# SPDX-License-Identifier: MIT
"""How each program copies a tree. The commands see: $B a backup with the directories blue and other, $TO the target, $M
the mount, $LINKS a folder with busybox under the names of its applets, $SSH the options of ssh, scp and sftp."""
import os
import pathlib
import shutil
import subprocess

from harness import HarnessError

EACH_DIR = 'cd "$B" && find blue -type d | while read -r d; do'
EACH_FILE = 'find blue -type f | while read -r f; do'

# name -> command that copies $B/blue to $TO/blue, which is not there
COPIES = {
    "cp -r": 'cp -r "$B/blue" "$TO/blue"',
    "cp -a": 'cp -a "$B/blue" "$TO"',
    "cp --parents": 'cd "$B" && cp -r --parents blue "$TO"',
    "cp -rl": 'cp -r --reflink=auto --sparse=always "$B/blue" "$TO"',
    "mv": 'mv "$B/blue" "$TO/"',
    "mv -T": 'mv -T "$B/blue" "$TO/blue"',
    "busybox cp -r": 'busybox cp -r "$B/blue" "$TO/blue"',
    "busybox cp -a": 'busybox cp -a "$B/blue" "$TO/blue"',
    "busybox cp, a link": '"$LINKS/cp" -r "$B/blue" "$TO/blue"',
    "busybox cp, a shell": """busybox sh -c 'cp -r "$B/blue" "$TO/blue"'""",
    "busybox mv": 'busybox mv "$B/blue" "$TO/blue"',
    "busybox mv, a link": '"$LINKS/mv" "$B/blue" "$TO/blue"',
    "busybox tar": 'tar -C "$B" -c blue | busybox tar -C "$TO" -x',
    "busybox tar, a link": 'tar -C "$B" -c blue | "$LINKS/tar" -C "$TO" -x',
    "busybox cpio": 'cd "$B" && find blue | cpio -o -H newc --quiet > "$W/a" && cd "$TO" && busybox cpio -idm < "$W/a"',
    "busybox unzip": 'cd "$B" && zip -qr "$W/a.zip" blue && busybox unzip -q "$W/a.zip" -d "$TO"',
    "rsync -r": 'rsync -r "$B/blue" "$TO"',
    "rsync -a": 'rsync -a "$B/blue/" "$TO/blue/"',
    "rsync -aAXHS": 'rsync -aAXHS "$B/blue" "$TO"',
    "rsync -a --inplace": 'rsync -a --inplace "$B/blue" "$TO"',
    "rsync -a --delete": 'rsync -a --delete "$B/blue/" "$TO/blue/"',
    "rsync -a --delay-updates": 'rsync -a --delay-updates "$B/blue/" "$TO/blue/"',
    "rsync -aR": 'cd "$B" && rsync -aR blue "$TO"',
    "rsync, ssh": 'rsync -a -e "ssh $SSH" "$B/blue" "root@localhost:$TO"',
    "tar x": 'tar -C "$B" -c blue | tar -C "$TO" -x',
    "tar xp": 'tar -C "$B" --numeric-owner -cz blue | tar -C "$TO" --same-owner -xzp',
    "tar x --overwrite": 'tar -C "$B" -c blue | tar -C "$TO" -x --overwrite',
    "bsdtar x": 'tar -C "$B" -c blue | bsdtar -C "$TO" -x -f -',
    "bsdtar xp": 'bsdtar -C "$B" -cf - blue | bsdtar -C "$TO" -xp -f -',
    "cpio -p": 'cd "$B" && find blue -depth | cpio -pdm --quiet "$TO"',
    "cpio -i": 'cd "$B" && find blue | cpio -o --quiet > "$W/a" && cd "$TO" && cpio -idm --quiet < "$W/a"',
    "pax -rw": 'cd "$B" && pax -rw blue "$TO"',
    "pax -r": 'cd "$B" && pax -w blue > "$W/a" && cd "$TO" && pax -r < "$W/a"',
    "scp": 'scp $SSH -qr "$B/blue" "root@localhost:$TO/"',
    "scp -O": 'scp $SSH -Oqr "$B/blue" "root@localhost:$TO/"',
    "sftp": 'echo "put -r $B/blue $TO/blue" | sftp $SSH -q -b - root@localhost',
    "sftp, internal": 'echo "put -r $B/blue $TO/blue" | sftp $SSH_INTERNAL -q -b - root@localhost',
    "rclone copy": 'rclone copy --retries 1 "$B/blue" "$TO/blue"',
    "rclone sync": 'rclone sync --retries 1 "$B/blue" "$TO/blue"',
    "unison": 'UNISON="$W/unison" unison -ui text -batch -silent "$B" "$TO" -path blue',
    "git clone": 'git init -q "$B/blue" && cd "$B/blue" && git add -A && git commit -qm all && '
                 'git clone -q "$B/blue" "$TO/blue"',
    "git checkout": 'git init -q "$W/repo" && git -C "$W/repo" --work-tree="$B" add blue && git -C "$W/repo" commit -qm all '
                    '&& git --git-dir="$W/repo/.git" --work-tree="$TO" checkout -qf HEAD -- blue',
    "unzip": 'cd "$B" && zip -qr "$W/a.zip" blue && unzip -q "$W/a.zip" -d "$TO"',
    "install": f'set -o pipefail; {EACH_DIR} install -d "$TO/$d" || exit; done && {EACH_FILE} '
               'install -m 600 "$f" "$TO/$f" || exit; done',
}

# name -> command that copies $B/blue over $M/blue, which is there: those that end with the settings of the backup
RESTORES = {
    "cp -r": 'cp -r "$B/blue/." "$M/blue/"',
    "cp -a": 'cp -a "$B/blue/." "$M/blue/"',
    "cp -r to the root": 'cp -r "$B/blue" "$M/"',
    "cp spec.json": 'cp "$B/blue/spec.json" "$M/blue/"',
    "busybox cp -r": 'busybox cp -r "$B/blue/." "$M/blue/"',
    "rsync -a": 'rsync -a "$B/blue/" "$M/blue/"',
    "rsync -r": 'rsync -r "$B/blue" "$M/"',
    "rsync -rc": 'rsync -rc "$B/blue" "$M/"',
    "rsync -a --inplace": 'rsync -a --inplace "$B/blue/" "$M/blue/"',
    "rsync -a --existing": 'rsync -a --existing "$B/blue/" "$M/blue/"',
    "rsync, ssh": 'rsync -a -e "ssh $SSH" "$B/blue" "root@localhost:$M"',
    "tar x --overwrite": 'tar -C "$B" -c blue | tar -C "$M" -x --overwrite',
    "scp": 'scp $SSH -qr "$B/blue" "root@localhost:$M/"',
    "sftp": 'echo "put -r $B/blue $M/" | sftp $SSH -q -b - root@localhost',
    "rclone copy": 'rclone copy --retries 1 "$B/blue" "$M/blue"',
}
# ... and those that unlink first, or write beside in a way that is refused: they change nothing, or what is right
UNLINKERS = {
    "tar x": 'tar -C "$B" -c blue | tar -C "$M" -x',
    "bsdtar x": 'tar -C "$B" -c blue | bsdtar -C "$M" -x -f -',
    "busybox tar": 'tar -C "$B" -c blue | busybox tar -C "$M" -x',
    "cpio -pu": 'cd "$B" && find blue | cpio -pdmu --quiet "$M"',
    "pax -rw": 'cd "$B" && pax -rw blue "$M"',
    "unzip -o": 'cd "$B" && zip -qr "$W/a.zip" blue && unzip -qo "$W/a.zip" -d "$M"',
    "install": 'install -m 600 "$B/blue/spec.json" "$M/blue/spec.json"',
    "cp --remove-destination": 'cp -r --remove-destination "$B/blue/." "$M/blue/"',
    "mv": 'mv "$B/blue" "$M/"',
    "rsync -a --delete": 'rsync -a --delete "$B/blue/" "$M/blue/"',
    "rsync --backup": 'rsync -ab "$B/blue/" "$M/blue/"',
    "git checkout": 'git init -q "$W/repo" && git -C "$W/repo" --work-tree="$B" add blue && git -C "$W/repo" commit -qm all '
                    '&& git --git-dir="$W/repo/.git" --work-tree="$M" checkout -qf HEAD -- blue',
    "unison": 'UNISON="$W/unison" unison -ui text -batch -silent -prefer "$B" "$B" "$M" -path blue',
    "rclone sync": 'rclone sync --retries 1 "$B/blue" "$M/blue"',
}
SSH_SERVER = "/usr/sbin/sshd"
SSHD = """HostKey {folder}/host
AuthorizedKeysFile {folder}/key.pub
StrictModes no
UsePAM no
PasswordAuthentication no
PermitRootLogin prohibit-password
PidFile none
LogLevel ERROR
Subsystem sftp {sftp}
"""


def ssh_options(folder, sftp):
    """Options that make ssh, scp and sftp use a server of their own, without any port."""
    folder = pathlib.Path(folder)
    if not (folder / "key").exists():
        for name in ("host", "key"):
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", folder / name], check=True)
    os.makedirs("/run/sshd", mode=0o755, exist_ok=True)  # sshd confines itself there before it authenticates a user
    config = folder / f"sshd-{os.path.basename(sftp)}.conf"
    config.write_text(SSHD.format(folder=folder, sftp=sftp))
    client = folder / f"ssh-{os.path.basename(sftp)}.conf"
    client.write_text(f"ProxyCommand {SSH_SERVER} -i -e -f {config}\nIdentityFile {folder}/key\nBatchMode yes\n"
                      "StrictHostKeyChecking no\nUserKnownHostsFile /dev/null\nLogLevel ERROR\n")
    return f"-F {client}"


def environment(folder, backup, to):
    """The commands' environment. folder has no blanks in its path."""
    folder = pathlib.Path(folder)
    if " " in str(folder):
        raise HarnessError(f"{folder} has a blank in it")
    links = folder / "links"
    links.mkdir(exist_ok=True)
    for name in ("cp", "mv", "tar", "mkdir"):
        if not (links / name).is_symlink():
            (links / name).symlink_to(shutil.which("busybox"))
    return {"B": str(backup), "TO": str(to), "LINKS": str(links), "PATH": os.environ["PATH"] + ":/usr/sbin",
            "SSH": ssh_options(folder, "/usr/lib/openssh/sftp-server"), "SSH_INTERNAL": ssh_options(folder, "internal-sftp"),
            "GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "safe.directory", "GIT_CONFIG_VALUE_0": "*",
            "GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@localhost",
            "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@localhost"}
