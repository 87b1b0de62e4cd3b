"""Who is who: the course's name of a student, and what the school's systems call the same person."""

import csv
import io
import re
import unicodedata

from cnnlab.grading.files import replace_text

COLUMNS = "student name email id_number section canvas sis_user_id sis_login_id".split()
RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
FORMULA = tuple("=+-@\t\r＝＋－＠")  # what a spreadsheet may take for the beginning of a formula
LONGEST = 100  # bytes, with room for an ending and for what is appended


def safe_id(text):
    r"""Turn any name into one that is a single folder everywhere: on disk, in a page's address, in a pattern.

    Letters, marks and digits of any script stay, and so do ``.``, ``_``, ``-`` and ``@``; anything else
    becomes one hyphen. Neither hyphens nor dots stand at the ends. At most 100 bytes stay. Names that Windows
    keeps for itself get a prefix. `Roster` appends a number where another student has the name already, small
    and large letters being the same.

    Examples
    --------
    >>> safe_id("../José Ñandú"), safe_id("<b>x</b>"), safe_id("CON.txt"), safe_id("\x1b")
    ('José-Ñandú', 'b-x-b', 'student-CON.txt', 'student')
    """
    text = unicodedata.normalize("NFC", text)
    kept = [c if unicodedata.category(c)[0] in "LMN" or c in "._-@" else "-" for c in text]
    name = re.sub(r"-{2,}|\.{2,}", "-", "".join(kept)).strip("-.")
    name = name.encode()[:LONGEST].decode(errors="ignore").strip("-.")
    return f"student-{name}" if RESERVED.fullmatch(name) else name or "student"


def folded(name):
    """Return what two names share that a disk may take for the same."""
    return unicodedata.normalize("NFKC", name).casefold()


def guarded(text):
    """Keep a spreadsheet from taking a text for a formula.

    Examples
    --------
    >>> guarded("=1+1"), guarded("-"), guarded("-1.5"), guarded("Ada")
    ("'=1+1", '-', '-1.5', 'Ada')
    """
    harmless = text == "-" or re.fullmatch(r"[+-]?\d+([.,]\d+)?", text)
    return f"'{text}" if text.startswith(FORMULA) and not harmless else text


def as_csv(rows):
    """Write rows of text for a spreadsheet, no cell of which is a formula."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([guarded(cell) for cell in row] for row in rows)
    return text.getvalue()


def read_csv(path):
    """Read a table: its headings, and its rows as dictionaries; what `guarded` added is taken off."""
    with open(path, encoding="utf-8-sig", newline="") as file:
        rows = [[cell[1:] if cell[:1] == "'" and cell[1:].startswith(FORMULA) else cell for cell in row]
                for row in csv.reader(file)]  # fmt: skip
    headings = rows[0] if rows else []
    return headings, [
        dict.fromkeys(headings, "") | dict(zip(headings, row, strict=False)) for row in rows[1:]
    ]


class Roster:
    """The table `build/students.csv`: a row a student, a column a system, filled in as people hand in.

    Email, id_number (Moodle's), section, sis_user_id and sis_login_id (Canvas's) are for the instructor to
    fill in; no archive tells them. Moodle numbers its participants anew in each exercise: a column each.

    Parameters
    ----------
    course : Course
    """

    def __init__(self, course):
        self.path = course.build / "students.csv"
        headings, rows = read_csv(self.path) if self.path.exists() else (COLUMNS, [])
        self.headings = [*COLUMNS, *(heading for heading in headings if heading not in COLUMNS)]
        self.rows = {row["student"]: row for row in rows if row.get("student")}
        folders = course.submitted.iterdir() if course.submitted.is_dir() else ()
        self.folders = {path.name for path in folders}

    def write(self):
        """Write the table, whole or not at all."""
        rows = [[row.get(heading, "") for heading in self.headings] for _, row in sorted(self.rows.items())]
        replace_text(self.path, as_csv([self.headings, *rows]))

    def get(self, student, heading):
        """Return what is known of a student, or an empty text."""
        return self.rows.get(student, {}).get(heading, "")

    def student(self, person, *, alone=True):
        """Return the course's name of a person, who is entered if new.

        Parameters
        ----------
        person : Person
        alone : bool
            Whether nobody else of that name hands in now.

        Returns
        -------
        str
        """
        row = self.known(person, alone) or self.entered(person, alone)
        row[person.column] = person.number
        row["name"] = row.get("name") or person.name
        if person.column not in self.headings:
            self.headings.append(person.column)
        return row["student"]

    def known(self, person, alone):
        """Find a person by the system's number, else by the name where that is unmistakable."""
        rows = self.rows.values()
        if same := [row for row in rows if row.get(person.column) == person.number]:
            return same[0]
        called = self.rows.get(person.number, {})
        if person.column == "folder" and called and not called.get("folder"):
            return called  # a file under the course's own name
        if person.renumbered and alone:
            same = [row for row in rows if row.get("name") == person.name and not row.get(person.column)]
            return same[0] if len(same) == 1 else None
        return None

    def entered(self, person, alone):
        """Enter a new person under a name that nobody has yet."""
        wish = safe_id(person.wish if alone else f"{person.wish}-{person.number}")
        own = {wish} if person.number == wish else set()  # a folder of that very name is this person's
        taken = {folded(name) for name in (self.folders | self.rows.keys()) - (own - self.rows.keys())}
        student, number = wish, 1
        while folded(student) in taken:
            student = f"{wish}-{(number := number + 1)}"
        self.rows[student] = dict.fromkeys(self.headings, "") | {"student": student}
        return self.rows[student]
