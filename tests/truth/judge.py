# SPDX-License-Identifier: MIT
"""The judge: reads the proxy's record and the log of operations, and compares both with the contract.

It shares no code with the driver. Each check quotes the sentence that it comes from. It must accept what the contract
allows: if the contract leaves a choice, or the judge does not know a time, it accepts every possibility. It decides by
the times of requests, never by how long something took."""
import bisect
import collections
import errno
import json

from . import asks, leaves as lv

SLACK = 0.3          # between an answer's departure here and the driver's clock
PAUSE = 6.0 + SLACK  # "A pause in which readers are told the last failure ... lasts at most 6 s, and never a writer"
SHORT, LATE = 0.5, 0.5
CROWD = 3            # changes of one VPC by one mount, while a write waits for its turn
NEVER = {errno.ENOSYS, errno.EINTR, errno.EAGAIN, errno.EXDEV, errno.ETXTBSY}
E = errno
REASONS = {  # what a fault may become: section 7's table, with the deadline
    "503": {E.EREMOTEIO, E.ETIMEDOUT}, "500": {E.EREMOTEIO, E.ETIMEDOUT}, "429": {E.EBUSY, E.ETIMEDOUT},
    "html404": {E.EBADMSG, E.ETIMEDOUT}, "garbage": {E.EBADMSG, E.ETIMEDOUT}, "empty": {E.EBADMSG, E.ETIMEDOUT},
    "cut": {E.EBADMSG, E.ETIMEDOUT},
    "reset": {E.ETIMEDOUT, E.EREMOTEIO, E.EIO, E.ECONNRESET, E.EPROTO},
    "lost": {E.ETIMEDOUT, E.EREMOTEIO, E.EIO, E.ECONNRESET, E.EPROTO},
    "swallow": {E.EPERM, E.ETIMEDOUT, E.EBADMSG}, "hang": {E.ETIMEDOUT},
}
UNTOLD = {"empty", "cut", "garbage", "swallow", "lost", "reset", "hang"}
RETRIED = {"503", "429", "reset"}
MOVING = {"snapshot", "put-back", "rollback", "restore-rename", "jq-mv", "ed-rename", "ed-glib", "ed-vim", "sh-sed",
          "sh-perl", "sh-vim"}
SAID = {
    "message": "Every request is one of the service's messages, as the schema has it.",
    "W1": "Success rests on an answer to a question that was asked after the write began.",
    "W1-unasked": "No cached answer makes a write succeed.",
    "W2": "What is sent is planned from such an answer; one PATCH whose mask names exactly the leaves that W4 says.",
    "unasked": "a file that nobody wrote sends nothing: every change that the server got was asked for.",
    "W3": "Repeating is planning anew: GET, plan, PATCH. A whole list is never sent twice from one reading.",
    "post-twice": "POST is never sent twice.",
    "failed-applied": "A write that fails says so: it failed although the API's answer showed what was asked.",
    "conflict-sent": "a leaf that somebody else has changed meanwhile ... is EBUSY, nothing is sent.",
    "reason": "A write that fails says so with an errno: there was no such reason (no memory of an earlier failure "
              "keeps it from being sent; none makes it fail).",
    "never": "Never out of any file operation: ENOSYS, EINTR, EAGAIN, EXDEV, ETXTBSY.",
    "sticky": "A failure is sticky: the handle's next flush and fsync return it again.",
    "stale": "An answer is used for ttl seconds; never a stale value passed off as fresh.",
    "own": "Whoever opens after a write has returned reads what was written, always.",
    "form": "Scalars read as the value and one newline; lists one a line; spec.json and vpc.json as in section 1.",
}


class Bad:
    def __init__(self, rule, op, text, event=None, name=None):
        self.rule, self.op, self.text, self.event, self.name = rule, op, text, event, name


