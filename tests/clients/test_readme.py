# SPDX-License-Identifier: MIT
"""The README's section about other clients, as it is typed: its command lines, and its TypeScript, which has no types and so
is a module that node runs."""
import re
import shutil
import subprocess

import clients
import pytest
from clients import harness

SECTION = (harness.ROOT / "README.md").read_text().split("## The emulator for other clients", 1)[1].split("\n## ", 1)[0]


def with_addresses(text, server):
    return text.replace("http://127.0.0.1:8080", server.url).replace("http://127.0.0.1:8081", server.grpc_url) \
        .replace("127.0.0.1:8081", server.grpc_url.removeprefix("http://"))


def commands():
    blocks = re.findall(r"<!-- clients -->\n```sh\n(.*?)```", SECTION, re.DOTALL)
    return "".join(blocks).replace("\\\n", "").strip().splitlines()


@pytest.fixture
def env(tools):
    return {**tools.env, "PATH": f"{clients.BUF.parent}:{tools.env['PATH']}"}


@pytest.mark.parametrize("line", commands())
def test_command_lines(line, env, server):
    there = server("--samples", token="any")
    done = subprocess.run(["bash", "-c", with_addresses(line, there)], capture_output=True, text=True, cwd=harness.ROOT,
                          env=env, check=False, timeout=60)
    if line.endswith("# fails"):
        assert done.returncode == 40 and "not_found" in done.stderr, done
    else:
        assert done.returncode == 0 and '"name":' in done.stdout.replace(" ", ""), done
    assert there.requests()[-1]["call"] in line or there.requests()[-1]["protocol"] == "rest"


def test_typescript(tools, env, server, folder):
    there = server("--samples", token="any")
    place = folder / "typescript"
    place.mkdir()
    (place / "node_modules").symlink_to(clients.HERE / "node_modules")
    shutil.copy(tools.image, place / "vpc.binpb")
    (place / "list.mjs").write_text(with_addresses(re.search(r"```ts\n(.*?)```", SECTION, re.DOTALL)[1], there))
    done = subprocess.run(["node", "list.mjs"], capture_output=True, text=True, cwd=place, env=env, check=False, timeout=60)
    names = [line.split()[0] for line in done.stdout.splitlines()]
    assert names == [vpc["name"] for vpc in there.list()], done

