# SPDX-License-Identifier: MIT
"""The programs that the workers run, each in a process of its own, because W4 and W6 of the contract distinguish
processes.

Most are forked copies of the worker that make the system calls of a known program (as strace shows them); some are the real
bash, dash, cp, cat, sed, perl, jq and vim. Each operation is a line of the log when it begins and one when it ends. The
log knows the base that W4 gives a writer, because it is known here what each process has read."""
import errno
import gc
import json
import os
import signal
import socket
import time

from . import leaves as lv

ADDRESSES = ("1.1.1.1", "8.8.8.8", "9.9.9.9", "4.4.4.4", "1.0.0.1", "8.8.4.4", "2620:fe::fe", "10.0.0.53")
ENTRIES = ("pod cidr", "svc", "lb-1", "db_x", "web", "job", "ci", "gpu")
VALUES = tuple(f"10.{i * 16}.0.0/16" for i in range(6))
ZONE = "US-EAST-04A"
TRUE, FALSE = ("true\n", "1\n", "yes\n", "true", "on\n", "Y\n"), ("false\n", "0\n", "no\n", "false", "off\n", "n\n")
ERRORS = {os.strerror(number): number for number in errno.errorcode}
SPEC = "spec.json"
RW, NEW, CUT = os.O_WRONLY, os.O_WRONLY | os.O_CREAT | os.O_EXCL, os.O_WRONLY | os.O_CREAT | os.O_TRUNC
UNSURE = (errno.ETIMEDOUT, errno.EREMOTEIO, errno.EBADMSG, errno.EPERM, errno.EIO)


class Op:
    """One operation in the log. Its decisive part, the first write of its text or the rename, begins at tw."""

    def __init__(self, program, kind, vpc, steps=(), **more):
        program.count += 1
        self.program, self.name = program, f"{os.getpid()}.{time.monotonic_ns()}"
        line = {"op": self.name, "m": program.mount, "v": vpc, "k": kind, "a": list(steps), "t0": time.monotonic(),
                **more}
        program.log(line)
        self.tw = line["t0"]

    def now(self):
        self.tw = time.monotonic()

    def end(self, err=0, phase="", **more):
        self.program.log({"end": self.name, "e": err, "ph": phase, "tw": self.tw, "t1": time.monotonic(), **more})
        return err


def set_leaf(leaf, value):
    return [{"t": "set", "l": leaf, "v": sorted(value) if leaf == "servers" else value}]


def document(text, bases):
    return [{"t": "doc", "x": text, "b": base} for base in bases]


def close(fd):
    """Closes and ignores the error."""
    try:
        os.close(fd)
    except OSError:
        pass


