# SPDX-License-Identifier: MIT
"""Fixtures: tools are the clients, once for all tests; server makes an emulator with all its doors."""
import json
import os
import pathlib
import shutil
import subprocess

import clients
import pytest
from clients import harness


def pytest_addoption(parser):
    parser.addoption("--build", help="meson's build folder", default=None)


def pytest_configure(config):
    build = config.getoption("--build")
    if build:
        os.environ["VPCFS_BUILD"] = str(pathlib.Path(build).resolve())


@pytest.fixture(scope="session")
def folder():
    """A folder that an ordinary user can reach, and not below /tmp, where mounts behave differently."""
    path = harness.build_dir() / "client-tests" / str(os.getpid())
    path.mkdir(parents=True)
    yield path
    shutil.rmtree(path)


@pytest.fixture(scope="session")
def tools(folder):
    if not clients.BUF.is_file():
        pytest.fail("tests/clients/node_modules is not there: run scripts/setup test")
    made = clients.Tools(folder)
    yield made
    made.stop()


class Server(harness.Emulator):
    """An emulator with gRPC and without the mount tests' VPCs."""

    def __init__(self, folder, *options, token=harness.TOKEN):
        super().__init__(folder, vpcs=(), options=["--grpc", "127.0.0.1:0", *options], token=token)
        line = self.process.stdout.readline()
        self.grpc_url = line.removeprefix("listening for gRPC on ").strip()
        assert self.grpc_url.startswith("http://127.0.0.1:"), line


@pytest.fixture
def server(tmp_path):
    """Makes a server with these options; anything it writes to standard error fails the test."""
    started = []

    def start(*options, **more):
        path = tmp_path / str(len(started))
        path.mkdir()
        started.append(Server(path, *options, **more))
        return started[-1]

    yield start
    wrong = "".join(one.stop() for one in started)
    assert wrong == ""


@pytest.fixture(params=clients.CLIENTS)
def client(request, tools):
    """Makes a function (server, method, request, **options) that calls the server with this client."""
    def call(server, method, fields, **options):
        return tools.call(request.param, server, method, fields, **options)

    call.name = request.param
    return call


def version_of(package):
    return json.loads((clients.HERE / "node_modules" / package / "package.json").read_text())["version"]


def pytest_report_header(config):
    if not clients.BUF.is_file():
        return []
    names = ("@bufbuild/buf", "@connectrpc/connect-node", "@grpc/grpc-js")
    node = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout.strip()
    return ["clients: " + ", ".join(f"{name} {version_of(name)}" for name in names) + f", node {node}"]
