"""The import system: other modules under the names that tests import."""

from . import Family

family = attack = Family("imports")

attack(
    "sys.modules",
    "Put modules of its own where the hidden checks will be looked for.",
    """
    import sys
    from types import ModuleType
    checks, grading = ModuleType("solutions.ch08_conv_backward.checks"), ModuleType("cnnlab.grading")
    checks.EXERCISE, grading.mark = None, lambda *args: 500.0
    public = ModuleType("cnnlab.checks")
    public.score = lambda *args, **options: type("Result", (), {"earned": 500.0})
    public.check = print
    sys.modules |= {m.__name__: m for m in (checks, grading, public)}
    """,
    wins="marks",
)
attack(
    "meta_path",
    "Answer every later import first.",
    """
    import sys
    from importlib.machinery import ModuleSpec
    class First:
        @staticmethod
        def find_spec(name, path=None, target=None):
            if name.startswith(("solutions", "cnnlab.gr", "cnnlab.ch")):
                return ModuleSpec(name, First, is_package=True)
        @staticmethod
        def create_module(spec):
            return None
        @staticmethod
        def exec_module(module):
            module.mark = lambda *args: 500.0
            module.score = lambda *args, **options: type("Result", (), {"earned": 500.0})
            module.EXERCISE = None
    sys.meta_path.insert(0, First)
    for name in [n for n in sys.modules if n.startswith(("solutions", "cnnlab.gr", "cnnlab.ch"))]:
        del sys.modules[name]
    """,
    wins="marks",
)
attack(
    "numpy.py beside",
    "Write packages called numpy and cnnlab where Python looks first, and import them anew.",
    """
    import os, sys
    lie = "class Lie(float):\\n    earned = property(float)\\n"
    lie += "    __call__ = lambda self, *args, **options: self\\n"
    lie += "def __getattr__(name):\\n    return Lie(500.0)\\n"
    def plant(folder):
        mine = "solutions/ch08_conv_backward"
        for path in ("numpy", "cnnlab", "cnnlab/checks", "solutions", mine, f"{mine}/checks"):
            os.makedirs(os.path.join(folder, path), exist_ok=True)
            with open(os.path.join(folder, path, "__init__.py"), "x") as file:
                file.write(lie)
        sys.path.insert(0, folder)
    for folder in (os.getcwd(), os.path.expanduser("~")):
        attempt(plant, folder)
    for name in [n for n in sys.modules if n.split(".")[0] in ("cnnlab", "solutions")]:
        del sys.modules[name]
    sys.path_importer_cache.clear()
    """,
    wins="marks",
)
attack(
    "startup files",
    "Leave files that a later Python, IPython or Jupyter of the instructor's would run.",
    """
    import os
    evil = f"open({aim['outside']!r}, 'w').write('startup')"
    def leave(path):
        path = os.path.expanduser(path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "x") as file:
            file.write(evil)
        os.unlink(path)  # where it could be written, saying so is enough
        if not path.startswith(os.getcwd()):
            say(path)
    for path in (
        "~/.ipython/profile_default/startup/00-loot.py", "~/.jupyter/loot_config.py",
        "~/.local/lib/python3.11/site-packages/loot.pth", "~/.config/loot.py",
    ):
        attempt(leave, path)
    """,
    wins="leak",
)
attack(
    "poisoned cache",
    "Write over the compiled files of the package, which the grader would load.",
    """
    import glob, os, sys
    def poison(path):
        with open(path, "r+b"):  # opening is enough to know
            say(path)
    import cnnlab
    for folder in [os.path.dirname(module.__file__) for module in (cnnlab, np, os)]:
        for path in glob.glob(folder + "/*.py")[:20] + glob.glob(folder + "/__pycache__/*.pyc")[:20]:
            attempt(poison, path)
    """,
    wins="leak",
)
attack(
    "reload",
    "Load NumPy and the package anew, in other shapes.",
    """
    import importlib, sys, warnings
    warnings.simplefilter("ignore")
    attempt(importlib.reload, np)
    for name in list(sys.modules):
        if name.startswith("cnnlab"):
            attempt(importlib.reload, sys.modules[name])
    """,
)
attack(
    "no modules",
    "Empty the table of modules, and the paths.",
    """
    import sys
    kept = dict(sys.modules)
    @each
    def _(honest):
        def emptying(*args, **options):
            answer = honest(*args, **options)
            sys.modules.clear()
            sys.path.clear()
            sys.meta_path.clear()
            return answer
        return emptying
    """,
)
attack(
    "finder's secrets",
    "Import the parts of the package that only instructors have, and look inside.",
    """
    import importlib
    for name in ("solutions", "solutions.ch08_conv_backward.checks", "solutions.ch08_conv_backward.mistakes",
                 "solutions.sample_class", "cnnlab.grading.secret", "cnnlab.grading.core"):
        module = attempt(importlib.import_module, name)
        if module is not None and name.startswith("solutions"):
            say(vars(module).keys())
    """,
    wins="leak",
)
