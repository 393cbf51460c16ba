# SPDX-License-Identifier: MIT
"""The directory .vpcfs (docs/semantics.md, section 9)."""
import itertools
import os
import re
import subprocess

import pytest
from harness import INGRESS, SERVERS, TOKEN, errno_of, program, wait_until


def test_what_is_there(m):
    assert m.ls(".vpcfs") == ["README", "by-id", "log", "options", "refresh", "rejected", "server-owned", "stats",
                                "version"]


def test_readme_says_how_to_use_the_mount(m):
    text = m.read(".vpcfs/README")
    for word in ("spec.json", ".error", "mkdir", "rmdir", ".drafts"):
        assert word in text, word


def test_version(m):
    said = subprocess.run([program("vpcfs"), "-V"], capture_output=True, text=True, check=True).stdout
    assert m.read(".vpcfs/version").strip() in said


def test_options_in_force_without_secrets(lab):
    m = lab.mount("ttl=7,zone=US-EAST-04A")
    text = m.read(".vpcfs/options")
    assert "ttl=7" in text and "zone=US-EAST-04A" in text and m.server.url in text and "timeout=10" in text
    assert TOKEN not in text


def test_by_id_links(m):
    identity = m.read("prod/id").strip()
    assert sorted(os.listdir(m / ".vpcfs/by-id")) == sorted(vpc["id"] for vpc in m.server.list())
    assert os.readlink(m / ".vpcfs/by-id" / identity) == "../../prod"
    assert m.read(f".vpcfs/by-id/{identity}/name") == "prod\n"


def test_the_log_has_a_line_per_call(m):
    assert m.write(INGRESS, "true\n") == "ok"
    m.server.fault("PATCH:status=403")
    m.write(SERVERS, "9.9.9.9\n")
    lines = [line for line in m.read(".vpcfs/log").splitlines() if "PATCH" in line]
    assert len(lines) == 2
    assert "ingress.disablePublicServices" in lines[0] and " 200 " in lines[0]
    assert "dhcp.dns.servers" in lines[1] and " 403 " in lines[1] and "EACCES" in lines[1]
    assert re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", lines[0])
    assert f"/v1beta1/networking/vpcs/{m.read('prod/id').strip()}" in lines[0]
    assert TOKEN not in m.read(".vpcfs/log")


def test_tail_f_follows_the_log(m):
    shown = m.work / "shown"
    m.start(f'exec tail -n 0 -s 0.1 -f "$M/.vpcfs/log" > {shown.name}')
    texts = itertools.cycle(["true\n", "false\n"])

    def followed():
        m.write(INGRESS, next(texts))
        return shown.exists() and "PATCH" in shown.read_text()

    wait_until(followed, "tail to show a PATCH", 15)


def test_the_log_is_bounded(lab):
    m = lab.mount("ttl=0")
    for number in range(1100):
        m.write(".vpcfs/refresh", "1\n")
        os.listdir(m.path)
    assert len(m.read(".vpcfs/log").splitlines()) == 1000


def read_on(file):
    return b"".join(iter(lambda: file.read(1 << 20), b""))


def test_a_full_log_grows_while_it_is_open(lab):
    m = lab.mount("ttl=0")

    def call(times):
        for _ in range(times):
            m.write(".vpcfs/refresh", "1\n")
            os.listdir(m.path)

    call(1100)
    with open(m / ".vpcfs/log", "rb", buffering=0) as log:
        before = read_on(log)
        call(300)
        more = read_on(log)
        assert os.fstat(log.fileno()).st_size == len(before) + len(more)
    assert before.count(b"\n") == 1000
    assert more.count(b"\n") == 300
    assert (before + more).endswith(m.read(".vpcfs/log").encode())


def test_an_open_log_grows_to_ten_mebibytes(lab):
    m = lab.mount("dry_run")
    addresses = "\n".join(f"fd00:1111:2222:3333:4444:5555:6666:{n:04x}" for n in range(4000))
    with open(m / ".vpcfs/log", "rb", buffering=0) as log:
        for number in range(70):
            assert m.write(SERVERS, f"{addresses}\n11.0.0.{number}\n") == "ok"
        text = read_on(log)
        assert 9 << 20 < len(text) <= 10 << 20
        assert len(text) == os.fstat(log.fileno()).st_size
        assert "vpcfs_log_lines_dropped_total 0\n" not in m.read(".vpcfs/stats")
    assert m.write(SERVERS, f"{addresses}\n12.0.0.1\n") == "ok"
    assert "12.0.0.1" in m.read(".vpcfs/log")


def test_stats_are_prometheus_text(m):
    m.write(INGRESS, "true\n")
    text = m.read(".vpcfs/stats")
    for line in text.splitlines():
        assert re.fullmatch(r'# (HELP|TYPE) \w+ .+|[a-z_]+(\{[^}]*\})? -?[0-9.e+Inf-]+', line), line
    assert re.search(r'vpcfs_\w*(calls|requests)\w*\{[^}]*method="PATCH"[^}]*\} 1', text)
    for word in ("_bucket{", "retries", "open_handles", "scratch", "vpcs"):
        assert word in text, word


def test_refresh_forgets_all_answers(m):
    m.ls()
    m.server.create({"name": "other", "zone": "US-EAST-04A"})
    assert m.ls() == ["plain", "prod"]
    assert m.sh('echo > "$M/.vpcfs/refresh"').ok
    assert m.ls() == ["other", "plain", "prod"]


@pytest.mark.parametrize("path", ["README", "version", "options", "log", "stats", "server-owned"])
def test_the_rest_is_read_only(m, path):
    before = m.read(f".vpcfs/{path}")
    assert m.write(f".vpcfs/{path}", "x\n") == ("EPERM" if os.getuid() == 0 else "EACCES")
    assert errno_of(os.unlink, m / ".vpcfs" / path) == "EPERM"
    assert before.splitlines()[:1] == m.read(f".vpcfs/{path}").splitlines()[:1]


def test_what_stat_says_of_each_file_is_what_is_read(m):
    """tar and splice rely on the size."""
    m.write(INGRESS, "perhaps\n")
    m.write("prod/spec.json", "{\n")
    found = [os.path.join(where, name) for where, _, names in os.walk(m / ".vpcfs") for name in names]
    assert {os.path.relpath(path, m / ".vpcfs") for path in found} >= {
        "README", "version", "options", "log", "stats", "refresh", "server-owned", "rejected/prod/spec.json",
        "rejected/prod/ingress/disablePublicServices"}
    for path in found:
        for _ in range(2):
            size = os.stat(path).st_size
            with open(path, "rb", buffering=0) as file:
                text = file.read(1 << 22)
                assert (size, os.fstat(file.fileno()).st_size) == (len(text), len(text)), path
    result = m.sh('tar -C "$M" -cf all.tar .vpcfs && tar -tvf all.tar > list && tar -C "$M" -df all.tar .vpcfs/README .vpcfs/options')
    assert result.ok and result.err == "", result


def test_rejected_text(m):
    assert m.ls(".vpcfs/rejected") == []
    m.write(INGRESS, "perhaps\n")
    m.write("prod/spec.json", "{\n")
    assert m.read(".vpcfs/rejected/prod/ingress/disablePublicServices") == "perhaps\n"
    assert m.read(".vpcfs/rejected/prod/spec.json") == "{\n"
    assert m.sh('find "$M/.vpcfs/rejected" -type f').out.count("\n") == 2
    assert m.sh('rm "$M/.vpcfs/rejected/prod/spec.json"').ok
    assert not os.path.exists(m / ".vpcfs/rejected/prod/spec.json")
