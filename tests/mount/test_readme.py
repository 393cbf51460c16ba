# SPDX-License-Identifier: MIT
"""The README: every command line of its blocks runs against a demo mount, and its tables agree with the program."""
import re
import subprocess

import pytest
from harness import ROOT, SLOW, Mount, build_dir, program, wait_until
from programs import Screen

README = (ROOT / "README.md").read_text()
MAN = (ROOT / "docs/man/vpcfs.1").read_text()


GIT_IDENTITY = {"GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@localhost",
                "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@localhost"}


@pytest.fixture
def profile():
    return "live"


def commands_of(text):
    """The block's command lines; one that spans several lines, such as a loop, is one."""
    commands, command = [], ""
    for line in text.strip().splitlines():
        command += line + "\n"
        if subprocess.run(["bash", "-n", "-c", command], capture_output=True, check=False).returncode == 0 \
                and not re.search(r"(&&|\|\||\\)\s*\Z", command):
            commands.append(command.rstrip("\n"))
            command = ""
    assert command == "", f"goes on after its end: {command}"
    return commands


def blocks():
    """[(heading, [command line, ...])] of the blocks that are marked"""
    found = []
    for part in re.split(r"^#+ ", README, flags=re.MULTILINE)[1:]:
        heading = part.splitlines()[0]
        for text in re.findall(r"<!-- test -->\n```sh\n(.*?)```", part, re.DOTALL):
            found.append((heading, commands_of(text.replace("\\\n", ""))))
    return found


def between(text, start, end="<!-- end -->"):
    return text.split(start, 1)[1].split(end, 1)[0].strip()


@pytest.fixture
def demo(lab):
    """The mount that scripts/demo makes."""
    folder = lab.new_folder()
    mount = Mount(folder, None, "zone=US-EAST-04A", args=["--emulator"], endpoint="")
    lab.started.append(mount)
    return mount


def edit_with_vim(demo, line):
    """A user in vim: changes a DNS server, saves, quits."""
    screen = Screen(line, demo.shell_env({"D": str(demo.path)}), demo.path, SLOW)
    try:
        screen.wait_for("vpcPrefixes|hostPrefixes")
        screen.keys(":set backupskip=", "Enter", ":%s/internal lb cidr 2/internal lb/", "Enter")
        screen.wait_for("internal lb\"")
        screen.keys(":wq", "Enter")
        screen.wait_for("ended:0")
    finally:
        screen.close()


def test_every_command_line_works(demo):
    commands = [line for _, lines in blocks() for line in lines]
    assert len(commands) > 35
    for line in commands:
        if line.startswith("vim "):
            edit_with_vim(demo, line)
            continue
        result = demo.sh(f"set -o pipefail\n{line}", cwd=demo.path, env=GIT_IDENTITY)
        if line.endswith("# fails"):
            assert not result.ok and result.err, line
        elif not line.startswith("diff "):
            assert result.ok and result.err == "", (line, result, demo.why(""))
        if "--itemize-changes" in line:
            assert result.out == "", result.out
        wait_until(lambda: "UPDATING" not in demo.read("prod/status"), "prod to be ready")


def test_the_table_of_files_is_the_schema():
    table = subprocess.run([build_dir() / "tests/unit/model/schema-table"], capture_output=True, text=True,
                           check=True).stdout
    assert between(README, "<!-- schema-table -->") == table.strip()


def options_of_help():
    """{"-o ttl=SECONDS": what it does} in the order of -h, which prints the program's table of options"""
    text = subprocess.run([program("vpcfs"), "-h"], capture_output=True, text=True, check=True).stdout
    text = re.sub(r"\n {20,}", " ", text)
    return {form.strip(): " ".join(meaning.split())
            for form, meaning in re.findall(r"^  (-.*?)  +(.*)$", text, re.MULTILINE)}


def form_of_man(item):
    """As -h writes it: "Fl o Cm ttl Ns = Ns Ar SECONDS" is -o ttl=SECONDS."""
    words = re.sub(r"\bOp (.*)", r"[ Ns \1 Ns ]", item).replace("Fl ", "-").replace("Cm ", "").replace("Ar ", "")
    return re.sub(r" Ns ", "", words).replace(" ,", ",")


def options_of_man():
    page = MAN.split("The options:\n", 1)[1].split(".El", 1)[0]
    found = {}
    for item, text in re.findall(r"^\.It (.*)\n((?:(?!\.It).*\n)*)", page, re.MULTILINE):
        plain = re.sub(r"^\.(Ev|Pa|Li) ", lambda macro: "$" if macro[1] == "Ev" else "", text, flags=re.MULTILINE)
        plain = re.sub(r" ([,.])(?=\n)", r"\1", plain).replace("the default is", "default")
        found[form_of_man(item)] = " ".join(plain.split())
    return found


def test_help_readme_and_man_page_say_the_same_of_each_option():
    of_help = options_of_help()
    of_readme = dict(re.findall(r"^\| `(-[^`]+)` \| (.*) \|$", between(README, "<!-- options -->"), re.MULTILINE))
    assert list(of_help.items()) == [(form, text.replace("`", "")) for form, text in of_readme.items()]
    assert [(form, text[0].upper() + text[1:] + ".") for form, text in of_help.items()] == list(options_of_man().items())
    assert len(of_help) == 25


def test_the_man_page_has_no_mistakes():
    result = subprocess.run(["mandoc", "-T", "lint", "-W", "warning", ROOT / "docs/man/vpcfs.1"], capture_output=True,
                            text=True, check=False)
    assert result.stdout == ""


def test_the_readme_names_every_errno_of_the_driver():
    for name in ("EINVAL", "EIO", "ERANGE", "EPERM", "EACCES", "EBUSY", "EDQUOT", "EEXIST", "ENOENT", "ESTALE", "EFBIG",
                 "EOPNOTSUPP", "EREMOTEIO", "ETIMEDOUT", "ECONNREFUSED", "EHOSTUNREACH", "EPROTO", "EBADMSG"):
        assert name in between(README, "## When it fails", "## Speed"), name


def test_links_of_the_readme_exist():
    for path in re.findall(r"\]\(([^)#]+)\)", README):
        assert path.startswith("http") or (ROOT / path).exists(), path