class Program:
    """A program's environment: a mount (its number), the VPCs' names, a random generator, and the log."""

    def __init__(self, world, mount, rng):
        self.world, self.mount, self.rng = world, mount, rng
        self.root = world.mounts[mount] if mount is not None else None
        self.count, self.fd = 0, world.log_fd
        self.api = None

    def log(self, line):
        os.write(self.fd, (json.dumps(line, separators=(",", ":")) + "\n").encode())

    def path(self, vpc, path=""):
        return f"{self.root}/{vpc}/{path}"

    def vpc(self):
        """A VPC's name; some VPCs are chosen more often than others."""
        names = self.world.stable
        return names[min(int(self.rng.expovariate(0.6)), len(names) - 1)]

    def think(self, most=None):
        time.sleep(self.rng.random() ** 2 * (most or self.world.think))

    def scratch_name(self, vpc):
        self.count += 1
        style = self.rng.choice(("sed%s", ".goutputstream-%s", "tmp%s~", "spec.json.%s", ".spec.json.%s.swp"))
        return self.path(vpc, style % f"{os.getpid()}x{self.count}")

    # Reading.
    def read_open(self, op, fd, phase="read"):
        data = b""
        try:
            while True:
                part = os.read(fd, 1 << 16)
                if not part:
                    return data.decode()
                data += part
        except OSError as err:
            op.end(err.errno, phase)
            return None

    def read(self, vpc, path, kind="read"):
        """The text, if it could be read to its end, else None."""
        op = Op(self, kind, vpc, p=path)
        try:
            fd = os.open(self.path(vpc, path), os.O_RDONLY)
        except OSError as err:
            op.end(err.errno, "open")
            return None
        opened = time.monotonic()
        text = self.read_open(op, fd)
        os.close(fd)
        if text is not None:
            op.end(p=path, x=text, to=opened)
        return text

    def list_root(self):
        op = Op(self, "ls", None)
        try:
            names = os.listdir(self.root)
        except OSError as err:
            return op.end(err.errno, "open")
        return op.end(x=names, to=time.monotonic())

    # Writing.
    def put(self, op, fd, text, at=None, over=False):
        """Writes; returns the errno. A document may take several writes, and is complete with the last. Where it
        overwrites the same text it takes one, since each write would be decided there."""
        data = text.encode()
        op.now()
        whole = text[0] != "{" or over or self.rng.random() < 0.8
        piece = len(data) if whole else max(1, len(data) // self.rng.randint(1, 4))
        try:
            for start in range(0, len(data), piece):
                part = data[start:start + piece]
                if at is None:
                    os.write(fd, part)
                else:
                    os.pwrite(fd, part, at + start)
        except OSError as err:
            return err.errno
        return 0

    def save(self, op, path, text, flags, sync=False):
        """open, write, perhaps fsync, close."""
        try:
            fd = os.open(path, flags, 0o600)
        except OSError as err:
            return op.end(err.errno, "open")
        return self.finish(op, fd, self.put(op, fd, text), sync)

    def finish(self, op, fd, err, sync=False, keep=False):
        phase = "write" if err else ""
        more = {}
        if sync:
            try:
                os.fsync(fd)
                more["sync"] = 0
            except OSError as failure:
                more["sync"] = failure.errno
                err, phase = (err, phase) if err else (failure.errno, "fsync")
        if not keep:
            try:
                os.close(fd)
                more["close"] = 0
            except OSError as failure:
                more["close"] = failure.errno
                err, phase = (err, phase) if err else (failure.errno, "close")
        return op.end(err, phase, **more)

    def make_scratch(self, vpc, text, keep=False):
        """(path, descriptor if kept), or (None, None)."""
        path = self.scratch_name(vpc)
        op = Op(self, "scratch", vpc)
        try:
            fd = os.open(path, NEW, 0o600)
            os.write(fd, text.encode())
            if self.rng.random() < 0.5:
                os.fsync(fd)
            if not keep:
                os.close(fd)
        except OSError as err:
            op.end(err.errno, "scratch")
            return None, None
        op.end()
        return path, fd

    def rename(self, op, old, new, remove=True):
        op.now()
        try:
            os.rename(old, new)
        except OSError as err:
            op.end(err.errno, "rename")
            if remove:
                self.remove(old)
            return err.errno
        return op.end()

    def remove(self, path):
        try:
            os.unlink(path)
        except OSError:
            pass

    # What a program wants.
    def spec(self, vpc):
        """A document without a base: random, or a backup that some process made."""
        text = self.world.backup(vpc, self.rng)
        if text is not None and self.rng.random() < 0.7:
            return text
        names = self.rng.sample(ENTRIES, self.rng.randint(0, 4))
        return lv.spec_text({
            "name": vpc, "zone": ZONE,
            "vpcPrefixes": [{"name": name, "value": self.rng.choice(VALUES)} for name in names],
            "ingress": {"disablePublicServices": self.rng.random() < 0.5},
            "egress": {"disablePublicAccess": self.rng.random() < 0.5},
            "dhcp": {"dns": {"servers": self.servers()}}})

    def servers(self):
        return self.rng.sample(ADDRESSES, self.rng.randint(0, 4))

    def change(self, spec):
        """Changes one or a few things in a document."""
        spec = json.loads(json.dumps(spec))
        for _ in range(1 if self.rng.random() < 0.7 else 3):
            what = self.rng.random()
            entries = spec.setdefault("vpcPrefixes", [])
            if what < 0.2:
                one = spec.setdefault("ingress", {})
                one["disablePublicServices"] = not one.get("disablePublicServices", False)
            elif what < 0.4:
                one = spec.setdefault("egress", {})
                one["disablePublicAccess"] = not one.get("disablePublicAccess", False)
            elif what < 0.6:
                spec.setdefault("dhcp", {}).setdefault("dns", {})["servers"] = self.servers()
            elif what < 0.8 and entries:
                self.rng.choice(entries)["value"] = self.rng.choice(VALUES)
            elif what < 0.9 and entries:
                entries.pop(self.rng.randrange(len(entries)))
            else:
                free = [name for name in ENTRIES if name not in [entry["name"] for entry in entries]]
                if free:
                    entries.append({"name": self.rng.choice(free), "value": self.rng.choice(VALUES)})
        return spec


# Scalars and lists.

def some_field(p, vpc):
    """(leaf, path, value, text)"""
    leaf = p.rng.choice(("ingress", "egress", "servers"))
    if leaf == "servers":
        value = p.servers()
        text = p.rng.choice((" ", ",", "\n")).join(value) + "\n"
    else:
        value = p.rng.random() < 0.5
        text = p.rng.choice(TRUE if value else FALSE)
    return leaf, lv.FIELDS[leaf], value, text


def echo(p):
    vpc = p.vpc()
    leaf, path, value, text = some_field(p, vpc)
    p.save(Op(p, "echo", vpc, [set_leaf(leaf, value)], w=text), p.path(vpc, path), text, CUT)


def copy_field(p):
    """sed -i, rsync: a scratch file renamed onto a field."""
    vpc = p.vpc()
    leaf, path, value, text = some_field(p, vpc)
    scratch, _ = p.make_scratch(vpc, text)
    if scratch:
        p.rename(Op(p, "rename-field", vpc, [set_leaf(leaf, value)], w=text), scratch, p.path(vpc, path))


def append(p):
    vpc, words = p.vpc(), p.rng.sample(ADDRESSES, 1 if p.rng.random() < 0.8 else 2)
    op = Op(p, "append", vpc, [[{"t": "add", "v": words}]])
    p.save(op, p.path(vpc, lv.FIELDS["servers"]), "\n".join(words) + "\n", os.O_WRONLY | os.O_CREAT | os.O_APPEND)


def append_handle(p):
    """exec 3>> servers; echo a >&3; ...; echo b >&3"""
    vpc, said = p.vpc(), []
    try:
        fd = os.open(p.path(vpc, lv.FIELDS["servers"]), os.O_WRONLY | os.O_APPEND)
    except OSError:
        return
    for _ in range(p.rng.randint(2, 4)):
        word = p.rng.choice(ADDRESSES)
        said.append(word)
        # Whether what the handle said before is said again is left open: "the handle's whole text".
        step = [{"t": "add", "v": said[i:]} for i in range(len(said))]
        op = Op(p, "append-handle", vpc, [step])
        p.finish(op, fd, p.put(op, fd, word + "\n"), keep=True)
        p.think()
    close(fd)


def handle(p):
    """An open file that writes again and again, often the same text: "Each decision stands alone"."""
    vpc = p.vpc()
    if p.rng.random() < 0.3:
        path, text, step = SPEC, p.spec(vpc), None
        step = document(text, [None])
    else:
        leaf, path, value, text = some_field(p, vpc)
        text = text.rstrip("\n") + "\n"
        step = set_leaf(leaf, value)
    try:
        fd = os.open(p.path(vpc, path), CUT, 0o600)
    except OSError:
        return
    for turn in range(p.rng.randint(2, 5)):
        op = Op(p, "handle", vpc, [step], w=None if path == SPEC else text)
        over = turn and p.rng.random() < 0.4
        if turn and not over:
            try:
                os.ftruncate(fd, 0)
            except OSError as err:
                op.end(err.errno, "ftruncate")
                break
        p.finish(op, fd, p.put(op, fd, text, at=0, over=over), keep=True, sync=p.rng.random() < 0.2)
        p.think()
    close(fd)


# Entries of vpcPrefixes.

def entry_value(p):
    vpc, name, value = p.vpc(), p.rng.choice(ENTRIES), p.rng.choice(VALUES)
    op = Op(p, "entry-value", vpc, [set_leaf("vp:" + name, value)], n=name)
    p.save(op, p.path(vpc, f"vpcPrefixes/{name}/value"), value + "\n", CUT)


def entry_make(p):
    vpc, name, value = p.vpc(), p.rng.choice(ENTRIES), p.rng.choice(VALUES)
    op = Op(p, "entry-mkdir", vpc, [], n=name)
    try:
        os.mkdir(p.path(vpc, f"vpcPrefixes/{name}"))
        op.end()
    except OSError as err:
        op.end(err.errno, "mkdir")
    op = Op(p, "entry-value", vpc, [set_leaf("vp:" + name, value)], n=name)
    p.save(op, p.path(vpc, f"vpcPrefixes/{name}/value"), value + "\n", CUT)


def entry_remove(p):
    vpc, name = p.vpc(), p.rng.choice(ENTRIES)
    op = Op(p, "entry-rmdir", vpc, [set_leaf("vp:" + name, None)], n=name)
    try:
        os.rmdir(p.path(vpc, f"vpcPrefixes/{name}"))
        op.end()
    except OSError as err:
        op.end(err.errno, "rmdir")


def entry_move(p):
    vpc = p.vpc()
    old, new = p.rng.sample(ENTRIES, 2)
    op = Op(p, "entry-mv", vpc, [[{"t": "mv", "a": old, "b": new}]], n=old, n2=new)
    p.rename(op, p.path(vpc, f"vpcPrefixes/{old}"), p.path(vpc, f"vpcPrefixes/{new}"), remove=False)


# Documents.

def restore(p):
    """cp, cat, tar --overwrite or rsync of a backup onto spec.json: a process that never read it has no base."""
    vpc = p.vpc()
    text = p.spec(vpc)
    step = document(text, [None])
    if p.rng.random() < 0.6:
        p.save(Op(p, "restore", vpc, [step]), p.path(vpc, SPEC), text, CUT)
        return
    scratch, _ = p.make_scratch(vpc, text)
    if scratch:
        p.rename(Op(p, "restore-rename", vpc, [step]), scratch, p.path(vpc, SPEC))


def session(p):
    """A long-lived shell that writes the same document, or another, again and again and never reads."""
    vpc = p.vpc()
    text = p.spec(vpc)
    for _ in range(p.rng.randint(2, 5)):
        p.save(Op(p, "session", vpc, [document(text, [None])]), p.path(vpc, SPEC), text, CUT)
        p.think()
        if p.rng.random() < 0.3:
            text = p.spec(vpc)


def save_cut(p, vpc, text, step):
    return p.save(Op(p, "ed-cut", vpc, [step]), p.path(vpc, SPEC), text, CUT, sync=p.rng.random() < 0.5)


def save_vim(p, vpc, text, step):
    backup, target = p.scratch_name(vpc), p.path(vpc, SPEC)
    old = snapshot(p, vpc, backup)
    if old is None:
        return errno.ECANCELED
    op = Op(p, "ed-vim", vpc, [step])
    try:
        fd = os.open(target, os.O_WRONLY | os.O_CREAT, 0o600)
        os.ftruncate(fd, 0)
    except OSError as err:
        return op.end(err.errno, "open")
    err = p.finish(op, fd, p.put(op, fd, text), sync=True)
    if err:
        # "rm S, mv S~>S (orig)": the snapshot comes back by the process that made it, it is its own base.
        p.remove(target)
        p.rename(Op(p, "rollback", vpc, [document(old, [old])]), backup, target)
        return err
    p.remove(backup)
    return 0


def save_rename(p, vpc, text, step):
    scratch, _ = p.make_scratch(vpc, text)
    if not scratch:
        return errno.ECANCELED
    return p.rename(Op(p, "ed-rename", vpc, [step]), scratch, p.path(vpc, SPEC))


def save_glib(p, vpc, text, step):
    """GLib, sponge: renamed while it is open; the later flush is a no-op."""
    scratch, fd = p.make_scratch(vpc, text, keep=True)
    if not scratch:
        return errno.ECANCELED
    err = p.rename(Op(p, "ed-glib", vpc, [step]), scratch, p.path(vpc, SPEC))
    op = Op(p, "glib-close", vpc, [])
    try:
        os.close(fd)
        op.end()
    except OSError as failure:
        op.end(failure.errno if not err else 0, "close")
    return err


def save_inplace(p, vpc, text, step):
    """rsync --inplace, busybox vi: without O_TRUNC, written and then truncated to its length."""
    op = Op(p, "ed-inplace", vpc, [step])
    try:
        fd = os.open(p.path(vpc, SPEC), RW)
    except OSError as err:
        return op.end(err.errno, "open")
    err = p.put(op, fd, text)
    if not err:
        try:
            os.ftruncate(fd, len(text.encode()))
        except OSError as failure:
            op.end(failure.errno, "ftruncate")
            close(fd)
            return failure.errno
    return p.finish(op, fd, err)


STYLES = (save_cut, save_cut, save_vim, save_rename, save_glib, save_inplace)


def editor(p):
    """Reads spec.json to its end and closes it; opens it again later and saves. It may save again without reading
    again: then its next text is compared with what it saved (W4)."""
    vpc = p.vpc()
    text = p.read(vpc, SPEC)
    if text is None:
        return
    p.world.keep(vpc, text, p.rng)
    bases, save = [text], p.rng.choice(STYLES)
    for _ in range(p.rng.randint(1, 4)):
        p.think(p.world.think * 4 if p.rng.random() < 0.3 else None)
        dice = p.rng.random()
        if dice < 0.2:
            again = p.read(vpc, SPEC)
            if again is None:
                return
            text, bases = again, [again]
        elif dice < 0.85:
            text = lv.spec_text(p.change(json.loads(text)))
        err = save(p, vpc, text, document(text, bases))
        if err == 0:
            bases = [text]
        elif err in UNSURE:
            bases = bases + [text]  # it may have been saved


def edit_handle(p):
    """One open file for reading and writing: its base is what it read."""
    vpc = p.vpc()
    op = Op(p, "read", vpc, p=SPEC)
    try:
        fd = os.open(p.path(vpc, SPEC), os.O_RDWR)
    except OSError as err:
        op.end(err.errno, "open")
        return
    opened = time.monotonic()
    text = p.read_open(op, fd)
    if text is None:
        close(fd)
        return
    op.end(p=SPEC, x=text, to=opened)
    bases = [text]
    for turn in range(p.rng.randint(1, 3)):
        p.think()
        if p.rng.random() < 0.8:
            text = lv.spec_text(p.change(json.loads(text)))
        op = Op(p, "ed-handle", vpc, [document(text, bases)])
        try:
            os.ftruncate(fd, 0)
        except OSError as err:
            op.end(err.errno, "ftruncate")
            break
        err = p.finish(op, fd, p.put(op, fd, text, at=0), keep=True, sync=p.rng.random() < 0.3)
        # What the handle read, or what the process has saved since: the contract names both.
        if err == 0 or err in UNSURE:
            bases = bases + [text]
    close(fd)


# Copies.

def snapshot(p, vpc, backup):
    """mv spec.json backup; returns its text, or None."""
    op = Op(p, "snapshot", vpc, p=SPEC)
    try:
        os.rename(p.path(vpc, SPEC), backup)
        opened = time.monotonic()
        with open(backup, encoding="utf-8") as file:
            text = file.read()
    except OSError as err:
        op.end(err.errno, "snapshot")
        return None
    op.end(p=SPEC, x=text, to=opened)
    return text


def apart(p, what):
    """Runs it in another process; returns its answer, a JSON value."""
    near, far = os.pipe()
    child = os.fork()
    if child == 0:
        status = 1
        try:
            os.close(near)
            other = Program(p.world, p.mount, p.rng)
            os.write(far, json.dumps(what(other)).encode())
            status = 0
        finally:
            os._exit(status)
    os.close(far)
    data = b""
    while part := os.read(near, 1 << 16):
        data += part
    os.close(near)
    os.waitpid(child, 0)
    return json.loads(data) if data else None


def put_back(p):
    """One process moves a copy into the VPC's directory, another puts it back later: absolute."""
    vpc = p.vpc()

    def away(other):
        if other.rng.random() < 0.5:
            backup = other.scratch_name(vpc)
            return [backup, snapshot(other, vpc, backup)]
        text = other.read(vpc, SPEC)
        return [text and other.make_scratch(vpc, text)[0], text]

    path, text = apart(p, away) or (None, None)
    if path is None or text is None:
        return
    p.think(p.world.think * 3)
    p.rename(Op(p, "put-back", vpc, [document(text, [None])]), path, p.path(vpc, SPEC))


def roll_back(p):
    """The process that made the snapshot puts it back itself."""
    vpc = p.vpc()
    backup = p.scratch_name(vpc)
    text = snapshot(p, vpc, backup)
    if text is None:
        return
    p.think()
    p.rename(Op(p, "rollback", vpc, [document(text, [text])]), backup, p.path(vpc, SPEC))


def filtered(p):
    """jq ... spec.json > tmp && mv tmp spec.json: the scratch file has the base of the process that wrote its bytes."""
    vpc = p.vpc()

    def jq(other):
        old = other.read(vpc, SPEC)
        if old is None:
            return None
        text = lv.spec_text(other.change(json.loads(old)))
        if not lv.differ(lv.from_text(old), lv.from_text(text)):
            return None  # then its text is its base: put_back
        return [other.make_scratch(vpc, text)[0], old, text]

    path, old, text = apart(p, jq) or (None, None, None)
    if path is None:
        return
    p.think(p.world.think)
    p.rename(Op(p, "jq-mv", vpc, [document(text, [old])]), path, p.path(vpc, SPEC))


# Readers.

PLACES = (SPEC, SPEC, "vpc.json", lv.FIELDS["ingress"], lv.FIELDS["egress"], lv.FIELDS["servers"])


def reader(p):
    vpc = p.vpc()
    dice = p.rng.random()
    if dice < 0.15:
        p.read(vpc, f"vpcPrefixes/{p.rng.choice(ENTRIES)}/value")
    elif dice < 0.25:
        p.list_root()
    elif dice < 0.35:
        p.read(p.rng.choice(p.world.volatile), p.rng.choice(PLACES))
    else:
        path = p.rng.choice(PLACES)
        text = p.read(vpc, path)
        if text and path == SPEC:
            p.world.keep(vpc, text, p.rng)


def crowd(p):
    """find -exec cat {} ;: one process for each file that is read, all of one VPC."""
    vpc = p.vpc()
    path = p.rng.choice(PLACES)
    for _ in range(p.rng.randint(2, 40)):
        apart(p, lambda other: other.read(vpc, path) and None)


# VPCs that come and go.

def maker(p):
    vpc = p.rng.choice(p.world.volatile)
    op = Op(p, "mkdir", vpc, [[{"t": "mkdir"}]])
    try:
        os.mkdir(p.path(vpc))
        op.end()
    except OSError as err:
        op.end(err.errno, "mkdir")


def remover(p):
    vpc = p.rng.choice(p.world.volatile)
    op = Op(p, "rmdir", vpc, [[{"t": "rmdir"}]])
    try:
        os.rmdir(p.path(vpc))
        op.end()
    except OSError as err:
        op.end(err.errno, "rmdir")


def volatile_echo(p):
    vpc = p.rng.choice(p.world.volatile)
    leaf, path, value, text = some_field(p, vpc)
    p.save(Op(p, "volatile-echo", vpc, [set_leaf(leaf, value)], w=text), p.path(vpc, path), text, CUT)


# Real programs.

def shell_errno(text):
    for line in reversed(text.splitlines()):
        for part in (line.rsplit(": ", 1)[-1].strip(), line.rsplit(" - ", 1)[-1].strip()):
            if part.rstrip(".") in ERRORS:
                return ERRORS[part.rstrip(".")]
        for words, number in ERRORS.items():
            if words in line:
                return number
    return -1


def output_of(command, env):
    """(exit status, what it said)"""
    near, far = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.dup2(os.open("/dev/null", os.O_RDWR), 0)
            os.dup2(0, 1)
            os.dup2(far, 2)
            signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # Python ignores it
            os.execvpe(command[0], command, env)
        finally:
            os._exit(127)
    os.close(far)
    said = b""
    while part := os.read(near, 1 << 16):
        said += part
    os.close(near)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), said.decode(errors="replace")


