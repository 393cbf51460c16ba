# SPDX-License-Identifier: MIT
"""The machine and the software versions on which the figures were measured."""
import os
import pathlib
import platform
import re
import subprocess

from processes import BUILD, ROOT


def first_line(*command):
    result = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    text = (result.stdout + result.stderr).strip()
    return text.splitlines()[0].strip() if text else "?"


def version_in(*command):
    match = re.search(r"\d+(?:\.\d+)+[-\w.]*", first_line(*command))
    return match[0] if match else "?"


def package(name):
    return version_in("dpkg-query", "-W", "-f=${Version}", name)


def cpu():
    match = re.search(r"model name\s*: (.*)", pathlib.Path("/proc/cpuinfo").read_text())
    return match[1].strip() if match else platform.machine()


def memory_gib():
    match = re.search(r"MemTotal:\s*(\d+)", pathlib.Path("/proc/meminfo").read_text())
    return round(int(match[1]) / 2**20)


def load():
    return round(os.getloadavg()[0], 2)


def commit():
    return first_line("git", "describe", "--always", "--dirty", "--exclude=*")


def describe():
    system = re.search(r'PRETTY_NAME="?([^"\n]*)', pathlib.Path("/etc/os-release").read_text())
    return {
        "CPU": f"{cpu()}, {os.cpu_count()} cores",
        "memory": f"{memory_gib()} GiB",
        "kernel": platform.release(),
        "system": system[1] if system else "?",
        "vpcfs": f"{first_line(str(BUILD / 'src/vpcfs'), '-V')}, commit {commit()}, --buildtype=release",
        "compiler": first_line("gcc", "--version"),
        "libraries": ", ".join(f"{name} {package(pkg)}" for name, pkg in (
            ("libfuse", "libfuse3-3"), ("libcurl", "libcurl4"), ("jansson", "libjansson4"),
            ("libmicrohttpd", "libmicrohttpd12"), ("protobuf-c", "libprotobuf-c1"))),
        "programs": ", ".join([
            f"coreutils {version_in('ls', '--version')}", f"findutils {version_in('find', '--version')}",
            f"grep {version_in('grep', '--version')}", f"tar {version_in('tar', '--version')}",
            f"rsync {version_in('rsync', '--version')}", f"bash {version_in('bash', '--version')}",
            f"curl {version_in('curl', '--version')}", f"jq {package('jq')}",
            f"rclone {version_in('rclone', 'version')}", f"davfs2 {package('davfs2')}",
            f"nginx {package('nginx-light')}", f"nghttpx {package('nghttp2-proxy')}"]),
    }
