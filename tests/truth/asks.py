# SPDX-License-Identifier: MIT
"""What an operation asks of a VPC, and what the contract says must come of it.

An ask is a JSON object, so that it can stand in a log:
  {"t": "set", "l": LEAF, "v": VALUE}       that leaf, whatever it was (servers: a list; an entry: None = gone)
  {"t": "add", "v": [ADDRESS...]}           >> of servers
  {"t": "mv", "a": NAME, "b": NAME}         rename of an entry of vpcPrefixes
  {"t": "doc", "x": TEXT, "b": TEXT|None}   spec.json saved, with the base that its writer has, or without one
  {"t": "edit", "c": {LEAF: BOOLEAN}}       a program that reads spec.json itself, changes this, and saves it
  {"t": "mkdir"}, {"t": "rmdir"}            of the VPC
An operation has steps (one for each decision), a step has alternatives (where the contract leaves it open)."""
from . import leaves as lv

CONFLICT = "conflict"
GONE = "gone"
TAKEN = "taken"


def value_of(ask):
    return frozenset(ask["v"]) if ask["l"] == "servers" else ask["v"]


class Ask:
    """One alternative, ready to be checked. needs_reading: by W2 it must be planned from an answer."""

    def __init__(self, raw):
        self.kind = raw["t"]
        self.raw = raw
        self.needs_reading = True
        self.target = self.base = None
        if self.kind == "set":
            self.needs_reading = raw["l"].startswith("vp:")
        elif self.kind == "doc":
            self.target = lv.from_text(raw["x"])
            self.base = None if raw["b"] is None else lv.from_text(raw["b"])
        self.sets = self._sets()
        self.may = frozenset(map(lv.mask_of, self.sets)) if self.sets is not None else None

    def _sets(self):
        """{leaf: value} that every plan for this sets; None if that depends on the answer."""
        if self.kind == "set":
            return {self.raw["l"]: value_of(self.raw)}
        if self.kind == "edit":
            return self.raw["c"]
        if self.kind == "doc" and self.base is not None:
            return {leaf: self.target.get(leaf) for leaf in lv.differ(self.base, self.target)}
        return self.target if self.kind == "doc" else None

    def may_explain(self, patch):
        """False if explains() is, whatever the answer."""
        mask, body = patch
        if self.sets is None:
            return mask == ({"dhcp.dns.servers"} if self.kind == "add" else {"vpcPrefixes"})
        if not mask <= self.may and (self.kind != "doc" or self.base is not None):
            return False
        return all(body.get(leaf) == value for leaf, value in self.sets.items() if lv.mask_of(leaf) in mask)

    def _plan_document(self, now):
        """W4."""
        if self.base is None:
            # "Without a base the text is absolute"
            return {leaf: self.target.get(leaf) for leaf in self.target.keys() | now.keys()}
        wanted = lv.differ(self.base, self.target)
        if not wanted:
            # "A text that differs from its base nowhere, though the VPC no longer is as it says, is EBUSY"
            return CONFLICT if lv.differ(now, self.target) else {}
        for leaf in wanted:
            # "a leaf that somebody else has changed meanwhile to another value than the text's is EBUSY"
            if now.get(leaf) not in (self.base.get(leaf), self.target.get(leaf)):
                return CONFLICT
        return {leaf: self.target.get(leaf) for leaf in wanted}

    def plan(self, now):
        """{leaf: value} that the operation must lead to, given an answer of the API; or the reason why it cannot."""
        if now is None:
            return GONE
        if self.kind == "set":
            return {self.raw["l"]: value_of(self.raw)}
        if self.kind == "add":
            return {"servers": now["servers"] | frozenset(self.raw["v"])}
        if self.kind == "mv":
            old, new = "vp:" + self.raw["a"], "vp:" + self.raw["b"]
            if now.get(old) is None:
                return GONE
            return TAKEN if now.get(new) is not None else {old: None, new: now[old]}
        if self.kind == "doc":
            return self._plan_document(now)
        if self.kind == "edit":
            return dict(self.raw["c"])
        return {}

    def holds(self, now):
        """Whether this state of the VPC shows what was asked for."""
        if self.kind == "mkdir":
            return now is not None
        if self.kind == "rmdir":
            return now is None or now.get("deleting")
        if now is None or now.get("deleting"):
            return False
        if self.kind == "set":
            return now.get(self.raw["l"]) == value_of(self.raw)
        if self.kind == "add":
            return frozenset(self.raw["v"]) <= now["servers"]
        if self.kind == "mv":
            return now.get("vp:" + self.raw["a"]) is None and now.get("vp:" + self.raw["b"]) is not None
        if self.kind == "edit":
            return not lv.differ(now, {**now, **self.raw["c"]})
        wanted = None if self.base is None else lv.differ(self.base, self.target)
        if wanted:
            return all(now.get(leaf) == self.target.get(leaf) for leaf in wanted)
        return not lv.differ(now, self.target)

    def explains(self, patch, now):
        """Whether this PATCH follows W2 and W4, if it was planned from the answer `now`.

        "one PATCH whose mask names exactly the leaves that W4 says": the wanted ones, without those that already have
        the value if the driver leaves them out."""
        plan = self.plan(now)
        if not isinstance(plan, dict):
            return False
        mask, body = patch
        may = {lv.mask_of(leaf) for leaf in plan}
        if self.needs_reading:
            must = {lv.mask_of(leaf) for leaf, value in plan.items() if now.get(leaf) != value}
        else:
            must = may
        if not mask or not must <= mask <= may:
            return False
        for leaf, value in plan.items():
            if lv.mask_of(leaf) in mask and not leaf.startswith("vp:") and body.get(leaf) != value:
                return False
        return "vpcPrefixes" not in mask or lv.prefixes(body) == lv.prefixes(lv.changed(now, plan))
