# SPDX-License-Identifier: MIT
"""How each program saves a file. The commands see:
   $F the file, $D its directory, $N its name, $OLD and $NEW what to replace by what, $WANT a file outside with the
   whole new text; EDITORS run in $D. python3 programs.py tries them on an ordinary directory."""
import os
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile
import time

VIM_EDIT = '"+%s/$OLD/$NEW/" +wq +cq "$F"'
VIM = "-N -u NONE -i NONE -es --cmd 'set backupskip='"
EMACS = ('(progn (goto-char (point-min)) (while (search-forward (getenv "OLD") nil t) '
         '(replace-match (getenv "NEW") t t)) (save-buffer))')
PYTHON_WRITE = ('import os\ntext = open(os.environ["F"]).read().replace(os.environ["OLD"], os.environ["NEW"])\n')
NODE_READ = ('const fs = require("fs"), e = process.env;'
             'const text = fs.readFileSync(e.F, "utf8").replaceAll(e.OLD, e.NEW);')

# name -> command
COMMANDS = {
    # editors without a terminal
    "vim": f"vim {VIM} {VIM_EDIT}",
    "vim backupcopy=yes": f"vim {VIM} --cmd 'set backupcopy=yes' {VIM_EDIT}",
    "vim backupcopy=no": f"vim {VIM} --cmd 'set backupcopy=no' {VIM_EDIT}",
    "vim backup": f"vim {VIM} --cmd 'set backup' {VIM_EDIT}",
    "vim undofile": f"vim {VIM} --cmd 'set undofile' {VIM_EDIT}",
    "vim nowritebackup": f"vim {VIM} --cmd 'set nowritebackup noswapfile' {VIM_EDIT}",
    "vim.tiny": f"vim.tiny {VIM} {VIM_EDIT}",
    "nvim": "nvim --headless -u NONE -i NONE --cmd 'set backupskip=' " + VIM_EDIT,
    "emacs batch": f"emacs -Q --batch \"$F\" --eval {shlex.quote(EMACS)}",
    "emacs batch backup-by-copying":
        f"emacs -Q --batch --eval '(setq backup-by-copying t)' \"$F\" --eval {shlex.quote(EMACS)}",
    "emacs batch file-precious-flag":
        f"emacs -Q --batch --eval '(setq file-precious-flag t)' \"$F\" --eval {shlex.quote(EMACS)}",
    "ed": 'printf "%s\\n" ",s/$OLD/$NEW/" w q | ed -s "$F"',
    # stream editors
    "sed -i": 'sed -i "s/$OLD/$NEW/" "$F"',
    "perl -i": 'perl -i -pe \'s/\\Q$ENV{OLD}/$ENV{NEW}/\' "$F"',
    "gawk -i inplace": 'gawk -i inplace \'{gsub(ENVIRON["OLD"], ENVIRON["NEW"])} 1\' "$F"',
    "patch": 'diff -u "$F" "$WANT" > p; [ ! -s p ] || patch -s "$F" p',
    "filter to temp, mv": 'sed "s/$OLD/$NEW/" "$F" > "$D/tmp" && mv "$D/tmp" "$F"',
    "filter to dotted temp, mv": 'sed "s/$OLD/$NEW/" "$F" > "$D/.tmp" && mv "$D/.tmp" "$F"',
    "sponge": 'sed "s/$OLD/$NEW/" "$F" | sponge "$F"',
    "sponge, temp beside": 'sed "s/$OLD/$NEW/" "$F" | TMPDIR="$D" sponge "$F"',
    # libraries
    "python open w": "/usr/bin/python3 -c " + shlex.quote(
        PYTHON_WRITE + 'with open(os.environ["F"], "w") as f: f.write(text)'),
    "python r+": "/usr/bin/python3 -c " + shlex.quote(
        PYTHON_WRITE + 'with open(os.environ["F"], "r+") as f:\n f.write(text)\n f.truncate()\n'),
    "python os.replace": "/usr/bin/python3 -c " + shlex.quote(
        PYTHON_WRITE + 'import tempfile\nwith tempfile.NamedTemporaryFile("w", dir=os.environ["D"], delete=False) as f:\n'
        ' f.write(text)\n f.flush()\n os.fsync(f.fileno())\nos.replace(f.name, os.environ["F"])\n'),
    "node writeFile": "node -e " + shlex.quote(NODE_READ + "fs.writeFileSync(e.F, text);"),
    "node writeFile flush": "node -e " + shlex.quote(
        NODE_READ + 'fs.promises.writeFile(e.F, text, {flush: true}).catch(() => process.exit(1));'),
    "node write-file-atomic": "node -e " + shlex.quote(NODE_READ + 'require("write-file-atomic").sync(e.F, text);'),
    "gio save": 'gio save "$F" < "$WANT"',
    "gio save --backup": 'gio save --backup "$F" < "$WANT"',
    "QSaveFile": "/usr/bin/python3 -c " + shlex.quote(
        PYTHON_WRITE + 'from PySide2.QtCore import QSaveFile, QIODevice\nf = QSaveFile(os.environ["F"])\n'
        'assert f.open(QIODevice.WriteOnly)\nf.write(text.encode())\nassert f.commit(), f.errorString()\n'),
    # copies
    "cat": 'cat "$WANT" > "$F"',
    "cp": 'cp "$WANT" "$F"',
    "cp -f": 'cp -f "$WANT" "$F"',
    "cp -a": 'cp -a "$WANT" "$F"',
    "cp within the mount": 'cp "$WANT" "$D/copy" && cp "$D/copy" "$F" && rm "$D/copy"',
    "mv within the mount": 'cp "$WANT" "$D/copy" && mv "$D/copy" "$F"',
    "tee": 'tee "$F" < "$WANT" > /dev/null',
    "dd": 'dd if="$WANT" of="$F" bs=64k status=none',
    "dd conv=fsync": 'dd if="$WANT" of="$F" bs=512 conv=fsync status=none',
    "rsync -a": 'touch -d "1 hour ago" "$WANT"; rsync -a "$WANT" "$F"',
    "rsync -a --checksum": 'rsync -a --checksum "$WANT" "$F"',
    "rsync --inplace": 'rsync --inplace --ignore-times "$WANT" "$F"',
    "rsync --delay-updates": 'mkdir -p in && cp "$WANT" "in/$N" && rsync -a -I --delay-updates "in/" "$D/"',
    "tar --overwrite": 'mkdir -p in && cp "$WANT" "in/$N" && tar -C in -c "$N" | tar -C "$D" -x --overwrite',
    "curl -o": 'curl -s -o "$F" "file://$WANT"',
}