class History:
    """The proxy's record: the server's state, version by version, and each request."""

    def __init__(self, lines):
        self.versions = collections.defaultdict(list)  # id -> [(g, leaves or None)]
        self.marks = collections.defaultdict(list)     # id -> [g]
        self.times, self.begins = [0.0], [0.0]         # g -> by when it was so at the latest, at the earliest
        self.first = 0
        self.names, self.ids = {}, collections.defaultdict(list)
        self.events = []
        for line in lines:
            if "version" in line:
                self._version(line)
            elif "start" in line:
                self.first = line["start"]
            else:
                self.events.append(line)
        self.events.sort(key=lambda event: event["t"])
        self.by_client = collections.defaultdict(list)
        self.by_id = collections.defaultdict(list)
        for event in self.events:
            self.by_client[event["c"]].append(event)
            if event["i"] is None:
                self.by_id[event["c"], None].append(event)
            else:
                self.by_id[event["c"], event["i"]].append(event)
        self.by_name = {name: self._timeline(ids) for name, ids in self.ids.items()}

    def _version(self, line):
        g, identity, vpc = line["version"], line["i"], line["vpc"]
        while len(self.times) <= g:
            self.times.append(line["t"])
            self.begins.append(line["from"])
        state = None
        if vpc is not None:
            state = lv.from_object(vpc)
            if vpc.get("status") == "STATUS_DELETING":
                state["deleting"] = True
            if identity not in self.names:
                self.names[identity] = state["name"]
                self.ids[state["name"]].append(identity)
        self.versions[identity].append((g, state))
        self.marks[identity].append(g)

    def _timeline(self, ids):
        """([g], [the state of the VPC with a name, which these ids had])"""
        marks = sorted(g for identity in ids for g in self.marks[identity])
        return marks, [self._first(ids, g) for g in marks]

    def _first(self, ids, g):
        last = None
        for identity in ids:
            state = self.state(identity, g)
            if state is not None:
                if not state.get("deleting"):
                    return state
                last = state
        return last

    def state(self, identity, g):
        at = bisect.bisect_right(self.marks.get(identity, ()), g)
        return self.versions[identity][at - 1][1] if at else None

    def named(self, name, g):
        """The state of the VPC with that name."""
        marks, states = self.by_name.get(name, ((), ()))
        at = bisect.bisect_right(marks, g)
        return states[at - 1] if at else None

    def states_between(self, name, start, end):
        """Every state that the VPC with that name had between the two times: [(g, state)]."""
        low = max(self.first, bisect.bisect_left(self.times, start) - 1)
        found = [(low, self.named(name, low))]
        marks = set()
        for identity in self.ids.get(name, ()):
            some = self.marks[identity]
            at = bisect.bisect_right(some, low)
            while at < len(some) and self.begins[some[at]] <= end:
                marks.add(some[at])
                at += 1
        found += [(g, self.named(name, g)) for g in sorted(marks)]
        return found

    def about(self, client, name, start, end):
        """The client's requests about this VPC that arrived between the two times, in order."""
        result = []
        for identity in [None, *self.ids.get(name, ())]:
            events = self.by_id.get((client, identity), ())
            at = bisect.bisect_left(events, start, key=lambda event: event["t"])
            while at < len(events) and events[at]["t"] <= end:
                event = events[at]
                if identity is not None or event["m"] == "GET" or (event["b"] or {}).get("name") == name:
                    result.append(event)
                at += 1
        result.sort(key=lambda event: event["t"])
        return result

    def answered(self, event):
        """Whether the client got the server's own answer, and the answer shows the VPC."""
        if event["o"] not in ("ok", "hang") or event["td"] is None or event["s"] is None:
            return False
        return 200 <= event["s"] < 300 or event["s"] == 304 or event["s"] == 404

    def seen(self, event, name):
        """What this answer showed of the VPC."""
        if event["i"] is None and event["m"] == "GET":
            return self.named(name, event["g"])
        return self.state(event.get("new", event["i"]), event["g"])


