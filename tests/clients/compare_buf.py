#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The message codec against `buf convert`, which is Go's protojson and proto: random messages, made from the schema's
descriptors as buf has them, in both directions, and texts of which both must say whether they are messages.
   compare_buf.py MSG_CONVERT SOURCE_ROOT [--seed N] [--count N]
Exit status 77: buf is not installed (scripts/setup test)."""
import argparse
import concurrent.futures
import json
import pathlib
import random
import subprocess
import sys
import tempfile

PACKAGE = "coreweave.networking.v1beta1."
BATCH = {"lists": PACKAGE + "ListVPCsResponse", "creates": PACKAGE + "CreateVPCRequest",
         "updates": PACKAGE + "UpdateVPCRequest", "vpcs": PACKAGE + "GetVPCResponse", "statuses": "google.rpc.Status"}
DETAILS = ["BadRequest", "ErrorInfo", "LocalizedMessage", "PreconditionFailure", "QuotaFailure", "ResourceInfo"]
WORDS = ["", "a", "prod", "pod cidr", "10.0.0.0/13", "fd00::/64", "\u00fc\u20ac\U0001f600", "\x01\x1f\x7f\u2028", "\"\\/\b\n",
         "x" * 300, "null", "\ufeff", "\U0010ffff"]


class Buf:
    def __init__(self, root, work):
        clients = root / "tests" / "clients"
        programs = list(clients.glob("node_modules/@bufbuild/buf-*/bin/buf"))
        self.image = work / "image.binpb"
        if not programs:
            print("skipped: buf is not installed")
            sys.exit(77)
        self.program = programs[0]
        proto = work / "proto"
        subprocess.run(["cp", "-r", root / "src" / "proto", proto], check=True)
        subprocess.run(["cp", clients / "batch.proto", proto], check=True)
        self.run("build", proto, "-o", self.image)
        self.run("build", proto, "-o", work / "image.json")
        self.files = json.loads((work / "image.json").read_text())["file"]

    def run(self, *args, data=b"", check=True):
        done = subprocess.run([self.program, *map(str, args)], input=data, capture_output=True, check=False)
        if check and done.returncode:
            sys.exit(f"buf {args}: {done.stderr.decode()}")
        return None if done.returncode else done.stdout

    def convert(self, kind, data, source, target, check=True):
        return self.run("convert", self.image, "--type", kind, "--from", f"-#format={source}", "--to", f"-#format={target}",
                        data=data, check=check)


class Schema:
    """Messages and enums by full name, from buf's image."""
    def __init__(self, files):
        self.messages, self.enums = {}, {}
        for file in files:
            self.add(file["package"], file.get("messageType", []), file.get("enumType", []))

    def add(self, scope, messages, enums):
        for enum in enums:
            self.enums[f".{scope}.{enum['name']}"] = {v["name"]: v.get("number", 0) for v in enum["value"]}
        for message in messages:
            name = f"{scope}.{message['name']}"
            self.messages["." + name] = message.get("field", [])
            self.add(name, message.get("nestedType", []), message.get("enumType", []))


