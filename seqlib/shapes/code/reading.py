"""Make Python's syntax tree of pasted text, whose prompts, numbers and stray lines are removed."""

from __future__ import annotations

import ast
import json
import re
import warnings
from string import ascii_letters, digits
from textwrap import dedent
from typing import NamedTuple

from seqlib.i18n import N_, _
from seqlib.shapes.code.words import PasteError, Remark, foreign, short

MAX_LETTERS = 8_000
MAX_REPAIRS = 25

PROMPT = re.compile(r"^\s*(>>>|\.\.\.|In ?\[[\d ]*\]:|\.{3,}:)( |$)")
QUOTED = re.compile(r"^\s*[>•*-]( |$)")
RESULT = re.compile(r"^\s*Out ?\[[\d ]*\]:")
NUMBERED = re.compile(r"^\s*(\d{1,4})(?:[.:|)]?[ \t]|[.:|)]?$)")
MAGIC = re.compile(r"^(\s*)(?:[%!?]|\w[\w.]*\?\s*$|print\s+[^\s(=,.\[]).*")
FENCE = re.compile(r"^\s*(```|~~~)")
STRAY = re.compile(r"^[\s.,;)\]}…·-]*$")
FAILED = re.compile(r"(\w+ +)?Traceback \(most recent call last\)|[\w.]*(Error|Exception): ")
BLOCK = re.compile(r"^\s*(for|while|if|elif|else|def|class|with|try|except|finally)\b")
# What Chinese keyboards and word processors put in place of Python's own marks, letters and digits.
PLAIN = ascii_letters + digits
MARKS = str.maketrans(
    "（），：；＝［］｛｝。＋－＊／．＿、“”‘’＂＇"
    + "".join(chr(ord(one) + 0xFEE0) for one in PLAIN),
    "(),:;=[]{}.+-*/._,\"\"''\"'" + PLAIN,
)
BLANKS = str.maketrans({"\u00a0": " ", "\u3000": " ", "\u2028": "\n", "\u2029": "\n"})
NOTHING = str.maketrans("", "", "\ufeff\u200b\u200c\u200d\x00\x0c")

# What Python says of a line, in its words from 3.11 on, and what helps.
SAID = {
    "was never closed": N_(
        "the bracket in “{text}” is not closed, so this is not a layer; add the missing bracket."
    ),
    "unmatched": N_("“{text}” has a bracket too many; leave it out."),
    "expected ':'": N_("“{text}” has no colon at its end; add it."),
    "forgot a comma": N_("a comma is missing in “{text}”; put one between any two values."),
    "positional argument follows": N_(
        "in “{text}” a value without a name follows one with a name; a shape is one value, as in "
        "shape=(30, 78)."
    ),
}
INDENTED = N_("“{text}” is not indented as its block is; give all lines of a block as many spaces.")
NO_LAYER = N_("“{text}” is not a layer; write LSTM(64) or Dense(5, 'softmax').")


class Source(NamedTuple):
    """Text as it is read, its syntax tree, and what was changed in it."""

    text: str
    tree: ast.Module
    remarks: tuple[Remark, ...]


def parse(text: str) -> Source:
    """Parse pasted text; line numbers are those of the text. Raises ``PasteError``."""
    if len(text) > MAX_LETTERS:
        raise PasteError(
            1, "that is more than {most:,} letters; paste the model only.", most=MAX_LETTERS
        )
    text = _cells(text.translate(NOTHING).translate(BLANKS).replace("\r\n", "\n"))
    if (other := foreign(text)) is not None:
        raise other
    lines = _bare(_spaced(text).split("\n"))
    remarks: list[Remark] = []
    for number, line in enumerate(lines):
        if FAILED.match(line):  # what Python said of it, to the end
            remarks.append(_skipped(number + 1, line))
            lines[number:] = [""] * (len(lines) - number)
            break
    lines = [_marks(line, number, remarks) for number, line in enumerate(lines, 1)]
    tree = _tree(lines, remarks)
    return Source("\n".join(lines), tree, tuple(remarks))


def _spaced(text: str) -> str:
    """Write tabs as four spaces; as eight where some lines of a block have that many instead."""
    try:
        _parsed(text.expandtabs(4))
    except IndentationError:
        return text.expandtabs(8)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        pass
    return text.expandtabs(4)


