# SPDX-License-Identifier: MIT
"""The promises of the design, written down independently of the code: which errno a fault becomes (section 7), what the
files of a VPC contain (section 2), and whether a mount shows a server's state."""
import json
import os
import re

VPCS = "/v1beta1/networking/vpcs"
NEVER = {"ENOSYS", "EINTR", "EAGAIN", "EXDEV", "ETXTBSY"}

# google.rpc.Code -> (name, errno). The design does not mention CANCELLED: any errno of a server failure is accepted.
CODES = {
    1: ("CANCELLED", "EREMOTEIO"), 2: ("UNKNOWN", "EREMOTEIO"), 3: ("INVALID_ARGUMENT", "EINVAL"),
    4: ("DEADLINE_EXCEEDED", "ETIMEDOUT"), 5: ("NOT_FOUND", "ENOENT"), 6: ("ALREADY_EXISTS", "EEXIST"),
    7: ("PERMISSION_DENIED", "EACCES"), 8: ("RESOURCE_EXHAUSTED", "EBUSY"), 9: ("FAILED_PRECONDITION", "EBUSY"),
    10: ("ABORTED", "EBUSY"), 11: ("OUT_OF_RANGE", "ERANGE"), 12: ("UNIMPLEMENTED", "EOPNOTSUPP"),
    13: ("INTERNAL", "EREMOTEIO"), 14: ("UNAVAILABLE", "EREMOTEIO"), 15: ("DATA_LOSS", "EREMOTEIO"),
    16: ("UNAUTHENTICATED", "EACCES"),
}
HTTP_OF_CODE = {1: 499, 2: 500, 3: 400, 4: 504, 5: 404, 6: 409, 7: 403, 8: 429, 9: 400, 10: 409, 11: 400, 12: 501,
                13: 500, 14: 503, 15: 500, 16: 401}
STATUSES = {400: "EINVAL", 401: "EACCES", 403: "EACCES", 404: "EBADMSG", 405: "EOPNOTSUPP", 408: "ETIMEDOUT",
            409: "EEXIST", 413: "EFBIG", 429: "EBUSY", 500: "EREMOTEIO", 501: "EOPNOTSUPP", 502: "EREMOTEIO",
            503: "EREMOTEIO", 504: "ETIMEDOUT", 507: "EREMOTEIO"}
REPEATED = {429, 502, 503, 504}  # by GET, PATCH and DELETE


def errno_of_answer(call, status, code=None, quota=False):
    """The errno's name for an error answer. code: google.rpc.Code, if the body names one."""
    number = CODES[code][1] if code else STATUSES[status]
    if quota and (code == 8 or code is None and status == 429):
        number = "EDQUOT"
    if number == "ENOENT" and call == "PATCH":
        number = "ESTALE"  # out of write(2) on an open handle
    if number == "ENOENT" and call == "LIST":
        number = "EBADMSG"  # the API may not say that there is no list (section 5: never ENOENT)
    return number


# What the files say.
def line(value):
    return {True: "true", False: "false"}.get(value, str(value)) + "\n" if not isinstance(value, str) else value + "\n"


def lines(values):
    return "".join(value + "\n" for value in values)


def entry_files(kind, entry):
    base = f"{kind}/{entry['name']}"
    if kind == "vpcPrefixes":
        return {f"{base}/{key}": line(entry[key]) for key in ("value", "status", "createdAt", "updatedAt") if key in entry}
    files = {f"{base}/type": line(entry["type"]), f"{base}/prefixes": lines(entry.get("prefixes", []))}
    for key, value in (entry.get("ipam") or {}).items():
        files[f"{base}/ipam/{key}"] = line(value)
    return files


def spec_of(vpc):
    """The settable part; lists that the design compares as sets are sets."""
    hosts = sorted(vpc.get("hostPrefixes", []), key=lambda entry: entry["name"])
    hosts = [{key: value for key, value in entry.items() if value is not None} for entry in hosts]
    prefixes = {entry["name"]: entry["value"] for entry in vpc.get("vpcPrefixes", [])}
    return {
        "name": vpc["name"], "zone": vpc["zone"], "hostPrefixes": hosts, "vpcPrefixes": prefixes,
        "ingress": bool((vpc.get("ingress") or {}).get("disablePublicServices", False)),
        "egress": bool((vpc.get("egress") or {}).get("disablePublicAccess", False)),
        "servers": sorted(((vpc.get("dhcp") or {}).get("dns") or {}).get("servers", [])),
    }


def files_of(vpc):
    """path -> text of every visible file except the two that are JSON."""
    servers = ((vpc.get("dhcp") or {}).get("dns") or {}).get("servers", [])
    files = {key: line(vpc[key]) for key in ("id", "name", "zone", "status", "createdAt", "updatedAt", "hostPrefix")
             if key in vpc}
    files["ingress/disablePublicServices"] = line((vpc.get("ingress") or {}).get("disablePublicServices", False))
    files["egress/disablePublicAccess"] = line((vpc.get("egress") or {}).get("disablePublicAccess", False))
    files["dhcp/dns/servers"] = lines(servers)
    for kind in ("hostPrefixes", "vpcPrefixes"):
        for entry in vpc.get(kind, []):
            files.update(entry_files(kind, entry))
    return files


def walk(folder):
    """Relative paths of all files below, found with readdir."""
    found = []
    for path, _, names in os.walk(folder, onerror=raise_it):
        found += [os.path.relpath(os.path.join(path, name), folder) for name in names]
    return set(found)


def raise_it(err):
    raise err


def read(path):
    handle = os.open(path, os.O_RDONLY)
    try:
        return os.read(handle, 1 << 20).decode()
    finally:
        os.close(handle)


def vpc_differences(folder, vpc, names=None):
    """Sentences about where the directory and the JSON differ. names: the files found; None looks for them."""
    expected = files_of(vpc)
    found = walk(folder) if names is None else names
    wrong = [f"{path}: is missing" for path in set(expected) | {"vpc.json", "spec.json"} if path not in found]
    wrong += [f"{path}: is too much" for path in found if path not in expected and not path.endswith(".json")]
    for path, text in expected.items():
        if path in found and (shown := read(f"{folder}/{path}")) != text:
            wrong.append(f"{path}: {shown!r}, at the server {text!r}")
    if (shown := json.loads(read(f"{folder}/vpc.json"))) != vpc:
        wrong.append(f"vpc.json: {shown}, at the server {vpc}")
    if (shown := spec_of(json.loads(read(f"{folder}/spec.json")))) != spec_of(vpc):
        wrong.append(f"spec.json: {shown}, at the server {spec_of(vpc)}")
    return [f"{vpc['name']}/{sentence}" for sentence in wrong]


def differences(mountpoint, vpcs):
    """Sentences about where the mount differs from the list of VPCs (names unique and plain)."""
    names, expected = sorted(os.listdir(mountpoint)), sorted(vpc["name"] for vpc in vpcs)
    if names != expected:
        return [f"the mount lists {names}, the server has {expected}"]
    return [sentence for vpc in vpcs for sentence in vpc_differences(f"{mountpoint}/{vpc['name']}", vpc)]


def is_error_line(text, errno):
    """The first line of .error: the time, the operation, ..., the errno."""
    first = text.splitlines()[0] if text else ""
    return re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\S* \S+", first) is not None and errno in first.split()