class Judge:
    def __init__(self, history, ops, options, restarts=()):
        self.h, self.ops, self.options = history, ops, options
        self.restarts = restarts
        self.bad, self.steps = [], {}
        self.stats = collections.Counter()
        self.known = self.queued = 0
        self.client_ops = collections.defaultdict(list)
        for op in ops:
            if op["v"] is not None:
                self.client_ops[op["m"], op["v"]].append(op)
        # Those that took long are looked at each time, the others by their beginning.
        self.short = {key: [op for op in some if op["t1"] - op["t0"] < SHORT] for key, some in self.client_ops.items()}
        self.long = {key: [op for op in some if op["t1"] - op["t0"] >= SHORT] for key, some in self.client_ops.items()}
        self.local_entries = {(op["m"], op["v"], op["n"]) for op in ops
                              if op["k"] in ("entry-mkdir", "entry-value")} | {
                                  (op["m"], op["v"], op["n2"]) for op in ops if op["k"] == "entry-mv"}
        self.moves = collections.defaultdict(list)
        for op in ops:
            if op["k"] == "entry-mv":
                self.moves[op["m"], op["v"]].append(op)
        self.explainers, self.owned = {}, collections.defaultdict(list)
        self.early = set()  # (a request, an operation) if a step before the operation's last explains it
        self.meant = collections.defaultdict(list)  # the same -> what the last step asks for, as far as it explains it

    def say(self, rule, op, text, event=None, name=None):
        self.bad.append(Bad(rule, op, text, event, name))

    def client(self, op):
        return f"m{op['m']}"

    def ttl(self, op):
        return self.options["ttl"][op["m"]]

    def excused(self, op):
        """The driver was killed meanwhile: anything may have happened to the operation."""
        return any(m == op["m"] and start - SLACK <= op["t1"] and op["t0"] <= end for m, start, end in self.restarts)

    def alternatives(self, op, step):
        """The step's asks. After the driver was killed no base is known any more."""
        key = (op["op"], step)
        if key not in self.steps:
            raw = op["a"][step]
            made = [asks.Ask(ask) for ask in raw]
            made += [asks.Ask({**ask, "l": "vp:" + new}) for ask in raw for new in self.renamed(op)
                     if ask["t"] == "set" and ask["v"] is not None]
            if any(m == op["m"] and start <= op["t1"] for m, start, _ in self.restarts):
                made += [asks.Ask({**ask, "b": None}) for ask in raw if ask["t"] == "doc" and ask["b"] is not None]
            self.steps[key] = made
        return self.steps[key]

    def renamed(self, op):
        """The names that the entry got while its value was open: an open file belongs to the file, not to the name."""
        if op["k"] != "entry-value":
            return []
        return [other["n2"] for other in self.moves.get((op["m"], op["v"]), ())
                if other["n"] == op["n"] and other["t0"] <= op["t1"] and op["t0"] <= other["t1"]]

    # The whole.
    def judge(self):
        for event in self.h.events:
            if event["m"] != "GET" and event["c"].startswith("m"):
                self.change(event)
        self.written = self.own_writes()
        for op in self.ops:
            self.operation(op)
        return self.bad

    # b. What the server got.
    def candidates(self, event, name):
        mount = int(event["c"][1:])
        some = self.short.get((mount, name), [])
        at = bisect.bisect_left(some, event["t"] - SHORT - LATE, key=lambda op: op["t0"])
        end = bisect.bisect_right(some, event["t"], key=lambda op: op["t0"])
        for op in self.long.get((mount, name), []) + some[at:end]:
            # Where the operation gave up, its request may still have been on its way here.
            late = 0.0 if op["e"] == 0 else LATE
            if op["a"] and op["t0"] <= event["t"] <= op["t1"] + late:
                yield op

    def change(self, event):
        self.known += 1
        if event["m"] == "?":
            self.say("message", None, "a request that cannot be read", event)
            return
        name = (event["b"] or {}).get("name") if event["m"] == "POST" else self.h.names.get(event["i"])
        some = list(self.candidates(event, name))
        if event["m"] == "PATCH":
            found = self.explain_patch(event, name, some)
        else:
            kind = {"POST": "mkdir", "DELETE": "rmdir"}[event["m"]]
            found = [op for op in some if any(ask["t"] == kind for step in op["a"] for ask in step)]
            if event["m"] == "POST" and event["b"] != {"name": name, "zone": self.options["zone"]}:
                found = []
        self.explainers[id(event)] = found
        if not found:
            near = self.likely(event, some)
            self.say("W2" if near else "unasked", near,
                     f"{event['m']} {body_of(event)}was planned from no answer that an operation under way had, or "
                     "nobody wrote that", event)
        elif len(found) == 1:
            self.repeated(event, found[0])
            self.owned[found[0]["op"]].append(event)

    def likely(self, event, some):
        """One of the operations under way that could have sent this request, for the story."""
        if event["m"] != "PATCH":
            return None
        mask = set(str((event["b"] or {}).get("updateMask")).split(","))
        fits = [op for op in some if any(mask <= masks_of(ask) for step in op["a"] for ask in step)]
        fits.sort(key=lambda op: any(ask["t"] == "doc" for step in op["a"] for ask in step))
        return fits[0] if fits else None

    def repeated(self, event, op):
        """Judges a further request of an operation that has sent one before, if no other operation can have sent it."""
        before = self.owned[op["op"]]
        if not before:
            return
        last = before[-1]
        if event["m"] == "POST":
            self.say("post-twice", op, "the same mkdir sent a second POST", event)
        if event["m"] == "PATCH" and last["b"] == event["b"]:
            reads = [e for e in self.h.about(event["c"], op["v"], last["t"], event["t"]) if e["m"] == "GET"]
            if not reads:
                self.say("W3", op, "the same PATCH was sent again without a question in between", event)

    def readings(self, event, op, name):
        """What the answers showed from which this operation could have planned this request, each state once."""
        start = op["tw"] if op["e"] == 0 else op["t0"]
        mine = self.owned[op["op"]]
        states = {}
        for reading in self.h.about(event["c"], name, start, event["t"]):
            if reading is event or not self.h.answered(reading) or reading["td"] > event["t"]:
                continue
            # W3: "planned anew": a question that was asked after the last request of this operation
            if mine and reading["t"] <= mine[-1]["t"]:
                continue
            state = self.h.seen(reading, name)
            states[id(state)] = state
        return states.values()

    def explain_patch(self, event, name, some):
        body = event["b"] or {}
        text = body.get("updateMask")
        listed = ((body.get("dhcp") or {}).get("dns") or {}).get("servers") or []
        if len(set(listed)) != len(listed):
            return []  # "compared as sets", and the schema: all different as strings
        mask = set(text.split(",")) if isinstance(text, str) and text else set()
        try:
            patch = mask, lv.from_object(body)
        except (KeyError, TypeError, AttributeError):
            return []
        found = []
        for op in some:
            states = None
            for step in range(len(op["a"])):
                for ask in self.alternatives(op, step):
                    if not ask.may_explain(patch):
                        continue
                    if not ask.needs_reading:
                        good = ask.explains(patch, {"servers": frozenset()})
                    else:
                        if states is None:
                            states = self.readings(event, op, name)
                        good = any(ask.explains(patch, state) for state in states)
                    if good and op not in found:
                        found.append(op)
                    if good and step < len(op["a"]) - 1:
                        self.early.add((id(event), op["op"]))
                    elif good:
                        self.meant[id(event), op["op"]].append(ask)
        return found

    # Operations.
    def operation(self, op):
        self.stats[op["k"], op["e"]] += 1
        if op["e"] is None or self.excused(op):
            return
        if op["e"] in NEVER:
            self.say("never", op, f"{op['k']} failed with {errno.errorcode[op['e']]}")
        if "x" in op and op["e"] == 0:
            self.was_read(op)
        if op["a"] and op["e"] == 0:
            self.succeeded(op)
        if op["e"]:
            self.failed(op)
        if op.get("ph") == "write" and (op.get("close") == 0 or op.get("sync") == 0):
            self.say("sticky", op, f"write failed with {name_of(op['e'])}, and then close or fsync did not")

    def witness(self, op):
        """The first answer, to a question of this operation's time, that shows what it asked for."""
        last = self.alternatives(op, len(op["a"]) - 1)
        asked = self.h.about(self.client(op), op["v"], op["tw"], op["t1"])
        for event in asked:
            if event["td"] is None or event["td"] > op["t1"] or not self.h.answered(event):
                continue
            if event["m"] == "POST" and event["s"] >= 300:
                continue
            state = self.h.seen(event, op["v"])
            if any(ask.holds(state) for ask in last):
                return event, asked
        return None, asked

    # a. Success.
    def succeeded(self, op):
        event, asked = self.witness(op)
        if event or self.is_local(op):
            return
        there = [s for _, s in self.h.states_between(op["v"], op["tw"], op["t1"])]
        was = any(ask.holds(s) for ask in self.alternatives(op, len(op["a"]) - 1) for s in there)
        sent = [e for e in asked if e["m"] != "GET"]
        rule = "W1" if asked else "W1-unasked"
        self.say(rule, op, "returned 0; " + (
            "nothing was asked in its time" if not asked else
            f"of {len(asked)} requests in its time ({len(sent)} that change) none shows what it asked for") + (
            "; the API had it so all the same" if was else "; and the API did not have it so at any time"))

    def is_local(self, op):
        """rmdir or mv of an entry that has no value: "an empty directory, local until value is created in it"."""
        if op["k"] not in ("entry-rmdir", "entry-mv") or (op["m"], op["v"], op["n"]) not in self.local_entries:
            return False
        there = self.h.states_between(op["v"], op["t0"] - self.ttl(op) - SLACK, op["t1"])
        return any(state is None or state.get("vp:" + op["n"]) is None for _, state in there)

    # d. Reading.
    def own_writes(self):
        """(mount, VPC) -> when operations returned, and the highest version that any of them had seen by then."""
        table = {}
        for key, some in self.client_ops.items():
            done = []
            for op in some:
                if op["e"] == 0 and op["a"] and not self.excused(op):
                    event, _ = self.witness(op)
                    mine = [e for e in self.owned[op["op"]] if self.h.answered(e) and (e["td"] or 1e99) <= op["t1"]]
                    event = mine[-1] if mine else event
                    if event:
                        done.append((op["t1"], event["g"]))
            done.sort()
            times, best, top = [], [], 0
            for t1, g in done:
                top = max(top, g)
                times.append(t1)
                best.append(top)
            table[key] = times, best
        return table

    def at_least(self, op):
        times, best = self.written.get((op["m"], op["v"]), ((), ()))
        at = bisect.bisect_left(times, op["t0"])
        return best[at - 1] if at else 0

    def shows(self, op, state):
        path, text = op["p"], op["x"]
        if state is None:
            return False
        if path in ("spec.json", "vpc.json"):
            return lv.differ(lv.from_text(text), {k: v for k, v in state.items() if k != "deleting"}) == set()
        for leaf, field in lv.FIELDS.items():
            if path == field:
                value = state[leaf]
                if leaf == "servers":
                    lines = text.split("\n")
                    return lines[-1] == "" and frozenset(lines[:-1]) == value
                return text == (value if isinstance(value, str) else json.dumps(value)) + "\n"
        value = state.get("vp:" + path.split("/")[1])
        if value is None and text == "":
            # "What is unset does not exist until somebody creates it": a creator may just have opened it
            return (op["m"], op["v"], path.split("/")[1]) in self.local_entries
        return value is not None and text == value + "\n"

    def was_read(self, op):
        if op["k"] == "ls":
            self.was_listed(op)
            return
        low = self.at_least(op)
        start = op["t0"] - self.ttl(op) - SLACK
        fresh = own = False
        for event in self.h.about(self.client(op), op["v"], start - 20, op["to"]):
            if not self.h.answered(event) or event["td"] < start or event["td"] > op["to"]:
                continue
            try:
                if self.shows(op, self.h.seen(event, op["v"])):
                    fresh = True
                    own = own or event["g"] >= low
            except (ValueError, KeyError, TypeError):
                self.say("form", op, f"{op['p']} read {op['x']!r}")
                return
        if not fresh:
            self.say("stale", op, f"{op['p']} read {op['x']!r}: no answer of the last {self.ttl(op)} s says so")
        elif not own:
            self.say("own", op, f"{op['p']} read {op['x']!r}: older than what this mount wrote before")

    def was_listed(self, op):
        start = op["t0"] - self.ttl(op) - SLACK
        for name in self.options["names"]:
            # "VPCs that share a name all become NAME~ID": until it has heard, the mount may know two of a name
            there = any(one == name or one.startswith(name + "~") for one in op["x"])
            states = [s for _, s in self.h.states_between(name, start, op["to"])]
            if name not in self.options["volatile"]:
                good = there
            else:
                good = any((s is not None) == there or (s or {}).get("deleting") for s in states)
            if not good:
                self.say("stale", op, f"the root lists {name}: {there}, which it was at no time of the last ttl",
                         name=name)

    # e, f. Failures.
    def failed(self, op):
        self.failed_but_applied(op)
        if not self.reason(op):
            self.say("reason", op, f"{op['k']} failed with {name_of(op['e'])} in {op['ph']}: {op.get('said', '')}")

    def failed_but_applied(self, op):
        if not op["a"] or op["ph"] == "ftruncate":
            return  # its text had been decided before
        if op["k"] == "mkdir" and op["e"] in (E.ENOENT, E.ESTALE) and self.is_gone(op):
            return
        last = self.alternatives(op, len(op["a"]) - 1)
        if self.options.get("profile") == "reference" and any(ask.kind == "doc" for ask in last):
            return  # there the answer to a PATCH does not show the host prefixes, so it may be asked, and sent, again
        for event in self.owned[op["op"]]:
            if (id(event), op["op"]) in self.early:
                continue
            if not self.h.answered(event) or event["s"] >= 300 or event["td"] is None or event["td"] > op["t1"] - 0.02:
                continue
            if op["e"] == E.ETIMEDOUT and event["td"] > op["t0"] + self.options["timeout"] - SLACK:
                continue  # it may have come after the deadline
            if event["m"] == "DELETE" and op["e"] == E.ETIMEDOUT and self.faults(op, event["td"]):
                continue  # "Deleted is what was answered so after the DELETE"
            meant = self.meant.get((id(event), op["op"]), last)
            if event.get("o") == "ok" and all(ask.holds(self.h.seen(event, op["v"])) for ask in meant):
                self.say("failed-applied", op, f"failed with {name_of(op['e'])}, and its {event['m']} was answered "
                         "with success (were questions to fail after that, it is ETIMEDOUT: W5)", event)
                return
            if op["e"] == E.EBUSY and event["m"] == "PATCH" and not self.changed_by_others(op, event):
                self.say("conflict-sent", op, "failed with EBUSY, and had sent what the API took", event)

    def changed_by_others(self, op, event):
        """W5: "Another value than before and than asked: EBUSY, changed by somebody else"."""
        states = self.h.states_between(op["v"], op["tw"], op["t1"])
        return len([g for g, _ in states if g != event["g"]]) > 1

    def faults(self, op, start):
        """The faults of requests about this VPC since then. A request that was still out then counts, for the
        operations that wait behind it."""
        early = 3 * self.options["timeout"]
        # A list that lacks a VPC which no list has held yet is followed by a GET of that VPC (W8), so that a name
        # which is not there can fail because of another.
        volatile = self.options["volatile"]
        names = volatile if op["k"] == "ls" or op["v"] in volatile else [op["v"]]
        return [e for name in names for e in self.h.about(self.client(op), name, start - early, op["t1"])
                if (e["t"] >= start or max(e["td"] or 0, e.get("closed", 0)) >= start)
                and not (e["o"] == "ok" and not e.get("busy") and (e["s"] or 0) < 500)]

    def reason(self, op):
        number, phase = op["e"], op["ph"]
        if number == -1:
            # a program that does not say why (vim): any fault or conflict of its time
            return bool(self.faults(op, op["t0"] - PAUSE)) or self.conflict(op, op["t0"]) or self.is_gone(op)
        if number in (E.ENOENT, E.ESTALE) and self.is_gone(op):
            return True
        if number in (E.EEXIST, E.ENOTEMPTY) and self.is_taken(op):
            return True
        if number == E.ESTALE and phase == "open" and self.moved(op) > 1:
            return True
        if number in (E.EBUSY, E.ENOENT, E.ESTALE) and "n" in op and self.entry_moved(op):
            return True
        if number == E.EBUSY and self.conflict(op, op["tw"]):
            return True
        # Looking up and reading are told the last failure for a while; a write never is.
        waits = phase in ("open", "read", "snapshot", "mkdir", "rmdir", "rename", "real") or not op["a"]
        # A truncation shows the file's dates, so it may share a reader's question, whose answer was on its way already.
        faults = self.faults(op, op["t0"] - (PAUSE if waits else SLACK if phase == "ftruncate" else 0))
        for event in faults:
            if event.get("busy") and number in (E.EBUSY, E.ETIMEDOUT):
                return True
            if event["m"] != "GET" and event["o"] in UNTOLD and number in (E.EPERM, E.EBUSY):
                return True  # the answer said nothing, and the questions showed the old value, or somebody else's
            if number in REASONS.get(event["o"], ()) or (event["o"] == "hang" and number == E.ETIMEDOUT):
                if event["o"] in RETRIED and event["m"] == "GET" and number != E.ETIMEDOUT and not waits:
                    # "Retries: GET on transport errors, 429, 502, 503, 504 ... all within the deadline": one of them
                    # alone is no reason while there is time
                    late = event["t"] > op["t0"] + self.options["timeout"] - LATE
                    if not late and len([e for e in faults if e["o"] in RETRIED]) < 2:
                        continue
                return True
            if event["m"] != "GET" and event["o"] != "ok" and (
                    number == E.ETIMEDOUT or number == E.EBUSY and self.changed_by_others(op, event)):
                return True
        if number == E.EBUSY:
            mine = [e for e in self.owned[op["op"]] if e["m"] == "PATCH"]
            return any(self.changed_by_others(op, event) for event in mine)
        return number == E.ETIMEDOUT and self.waited(op)

    def waited(self, op):
        """The operation waited until its deadline behind other changes of the same VPC: one whose outcome was unknown,
        or a crowd. This is counted, not refused: it is slow, and "no request outlives its deadline"."""
        before = self.faults(op, op["t0"] - self.options["timeout"] - SLACK)
        crowd = [e for e in self.h.about(self.client(op), op["v"], op["t0"], op["t1"]) if e["m"] != "GET"]
        if op["t1"] - op["t0"] < 0.9 * self.options["timeout"] or not (
                any(e["m"] != "GET" for e in before) or len(crowd) >= CROWD):
            return False
        self.queued += 1
        return True

    def is_gone(self, op):
        there = self.h.states_between(op["v"], op["t0"] - self.ttl(op) - SLACK, op["t1"]) if op["v"] else ()
        if op["v"] in self.options["volatile"] and self.was_twice(op):
            return True
        for _, state in there:
            if state is None or state.get("deleting"):
                return True
            if "n" in op and state.get("vp:" + op["n"]) is None:
                return True
            if op.get("p", "").startswith("vpcPrefixes/") and state.get("vp:" + op["p"].split("/")[1]) is None:
                return True
        return False

    def was_twice(self, op):
        """Two VPCs had this name lately: the mount shows both as NAME~ID until it knows that one of them is gone
        ("until a list has held it, only a GET by id can say that it is gone")."""
        start, count = op["t0"] - self.ttl(op) - PAUSE, 0
        for identity in self.h.ids.get(op["v"], ()):
            for g, state in self.h.versions[identity]:
                count += state is not None and start <= self.h.times[g] <= op["t1"]
        return count > 1

    def is_taken(self, op):
        there = self.h.states_between(op["v"], op["t0"] - self.ttl(op) - SLACK, op["t1"])
        if op["k"] == "mkdir":
            # "A known name is found even if the API cannot be reached"
            unknown = any(e["m"] == "GET" and e["i"] for e in self.faults(op, op["t0"] - PAUSE))
            return unknown and op["v"] in self.h.ids or any(state is not None for _, state in there)
        entry = op.get("n2", op.get("n"))
        if entry is None:
            return False
        return (op["m"], op["v"], entry) in self.local_entries or any(
            state is not None and state.get("vp:" + entry) is not None for _, state in there)

    def moved(self, op):
        """How many operations meanwhile gave spec.json another inode. If that happens between a look-up and the open,
        the open is ESTALE, for which the kernel looks up again, but only once."""
        return sum(other["k"] in MOVING and other["t0"] <= op["t1"] and op["t0"] <= other["t1"]
                   for other in self.client_ops[op["m"], op["v"]])

    def entry_moved(self, op):
        """The entry has changed: "addressed by what they are (name and value)"."""
        leaf = "vp:" + op["n"]
        there = self.h.states_between(op["v"], op["t0"] - self.ttl(op) - SLACK, op["t1"])
        return len({(state or {}).get(leaf) for _, state in there}) > 1

    def conflict(self, op, start):
        if not op["a"]:
            return False
        last = self.alternatives(op, len(op["a"]) - 1)
        for event in self.h.about(self.client(op), op["v"], start, op["t1"]):
            if self.h.answered(event) and event["td"] <= op["t1"]:
                state = self.h.seen(event, op["v"])
                if any(ask.plan(state) == asks.CONFLICT or self.unchanged(op, ask, state) for ask in last):
                    return True
        return False

    def unchanged(self, op, ask, state):
        """An edit that changed nothing in the text that its program had read, while the VPC has changed (W4)."""
        if ask.kind != "edit" or state is None:
            return False
        could_read = self.h.states_between(op["v"], op["t0"] - self.ttl(op) - SLACK, op["t1"])
        return any(old and ask.holds(old) and lv.differ(old, state) for _, old in could_read)


