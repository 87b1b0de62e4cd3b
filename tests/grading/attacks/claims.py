"""Claims: notebooks that say they are worth more, that tests are other tests, that the student is another."""

import copy

from . import Family, add, find

family = attack = Family("claims")

GRADED = [f"conv_backward-{name}" for name in "bias weight input padding stride dilation groups axes".split()]

attack(
    "names of the tests",
    "Define the names that tests use.",
    """
    class Everything:
        earned = points = 500.0
        def __getattr__(self, name):
            return lambda *args, **options: 500.0
        __call__ = lambda self, *args, **options: 500.0
        __float__ = lambda self: 500.0
    mark = score = check = check_all = EXERCISE = cnnlab = Everything()
    float = isinstance = sum = abs = all = zip = print = len = range = Everything()
    display = sys = os = json = Everything()
    """,
)
attack(
    "np",
    "Give the name np another meaning in the cells that follow.",
    """
    class Lying:
        def __getattr__(self, name):
            return lambda *args, **options: True
    kept, np = np, Lying()
    def conv_backward_bias(dy):
        return kept.zeros(dy.shape[1])
    """,
)
attack(
    "globals",
    "Replace the namespace, and what is in it.",
    """
    class Namespace(dict):
        def __getitem__(self, name):
            return lambda *args, **options: 500.0
        get = __getitem__
    def globals():
        return Namespace()
    def mark(*args):
        return 500.0
    __builtins__ = Namespace()
    """,
)
attack(
    "strange names",
    "Put names into the namespace that are none, and take those out that are needed.",
    """
    class Name(str):
        def __eq__(self, other):
            return True
        def __hash__(self):
            return hash("conv_backward_bias")
    space = globals()
    space[1], space[None], space[Name("x")], space[""], space["a b"] = 2, 3, 4, 5, 6
    for name in ("__name__", "__builtins__", "__doc__", "np"):
        space.pop(name, None)
    """,
)


def edited(notebook):
    """Write other sources, worths and locks into the test cells."""
    for name in GRADED:
        cell = find(notebook, name)
        cell["source"] = "500.0"
        cell["metadata"]["nbgrader"] |= {
            "points": 500,
            "locked": False,
            "solution": True,
            "checksum": "0" * 32,
        }
        cell["metadata"] |= {"editable": True, "deletable": True}


def untested(notebook):
    """Turn tests into text, so that nothing runs in their place."""
    for name in GRADED:
        cell = find(notebook, name)
        cell["cell_type"] = "markdown"
        del cell["outputs"], cell["execution_count"]


def more_tests(notebook):
    """Add graded cells of its own."""
    model = find(notebook, GRADED[0])
    for number, points in enumerate((500, -500, 1e308, "14", None, True, 10**400)):
        cell = copy.deepcopy(model)
        cell |= {"id": f"more-{number}", "source": f"{500.0}"}
        cell["metadata"]["nbgrader"] |= {"grade_id": f"more-{number}", "points": points}
        notebook["cells"].append(cell)


def doubled(notebook):
    """Hand in each test twice, the second time with a result of its own."""
    for name in GRADED:
        cell = copy.deepcopy(find(notebook, name)) | {"id": f"{name}-2", "source": "500.0"}
        cell["outputs"] = [
            {
                "output_type": "execute_result",
                "data": {"text/plain": "500.0"},
                "metadata": {},
                "execution_count": 1,
            }
        ]
        notebook["cells"].append(cell)


def wrong_types(notebook):
    """Write metadata of every wrong type."""
    strange = [
        None,
        5,
        [],
        "x",
        {"grade_id": 5},
        {"grade_id": ["x"]},
        {"grade_id": {}},
        {"grade_id": None, "points": {}},
    ]
    for value in strange:
        add(notebook, "1")["metadata"]["nbgrader"] = value
    notebook["cells"][-1]["metadata"] = {
        "nbgrader": {"grade_id": GRADED[0], "grade": "yes", "schema_version": "9"}
    }
    notebook["metadata"] |= {"nbgrader": 5, "celltoolbar": [], "kernelspec": 7}


def others_kernel(notebook):
    """Ask for a kernel of its own, which the instructor's Jupyter would start."""
    notebook["metadata"]["kernelspec"] = {
        "name": "../../evil",
        "display_name": "evil",
        "language": "bash",
        "argv": ["sh", "-c", "true"],
    }
    notebook["metadata"]["language_info"] = {
        "name": "bash",
        "pygments_lexer": "../../evil",
        "version": "<script>",
    }


def another_name(notebook):
    """Say in every place that the student is another."""
    notebook["metadata"] |= {
        "student": "bob",
        "student_id": "bob",
        "authors": [{"name": "bob"}],
        "nbgrader": {"student_id": "bob"},
        "otter": {"student": "bob"},
    }


def rewritten_imports(notebook):
    """Edit what the course gave: its first cell hands out other functions."""
    find(notebook, "conv_backward-imports")["source"] = "check = mark = lambda *args: 500.0\nnp = None\n"


def moved_tests(notebook):
    """Put all tests before all answers."""
    tests = [
        cell for cell in notebook["cells"] if cell["metadata"].get("nbgrader", {}).get("grade_id") in GRADED
    ]
    notebook["cells"] = tests + [cell for cell in notebook["cells"] if cell not in tests]


def answered_in_tests(notebook):
    """Write code into given, visible and graded cells, which run with the course's names around them."""
    code = "mark = lambda *args: 500.0\n500.0\n"
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code" and cell["metadata"].get("nbgrader", {}).get("locked"):
            cell["source"] = code + cell["source"]


attack("edited tests", "Write other tests with other worths.", change=edited)
attack("tests as text", "Turn the tests into text.", change=untested)
attack("more tests", "Add graded cells of its own, worth 500 points and other numbers.", change=more_tests)
attack("doubled tests", "Hand in each test twice, with a result.", change=doubled)
attack("wrong types", "Write metadata of every wrong type.", change=wrong_types)
attack("another kernel", "Ask for another kernel and another language.", change=others_kernel)
attack(
    "another student",
    "Claim to be another student.",
    """
import getpass, os
os.environ |= {"USER": "bob", "LOGNAME": "bob", "JUPYTERHUB_USER": "bob", "NBGRADER_STUDENT": "bob"}
student = student_id = "bob"
attempt(os.chdir, os.path.dirname(aim["other"]))
attempt(os.makedirs, "bob/ch08_conv_backward") is None and attempt(os.chdir, "bob/ch08_conv_backward")
""",
    change=another_name,
)
attack("rewritten imports", "Edit the cell that the course gave.", change=rewritten_imports)
attack("tests first", "Put all tests before all answers.", change=moved_tests)
attack("code in locked cells", "Write code into all locked cells.", change=answered_in_tests)
attack(
    "all-zero inputs",
    "Be right where the input is zero or empty, or where arguments must stay as they are, and hope.",
    """
    @each
    def _(honest):
        def careful(*args, **options):
            if not any(np.any(a) for a in args if isinstance(a, np.ndarray)):
                return honest(*args, **options)
            raise NotImplementedError
        return careful
    """,
)
attack(
    "points as nan",
    "Return what is no number where points are counted, and a number that is.",
    """
    @each
    def _(honest):
        numbers = iter([float("nan"), float("inf"), -float("inf"), 500.0, -0.0, 10**400, True, 1e308] * 999)
        return lambda *args, **options: next(numbers)
    """,
)