def run(p, op, command, **env):
    """Runs a real program; its errno is taken from its message."""
    status, words = output_of(command, {"PATH": os.environ["PATH"], "LC_ALL": "C", "HOME": p.world.home, **env})
    # perl -i says that it cannot open a file, and exits with 0; so does vim, without a word, when the file changes
    # while it reads it: its 0 is no claim
    if status == 0 and not words:
        return op.end(None if command[0] == "vim" else 0, "real")
    return op.end(shell_errno(words), "real", said=words[-300:])


def real_echo(p):
    vpc, shell = p.vpc(), p.rng.choice(("bash", "dash"))
    leaf, path, value, text = some_field(p, vpc)
    text = text.rstrip("\n") + "\n"
    steps = [set_leaf(leaf, value)]
    if leaf == "servers" and "\n" in text[:-1]:
        # bash's printf writes line by line, and is applied line by line
        steps = [set_leaf(leaf, value[:i]) for i in range(1, len(value) + 1)]
    run(p, Op(p, "sh-echo", vpc, steps, w=text), [shell, "-c", 'printf %s "$T" > "$F"'], T=text, F=p.path(vpc, path))


def real_append(p):
    vpc, shell = p.vpc(), p.rng.choice(("bash", "dash"))
    words = p.rng.sample(ADDRESSES, p.rng.randint(1, 3))
    steps = [[{"t": "add", "v": words[i:j]} for i in range(j)] for j in range(1, len(words) + 1)]
    op = Op(p, "sh-append", vpc, steps)
    run(p, op, [shell, "-c", 'printf "%s\\n" $T >> "$F"'], T=" ".join(words), F=p.path(vpc, lv.FIELDS["servers"]))


