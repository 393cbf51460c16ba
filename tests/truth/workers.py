# SPDX-License-Identifier: MIT
"""The workers of a run: processes that run one program after the other, until standard input is closed.

This is a program of its own that imports little, and programs.py does likewise: what a process has imported, each of
its forks pays for, and most of the work of a run is to fork. Its argument is a JSON object, see world.py."""
import json
import os
import random
import select
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from truth import programs  # noqa: E402


class Place:
    """The world as the programs see it."""

    def __init__(self, settings):
        self.__dict__.update(settings)
        self.log_fd = os.open(self.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    # Texts of spec.json that somebody read, for those who put backups back.
    def keep(self, vpc, text, rng):
        if rng.random() < 0.2:
            name = f"{self.home}/backups/{vpc}.{rng.randrange(6)}"
            with open(f"{name}.{os.getpid()}", "w", encoding="utf-8") as file:
                file.write(text)
            os.rename(f"{name}.{os.getpid()}", name)

    def backup(self, vpc, rng):
        try:
            with open(f"{self.home}/backups/{vpc}.{rng.randrange(6)}", encoding="utf-8") as file:
                return file.read()
        except OSError:
            return None


def work(place, number):
    rng = random.Random(f"{place.seed}.{number}")
    names, odds = list(place.weights), list(place.weights.values())
    while not select.select([0], [], [], 0)[0]:
        programs.run_one(place, rng.choices(names, odds)[0], rng.randrange(len(place.mounts)), rng)


def main():
    place = Place(json.loads(sys.argv[1]))
    children = []
    for number in range(place.workers):
        child = os.fork()
        if child == 0:
            status = 1
            try:
                work(place, number)
                status = 0
            finally:
                os._exit(status)
        children.append(child)
    return max(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) != 0 for child in children)


if __name__ == "__main__":
    sys.exit(main())