def name_of(number):
    return errno.errorcode.get(number, str(number))


def masks_of(ask):
    """Every mask field that an ask may change."""
    if ask["t"] == "set":
        return {lv.mask_of(ask["l"])}
    if ask["t"] == "edit":
        return {lv.mask_of(leaf) for leaf in ask["c"]}
    return {"add": {"dhcp.dns.servers"}, "mv": {"vpcPrefixes"}}.get(ask["t"], {"vpcPrefixes", *lv.MASKS.values()})


# What is printed.

def describe(op):
    what = []
    for step in op["a"]:
        one = step[0]
        if one["t"] == "doc":
            text = lv.show(lv.from_text(one["x"]))
            base = "none" if one["b"] is None else "|".join(
                lv.show(lv.from_text(ask["b"])) if ask["b"] else "none" for ask in step)
            what.append(f"doc {{{text}}} base {{{base}}}")
        else:
            what.append(json.dumps(one))
    result = "unknown" if op["e"] is None else "0" if op["e"] == 0 else name_of(op["e"])
    read = f" {op['p']} = {op.get('x', '')!r}"[:160] if "p" in op else ""
    return f"[{op['op'].split('.')[0]}] {op['k']} {op.get('n', '')}{read} {' ; '.join(what)} -> {result} {op['ph']}"


