#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes the driver's schema table with more fields in it: a list of objects at another depth and named by
another member, a list whose items can only be removed, a list of words, a number and a string. Nothing else knows them."""
import pathlib
import sys

ROWS = """\
	{"mtu", FIELD_INT, SET, "mtu", "a number"},
	{"note", FIELD_STRING, SET, "note", "a text"},
	{"aliases", FIELD_STRING, SET | LINES, "aliases", "words, in order"},
	{"dhcp/pools", FIELD_DIR, LIST, "dhcp.pools", "a list"},
	{"dhcp/pools/*", FIELD_DIR, ENTRY, "dhcp.pools", "one of its items"},
	{"dhcp/pools/*/label", FIELD_STRING, ITEM | NAME, "dhcp.pools", "its name"},
	{"dhcp/pools/*/range", FIELD_CIDR, ITEM | MUST, "dhcp.pools", "what makes it"},
	{"dhcp/pools/*/kind", FIELD_ENUM, ITEM, "dhcp.pools", "a word", host_type},
	{"dhcp/pools/*/locked", FIELD_BOOL, ITEM, "dhcp.pools", "yes or no"},
	{"dhcp/pools/*/remark", FIELD_STRING, ITEM, "dhcp.pools", "a text"},
	{"dhcp/pools/*/hosts", FIELD_ADDRESS, ITEM | LINES | ANY, "dhcp.pools", "addresses"},
	{"dhcp/pools/*/health", FIELD_STRING, MAYBE, "", "the API's"},
	{"routes", FIELD_DIR, LIST, "routes", "another list"},
	{"routes/*", FIELD_DIR, FIELD_REMOVED, "routes", "one of its items"},
	{"routes/*/name", FIELD_STRING, ITEM | NAME, "routes", "its name"},
	{"routes/*/via", FIELD_ADDRESS, ITEM | MUST, "routes", "an address"},

"""
BEFORE = '\t{"spec.json",'

source, target = sys.argv[1:]
text = pathlib.Path(source).read_text()
if text.count(BEFORE) != 1:
    sys.exit(f"{source}: expected one row {BEFORE}")
pathlib.Path(target).write_text(text.replace(BEFORE, ROWS + BEFORE))
