"""What one capability earned, and the few lines that say so."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field


@dataclass(frozen=True)
class Result:
    """What one capability earned, and what to say about it."""

    exercise: str
    capability: str
    function: str = ""  # the one that failed
    points: int = 0
    earned: float = 0
    status: str = "right"  # right | wrong | missing | error | timeout
    right: list[str] = field(default_factory=list)  # labels of the capabilities that stand
    case: str = ""  # the smallest input that shows it
    finding: str = ""  # what is returned, and one right number
    mistake: str = ""  # id of the named mistake, on a unique match
    misconception: str = ""  # the question that belongs to it
    pointer: str = ""  # the chapter's section
    replay: str = ""  # the case as `cnnlab check --case` reads it
    follows: str = ""  # right but for a mistake that these capabilities paid for

    def to_dict(self):
        """Return plain types only, ready for JSON."""
        return asdict(self)

    def text(self):
        """Say it in at most five short lines, what is right first."""
        head = f"{self.function or self.exercise} · {self.capability}"
        if self.points:
            head += f"      {self.earned:g} / {self.points}"
        elif self.status == "right" and not self.follows:  # worth nothing, as in the rehearsal
            head += "      right"
        if self.status != "right" and self.right:
            head += f"      ({_listed(self.right)}: {'all ' if len(self.right) > 1 else ''}right)"
        lines = [head]
        if self.follows:
            lines.append(f"Right but for what {self.follows} has paid for: graded as following from it.")
        if self.case:
            lines.append(f"Smallest input that shows it: {self.case}")
        if self.finding:
            lines.append(self.finding)
        if self.misconception:
            lines.append(f"This looks like: {self.misconception}")
        elif self.status == "wrong" and self.case:
            lines.append("No known pattern.")
        if self.status != "right":
            lines.append(" · ".join(filter(None, [self.pointer, self._try_it()])))
        return "\n".join(lines)

    def _try_it(self):
        return f'try it: cnnlab check --case "{self.replay}"' if self.replay else ""


def _listed(words):
    return words[0] if len(words) == 1 else ", ".join(words[:-1]) + " and " + words[-1]