# It writes its file through a shared mapping, which the mount does not have.
PYTHON_MMAP = "/usr/bin/python3 -c " + shlex.quote(
    PYTHON_WRITE + 'import mmap\nwith open(os.environ["D"] + "/mapped", "w+b") as f:\n'
    ' f.truncate(len(text))\n with mmap.mmap(f.fileno(), len(text)) as m: m[:] = text.encode()\n'
    'os.replace(os.environ["D"] + "/mapped", os.environ["F"])\n')

# These always write a final newline, so they never send "the same text".
# name -> (command, steps); a step is (keys for tmux, text that the screen must show then, or None)
EDITORS = {
    "nano": ('nano -I "$N"', [
        ([], "GNU nano"), (["C-\\"], "Search"), (["{OLD}", "Enter"], "Replace with"),
        (["{NEW}", "Enter"], None), (["A"], "Replaced|occurrence"), (["C-o"], "File Name to Write"),
        (["Enter"], "Wrote|Error"), (["C-x"], None)]),
    "micro": ('mkdir -p "$HOME/.config/micro"; micro "$N"', [
        ([], "\\(1,1\\)"), (["C-e"], ">"), (["replaceall {RE} {NEW}", "Enter"], "Replaced"),
        (["C-s"], "Saved|close|error|rror"), (["C-q"], None)]),
    "kakoune": ('TMPDIR=/tmp kak -n "$N"', [
        ([], "client0"), (["%s{RE}", "Enter"], None), (["c{NEW}"], "insert"),
        (["Escape"], "\\+\\] +(?!insert)\\d"), ([":w", "Enter"], "(json|Services) \\d+:|'w'"), ([":q", "Enter"], None)]),
    "joe": ('joe "$N"', [
        ([], "spec.json|disable"), (["C-k", "f"], "Find"), (["{OLD}", "Enter"], "gnore"), (["r", "Enter"], "Replace"),
        (["{NEW}", "Enter"], "Replace"), (["y"], None), (["C-k", "d"], "Name of file"),
        (["Enter"], "saved|rror"), (["C-k", "q"], None)]),
    "mcedit": ('mcedit --nosubshell "$N"', [
        ([], "Help"), (["F4"], "replacement"), (["{OLD}", "Tab", "{NEW}", "Enter"], "Confirm replace"),
        (["Tab", "Enter"], "replacement.* made"), (["Enter"], "(?s)\\A(?!.*replacement).*10Quit"), (["F2"], "Save file"), (["Enter"], "(?s)\\A(?!.*Save file).*10Quit"),
        (["F10"], None)]),
    "emacs -nw": ('emacs -Q -nw "$N"', [
        ([], "spec.json|disable"), (["M-%"], "Query replace"), (["{OLD}", "Enter"], "with"),
        (["{NEW}", "Enter"], "Query replacing|Replaced"), (["!"], "Replaced"), (["C-x", "C-s"], "Wrote|rror"),
        (["C-x", "C-c"], None)]),
    "vim": ('vim -N -u NONE -i NONE --cmd "set backupskip=" "$N"', [
        ([], "spec.json|disable"), ([":%s/{RE}/{NEW}/", "Enter"], "{NEW}"), ([":w", "Enter"], "written|E[0-9]+"),
        ([":q", "Enter"], None)]),
    "nvim": ('nvim -u NONE -i NONE "$N"', [
        ([], "spec.json|disable|\\{|false"), ([":%s/{RE}/{NEW}/", "Enter"], "{NEW}"), ([":w", "Enter"], "written|E[0-9]+"),
        ([":q", "Enter"], None)]),
}