def real_restore(p):
    vpc = p.vpc()
    text = p.spec(vpc)
    source = f"{p.world.home}/restore.{os.getpid()}"
    with open(source, "w", encoding="utf-8") as file:
        file.write(text)
    kind, command = p.rng.choice((("cp", ["cp", source, p.path(vpc, SPEC)]),
                                  ("cat", ["dash", "-c", 'cat "$S" > "$F"']),
                                  ("printf", ["bash", "-c", 'printf "%s\\n" "$T" > "$F"'])))
    op = Op(p, "sh-" + kind, vpc, [document(text, [None])])
    run(p, op, command, S=source, F=p.path(vpc, SPEC), T=text.rstrip("\n"))
    os.unlink(source)


def real_edit(p):
    vpc = p.vpc()
    leaf, key = p.rng.choice((("ingress", "disablePublicServices"), ("egress", "disablePublicAccess")))
    value = p.rng.random() < 0.5
    script = f's/("{key}": )[a-z]*/\\1{json.dumps(value)}/'
    # -N: saves as the traced programs do; -n: without a swap file, for one that another vim left makes it give up
    # silently; wq!: without the question whether to overwrite what has changed since it was read
    vim = ["vim", "-N", "-n", "-es", "-u", "NONE", "-i", "NONE",
           "-c", f"%s/{key}\": \\zs[a-z]*/{json.dumps(value)}/", "-c", "wq!"]
    kind, command = p.rng.choice((("sed", ["sed", "-E", "-i", script]),
                                  ("perl", ["perl", "-i", "-pe", script.replace("\\1", "$1")]), ("vim", vim)))
    op = Op(p, "sh-" + kind, vpc, [[{"t": "edit", "c": {leaf: value}}]])
    run(p, op, [*command, p.path(vpc, SPEC)])


