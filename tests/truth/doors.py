# SPDX-License-Identifier: MIT
"""The doors of the API: how a request looks through each of them, what an answer says, and how a server fails there.

The proxy and the judge think in REST: a method, an id, a JSON body, a status. Binary messages are read by Google's
library with the schema as protoc-c describes it, so not by the code of the driver, nor by that of the emulator."""
import json
import pathlib
import shutil
import signal
import subprocess
import tempfile

VPCS = "/v1beta1/networking/vpcs"
PACKAGE = "coreweave.networking.v1beta1"
SERVICE = f"/{PACKAGE}.VPCService/"
METHODS = {"ListVPCs": "GET", "GetVPC": "GET", "CreateVPC": "POST", "UpdateVPC": "PATCH", "DeleteVPC": "DELETE"}
PROTOS = pathlib.Path(__file__).resolve().parent.parent.parent / "src/proto"
STATUS = {0: 200, 1: 499, 2: 500, 3: 400, 4: 504, 5: 404, 6: 409, 7: 403, 8: 429, 9: 400, 10: 409, 11: 400, 12: 501,
          13: 500, 14: 503, 15: 500, 16: 401}  # of each code of gRPC, in HTTP
CODES = {"503": (14, "unavailable"), "429": (8, "resource_exhausted"), "500": (13, "internal")}
HTML = b"<html><body><h1>404 Not Found</h1></body></html>"
GARBAGE = b"{]garbage"  # no JSON, and no message: a group that does not end
NGHTTPX = "/usr/sbin/nghttpx"


def http(status, body, kind="application/json", more=""):
    return f"HTTP/1.1 {status} X\r\nContent-Type: {kind}\r\n{more}Content-Length: {len(body)}\r\n\r\n".encode() + body