class Maker:
    """Random messages as JSON texts and as wire bytes."""
    def __init__(self, schema, rng):
        self.schema, self.rng = schema, rng

    def text(self):
        return self.rng.choice(WORDS) if self.rng.random() < 0.8 else "".join(
            chr(self.rng.choice([self.rng.randint(1, 0x7f), self.rng.randint(0x80, 0xd7ff), self.rng.randint(0xe000, 0x10ffff)]))
            for _ in range(self.rng.randint(0, 12)))

    def integer(self):
        return self.rng.choice([0, 1, -1, 24, 64, 80, 127, 128, 300, 2**31 - 1, -2**31, self.rng.randint(-2**31, 2**31 - 1)])

    def enum_number(self, name):
        return self.rng.choice([*self.schema.enums[name].values(), 1, 9, 1000, -1, 2**31 - 1, -2**31])

    def path(self):
        return ".".join(self.rng.choice(["vpcPrefixes", "ingress", "disablePublicServices", "dhcp", "dns", "x", "a1", "Foo", "aB"])
                        for _ in range(self.rng.randint(1, 3)))

    # JSON

    def json_string(self, text):
        return json.dumps(text, ensure_ascii=self.rng.random() < 0.5)

    def json_integer(self, number):
        forms = [str(number), f'"{number}"', f"{number}.0", f'"{number}.0"', f"{number}.00e0"]
        if number % 10 == 0:
            forms += [f"{number // 10}e1", f'"{number // 10}E+1"']
        return self.rng.choice(forms)

    def json_time(self):
        rng = self.rng
        day = f"{rng.choice([1, 2, 1969, 1970, 2000, 2026, 9999]):04}-{rng.randint(1, 12):02}-{rng.randint(2, 27):02}"
        digits = rng.choice([0, 1, 3, 4, 6, 8, 9])
        fraction = "." + "".join(rng.choice("0000123456789") for _ in range(digits)) if digits else ""
        return f'"{day}T{rng.randint(0, 23):02}:{rng.randint(0, 59):02}:{rng.randint(0, 59):02}{fraction}' \
               f'{rng.choice(["Z", "Z", "+00:00", "+05:30", "-11:59"])}"'

    def json_any(self):
        if self.rng.random() < 0.1:
            return "{}"
        name = "google.rpc." + self.rng.choice(DETAILS)
        members = self.json_members("." + name)
        members.insert(self.rng.randint(0, len(members)),
                       f'"@type":"{self.rng.choice(["type.googleapis.com/", "example.com/x/"])}{name}"')
        return "{" + ",".join(members) + "}"

    def json_value(self, field):
        kind, name = field["type"], field.get("typeName")
        if kind == "TYPE_STRING":
            return self.json_string(self.text())
        if kind == "TYPE_BOOL":
            return self.rng.choice(["true", "false"])
        if kind == "TYPE_INT32":
            return self.json_integer(self.integer())
        if kind == "TYPE_ENUM":
            return self.rng.choice([str(self.enum_number(name)), f'"{self.rng.choice([*self.schema.enums[name], "LATER", ""])}"'])
        return self.json_message(name)

    def json_message(self, name):
        if name == ".google.protobuf.Timestamp":
            return self.json_time()
        if name == ".google.protobuf.FieldMask":
            pad = self.rng.choice(["", "", " ", "\\n "])
            return f'"{pad}{",".join(self.path() for _ in range(self.rng.randint(0, 3)))}{pad}"'
        if name == ".google.protobuf.Any":
            return self.json_any()
        return "{" + self.rng.choice([",", " , "]).join(self.json_members(name)) + "}"

    def json_members(self, name):
        members = []
        for field in self.schema.messages[name]:
            if self.rng.random() < 0.3:
                continue
            key = self.rng.choice([field["name"], field["jsonName"]])
            if self.rng.random() < 0.05:
                value = "null"
            elif field["label"] == "LABEL_REPEATED":
                value = "[" + ",".join(self.json_value(field) for _ in range(self.rng.randint(0, 3))) + "]"
            else:
                value = self.json_value(field)
            members.append(f'"{key}":{value}')
        if self.rng.random() < 0.1:
            members.append(self.rng.choice(['"later":{"x":[1e300,null,"\\u0000"]}', '"Name":1', '"":0']))
        self.rng.shuffle(members)
        return members

    # wire

    def wire_field(self, field):
        kind, number, name = field["type"], field["number"], field.get("typeName")
        if kind == "TYPE_STRING":
            return length_delimited(number, self.text().encode())
        if kind == "TYPE_BOOL":
            return varint(number << 3) + varint(self.rng.randint(0, 1))
        if kind == "TYPE_INT32":
            return varint(number << 3) + varint(self.integer())
        if kind == "TYPE_ENUM":
            return varint(number << 3) + varint(self.enum_number(name))
        return length_delimited(number, self.wire_message(name))

    def wire_unknown(self):
        number = self.rng.choice([15, 99, 1000, 2**29 - 1])
        return self.rng.choice([varint(number << 3) + varint(self.rng.randint(0, 2**64 - 1)),
                                varint(number << 3 | 1) + b"12345678", varint(number << 3 | 5) + b"1234",
                                length_delimited(number, b"\xff\x00")])

    def wire_message(self, name):
        rng = self.rng
        if name == ".google.protobuf.Timestamp":
            return b"\x08" + varint(rng.choice([0, 1, -1, -62135596800, 253402300799, rng.randint(0, 2**32)])) + \
                   b"\x10" + varint(rng.choice([0, 1, 500000000, 120000, 999999999]))
        if name == ".google.protobuf.FieldMask":
            paths = ["vpc_prefixes", "ingress.disable_public_services", "_foo", "x", "a1.b"]
            return b"".join(length_delimited(1, rng.choice(paths).encode()) for _ in range(rng.randint(0, 3)))
        if name == ".google.protobuf.Any":
            name = "google.rpc." + rng.choice(DETAILS)
            return length_delimited(1, f"type.googleapis.com/{name}".encode()) + length_delimited(2, self.wire_message("." + name))
        parts = []
        for field in self.schema.messages[name]:
            # If a singular field is repeated, the last one counts; messages merge.
            for _ in range(rng.choice([0, 1, 1, 1, 2] if field["label"] != "LABEL_REPEATED" else [0, 1, 2, 3])):
                parts.append(self.wire_field(field))
        if rng.random() < 0.3:
            parts.append(self.wire_unknown())
        if rng.random() < 0.3:
            rng.shuffle(parts)
        return b"".join(parts)