# The third client.

def call(p, method, identity, body=None):
    text = "" if body is None else json.dumps(body)
    path = "/v1beta1/networking/vpcs" + (f"/{identity}" if identity else "")
    request = (f"{method} {path} HTTP/1.1\r\nHost: s\r\nAuthorization: Bearer {p.world.token}\r\n"
               f"Content-Type: application/json\r\nContent-Length: {len(text)}\r\n\r\n{text}")
    with socket.create_connection(("127.0.0.1", p.world.api_port), timeout=60) as connection:
        connection.sendall(request.encode())
        with connection.makefile("rb") as answer:
            status, length = int(answer.readline()[9:12]), None
            while (line := answer.readline().lower()) != b"\r\n":
                if line.startswith(b"content-length:"):
                    length = int(line[15:])
            data = chunks(answer) if length is None else answer.read(length)
    return status, json.loads(data) if data else None


def chunks(answer):
    data = b""
    while size := int(answer.readline(), 16):
        data += answer.read(size)
        answer.readline()
    return data


def third(p):
    """Another client, directly at the API."""
    _, answer = call(p, "GET", None)
    there = {vpc["name"]: vpc for vpc in answer.get("items", ())}
    dice = p.rng.random()
    if dice < 0.12:
        name = p.rng.choice(p.world.volatile)
        if name in there:
            call(p, "DELETE", there[name]["id"])
        else:
            call(p, "POST", None, {"name": name, "zone": ZONE})
        return
    vpc = there.get(p.vpc())
    if vpc is None:
        return
    new = p.change(lv_spec(vpc))
    mask = sorted({lv.mask_of(leaf) for leaf in lv.differ(lv.from_object(vpc), lv.from_object(new))})
    if mask:
        call(p, "PATCH", vpc["id"], {"updateMask": ",".join(mask), **{
            key: new[key] for key in ("vpcPrefixes", "ingress", "egress", "dhcp") if key in new}})