class Screen:
    """A program in a terminal of its own."""

    def __init__(self, command, env, cwd, slow=1.0):
        self.name = f"vpcfs-test-{os.getpid()}-{os.urandom(3).hex()}"
        self.slow = slow
        self.tmux("-f", "/dev/null", "new-session", "-d", "-x", "100", "-y", "40",
                  f"cd \"$D\"; {command}; echo ended:$?; exec sleep 600", env=env, cwd=cwd)

    def tmux(self, *args, env=None, cwd=None):
        return subprocess.run(["tmux", "-L", self.name, *args], capture_output=True, text=True,
                              env=env, cwd=cwd, timeout=30 * self.slow, check=False).stdout

    def keys(self, *keys):
        for key in keys:
            self.tmux("send-keys", key)

    def text(self):
        return self.tmux("capture-pane", "-p")

    def wait_for(self, pattern, seconds=15):
        end = time.monotonic() + seconds * self.slow
        while True:
            text = self.text()
            if re.search(pattern, text):
                return text
            if time.monotonic() > end:
                raise AssertionError(f"waited for {pattern!r} on the screen:\n{text}")
            time.sleep(0.02)

    def close(self):
        self.tmux("kill-server")


def edit(screen, steps, old, new):
    """Goes through the steps; returns all that the screen showed."""
    seen = ""
    words = {"{OLD}": old, "{NEW}": new, "{RE}": old.replace(".", "\\.")}

    def fill(text):
        for word, value in words.items():
            text = text.replace(word, value)
        return text

    for keys, expected in steps:
        screen.keys(*[fill(key) for key in keys])
        seen += screen.wait_for(fill(expected) if expected else ".")
    return seen


def main():
    wrong = 0
    env = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "TERM": "xterm-256color", "NODE_PATH": "/usr/share/nodejs"}
    home = pathlib.Path(tempfile.mkdtemp(dir=os.environ.get("VPCFS_BUILD", ".")))
    text = '{\n  "servers": [\n    "1.1.1.1",\n    "8.8.8.8"\n  ]\n}\n'
    for name in [*COMMANDS, *("screen " + e for e in EDITORS)]:
        folder = home / re.sub(r"\W+", "-", name)
        (folder / "d").mkdir(parents=True)
        file, want = folder / "d/spec.json", folder / "want"
        file.write_text(text)
        want.write_text(text.replace("8.8.8.8", "9.9.9.9"))
        here = {**env, "F": str(file), "D": str(file.parent), "N": file.name, "OLD": "8.8.8.8", "NEW": "9.9.9.9",
                "WANT": str(want), "HOME": str(folder)}
        said = ""
        if name.startswith("screen "):
            command, steps = EDITORS[name[7:]]
            screen = Screen(command, here, folder)
            try:
                edit(screen, steps, "8.8.8.8", "9.9.9.9")
                said = screen.wait_for(r"ended:\d+")
            except AssertionError as err:
                said = str(err)
            screen.close()
        else:
            done = subprocess.run(["bash", "-c", COMMANDS[name]], env=here, cwd=folder, capture_output=True, text=True)
            said = "" if done.returncode == 0 else f"status {done.returncode}: {done.stderr}"
        if file.read_text() != want.read_text() or (said and "ended:0" not in said):
            wrong += 1
            print(f"{name}: {said}\n{file.read_text()}")
    print(f"{len(COMMANDS) + len(EDITORS)} programs, {wrong} wrong")
    return wrong != 0


if __name__ == "__main__":
    sys.exit(main())