def varint(value):
    value &= 2**64 - 1
    out = bytearray()
    while value > 0x7f:
        out.append(value & 0x7f | 0x80)
        value >>= 7
    return bytes(out) + bytes([value])


def length_delimited(number, payload):
    return varint(number << 3 | 2) + varint(len(payload)) + payload


def ours(program, lines):
    """Our codec's output, one line for each (way, type, payload)."""
    data = "".join(f"{way} {kind} {payload}\n" for way, kind, payload in lines)
    done = subprocess.run([program], input=data.encode(), capture_output=True, check=False)
    if done.returncode:
        sys.exit(f"{program}: exit status {done.returncode}: {done.stderr.decode(errors='replace')}")
    out = done.stdout.decode().split("\n")[:-1]
    if len(out) != len(lines):
        sys.exit(f"{len(lines)} lines, {len(out)} answers")
    return out


def bytes_of(line, what):
    if line.startswith("!"):
        sys.exit(f"refused: {line}\n{what}")
    return bytes.fromhex(line)


def split_batch(data):
    """The messages of a Batch: (number of the field, bytes)."""
    at = 0

    def take():
        nonlocal at
        value = shift = 0
        while True:
            byte = data[at]
            at += 1
            value |= (byte & 0x7f) << shift
            shift += 7
            if byte < 0x80:
                return value

    while at < len(data):
        number, size = take() >> 3, take()
        yield number, data[at:at + size]
        at += size


def batch_bytes(messages):
    return b"".join(length_delimited(number, one) for number, kind in enumerate(BATCH, 1) for one in messages[kind])


def batch_json(texts):
    return ("{" + ",".join(f'"{kind}":[{",".join(texts[kind])}]' for kind in BATCH) + "}").encode()


def compare(what, expected, found, sources):
    for index, (left, right) in enumerate(zip(expected, found, strict=True)):
        if left != right:
            sys.exit(f"{what}: a message differs\nfrom {sources[index]!r}\nbuf  {left!r}\nours {right!r}")


def check_from_json(buf, program, maker, count):
    texts = {kind: [maker.json_message("." + BATCH[kind]) for _ in range(count)] for kind in BATCH}
    lines = [("json", BATCH[kind], text) for kind in BATCH for text in texts[kind]]
    found = [bytes_of(line, lines[i]) for i, line in enumerate(ours(program, lines))]
    expected = [one for _, one in split_batch(buf.convert("vpcfs.tests.Batch", batch_json(texts), "json", "binpb"))]
    compare("JSON to wire", expected, found, [line[2] for line in lines])
    return len(lines)


def check_from_wire(buf, program, maker, count):
    messages = {kind: [maker.wire_message("." + BATCH[kind]) for _ in range(count)] for kind in BATCH}
    lines = [("wire", BATCH[kind], one.hex()) for kind in BATCH for one in messages[kind]]
    found = [json.loads(line) if line[0] != "!" else line for line in ours(program, lines)]
    whole = batch_bytes(messages)
    batch = json.loads(buf.convert("vpcfs.tests.Batch", whole, "binpb", "json"))
    compare("wire to JSON", [one for kind in BATCH for one in batch.get(kind, [])], found, [line[2] for line in lines])
    same = [bytes_of(line, "") for line in ours(program, [("same", *line[1:]) for line in lines])]
    expected = [one for _, one in split_batch(buf.convert("vpcfs.tests.Batch", whole, "binpb", "binpb"))]
    compare("wire to wire", expected, same, [line[2] for line in lines])
    return 2 * len(lines) + check_unset(buf, program, lines)


def check_unset(buf, program, lines):
    """buf must read JSON with all unset fields written out as the same message as JSON without them."""
    texts = {kind: [] for kind in BATCH}
    for line, text in zip(lines, ours(program, [("unset", *line[1:]) for line in lines]), strict=True):
        texts[next(kind for kind in BATCH if BATCH[kind] == line[1])].append(text)
    plain = ours(program, [("json", line[1], text) for line, text in zip(lines, ours(program, lines), strict=True)])
    expected = [one for _, one in split_batch(buf.convert("vpcfs.tests.Batch", batch_json(texts), "json", "binpb"))]
    compare("wire to JSON with what is unset", expected, [bytes_of(line, "") for line in plain], [line[2] for line in lines])
    return len(lines)