def story(judge, bad, before=0.4):
    """The events around the operation that concern its VPC, in order of time: the VPC's states, the operations of the
    same mount, the requests of all clients."""
    op, event = bad.op, bad.event
    name = bad.name or (op["v"] if op else judge.h.names.get(event["i"]))
    client = judge.client(op) if op else event["c"]
    anchor = op or {"t0": event["t"], "t1": event["t"], "tw": event["t"]}
    begin, end = anchor["t0"] - before, max(anchor["t1"], event["t"] if event else 0)
    lines = []
    for g, state in judge.h.states_between(name, begin, end):
        lines.append((max(judge.h.times[g], begin), f"    server g{g}: {lv.show(state)}"))
    for other in judge.ops:
        if other["v"] != name or f"m{other['m']}" != client or other is op or not other["a"]:
            continue
        if other["t1"] >= begin and other["t0"] <= end and other["k"] not in ("scratch", "snapshot"):
            took = f"({(other['t1'] - other['t0']) * 1000:.0f} ms)"
            lines.append((other["t0"], f"    {client} begins {describe(other)} {took}"))
    if op:
        lines.append((op["t0"], f">>> {client} begins {describe(op)}"))
        lines.append((op["tw"], ">>> its write begins"))
        lines.append((op["t1"], f">>> it returns {'0' if not op['e'] else name_of(op['e'])}"))
    for other in sorted({e["c"] for e in judge.h.events}):
        for e in judge.h.about(other, name, begin, end):
            if e["m"] == "GET" and other != client:
                continue
            left = f"{e['o']}, never answered" if e["td"] is None else f"{e['o']}, {(e['td'] - e['t']) * 1000:.0f} ms"
            what = f"{e['m']} {'of the list ' if e['i'] is None else ''}{body_of(e)}"
            lines.append((e["t"], f"{'!!!' if e is event else '   '} {other} {what}-> {e['s']} ({left}) g{e['g']}"))
    lines.sort(key=lambda line: line[0])
    if len(lines) > 50:
        last = [line for line in lines if line[1].startswith(("!!!", ">>>"))][-1]
        at = lines.index(last)
        lines = lines[:8] + [(None, "    ...")] + lines[max(8, at - 35):at + 5]
    zero = anchor["t0"]
    return "\n".join(text if t is None else f"  {(t - zero) * 1000:9.1f} ms {text}" for t, text in lines)


