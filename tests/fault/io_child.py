# SPDX-License-Identifier: MIT
"""A program like one in Go or C: it calls open, read, write, mkdir itself and does not repeat what a signal ended. It has a handler
with SA_RESTART for the signals that are sent to it, does what it is told for a while, and prints what the calls said.

    io_child.py SECONDS MOUNT        {"ok": N, "EINTR": N, ...} as JSON"""
import collections
import ctypes
import errno
import json
import os
import signal
import sys
import time

libc = ctypes.CDLL(None, use_errno=True)
libc.write.restype = libc.read.restype = ctypes.c_ssize_t
COUNTS = collections.Counter()


def call(name, *args):
    result = getattr(libc, name)(*args)
    number = ctypes.get_errno()
    COUNTS[f"{name} {'ok' if result >= 0 else errno.errorcode[number]}"] += 1
    return result


def read_file(path):
    handle = call("open", path, os.O_RDONLY)
    if handle >= 0:
        call("read", handle, ctypes.create_string_buffer(65536), 65536)
        call("close", handle)


def write_file(path, text):
    handle = call("open", path, os.O_WRONLY | os.O_TRUNC)
    if handle >= 0:
        call("write", handle, text, len(text))
        call("close", handle)


def main():
    for number in (signal.SIGURG, signal.SIGALRM):
        signal.signal(number, lambda *args: None)
        signal.siginterrupt(number, False)
    print("ready", flush=True)
    end = time.monotonic() + float(sys.argv[1])
    mount, n = os.fsencode(sys.argv[2]), 0
    while time.monotonic() < end:
        n += 1
        read_file(mount + b"/prod/zone")
        read_file(mount + b"/prod/spec.json")
        write_file(mount + b"/prod/ingress/disablePublicServices", b"true\n" if n % 2 else b"false\n")
        call("mkdir", mount + b"/fresh", 0o755)
        call("rmdir", mount + b"/fresh")
        call("access", mount + b"/plain/id", os.R_OK)
    print(json.dumps(COUNTS), flush=True)


if __name__ == "__main__":
    main()