VERDICTS = {
    "VPC": [
        '{}', '[]', 'null', '"x"', '1', '', '{', '{}{}', '{"name":1}', '{"name":null}', '{"name":"a","name":"b"}',
        '{"vpcPrefixes":[],"vpc_prefixes":[]}', '{"vpcPrefixes":[null]}', '{"vpcPrefixes":{}}', '{"vpcPrefixes":null}',
        '{"later":1}', '{"vpcprefixes":[]}', '{"status":"READY"}', '{"status":""}', '{"status":99}', '{"status":"3"}',
        '{"status":1.5}', '{"status":2147483648}', '{"status":true}', '{"ingress":[]}', '{"ingress":{"disablePublicServices":1}}',
        '{"ingress":{"disablePublicServices":"true"}}', '{"name":"\\ud800"}', '{"name":"\\ud83d\\ude00"}', '{"name":"a",}',
        '{"createdAt":"2026-01-31T12:00:00Z"}', '{"createdAt":"2026-01-31T12:00:60Z"}', '{"createdAt":"2026-02-29T12:00:00Z"}',
        '{"createdAt":"2024-02-29T12:00:00Z"}', '{"createdAt":"2026-01-31t12:00:00Z"}', '{"createdAt":"2026-01-31T12:00:00z"}',
        '{"createdAt":"2026-01-31T12:00:00"}', '{"createdAt":"2026-01-31"}', '{"createdAt":""}', '{"createdAt":0}',
        '{"createdAt":"2026-01-31T12:00:00.123456789Z"}', '{"createdAt":"2026-01-31T12:00:00.1234567891Z"}',
        '{"createdAt":"0001-01-01T00:00:00+00:01"}', '{"createdAt":"9999-12-31T23:59:59-00:01"}',
        '{"createdAt":{"seconds":1}}', '{"createdAt":" 2026-01-31T12:00:00Z"}', '{"createdAt":"2026-01-31T24:00:00Z"}',
    ],
    "IPAddressManagementPolicy": [
        '{"prefixLength":%s}' % value for value in (
            '80', '"80"', '1e2', '"1e2"', '80.0', '80.5', '"80.5"', '" 80"', '"80 "', '""', '"0x50"', '"+80"', '"080"', '080',
            'true', '[80]', '2147483647', '2147483648', '-2147483648', '-2147483649', '1e10', '"-0"', '-0', '"1e"', 'NaN', '"NaN"')],
    "UpdateVPCRequest": [
        '{"updateMask":%s}' % value for value in (
            '"vpcPrefixes"', '"vpc_prefixes"', '"*"', '"a,b"', '"a, b"', '"a,,b"', '"a,"', '",a"', '""', '" "', '" a "', 'null',
            '"."', '"a."', '".a"', '"a..b"', '"1a"', '"a.1"', '"a1"', '"Foo"', '"a b"', '["a"]', '{"paths":["a"]}', '1',
            '"nope"')],
    "google.rpc.Status": [
        '{"details":[%s]}' % value for value in (
            '{}', 'null', '[]', '{"@type":"google.rpc.ResourceInfo"}', '{"@type":"x/google.rpc.ResourceInfo","owner":"o"}',
            '{"@type":"google.rpc.ResourceInfo","owner":1}', '{"@type":"google.rpc.ResourceInfo","later":1}', '{"owner":"o"}',
            '{"@type":""}', '{"@type":1}', '{"@type":"google.rpc.ResourceInfo","value":{}}')],
}


def check_verdicts(buf, program):
    rows = [(kind if "." in kind else PACKAGE + kind, text) for kind, texts in VERDICTS.items() for text in texts]
    found = ours(program, [("json", kind, text) for kind, text in rows])
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        expected = list(pool.map(lambda row: buf.convert(row[0], row[1].encode(), "json", "binpb", check=False), rows))
    wrong = [f"{text}: buf {'refuses' if theirs is None else theirs.hex()}, ours {mine}"
             for (_, text), theirs, mine in zip(rows, expected, found, strict=True)
             if (None if mine.startswith("!") else bytes.fromhex(mine)) != theirs]
    if wrong:
        sys.exit("\n".join(wrong))
    return len(rows)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("root", type=pathlib.Path)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randint(0, 2**32))
    parser.add_argument("--count", type=int, default=60, help="messages of each kind")
    args = parser.parse_args()
    print("seed", args.seed, flush=True)
    with tempfile.TemporaryDirectory() as work:
        buf = Buf(args.root, pathlib.Path(work))
        maker = Maker(Schema(buf.files), random.Random(args.seed))
        done = check_from_json(buf, args.program, maker, args.count)
        done += check_from_wire(buf, args.program, maker, args.count)
        print(done, "messages as buf converts them,", check_verdicts(buf, args.program), "verdicts as buf's")


main()
