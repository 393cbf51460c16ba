# SPDX-License-Identifier: MIT
"""TLS in front of an emulator: certificates of our own, nghttpx, and a byte relay before it that counts connections and
keeps its address while nghttpx is restarted."""
import contextlib
import os
import select
import socket
import subprocess
import tempfile
import threading

from harness import TIED, HarnessError, wait_until


def openssl(*args, stdin=None):
    done = subprocess.run(["openssl", *map(str, args)], input=stdin, capture_output=True, text=True)
    if done.returncode:
        raise HarnessError(f"openssl {args[0]}: {done.stderr}")


class Authority:
    """A certificate authority; .pem is what a client trusts."""

    def __init__(self, folder, name):
        self.folder, self.name = folder, name
        self.pem, self.key = folder / f"{name}.pem", folder / f"{name}.key"
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", 2,
                "-subj", f"/CN={name}", "-keyout", self.key, "-out", self.pem,
                "-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=critical,keyCertSign,cRLSign")

    def sign(self, names="IP:127.0.0.1", file="server"):
        """(certificate, key) for a server with these names."""
        pem, key, ask = (self.folder / f"{self.name}-{file}.{end}" for end in ("pem", "key", "csr"))
        openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj", "/CN=server",
                "-keyout", key, "-out", ask)
        (self.folder / "names").write_text(f"subjectAltName={names}\nbasicConstraints=CA:FALSE\n")
        openssl("x509", "-req", "-in", ask, "-CA", self.pem, "-CAkey", self.key, "-CAcreateserial", "-days", 2,
                "-extfile", self.folder / "names", "-out", pem)
        return pem, key


class Relay:
    """Relays 127.0.0.1:port to a Unix socket."""

    def __init__(self, target):
        self.target = str(target)
        self.accepted = 0
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port = self.listener.getsockname()[1]
        self.wake, self.stopping = socket.socketpair()
        self.thread = threading.Thread(target=self._run)
        self.thread.start()

    def _run(self):
        poll, peers = select.poll(), {}
        poll.register(self.listener, select.POLLIN)
        poll.register(self.stopping, select.POLLIN)
        while True:
            for number, _ in poll.poll():
                if number == self.stopping.fileno():
                    for one in peers.values():
                        one.close()
                    return
                if number == self.listener.fileno():
                    self._accept(poll, peers)
                elif number in peers:
                    self._move(poll, peers, number)

    def _accept(self, poll, peers):
        client, _ = self.listener.accept()
        self.accepted += 1
        server = socket.socket(socket.AF_UNIX)
        try:
            server.connect(self.target)
        except OSError:  # nobody there
            client.close()
            server.close()
            return
        for one, other in ((client, server), (server, client)):
            peers[one.fileno()] = other
            poll.register(one, select.POLLIN)

    def _move(self, poll, peers, number):
        other = peers[number]
        one = peers[other.fileno()]
        data = b""
        with contextlib.suppress(OSError):
            data = one.recv(1 << 16)
            other.sendall(data)
        if not data:
            for end in (one, other):
                poll.unregister(end)
                del peers[end.fileno()]
            one.close()
            other.close()

    def stop(self):
        self.wake.send(b"x")
        self.thread.join()
        for one in (self.listener, self.wake, self.stopping):
            one.close()
        return ""


class Proxy:
    """nghttpx before an emulator; .url is what a mount is given. Its protocols are those of ALPN."""

    def __init__(self, folder, server, certificate, protocols="h2,http/1.1", backend=None):
        self.folder, self.server, self.certificate, self.protocols = folder, server, certificate, protocols
        self.backend = backend or server.url.removeprefix("http://").replace(":", ",")
        self.log = folder / "access.log"
        self.home = tempfile.mkdtemp(prefix="vpcfs-", dir="/run" if os.access("/run", os.W_OK) else None)
        self.socket = f"{self.home}/s"  # no longer than sun_path, wherever the build is
        self.process = None
        self.start()
        self.relay = Relay(self.socket)
        self.url = f"https://127.0.0.1:{self.relay.port}"

    def start(self):
        pem, key = self.certificate
        with open(self.folder / "nghttpx.log", "ab") as log:
            self.process = subprocess.Popen(
                [*TIED, "nghttpx", "--conf=/dev/null", "--single-process", "--no-ocsp", f"--npn-list={self.protocols}",
                 f"--frontend=unix:{self.socket}", f"--backend={self.backend}", f"--accesslog-file={self.log}",
                 "--accesslog-format=$alpn $status $request", str(key), str(pem)], stdout=log, stderr=log)
        wait_until(self._answers, "nghttpx")

    def _answers(self):
        if self.process.poll() is not None:
            raise HarnessError("nghttpx ended: " + (self.folder / "nghttpx.log").read_text())
        with socket.socket(socket.AF_UNIX) as probe:
            try:
                probe.connect(str(self.socket))
            except OSError:
                return False
        return True

    def end(self):
        self.process.terminate()
        try:
            self.process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self.socket)

    def restart(self, certificate=None):
        self.end()
        self.certificate = certificate or self.certificate
        self.start()

    def protocols_used(self):
        """The HTTP version of each request, in order."""
        return [line.split()[0] for line in self.log.read_text().splitlines()]

    def stop(self):
        self.end()
        os.rmdir(self.home)
        return self.relay.stop()