def body_of(event):
    """The part of a body that its mask names."""
    body = event["b"]
    if not body or event["m"] != "PATCH":
        return json.dumps(body) + " " if body else ""
    try:
        sent = lv.from_object(body)
    except (KeyError, TypeError, AttributeError):
        return json.dumps(body) + " "
    mask = str(body.get("updateMask"))
    shown = {leaf: value for leaf, value in sent.items() if lv.mask_of(leaf) in mask.split(",")}
    return f"mask {mask} {{{lv.show(shown)}}} "


# Reading the files of a run.

def read_log(lines, timeout=10.0):
    """The operations with their ends; one that never ended (killed) has e None."""
    ops, killed = {}, {}
    for line in lines:
        if "op" in line:
            ops[line["op"]] = {**line, "e": None, "ph": "", "tw": line["t0"], "t1": None}
        elif "end" in line:
            ops[line["end"]].update({key: value for key, value in line.items() if key != "end"})
        elif "killed" in line:
            killed[line["killed"]] = line["t"]
    for op in ops.values():
        if op["t1"] is None:
            # Its request may be with the driver until the deadline, and after that with the server.
            op["t1"] = max(killed.get(int(op["op"].split(".")[0]), 0), op["t0"]) + 2 * timeout + 1
    return sorted(ops.values(), key=lambda op: op["t0"])