def lv_spec(vpc):
    return {"name": vpc["name"], "zone": vpc["zone"],
            "vpcPrefixes": [{"name": entry["name"], "value": entry["value"]} for entry in vpc.get("vpcPrefixes") or ()],
            "ingress": vpc.get("ingress") or {}, "egress": vpc.get("egress") or {}, "dhcp": vpc.get("dhcp") or {}}


# weight of each program; --weights changes them
PROGRAMS = {
    "echo": (echo, 14), "copy_field": (copy_field, 4), "append": (append, 8), "append_handle": (append_handle, 2),
    "handle": (handle, 5), "entry_value": (entry_value, 5), "entry_make": (entry_make, 4),
    "entry_remove": (entry_remove, 4), "entry_move": (entry_move, 3), "restore": (restore, 6),
    "session": (session, 4), "editor": (editor, 10), "edit_handle": (edit_handle, 3), "put_back": (put_back, 4),
    "roll_back": (roll_back, 2), "filtered": (filtered, 4), "reader": (reader, 14), "crowd": (crowd, 1.2),
    "maker": (maker, 4), "remover": (remover, 3), "volatile_echo": (volatile_echo, 3), "real_echo": (real_echo, 3),
    "real_append": (real_append, 2), "real_restore": (real_restore, 2), "real_edit": (real_edit, 1.5),
    "third": (third, 12),
}


def run_one(world, name, mount, rng):
    """Runs a program in a process of its own, which may be killed in the middle."""
    log = Program(world, mount, rng)
    child = os.fork()
    if child == 0:
        status = 1
        try:
            gc.disable()
            os.setsid()
            PROGRAMS[name][0](Program(world, None if name == "third" else mount, rng))
            status = 0
        except (ConnectionError, TimeoutError):
            status = 0
        except BaseException:
            import traceback
            with open(world.home + "/crash.txt", "a", encoding="utf-8") as file:
                traceback.print_exc(file=file)
        finally:
            os._exit(status)
    if name != "third" and rng.random() < world.kill_rate:
        time.sleep(rng.random() ** 2 * 0.1)
        try:
            os.killpg(child, signal.SIGKILL)
        except ProcessLookupError:
            os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        log.log({"killed": child, "t": time.monotonic()})
        return
    os.waitpid(child, 0)


