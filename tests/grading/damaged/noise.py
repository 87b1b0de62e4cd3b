"""What works, or does no harm, in a student's Jupyter: plots, questions, magics, files, own mistakes."""

from grading.damaged.bank import BIAS, INPUT, WEIGHT, damage, find, own, put

from solutions.sample_class import LOOPS


def above(notebook, name, lines):
    """Write lines above an answer, into its cell."""
    find(notebook, name)["source"] = f"{lines}\n\n{LOOPS[name]}"
    return notebook


@damage(apart=True)
def asks_a_question(notebook):
    """A cell that waits for somebody to type."""
    return put(notebook, own("name = input('Your name? ')\nprint('Hello', name)"), before=BIAS)


@damage(apart=True)
def plots(notebook):
    """A plot above an answer, in its cell."""
    lines = (
        "import matplotlib.pyplot as plt\nfig, axes = plt.subplots(1, 2)\naxes[0].plot([1, 2])\nplt.show()"
    )
    return above(notebook, BIAS, lines)


@damage(apart=True)
def displays(notebook):
    """Arrays shown as Jupyter shows them."""
    lines = "from IPython.display import Markdown, display\ndisplay(Markdown('**dy**'), np.eye(2))"
    return above(notebook, WEIGHT, lines)


@damage(apart=True)
def cell_magic(notebook):
    """The time of a cell measured."""
    return above(notebook, INPUT, "%%time")


@damage(apart=True)
def help_asked_for(notebook):
    """Question marks behind names, and the shell's answer in a variable."""
    return above(notebook, BIAS, "np.sum?\n?np.pad\nfiles = !ls\n%timeit -n 1 sum([1])")


@damage(apart=True)
def progress_bars(notebook):
    """A progress bar in the loop over places."""
    source = LOOPS[BIAS].replace("np.ndindex(*dy.shape[2:])", "tqdm(np.ndindex(*dy.shape[2:]))")
    find(notebook, BIAS)["source"] = f"from tqdm.auto import tqdm\n\n{source}"
    return notebook


@damage(apart=True)
def main_guard(notebook):
    """Written as in a script."""
    return put(
        notebook, own("if __name__ == '__main__':\n    import sys\n    print(sys.argv)\n    sys.exit(0)")
    )


@damage(apart=True)
def leaves(notebook):
    """Cells that end the session, above an answer and at the end."""
    return put(put(notebook, own("exit()"), before=BIAS), own("quit()"))


@damage(apart=True)
def keeps_a_file(notebook):
    """Saved an array and loads it again."""
    return above(
        notebook, WEIGHT, "np.save('mine.npy', np.eye(2))\nassert np.load('mine.npy').shape == (2, 2)"
    )


@damage(apart=True)
def logs_and_warns(notebook):
    """Functions that log, warn and print."""
    talk = "    import logging, warnings\n    logging.warning('!')\n    warnings.warn('!')\n    print(dy)\n"
    head, body = LOOPS[BIAS].split("\n", 1)
    find(notebook, BIAS)["source"] = f"{head}\n{talk}{body}"
    return notebook


@damage(apart=True)
def prints_without_end(notebook):
    """Ten megabytes printed."""
    return put(notebook, own("for number in range(100_000):\n    print('x' * 100)"), before=BIAS)


@damage(apart=True)
def awaits(notebook):
    """`await` at the outermost level, as Jupyter allows."""
    return put(notebook, own("import asyncio\nawait asyncio.sleep(0)"), before=BIAS)


@damage(apart=True)
def other_language(notebook):
    """A cell in R."""
    return put(notebook, own("%%R\nx <- c(1, 2)\nplot(x)"), before=BIAS)


@damage(apart=True)
def measures_time_and_draws_numbers(notebook):
    """Tried out on random numbers, and timed."""
    source = "import random, time\nstart = time.perf_counter()\nnp.random.seed(8)\nrandom.seed(8)\n"
    source += "conv_backward_bias(np.random.default_rng(8).normal(size=(2, 3, 4)))\ntime.sleep(0.01)"
    return put(notebook, own(source), after=BIAS)


@damage()
def magics(notebook):
    """Lines that only Jupyter understands."""
    notebook["cells"].insert(1, own("%matplotlib inline\n!pip list\n%load_ext autoreload"))
    find(notebook, BIAS)["source"].insert(0, "%pdb off\n")
    return notebook


@damage()
def own_cells_that_fail(notebook):
    """Cells of the student's own that stop: a mistake, a missing module, half a sentence."""
    for source in ("1 / 0", "import no_such_module", "for x in", "undefined.name", "assert False, 'to do'"):
        put(notebook, own(source), before=BIAS)
        put(notebook, own(source), after=INPUT)
    return notebook
