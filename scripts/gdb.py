# SPDX-License-Identifier: MIT
"""For gdb: prints a node of the tree as one line, and lists all nodes of a tree.

    (gdb) source scripts/gdb.py
    (gdb) print *node
    (gdb) nodes fs->tree
"""
import gdb

CHUNK_SLOTS, SLOT_BYTES = 16384, 64  # src/tree/node_slab.h
BITS = ["keyed", "gone", "overlay", "moved", "lost"]  # enum node_bits


def bytes_at(pointer):
    return pointer.cast(gdb.lookup_type("char").pointer())


def node_at(slab, number):
    chunk = bytes_at(slab["chunks"][number // CHUNK_SLOTS])
    return (chunk + number % CHUNK_SLOTS * SLOT_BYTES).cast(gdb.lookup_type("struct node").pointer()).dereference()


def line_of(node):
    name = bytes_at(node["name"]["text"].address).string() if node["name"] else "-"
    kind = ["dir", "file", "link"][int(node["kind"])]
    owner = "view" if node["ops"] else "scratch"
    bits = ",".join(bit for i, bit in enumerate(BITS) if int(node["bits"]) >> i & 1)
    return (
        f"{owner} {kind} {name} parent={node['parent']} refs={node['refs']} lookups={node['nlookup']} {bits}"
    ).rstrip()


class NodePrinter:
    def __init__(self, node):
        self.to_string = lambda: line_of(node)


class Nodes(gdb.Command):
    """nodes TREE: lists the live nodes, each with its number."""

    def __init__(self):
        super().__init__("nodes", gdb.COMMAND_DATA)

    def invoke(self, argument, from_tty):
        slab = gdb.parse_and_eval(argument)["node_slab"]
        for number in range(1, int(slab["end"])):
            node = node_at(slab, number)
            if number % CHUNK_SLOTS and (int(node["refs"]) or int(node["nlookup"])):
                print(number, line_of(node))


def printer_of(value):
    return NodePrinter(value) if value.type.strip_typedefs().tag == "node" else None


gdb.pretty_printers.append(printer_of)
Nodes()