class Rest:
    """The base of the others. An answer is raw HTTP/1.1; None stands for a connection that closes without one."""
    type = "application/json"

    def __init__(self, rng):
        self.rng = rng

    def read(self, method, path, body, kind):
        """(method, id, the body as JSON, the answer if it is refused); ValueError if it cannot be read."""
        identity = path[len(VPCS) + 1:].partition("?")[0] or None
        return method, identity, json.loads(body) if body else None, None

    def status(self, status, fields, body):
        """(an answer's status, its text if it is an error)"""
        return status, body

    def made(self, body):
        """The VPC in the answer to CreateVPC."""
        answer = json.loads(body)
        return answer.get("vpc", answer)

    # The answers of a server that fails. Some are of the API, others of a proxy in front of it.
    def error(self, fault):
        if self.rng.random() < 0.3:
            return http(fault, b"upstream says no\n", "text/plain")
        return self.problem(int(fault), *CODES[fault], f"fault {fault}")

    def problem(self, status, code, name, text):
        return http(status, json.dumps({"code": code, "message": text, "details": []}).encode())

    def no_such_page(self):
        return http(404, HTML, "text/html")

    def garbage(self):
        return http(200, GARBAGE, self.type)

    def empty(self, is_list):
        """An answer that says nothing, as successful as it can look."""
        return http(200, b"", self.type)

    def cut(self, raw):
        """The beginning of an answer, after which the connection closes."""
        head = raw.index(b"\r\n\r\n") + 4
        return raw[:head + (len(raw) - head) // 2]


class Connect(Rest):
    """JSON. A path is a procedure, the id a field of the message."""

    def read(self, method, path, body, kind):
        name = path.removeprefix(SERVICE)
        fields = self.fields(name, body)
        return METHODS[name], fields.pop("id", None), fields, None

    def fields(self, name, body):
        return json.loads(body)

    def problem(self, status, code, name, text):
        return http(status, json.dumps({"code": name, "message": text}).encode())


class ConnectBinary(Connect):
    """A server that knows only binary messages: it refuses JSON, and the client must speak the other."""
    type = "application/proto"

    def __init__(self, rng, schema):
        super().__init__(rng)
        self.schema = schema

    def read(self, method, path, body, kind):
        if kind != self.type:
            return METHODS[path.removeprefix(SERVICE)], None, None, http(415, b"", "text/plain")
        return super().read(method, path, body, kind)

    def fields(self, name, body):
        return self.schema.json(name + "Request", body)

    def made(self, body):
        return self.schema.json("CreateVPCResponse", body)["vpc"]

    def empty(self, is_list):
        # No bytes are a message, too: one without a VPC, which says nothing of a VPC; but as a list it would say
        # that there are no VPCs.
        return self.garbage() if is_list else http(200, b"", self.type)


class Grpc(ConnectBinary):
    """The form in which nghttpx hands it on: one frame in HTTP/1.1, the status in trailers."""
    type = "application/grpc"

    def read(self, method, path, body, kind):
        return Connect.read(self, method, path, self.unframe(body), kind)

    @staticmethod
    def unframe(body):
        if len(body) < 5 or body[0] != 0 or int.from_bytes(body[1:5], "big") != len(body) - 5:
            raise ValueError("not one frame")
        return body[5:]

    @staticmethod
    def frame(message):
        return b"\0" + len(message).to_bytes(4, "big") + message

    def status(self, status, fields, body):
        if status != 200:
            return status, body
        return STATUS[int(fields[b"grpc-status"])], fields.get(b"grpc-message", b"")

    def made(self, body):
        return super().made(self.unframe(body))

    def framed(self, body, trailers):
        head = f"HTTP/1.1 200 OK\r\nContent-Type: {self.type}\r\nTransfer-Encoding: chunked\r\n\r\n".encode()
        chunk = f"{len(body):x}\r\n".encode() + body + b"\r\n" if body else b""
        return head + chunk + b"0\r\n" + "".join(f"{line}\r\n" for line in trailers).encode() + b"\r\n"

    def problem(self, status, code, name, text):
        lines = [f"grpc-status: {code}", f"grpc-message: {text.replace(' ', '%20')}"]
        if self.rng.random() < 0.5:
            return self.framed(b"", lines)
        return http(200, b"", self.type, "".join(f"{line}\r\n" for line in lines))  # "Trailers-Only"

    def garbage(self):
        good = ["grpc-status: 0"]
        return self.rng.choice((
            self.framed(self.frame(GARBAGE), good), self.framed(self.frame(GARBAGE)[:-3], good),
            self.framed(b"\1" + self.frame(b"")[1:], good), self.framed(self.frame(b"") * 2, good),
            self.framed(self.frame(b""), []), http(200, GARBAGE, self.type)))

    def empty(self, is_list):
        # A frame without bytes is a message, as above; no frame is none.
        no_message = is_list or self.rng.random() < 0.5
        return self.framed(b"" if no_message else self.frame(b""), ["grpc-status: 0"])


class Schema:
    """The messages of the service, from the project's own .proto files."""

    def __init__(self):
        from google.protobuf import descriptor_pb2, descriptor_pool, json_format, message, message_factory
        self.to_dict, self.failures = json_format.MessageToDict, (message.DecodeError, json_format.Error)
        pool, self.factory = descriptor_pool.DescriptorPool(), message_factory.MessageFactory()
        for file in descriptor_pb2.FileDescriptorSet.FromString(described()).file:
            pool.Add(file)
        self.pool, self.classes = pool, {}

    def json(self, name, data):
        """The message as JSON has it; ValueError for what is none, or holds a field that the schema does not have."""
        if name not in self.classes:
            kind = self.pool.FindMessageTypeByName(f"{PACKAGE}.{name}")
            self.classes[name] = self.factory.GetPrototype(kind)
        try:
            message = self.classes[name].FromString(data)
            result = self.to_dict(message)
        except self.failures as err:
            raise ValueError(str(err)) from err
        known = message.ByteSize()
        message.DiscardUnknownFields()
        if message.ByteSize() != known:
            raise ValueError(f"{name} with unknown fields")
        return result


def described():
    """A FileDescriptorSet; protoc-c, which the build needs, is a whole protoc."""
    with tempfile.NamedTemporaryFile() as file:
        subprocess.run(["protoc-c", f"--proto_path={PROTOS}", "--include_imports",
                        f"--descriptor_set_out={file.name}", f"{PACKAGE.replace('.', '/')}/vpc.proto"],
                       check=True, cwd=PROTOS)
        return file.read()


def door_of(api, rng):
    if api == "rest":
        return Rest(rng)
    if api == "connect":
        return Connect(rng)
    return {"connect-binary": ConnectBinary, "grpc": Grpc}[api](rng, Schema())


class Front:
    """nghttpx: takes gRPC at a port and hands it on as HTTP/1.1 to another. A connection begins with a line of the
    PROXY protocol, whose address it hands on as X-Forwarded-For."""

    def __init__(self, listener, port):
        self.address = listener.getsockname()
        tied = [shutil.which("setpriv"), "--pdeathsig", "KILL", "--"]  # ends with this process, whatever ends it
        self.process = subprocess.Popen(
            [*tied, NGHTTPX, "--conf=/dev/null", "--single-process",
             f"--frontend=127.0.0.1,{self.address[1]};no-tls;proxyproto", f"--backend=127.0.0.1,{port}",
             "--add-x-forwarded-for", "--backend-read-timeout=24h", "--frontend-http2-read-timeout=24h",
             "--accesslog-file=/dev/null", "--errorlog-file=/dev/null"],
            env={"NGHTTPX_ACCEPT_1": f"tcp,{listener.fileno()}"}, pass_fds=[listener.fileno()],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        listener.close()

    def stop(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
