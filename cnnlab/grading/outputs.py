"""What a notebook holds after it ran, in nbformat's words: outputs of cells, and the whole."""


def stream(text):
    """Put what was printed into a cell's outputs."""
    return [{"output_type": "stream", "name": "stdout", "text": text}] if text else []


def error_output(name, text):
    """Put an exception into a cell's outputs, without a traceback: its lines may be the course's."""
    said = f"{name}: {text}" if text else name
    return {"output_type": "error", "ename": name, "evalue": text, "traceback": [said]}


def value_output(points):
    """Put points into a cell's outputs, where nbgrader reads them."""
    data = {"text/plain": repr(points)}
    return {"output_type": "execute_result", "data": data, "metadata": {}, "execution_count": None}


def notebook_of(cells):
    """Put cells back into a notebook."""
    kernel = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
    metadata = {"kernelspec": kernel, "language_info": {"name": "python"}}
    return {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


def grade_id(cell):
    """Return nbgrader's name of a cell, or an empty text."""
    return cell["metadata"].get("nbgrader", {}).get("grade_id", "")
