# SPDX-License-Identifier: MIT
"""The small changes that are made to a C source. The list of operators is fixed; a run tries all of them, or a sample
that a seed selects. An edit keeps the number of lines, so that a failure can be read against the source."""
import dataclasses
import re

# Calls that release something: without them the tests see a leak or nothing.
GIVES_BACK = re.compile(r"(free|unref|unrefp|release|unlock|close|destroy)$")
KEYWORDS = {"if", "while", "for", "switch", "return", "sizeof", "do", "else", "case", "goto", "defined"}
# Words that begin a declaration; a call statement begins with the name that is called.
CALL = re.compile(r"(?<=[;{})])\s*((?:\(void\)\s*)?(?:[A-Za-z_]\w*)(?:(?:->|\.)[A-Za-z_]\w*)*\()|"
                  r"(?<=else)\s+([A-Za-z_]\w*\()")


@dataclasses.dataclass(frozen=True)
class Mutant:
    path: str  # relative to the root
    start: int
    end: int
    new: str
    line: int
    function: str
    operator: str
    before: str
    after: str
    nth: int = 1  # of those in one function that read the same

    @property
    def key(self):
        nth = f" #{self.nth}" if self.nth > 1 else ""
        return f"{self.path} {self.function} {self.operator}{nth}: {self.before} -> {self.after}"

    def __str__(self):
        return f"{self.path}:{self.line} {self.operator} {self.before} -> {self.after}"

    def apply(self, text):
        return text[:self.start] + self.new + text[self.end:]


def blank(match):
    return re.sub(r"[^\n]", " ", match.group())


def mask(text):
    """The text with comments, strings, characters and directives blanked out; every other character keeps its place."""
    text = re.sub(r"/\*.*?\*/|//[^\n]*", blank, text, flags=re.S)
    text = re.sub(r'"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', lambda m: "S" * len(m.group()), text)
    return re.sub(r"(?m)^[ \t]*#(?:[^\n]*\\\n)*[^\n]*", blank, text)


def closing(text, at):
    """The position after the parenthesis that closes the one at `at`."""
    depth = 0
    for i in range(at, len(text)):
        depth += (text[i] in "([{") - (text[i] in ")]}")
        if depth == 0:
            return i + 1
    return len(text)


def functions(code):
    """(name, begin, end) of each function's body."""
    for m in re.finditer(r"(?m)^\{", code):
        head = code[:m.start()].rstrip()
        if not head.endswith(")"):
            continue
        end = closing(code, m.start())
        depth = 0
        for i in range(len(head) - 1, -1, -1):
            depth += (head[i] == ")") - (head[i] == "(")
            if depth == 0:
                break
        name = re.search(r"(\w+)\s*$", head[:i])
        yield (name.group(1) if name else "?"), m.start(), end


def comparisons(code):
    weaker = {"<": ("<=", ">="), "<=": ("<", ">"), ">": (">=", "<="), ">=": (">", "<")}
    for m in re.finditer(r"==|!=|<=|>=|(?<![<\->])[<>](?![<>=])", code):
        word = m.group()
        if word in ("==", "!="):
            yield m.start(), m.end(), "!=" if word == "==" else "==", "comparison"
            continue
        if word in "<>" and re.search(r"\b(struct|sizeof|include)\s*\w*$", code[:m.start()]):
            continue
        for new in weaker[word]:
            yield m.start(), m.end(), new, "comparison"


def junctions(code):
    for m in re.finditer(r"&&|\|\|", code):
        yield m.start(), m.end(), "||" if m.group() == "&&" else "&&", "junction"


def conditions(code):
    for m in re.finditer(r"\b(?:if|while)\s*(?=\()", code):
        end = closing(code, m.end())
        yield m.end(), end, None, "negation"  # "(x)" becomes "(!(x))"
    for m in re.finditer(r"!(?!=)", code):
        yield m.start(), m.end(), "", "negation"
    for m in re.finditer(r"\s\?(?=\s)", code):
        yield m.start() + 1, m.end(), "&& 0 ?", "choice"
        yield m.start() + 1, m.end(), "|| 1 ?", "choice"


def returns(code):
    for m in re.finditer(r"\breturn\b[^;]*;", code):
        before = code[:m.start()].rstrip()
        behind = code[m.end():].lstrip()
        guard = before.endswith(")") or before.endswith("else") or behind.startswith("}") and \
            code[m.end():].find("}") >= 0 and not re.match(r"\s*\n\}", code[m.end():])
        if guard:
            yield m.start(), m.end(), None, "return"
        for e in re.finditer(r"-E[A-Z0-9]{2,}\b", m.group()):
            at = m.start() + e.start()
            if not re.search(r"[=!]=\s*$", code[:at]):
                yield at, at + len(e.group()), "0", "errno"
    for m in re.finditer(r"\b(?:api_problem_say|err_set|refuse|\w+_refuse)\s*\(", code):
        end = closing(code, m.end() - 1)
        for e in re.finditer(r"(?<![-\w])E[A-Z0-9]{2,}\b", code[m.end():end]):
            yield m.end() + e.start(), m.end() + e.end(), "0", "errno"


def masks(code):
    for m in re.finditer(r"\|=\s*[^;]+(?=;)", code):
        yield m.start(), m.end(), "|= 0", "mask"
    for m in re.finditer(r"(?<!&)&\s(?=~?\(?[A-Z])|&=\s*~", code):
        word = m.group()
        yield m.start(), m.end(), "&= ~0 | " if word.startswith("&=") else "& ~", "mask"


def booleans(code):
    for m in re.finditer(r"(?:=|\breturn)\s+(true|false)\b", code):
        yield m.start(1), m.end(1), "false" if m.group(1) == "true" else "true", "boolean"


def offsets(code):
    for m in re.finditer(r"\s[+-]\s1\b(?!\s*<<)", code):
        yield m.start(), m.end(), "", "offset"


def calls(code):
    for m in CALL.finditer(code):
        group = 1 if m.group(1) else 2
        name = re.search(r"(\w+)\($", m.group(group)).group(1)
        end = closing(code, m.end(group) - 1)
        if name in KEYWORDS or GIVES_BACK.search(name) or code[end:end + 1] != ";":
            continue
        yield m.start(group), end + 1, None, "call"


OPERATORS = (comparisons, junctions, conditions, returns, masks, booleans, offsets, calls)


def replacement(text, start, end, operator):
    old = text[start:end]
    if operator == "negation":
        return "(!" + old + ")"
    return ";" + "\n" * old.count("\n")


def one_line(text):
    return re.sub(r"\s+", " ", text).strip()


def show(text, start, end, new):
    """The lines that the edit touches, before and after."""
    begin = text.rfind("\n", 0, start) + 1
    stop = text.find("\n", end)
    return one_line(text[begin:stop]), one_line(text[begin:start] + new + text[end:stop])


def mutants(path, text):
    """Every mutant of one source, in the order of the text."""
    code = mask(text)
    found, seen = [], {}
    bodies = list(functions(code))
    edits = sorted({edit for operator in OPERATORS for edit in operator(code)},
                   key=lambda e: (e[0], e[1], e[3], e[2] or ""))
    for start, end, new, operator in edits:
        body = next((b for b in bodies if b[1] < start < b[2]), None)
        if not body:
            continue
        if new is None:
            new = replacement(text, start, end, operator)
        before, after = show(text, start, end, new)
        same = (body[0], operator, before, after)
        seen[same] = seen.get(same, 0) + 1
        found.append(Mutant(path, start, end, new, text.count("\n", 0, start) + 1, body[0], operator, before, after,
                            seen[same]))
    return found
