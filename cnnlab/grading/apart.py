"""How student code is kept apart: what a worker needs to start a sandbox, as one value that travels."""

from dataclasses import dataclass, field, replace

from cnnlab.grading.sandbox import Budget, Isolation, Sandbox, build_site, find_isolation


@dataclass(frozen=True)
class Apart:
    """A recipe for sandboxes; call it where one is needed.

    Parameters
    ----------
    opens : tuple of str
        What student code may import of `cnnlab`: see `build_site`.
    packages : tuple of str
        What else it may import.
    budget : Budget
    no_isolation : bool
        Go on where this machine cannot keep student code apart.
    operators : bool
        Let tests compare and compute with objects of the students' own classes, for a course about classes:
        what such an object says of itself is then the student's word.
    found : Isolation, optional
        What protects the machine that it is called on; without it, that is found out there.
    """

    opens: tuple = ()
    packages: tuple = ("numpy",)
    budget: Budget = field(default_factory=Budget)
    no_isolation: bool = False
    operators: bool = False
    found: Isolation | None = None

    def __call__(self):
        """Make a sandbox on this machine.

        Returns
        -------
        Sandbox

        Raises
        ------
        IsolationError
        """
        isolation = self.isolation()
        isolation.require()
        return Sandbox(
            build_site(opens=self.opens, packages=self.packages),
            isolation,
            self.budget,
            operators=self.operators,
        )

    def isolation(self):
        """Find what protects this machine, and what the instructor does without."""
        found = self.found or find_isolation()
        return found.waive() if self.no_isolation else found

    def on_this_machine(self):
        """Return the recipe for other processes of this machine, which need not find out once more."""
        return replace(self, found=find_isolation())

    def require(self):
        """Raise IsolationError now, before any work, where student code cannot be kept apart."""
        self.isolation().require()

    @property
    def said(self):
        """Say what student code is kept apart by."""
        isolation = self.isolation()
        here = ", ".join(layer.name for layer in isolation.layers() if layer.present) or "nothing"
        return here if isolation.complete else f"without isolation ({here})"

    def longest(self, spec):
        """Seconds after which a worker must be stuck over a submission: twice what all its budgets allow."""
        return 2 * self.budget.longest(2 * len(spec.cells))
