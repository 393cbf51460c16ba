# SPDX-License-Identifier: MIT
"""The clients that CoreWeave's users have, each as a function from a method and a request to the outcome: buf curl,
which is connect-go like CoreWeave's Terraform provider; connect-node and grpc-js, which speak.mjs runs."""
import base64
import json
import os
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "mount"))
import harness  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent
# The program itself; the one in .bin would start node to start it.
BUF = next(HERE.glob("node_modules/@bufbuild/buf-*/bin/buf"), HERE / "node_modules")
SERVICE = "coreweave.networking.v1beta1.VPCService"
# A client's name, and what the emulator sees of it: protocol, codec.
CLIENTS = {
    "buf connect": ("connect", "proto"),
    "buf grpcweb": ("grpc-web", "proto"),
    "buf grpc": ("grpc", "proto"),
    "connect-node json": ("connect", "json"),
    "connect-node binary": ("connect", "proto"),
    "connect-node grpc-web": ("grpc-web", "proto"),
    "connect-node grpc": ("grpc", "proto"),
    "grpc-js": ("grpc", "proto"),
}


class Said:
    """An outcome. Of a success code is None and message the JSON; of an error there are its text and details: [[type,
    JSON], ...]."""

    def __init__(self, code=None, text="", details=(), message=None):
        self.code, self.text, self.details, self.message = code, text, list(details), message

    def __repr__(self):
        return f"Said({self.code!r}, {self.text!r}, {self.details!r}, {self.message!r})"


class Tools:
    """The programs from the npm registry, and the schema in the form that they read."""

    def __init__(self, folder):
        self.image = folder / "vpc.binpb"
        self.env = {**os.environ, "XDG_CACHE_HOME": str(folder), "HOME": str(folder), "BUF_BETA_SUPPRESS_WARNINGS": "1"}
        self.buf("build", harness.ROOT / "src/proto", "-o", self.image, check=True)
        self.speaker = subprocess.Popen(["node", HERE / "speak.mjs", self.image, harness.ROOT / "src/proto"],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=self.env)

    def buf(self, *args, check=False):
        return subprocess.run([BUF, *map(str, args)], capture_output=True, text=True,
                              env=self.env, check=check, timeout=60)

    def call(self, client, server, method, request, token=harness.TOKEN):
        url = server.grpc_url if CLIENTS[client][0] == "grpc" else server.url
        if client.startswith("buf "):
            return self._call_buf(client.split()[1], url, method, request, token)
        self.speaker.stdin.write(json.dumps({"client": client, "url": url, "token": token, "method": method,
                                             "request": request}) + "\n")
        self.speaker.stdin.flush()
        return Said(**json.loads(self.speaker.stdout.readline()))

    def _call_buf(self, protocol, url, method, request, token):
        more = ["--http2-prior-knowledge"] if protocol == "grpc" else []
        if token:
            more += ["-H", f"Authorization: Bearer {token}"]
        done = self.buf("curl", "--schema", self.image, "--protocol", protocol, *more, "-d", json.dumps(request),
                        f"{url}/{SERVICE}/{method}")
        if done.returncode == 0:
            return Said(message=json.loads(done.stdout))
        error = json.loads(done.stderr)
        assert done.returncode % 8 == 0, done
        return Said(error["code"], error.get("message", ""),
                    [[one["type"], self._detail(one)] for one in error.get("details", ())])

    def _detail(self, one):
        """The detail decoded from its bytes: "debug" is for people and may be missing."""
        value = base64.b64decode(one["value"] + "=" * (-len(one["value"]) % 4), validate=True)
        done = subprocess.run([BUF, "convert", self.image, "--type", one["type"], "--from", "-#format=binpb"],
                              input=value, capture_output=True, env=self.env, check=True, timeout=60)
        return json.loads(done.stdout)

    def stop(self):
        self.speaker.stdin.close()
        self.speaker.wait(timeout=30)
        self.speaker.stdout.close()