def _cells(text: str) -> str:
    """Join the code cells of a notebook file, or the code blocks of a Markdown text."""
    if text.lstrip().startswith("{") and '"cells"' in text:
        try:
            cells = json.loads(text)["cells"]
            sources = [cell["source"] for cell in cells if cell["cell_type"] == "code"]
            return "\n".join("".join(source) for source in sources)
        except (ValueError, KeyError, TypeError, RecursionError):
            return text
    lines = text.split("\n")
    if not any(FENCE.match(line) for line in lines):
        return text
    inside, kept = False, []
    for line in lines:
        if FENCE.match(line):
            inside = not inside
            kept.append("")
        else:
            kept.append(line if inside else "")
    return "\n".join(kept)


def _bare(lines: list[str]) -> list[str]:
    """Remove prompts, results, line numbers, and lines for the shell or the notebook."""
    full = [line for line in lines if line.strip()]
    if any(PROMPT.match(line) for line in full):
        lines = ["" if RESULT.match(line) else PROMPT.sub("", line, count=1) for line in lines]
    elif full and all(QUOTED.match(line) for line in full):
        lines = [QUOTED.sub("", line) for line in lines]
    numbers = [int(m[1]) for line in full if (m := NUMBERED.match(line))]
    if len(full) > 1 and len(numbers) == len(full) and numbers == sorted(set(numbers)):
        lines = [NUMBERED.sub("", line, count=1) for line in lines]
    if full and all(line.startswith("+") for line in full):
        lines = [line[1:] for line in lines]
    return [MAGIC.sub(r"\1pass", line) for line in dedent("\n".join(lines)).split("\n")]


def _marks(line: str, number: int, remarks: list[Remark]) -> str:
    """Write a line's marks as Python's, outside of strings and comments."""
    if line.isascii():
        return line
    out, quote = [], ""
    for at, letter in enumerate(line):
        if quote:
            quote = "" if letter.translate(MARKS) == quote else quote
            out.append(letter if quote else letter.translate(MARKS))
            continue
        if letter == "#":
            out.append(line[at:])
            break
        plain = letter.translate(MARKS)
        quote = plain if plain in "\"'" else ""
        out.append(plain)
    changed = "".join(out)
    if changed != line and len(remarks) < MAX_REPAIRS:
        remarks.append(Remark(number, _("marks of another keyboard are read as Python's.")))
    return changed


def _parsed(text: str) -> ast.Module:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(text)


def _tree(lines: list[str], remarks: list[Remark]) -> ast.Module:
    """Parse lines; stray ones, such as a lone bracket, are emptied in ``lines``."""
    for _attempt in range(MAX_REPAIRS):
        try:
            return _parsed("\n".join(lines))
        except (RecursionError, MemoryError, ValueError):  # integers of too many digits
            break
        except SyntaxError as problem:
            if not _repaired(lines, problem, remarks):
                raise _unreadable(lines, problem) from None
    raise PasteError(1, "this cannot be read; write one layer a line, LSTM(64).")


def _repaired(lines: list[str], problem: SyntaxError, remarks: list[Remark]) -> bool:
    at = min(max(problem.lineno or 1, 1), len(lines)) - 1
    if problem.msg.startswith("unexpected indent"):
        depth = len(lines[at]) - len(lines[at].lstrip())
        before = next((one for one in reversed(lines[:at]) if one.strip()), "")
        less = depth - (len(before) - len(before.lstrip()))
        for number in range(at, len(lines)):
            if lines[number].strip():
                if len(lines[number]) - len(lines[number].lstrip()) < depth:
                    break
                lines[number] = lines[number][less:]
        return less > 0
    if lines[at].strip() and STRAY.match(lines[at].split("#")[0]):
        lines[at] = ""
        return True
    others = sum(bool(line.strip()) for line in lines) > 1
    if others and _is_prose(lines[at].split("#")[0]) and not BLOCK.match(lines[at]):
        remarks.append(_skipped(at + 1, lines[at]))
        lines[at] = ""
        return True
    return False


def _skipped(number: int, line: str) -> Remark:
    return Remark(number, _("“{text}” is no Python and is skipped.", text=short(line)))


def _is_prose(line: str) -> bool:
    """Whether a line is words of a sentence: no brackets, no assignment, and more than a name."""
    return not set("=()[]{}") & set(line) and (" " in line.strip() or not line.isascii())


def _unreadable(lines: list[str], problem: SyntaxError) -> PasteError:
    at = min(max(problem.lineno or 1, 1), len(lines))
    otherwise = INDENTED if isinstance(problem, IndentationError) else NO_LAYER
    found = (message for said, message in SAID.items() if said in problem.msg)
    return PasteError(at, next(found, otherwise), text=short(lines[at - 1]))
