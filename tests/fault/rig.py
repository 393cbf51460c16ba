# SPDX-License-Identifier: MIT
"""What the fault tests need beyond the mount tests' harness: a server that can stop and come back at the same address,
a mount that many cases share, and a server in between that gives whatever answer a test wants."""
import contextlib
import http.client
import http.server
import os
import pathlib
import signal
import sys
import threading
import time
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "mount"))
import harness  # noqa: E402

SLOW = harness.SLOW
CASE_S = 60  # time limit of a case; then its driver is killed, which wakes every process that waits in the kernel


class FaultEmulator(harness.Emulator):
    """Keeps its state and its address when it is stopped and started again."""

    def __init__(self, folder, **kwargs):
        options = ["--state", str(folder / "state.json"), *kwargs.pop("options", ())]
        super().__init__(folder, options=options, **kwargs)
        host = urllib.parse.urlsplit(self.url).netloc
        self.command[self.command.index("--listen") + 1] = host
        if self.mount_url != self.url:
            self.command[self.command.index("--grpc") + 1] = urllib.parse.urlsplit(self.mount_url).netloc

    def restart(self):
        self.process.stdout.close()
        self._launch()

    @contextlib.contextmanager
    def stopped(self):
        self.kill()
        try:
            yield
        finally:
            self.restart()

    def set_faults(self, *rules):
        self.clear_faults()
        if rules:
            self.fault(*rules)

    def count(self, call):
        """The number of requests of one of the five calls since the last reset."""
        return sum(1 for request in self.requests() if call_of(request) == call)

    def waiting(self, call=None):
        """The requests that have arrived and have no answer yet."""
        return [r for r in self.requests() if r["status"] is None and call in (None, call_of(r))]


def call_of(request):
    if request["method"] == "GET" and request["path"].rstrip("/") == harness.VPCS:
        return "LIST"
    return request["method"]


class FaultMount(harness.Mount):
    """Lives longer than one case, so each case has its own watchdog."""

    def _launch(self):
        super()._launch()
        self.watchdog.cancel()

    def calm(self):
        """Clears faults and the mount's cache: from here on the mount must show the server's state."""
        self.server.clear_faults()
        self.refresh()

    @contextlib.contextmanager
    def watched(self, seconds=CASE_S):
        self.watchdog = threading.Timer(seconds * SLOW, self._bite)
        self.watchdog.daemon = True
        self.watchdog.start()
        try:
            yield self
        finally:
            self.watchdog.cancel()


class FaultLab(harness.Lab):
    def server(self, **kwargs):
        kwargs.setdefault("profile", self.profile)
        emulator = FaultEmulator(self.new_folder(), **kwargs)
        self.started.append(emulator)
        return emulator

    def mount(self, options="", server=None, **kwargs):
        of_server = {k: kwargs.pop(k) for k in ("vpcs", "load", "token") if k in kwargs}
        if "server_options" in kwargs:
            of_server["options"] = kwargs.pop("server_options")
        server = server or self.server(**of_server)
        mount = FaultMount(self.new_folder(), server, options, **kwargs)
        self.started.append(mount)
        return mount

    def between(self, server):
        between = Between(server.url)
        self.started.append(between)
        return between


class Answer:
    """An answer that the server in between gives instead of the real one. cut: it promises this many bytes more than it
    sends."""

    def __init__(self, status=200, body=b"", kind="application/json", headers=(), cut=0):
        self.status, self.kind, self.headers, self.cut = status, kind, dict(headers), cut
        self.body = body if isinstance(body, bytes) else body.encode()


class Between:
    """A server between driver and emulator. hook(call, path, body, forward) -> Answer, or None to close without one;
    forward() carries the request out and returns the real Answer."""

    def __init__(self, upstream):
        self.upstream = urllib.parse.urlsplit(upstream).netloc
        self.lock = threading.Lock()
        self.seen = []
        self.clear()
        self.httpd = http.server.ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.httpd.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.httpd.server_port}"
        self.thread = threading.Thread(target=self.httpd.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self.thread.start()

    def clear(self):
        self.hook = lambda call, path, body, forward: forward()
        self.takes_token = lambda token: True
        self.seen = []

    def count(self, call):
        with self.lock:
            return sum(1 for seen in self.seen if seen == call)

    def answers(self, call, *answers):
        """Gives the call these answers, the last one for ever, without carrying the request out. None gives the real
        answer."""
        left = list(answers)

        def hook(this, path, body, forward):
            if this != call:
                return forward()
            with self.lock:
                answer = left.pop(0) if len(left) > 1 else left[0]
            return answer or forward()
        self.hook = hook

    def _forward(self, method, path, headers, body):
        connection = http.client.HTTPConnection(self.upstream, timeout=30)
        try:
            connection.request(method, path, body or None,
                               {k: v for k, v in headers.items() if k.lower() in ("authorization", "content-type")})
            answer = connection.getresponse()
            return Answer(answer.status, answer.read(), answer.getheader("Content-Type", "application/json"))
        finally:
            connection.close()

    def _handler(self):
        between = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = 65536  # head and body in one segment: else each answer waits for a delayed ACK
            disable_nagle_algorithm = True

            def serve(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                call = call_of({"method": self.command, "path": self.path.split("?")[0]})
                with between.lock:
                    between.seen.append(call)
                token = (self.headers.get("Authorization") or "").removeprefix("Bearer ")
                answer = Answer(401, '{"code":16,"message":"who are you"}') if not between.takes_token(token) else \
                    between.hook(call, self.path, body, lambda: between._forward(
                        self.command, self.path, dict(self.headers), body))
                if answer is None:
                    self.close_connection = True
                    return
                self.send_response(answer.status)
                self.send_header("Content-Type", answer.kind)
                self.send_header("Content-Length", str(len(answer.body) + answer.cut))
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                self.end_headers()
                with contextlib.suppress(OSError):
                    self.wfile.write(answer.body)
                self.close_connection = answer.cut > 0

            do_GET = do_POST = do_PATCH = do_DELETE = serve

            def log_message(self, *args):
                pass

        return Handler

    def stop(self):
        self.httpd.shutdown()
        self.httpd.server_close()
        self.thread.join()
        return ""


class Storm:
    """Sends a signal to a process every millisecond for as long as the block lasts."""

    def __init__(self, pid, number=signal.SIGURG):
        self.pid, self.number, self.sent = pid, number, 0
        self.over = threading.Event()
        self.thread = threading.Thread(target=self._run, daemon=True)

    def _run(self):
        while not self.over.wait(0.001):
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, self.number)
                self.sent += 1

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *exc):
        self.over.set()
        self.thread.join()


@contextlib.contextmanager
def at_most(seconds, what):
    """Measures and bounds the time of the block; sanitizer builds have more."""
    begun = time.monotonic()
    took = []
    yield took
    took.append(time.monotonic() - begun)
    assert took[0] <= seconds * SLOW, f"{what}: {took[0]:.2f} s, at most {seconds * SLOW:g} s"
