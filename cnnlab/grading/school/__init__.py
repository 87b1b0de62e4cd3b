"""Into the school's systems and out: submissions from Moodle, Canvas or an exchange, and marks back."""

from cnnlab.grading.school.collecting import Collected, collect
from cnnlab.grading.school.exporting import Exported, export

__all__ = ["Collected", "Exported", "collect", "export"]
