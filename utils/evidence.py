"""The evidence table of a chapter: each claim, how it was tested, what came out, the verdict.

First used in chapter 00. A row is recorded where its number is measured, and the verdict follows
from a measured truth value, so a table cannot say what its chapter does not show.
"""

import html
from decimal import ROUND_CEILING, ROUND_FLOOR, Context

from utils.validation import check_array, check_bool, check_choice, check_count, fail

MIME = "application/vnd.backprop-by-experiment.evidence+json"
COLUMNS = ("claim", "experiment", "seeds", "measured", "interval", "verdict")


class EvidenceTable:
    """The rows of one chapter, by claim identifier; recording a claim again replaces its row."""

    def __init__(self, chapter):
        """Start the table of `chapter`, two digits such as "03"."""
        if not isinstance(chapter, str) or not (len(chapter) == 2 and chapter.isdigit()):
            raise ValueError(f"chapter must be two digits such as '03', got {chapter!r}")
        self.chapter = chapter
        self.rows = {}

    def record(
        self,
        identifier,
        claim,
        *,
        experiment,
        measured,
        holds,
        interval="exact",
        seeds=1,
        only_if="",
    ):
        """Record what was measured for a claim.

        `identifier` is the claim's number ("C9" in the source article, "03.1" for the course's
        own). `measured` is text, `interval` a pair (low, high) of the 95 % interval, which is
        rounded outward to three digits, or "exact" for what involves no chance; `holds` is the
        measured truth value; `only_if` the condition without which the claim fails. Raises
        `ValueError` if a text is missing, `holds` is not True or False, or the interval's limits
        are not in order.
        """
        texts = {"identifier": identifier, "claim": claim, "experiment": experiment}
        for name, text in {**texts, "measured": measured}.items():
            if not isinstance(text, str) or not text.strip():
                raise ValueError(f"{name} must be a text, got {text!r}")
        holds = check_bool("holds", holds)
        if isinstance(interval, str):
            check_choice("interval", interval, ("exact",))
        else:
            low, high = check_array("interval", interval, shape=(2,))
            if low > high:
                fail("interval", "a pair (low, high) with low <= high", (low, high))
            low, high = _rounded(low, ROUND_FLOOR), _rounded(high, ROUND_CEILING)
            interval = f"[{low:.3g}, {high:.3g}]"
        verdict = f"holds only if {only_if}" if only_if else "holds"
        self.rows[identifier] = {
            "identifier": identifier,
            "claim": claim,
            "experiment": experiment,
            "seeds": check_count("seeds", seeds),
            "measured": measured,
            "interval": interval,
            "verdict": verdict if holds else "does not hold",
        }

    def _repr_mimebundle_(self, include=None, exclude=None):
        rows = list(self.rows.values())
        cells = [
            [f"{row['identifier']} {row['claim']}", *(str(row[c]) for c in COLUMNS[1:])]
            for row in rows
        ]
        return {
            "text/plain": "\n".join(" | ".join(line) for line in cells),
            "text/html": _html_table(cells),
            MIME: {"chapter": self.chapter, "rows": rows},
        }


def _rounded(number, rounding):
    """Return `number` with three significant digits; what it has beyond nine is taken for noise."""
    return float(Context(prec=3, rounding=rounding).create_decimal(f"{number:.9g}"))


def _html_table(cells):
    def line(texts, tag):
        style = 'style="text-align:left;vertical-align:top"'
        return "<tr>" + "".join(f"<{tag} {style}>{html.escape(t)}</{tag}>" for t in texts) + "</tr>"

    body = "".join(line(texts, "td") for texts in cells)
    return f"<table><thead>{line(COLUMNS, 'th')}</thead><tbody>{body}</tbody></table>"
