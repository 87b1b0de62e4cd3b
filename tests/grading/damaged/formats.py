"""Old formats, new ones, and fields that are not what they should be."""

from grading.damaged.bank import ANSWERS, BIAS, damage, grade_id, own, put


@damage()
def format_3(notebook):
    """Saved by IPython 2: worksheets, `input` in the place of `source`."""
    cells = [{**cell, "language": "python"} for cell in notebook["cells"]]
    for cell in cells:
        if cell["cell_type"] == "code":
            cell["input"], cell["prompt_number"] = cell.pop("source"), 3
    cells.insert(0, {"cell_type": "heading", "level": 1, "source": "My answers", "metadata": {}})
    return {"nbformat": 3, "nbformat_minor": 0, "metadata": {"name": ""}, "worksheets": [{"cells": cells}]}


@damage()
def format_2(notebook):
    """Older still: cells without metadata or ids."""
    cells = []
    for cell in notebook["cells"]:
        text = "".join(cell["source"])
        key = "input" if cell["cell_type"] == "code" else "source"
        cells.append({"cell_type": cell["cell_type"], key: text, "id": grade_id(cell)})
    return {
        "nbformat": 2,
        "metadata": {"name": "ch08"},
        "worksheets": [{"cells": cells[:9]}, {"cells": cells[9:]}],
    }


@damage()
def format_of_the_future(notebook):
    """Saved by an editor that does not exist yet."""
    for cell in notebook["cells"]:
        cell["folded_by"] = {"who": "ada"}
    return {**notebook, "nbformat": 5, "nbformat_minor": 12, "comments": []}


@damage()
def as_the_server_sends_it(notebook):
    """Fetched from Jupyter's server: the notebook is the content of something else."""
    return {"name": "ch08", "type": "notebook", "content": notebook}


@damage()
def fields_missing(notebook):
    """No outputs, no ids, no kernel, metadata null where they were empty."""
    for cell in notebook["cells"]:
        cell.pop("outputs", None), cell.pop("id"), cell.pop("execution_count", None)
        cell["metadata"] = cell["metadata"] or None
    return {"cells": notebook["cells"]}


@damage()
def fields_of_wrong_types(notebook):
    """Numbers, lists and nulls where texts and dicts belong."""
    for number, cell in enumerate(notebook["cells"]):
        cell.update(id=number, outputs="none", execution_count=[1])
        cell["metadata"].update(tags=7, collapsed="no", deletable=None)
    notebook["cells"].append(own(None))
    notebook["cells"].append(own(["x = 1\n", None, 7]))
    return {**notebook, "metadata": [], "nbformat": "four"}


@damage("3 entries stayed behind: no cell.")
def entries_that_are_no_cells(notebook):
    """A list with holes."""
    notebook["cells"][3:3] = [None, "conv_backward_bias", 7]
    return notebook


@damage()
def lines_without_ends(notebook):
    """Sources as lists of lines, without their line ends."""
    for cell in notebook["cells"]:
        cell["source"] = "".join(cell["source"]).split("\n")
    return notebook


@damage(*(f"The cell {name} had become raw text: it is code again." for name in ANSWERS))
def cell_types_unknown(notebook):
    """Written by an editor with cell types of its own."""
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            cell["cell_type"] = "input"
            del cell["outputs"], cell["execution_count"]
    return notebook


@damage()
def kernel_of_r(notebook):
    """Opened with another kernel by mistake."""
    kernel = {
        "kernelspec": {"name": "ir", "language": "R", "display_name": "R"},
        "language_info": {"name": "R"},
    }
    return {**notebook, "metadata": kernel}


@damage()
def kernel_of_python_2(notebook):
    """Started on an old computer."""
    return {**notebook, "metadata": {"kernelspec": {"name": "python2", "display_name": "Python 2"}}}


@damage("2 attached pictures stayed behind: look at the file as it was handed in.")
def traces_of_other_editors(notebook):
    """Widgets, slides, cell sizes, a picture pasted into a remark."""
    for cell in notebook["cells"]:
        cell["metadata"] |= {
            "slideshow": {"slide_type": "skip"},
            "scrolled": True,
            "vscode": {"languageId": "r"},
        }
    remark = {**own("![a](attachment:a.png)", "markdown"), "attachments": {"a.png": {}, "b.png": {}}}
    widgets = {"application/vnd.jupyter.widget-state+json": {"state": {"1": {}}}}
    return {**put(notebook, remark, before=BIAS), "metadata": {"widgets": widgets}}
