"""The calculator in a browser: a thousand settings against cnnlab, its calls run, its address read back."""

import ast
import re

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

import cnnlab
from cnnlab.conv import check_groups
from cnnlab.conv_transpose import transposed_size

pytestmark = pytest.mark.browser
COMPUTE = """(figure, settings) => settings.map(values => {
    const it = cnn.calculator.compute(values);
    return {...it, calls: it.problem ? {} : Object.fromEntries(
        cnn.calculator.calls(it).map(({name, code}) => [name, code]))};
})"""


def draw(rng, *, extreme=True, transposed=None):
    """One setting as the fields have it, text; some of them cannot be."""
    axes = int(rng.integers(1, 4))
    low = 0 if extreme else 1

    def each(start, stop, wild=0.02):
        texts = [str(n) for n in rng.integers(start, stop, 3)]
        if extreme and rng.random() < wild:
            texts[rng.integers(axes)] = str(rng.choice(["0", "-1", "x", ""]))
        return texts

    groups = int(rng.choice([1, 1, 2, 3]))
    channels = [str(groups * int(n)) for n in rng.integers(1, 4, 2)]
    if extreme and rng.random() < 0.05:
        channels[rng.integers(2)] = str(rng.integers(0, 5))
    padding = each(0, 4)
    if rng.random() < 0.3:
        padding = [f"{before}:{after}" for before, after in rng.integers(0, 4, (3, 2))]
    is_transposed = bool(rng.random() < 0.4) if transposed is None else transposed
    words = ["valid", "same", "full", "half"] if extreme else ["valid", "same", "full"]
    word = rng.random() < (0.3 if not is_transposed else 0.05 * extreme)
    return {
        "axes": axes,
        "mode": str(rng.choice(words)) if word else "cells",
        "batch": str(rng.integers(low, 4)),
        "in": channels[0],
        "out": channels[1],
        "groups": str(groups),
        "copies": str(rng.integers(1, 5)),
        "bias": bool(rng.integers(2)),
        "transposed": is_transposed,
        "size": each(low, 12),
        "kernel": each(1, 6),
        "stride": each(1, 5),
        "padding": padding,
        "dilation": each(1, 4),
        "output_padding": each(0, 3) if rng.random() < 0.5 else ["0"] * 3,
    }


def settings(count, seed=0, **options):
    rng = np.random.default_rng(seed)
    return [draw(rng, **options) for _ in range(count)]


def number(text):
    return int(text) if re.fullmatch(r"-?\d+", text) else text


def geometry(values):
    """The setting as cnnlab takes it."""
    cut = {
        name: tuple(number(text) for text in values[name][: values["axes"]])
        for name in ("size", "kernel", "stride", "dilation", "output_padding")
    }
    padding = values["padding"][: values["axes"]]
    if values["mode"] != "cells":
        cut["padding"] = values["mode"]
    elif any(":" in text for text in padding):
        cut["padding"] = tuple(tuple(map(number, (text.split(":") * 2)[:2])) for text in padding)
    else:
        cut["padding"] = tuple(map(number, padding))
    return cut


def out_of(values):
    """The sizes of the output, or cnnlab's error."""
    cut = geometry(values)
    check_groups(int(values["groups"]), int(values["in"]), int(values["out"]))
    options = dict(stride=cut["stride"], padding=cut["padding"], dilation=cut["dilation"])
    if values["transposed"]:
        return transposed_size(cut["size"], cut["kernel"], output_padding=cut["output_padding"], **options)
    return cnnlab.output_size(cut["size"], cut["kernel"], **options)


def layer_of(values):
    cut = geometry(values)
    options = dict(stride=cut["stride"], padding=cut["padding"], dilation=cut["dilation"])
    if values["transposed"]:
        options["output_padding"] = cut["output_padding"]
    kind = cnnlab.ConvTranspose if values["transposed"] else cnnlab.Conv
    channels = int(values["in"]), int(values["out"])
    groups = int(values["groups"])
    return kind(*channels, kernel_size=cut["kernel"], groups=groups, bias=values["bias"], **options)


def untouched(layer, values):
    """The cells of each axis that no window reads, or no copy reaches: found by running the layer on ones."""
    cut, found = geometry(values), []
    for axis in range(values["axes"]):
        weight = np.ones((1, 1, cut["kernel"][axis]))
        pairs = cnnlab.resolve_padding(
            cut["size"], cut["kernel"], cut["padding"], stride=cut["stride"], dilation=cut["dilation"]
        )
        options = dict(
            stride=cut["stride"][axis], padding=(pairs[axis],), dilation=cut["dilation"][axis], groups=1
        )
        if values["transposed"]:
            extra = cut["output_padding"][axis]
            x = np.ones((1, 1, cut["size"][axis]))
            counts = cnnlab.conv_transpose_forward(x, weight, output_padding=extra, **options)
        else:
            x = np.ones((1, 1, cut["size"][axis]))
            y = cnnlab.conv_forward(x, weight, **options)
            counts = cnnlab.conv_backward_input(np.ones_like(y), weight, x.shape[2:], **options)
        found.append(np.flatnonzero(counts[0, 0] == 0).tolist())
    return found


def test_a_thousand_settings_are_those_of_cnnlab(open_figure):
    figure = open_figure("cnn-calculator")
    chosen, refused, kinds = settings(1000), 0, set()
    for values, it in zip(chosen, figure.evaluate(COMPUTE, chosen), strict=True):
        try:
            out = out_of(values)
        except ValueError as error:
            out, words = None, str(error)
        if out is None:
            assert it.get("problem") == words, values
            refused += 1
            kinds.add(re.sub(r"[\d(].*", "", words))
            continue
        assert it.get("problem") is None, (values, it)
        cut, batch = geometry(values), int(values["batch"])
        layer = layer_of(values)
        x = np.zeros((batch, int(values["in"]), *cut["size"]), np.float32)
        y = layer.forward(x)
        weight = layer.parameters["weight"]
        assert it["out"] == list(out)
        assert it["shapes"] == {"x": list(x.shape), "weight": list(weight.shape), "y": list(y.shape)}
        assert int(it["parameters"]) == sum(array.size for array in layer.parameters.values())
        assert int(it["multiplyAdds"]) == batch * layer.multiply_adds(x.shape[1:], y.shape[1:])
        pairs = cnnlab.resolve_padding(
            cut["size"], cut["kernel"], cut["padding"], stride=cut["stride"], dilation=cut["dilation"]
        )
        assert it["padding"] == [list(pair) for pair in pairs]
        assert it["unread"] == untouched(layer, values)
        one = (cut["kernel"], cut["stride"], pairs, cut["dilation"])
        field, jump, _ = cnnlab.receptive_field([one] * int(values["copies"]))
        assert [int(n) for n in it["field"]] == list(field)
        assert [int(n) for n in it["jump"]] == list(jump)
        if not values["transposed"]:
            options = dict(stride=cut["stride"], padding=cut["padding"], dilation=cut["dilation"])
            groups = int(values["groups"])
            cost = cnnlab.conv_cost(x.shape, weight.shape, groups=groups, **options)
            assert int(it["multiplyAdds"]) == cost.multiplications
        formula = [row["formula"] for row in it["rows"]]
        assert [int(text.rpartition("=")[2]) for text in formula] == list(out)
        for text in formula:  # each side of the sum that is written out has the value at its end
            sides = text.replace("·", "*").replace("−", "-").replace("⌊", "((").replace(" /", ") //")
            assert {eval(side.replace("⌋", ")")) for side in sides.split("=")} == {int(sides.split("=")[-1])}
    assert 100 < refused < 600
    assert len(kinds) >= 8, kinds


def test_every_setting_goes_into_the_address_and_back(open_figure):
    figure = open_figure("cnn-calculator")
    chosen = settings(300, seed=1)
    back = figure.evaluate(
        """(figure, settings) => settings.map(values => {
            const address = cnn.calculator.address(values);
            const again = cnn.calculator.fromAddress("#" + address);
            return [address, cnn.calculator.address(again),
                cnn.calculator.compute(values), cnn.calculator.compute(again)];
        })""",
        chosen,
    )
    for address, again, before, after in back:
        assert address == again
        assert before == after
        assert re.fullmatch(r"[\w=&,:\-]+", address), address


def ready(figure, count=150, seed=2, **options):
    """Settings that can be, with what the figure makes of them."""
    chosen = settings(count, seed, extreme=False, **options)
    found = zip(chosen, figure.evaluate(COMPUTE, chosen), strict=True)
    return [(values, it) for values, it in found if "problem" not in it]


def test_the_calls_of_cnnlab_run(open_figure):
    for _, it in ready(open_figure("cnn-calculator")):
        names = {}
        exec(it["calls"]["cnnlab"], names)
        assert list(names["y"].shape) == it["shapes"]["y"]
        parameters = names["layer"].parameters
        assert sum(array.size for array in parameters.values()) == int(it["parameters"])


def weights(it, rng):
    bias = rng.normal(size=it["cOut"]) if it["bias"] else None
    return rng.normal(size=it["shapes"]["x"]), rng.normal(size=it["shapes"]["weight"]), bias


def wanted(it, x, weight, bias):
    pairs = tuple(map(tuple, it["padding"]))
    options = dict(stride=tuple(it["stride"]), padding=pairs, dilation=tuple(it["dilation"]))
    options["groups"] = it["groups"]
    if it["transposed"]:
        extra = tuple(it["outputPadding"])
        return cnnlab.conv_transpose_forward(x, weight, bias, output_padding=extra, **options)
    return cnnlab.conv_forward(x, weight, bias, **options)


def test_the_calls_of_pytorch_run_and_make_the_same_numbers(open_figure):
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(3)
    for _, it in ready(open_figure("cnn-calculator")):
        names = {}
        head, _, last = it["calls"]["PyTorch"].rpartition("\ny = ")
        exec(head, names)
        assert list(names["x"].shape) == it["shapes"]["x"]
        x, weight, bias = weights(it, rng)
        layer = names["layer"].double()
        assert list(layer.weight.shape) == it["shapes"]["weight"] and (layer.bias is not None) == it["bias"]
        with torch.no_grad():
            layer.weight.copy_(torch.tensor(weight))
            if bias is not None:
                layer.bias.copy_(torch.tensor(bias))
            names["x"] = torch.tensor(x)
            exec(f"y = {last}", names)
        np.testing.assert_allclose(names["y"].numpy(), wanted(it, x, weight, bias), atol=1e-10)


def arguments(code, name):
    """What the call of this name is given: a list, and a dict, of Python values where they are literals."""
    calls = [node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Call)]
    (call,) = [node for node in calls if ast.unparse(node.func) == name]

    def value(node):
        try:
            return ast.literal_eval(node)
        except ValueError:
            return ast.unparse(node)

    return [value(node) for node in call.args], {word.arg: value(word.value) for word in call.keywords}


def test_the_calls_of_keras_jax_and_onnx_say_the_setting(open_figure):
    seen = set()
    for _, it in ready(open_figure("cnn-calculator"), 300):
        kernel, stride, dilation = (tuple(it[name]) for name in ("kernel", "stride", "dilation"))
        pairs = tuple(map(tuple, it["padding"]))
        befores, afters = zip(*pairs, strict=True)
        flip, axes = it["transposed"], it["axes"]
        inputs, words = arguments(it["calls"]["ONNX"], "onnx.helper.make_node")
        assert inputs[0] == ("ConvTranspose" if flip else "Conv")
        assert inputs[1] == ["x", "weight", "bias"][: 2 + it["bias"]]
        assert words == {
            "kernel_shape": list(kernel),
            "strides": list(stride),
            "pads": [*befores, *afters],
            "dilations": list(dilation),
            "group": it["groups"],
            **({"output_padding": it["outputPadding"]} if flip else {}),
        }
        code = it["calls"]["JAX"]
        inputs, words = arguments(code, "jax.lax.conv_general_dilated")
        ends = zip(pairs, kernel, dilation, it["outputPadding"], strict=True)
        rims = tuple((d * (k - 1) - p, d * (k - 1) - q + e) for (p, q), k, d, e in ends)
        assert words["padding"] == (rims if flip else pairs)
        assert words["window_strides"] == ((1,) * axes if flip else stride)
        assert words.get("lhs_dilation") == (stride if flip else None)
        assert words["rhs_dilation"] == dilation and words["feature_group_count"] == it["groups"]
        assert {len(letters) for letters in words["dimension_numbers"]} == {2 + axes}
        assert inputs == ["x", "kernel" if flip else "weight"]
        code = it["calls"]["Keras"]
        both = max(stride) > 1 and max(dilation) > 1
        odd = any(e >= s for e, s in zip(it["outputPadding"], stride, strict=True))
        assert (code == "") == (flip and (it["groups"] > 1 or both or odd))
        if not code:
            seen.add("none")
            continue
        name = f"keras.layers.Conv{axes}D{'Transpose' if flip else ''}"
        inputs, words = arguments(code, name)
        assert inputs == [it["cOut"], kernel]
        assert words["strides"] == (stride if flip or not both else (1,) * axes)
        assert words["dilation_rate"] == dilation and words["use_bias"] == it["bias"]
        assert words.get("groups", 1) == it["groups"]
        if "ZeroPadding" in code:
            (given,), _ = arguments(code, f"keras.layers.ZeroPadding{axes}D")
            assert given == (pairs[0] if axes == 1 else pairs)
            seen.add("padded")
        elif not flip:
            assert words["padding"] == ("same" if it["mode"] == "same" and not both else "valid")
            seen.add(words["padding"])
    assert seen == {"none", "padded", "same", "valid"}


# the hand


def state(figure):
    return figure.evaluate("figure => figure.state")


def test_what_is_typed_is_shown_and_goes_into_the_address(open_figure):
    figure = open_figure("cnn-calculator", axes=2, size="32,32", kernel=5, stride=2, padding=1)
    figure.get_by_label("kernel, axis 1").fill("4")
    figure.get_by_label("padding, axis 0").fill("1:2")
    figure.get_by_label("channels in").fill("3")
    now = state(figure)
    assert now["out"] == list(cnnlab.output_size((32, 32), (5, 4), stride=2, padding=((1, 2), (1, 1))))
    address = "axes=2&size=32&kernel=5,4&stride=2&padding=1:2,1&in=3"
    assert now["address"] == address and figure.page.evaluate("location.hash") == f"#{address}"
    text = figure.locator(".cnn-results").inner_text()
    assert "⌊(32 + 1 + 2 − 1·(5 − 1) − 1) / 2⌋ + 1 = ⌊30 / 2⌋ + 1 = 16" in text
    expect(figure.locator(".cnn-spoken")).to_contain_text("16 × 16")
    assert "padding=((1, 2), (1, 1))" in figure.locator("[data-library=cnnlab]").inner_text()
    figure.get_by_label("transposed").press("Space")
    assert state(figure)["shapes"]["y"][2:] == [64, 64]
    assert "transposed=1" in figure.page.evaluate("location.hash")


def test_the_address_is_restored_with_the_page_and_when_it_changes(open_figure):
    figure = open_figure("cnn-calculator")
    page = figure.page
    page.goto(f"{page.url.split('#')[0]}#axes=3&size=9,8,7&kernel=3&padding=full&groups=2&in=4&out=6&bias=0")
    assert state(figure)["out"] == [11, 10, 9] and not state(figure)["bias"]
    page.reload()
    assert state(figure)["out"] == [11, 10, 9]
    assert figure.get_by_label("input size, axis 2").input_value() == "7"
    assert figure.locator("select[name=mode]").input_value() == "full"
    page.evaluate("location.hash = '#axes=1&size=7,8&kernel=3'")
    expect(figure.locator(".cnn-spoken")).to_contain_text("spatial is (7, 8): 2 entries for 1 spatial axes")
    page.evaluate("location.hash = '#axes=1&size=7&kernel=3&padding=half'")
    words = 'padding is "half", but the words it knows are "valid", "same" and "full"'
    expect(figure.locator(".cnn-spoken")).to_have_text(f"Refused: {words}.")
    page.evaluate("location.hash = '#calculator-read'")
    assert state(figure)["problem"] == words


def test_a_refusal_marks_its_field_and_says_the_sum(open_figure):
    figure = open_figure("cnn-calculator", axes=2, size="9,5", kernel=3)
    field = figure.get_by_label("dilation, axis 1")
    field.fill("3")
    with pytest.raises(ValueError, match="padded input") as caught:
        cnnlab.output_size((9, 5), 3, dilation=(1, 3))
    expect(figure.get_by_role("status").first).to_have_text(f"Refused: {caught.value}.")
    kernels = [figure.get_by_label(f"kernel, axis {axis}").get_attribute("aria-invalid") for axis in (0, 1)]
    assert kernels == [None, "true"]
    expect(figure.locator(".cnn-stage")).to_be_hidden()
    field.press("ArrowDown")
    assert state(figure)["dilation"] == [1, 2] and state(figure).get("problem") is None
    assert figure.locator("[aria-invalid]").count() == 0
    field.fill("<b>")
    assert "<b>" in figure.locator(".cnn-spoken").inner_text()


@pytest.mark.parametrize("axes", [1, 2, 3])
def test_keys_move_the_window(open_figure, axes):
    figure = open_figure("cnn-calculator", axes=axes, size=9, kernel=3, stride=2)
    stage = figure.locator(".cnn-stage")
    stage.focus()
    stage.press("ArrowRight")
    assert state(figure)["here"] == [0] * (axes - 1) + [1]
    stage.press("ArrowDown")
    stage.press("PageDown")
    assert state(figure)["here"] == [[1], [1, 1], [1, 1, 1]][axes - 1]
    assert "starts at 1·2 − 0 = 2 and reads 2, 3, 4" in figure.locator(".cnn-window").inner_text()
    stage.press("End")
    assert state(figure)["here"] == [3] * axes
    figure.get_by_role("slider").first.press("ArrowLeft")
    assert state(figure)["here"][0] == 2


def test_windows_and_cells_can_be_clicked(open_figure):
    figure = open_figure("cnn-calculator", axes=2, size=8, kernel=3, stride=2, padding=1)
    figure.locator(".cnn-strip [data-window='2']").first.click()
    assert state(figure)["here"] == [2, 0]
    box = figure.locator("[data-plane='1'] svg").bounding_box()
    figure.page.mouse.click(box["x"] + box["width"] * 0.9, box["y"] + box["height"] * 0.1)
    assert state(figure)["here"] == [0, 3]
    box = figure.locator("[data-plane='0'] svg").bounding_box()
    figure.page.mouse.click(box["x"] + box["width"] * 5.5 / 10, box["y"] + box["height"] * 3.5 / 10)
    assert state(figure)["here"] == [1, 2]


@pytest.mark.parametrize("transposed", [False, True])
def test_every_window_is_drawn_where_it_lies(open_figure, transposed):
    size, kernel, stride, padding = 12, 4, 3, 1
    figure = open_figure(
        "cnn-calculator",
        axes=1,
        size=size,
        kernel=kernel,
        stride=stride,
        padding=padding,
        transposed=transposed * 1,
    )
    count = state(figure)["rows"][0]["count"]
    edges = figure.locator("[data-window]").evaluate_all(
        """windows => windows.map(window => { const rect = window.querySelector("rect");
            return ["x", "width"].map(name => Number(rect.getAttribute(name))) })"""
    )
    total = state(figure)["rows"][0]["cells"] + 2 * padding
    cell = min(44, 960 / total)
    assert len(edges) == count
    for o, (left, width) in enumerate(edges):
        assert left == pytest.approx(o * stride * cell, abs=0.02)
        assert width == pytest.approx(kernel * cell, abs=1.02)


def test_long_rows_are_drawn_in_part_and_fast(open_figure):
    figure = open_figure("cnn-calculator", axes=1, size=999999999, kernel=400, stride=160)
    assert state(figure)["out"] == list(cnnlab.output_size(999999999, 400, stride=160))
    figure.locator(".cnn-stage").focus()
    figure.locator(".cnn-stage").press("End")
    assert figure.locator("[data-window]").count() >= 2
    assert figure.locator(".cnn-strip rect").count() < 4000


# the page


def test_the_embedded_view_shows_nothing_else(open_figure):
    figure = open_figure("cnn-calculator", embed="", size=9, kernel=3)
    expect(figure.page.locator("h1")).to_be_hidden()
    expect(figure.get_by_label("kernel, axis 0")).to_be_visible()
    figure = open_figure("cnn-calculator")
    expect(figure.page.locator("h1")).to_be_visible()
    figure.page.goto(f"{figure.page.url}#axes=1&size=11&kernel=3&embed=1")
    figure.page.reload()
    expect(figure.page.locator("h1")).to_be_hidden()
    assert state(figure)["out"] == [9]
    figure.get_by_label("kernel, axis 0").fill("4")
    assert figure.page.evaluate("location.hash") == "#axes=1&size=11&kernel=4&embed=1"


def test_links_and_code_are_copied_or_selected(open_figure):
    figure = open_figure("cnn-calculator", context={"permissions": ["clipboard-read", "clipboard-write"]})
    page = figure.page
    link = figure.get_by_label("link to this state")
    page.evaluate("() => { navigator.clipboard.writeText = async (text) => { window.taken = text } }")
    figure.get_by_role("button", name="Copy link").click()
    assert page.evaluate("taken") == link.input_value()
    assert link.input_value().endswith("#axes=2&size=32&kernel=3")
    page.evaluate("() => { navigator.clipboard.writeText = async () => { throw new Error() } }")
    figure.get_by_role("button", name="Copy link").click()
    expect(figure.locator(".cnn-share [role=status]")).to_contain_text("Ctrl+C")
    assert (
        link.evaluate("input => input.value.slice(input.selectionStart, input.selectionEnd)")
        == link.input_value()
    )
    figure.get_by_role("button", name="Copy code").first.click()
    assert page.evaluate("getSelection().toString().trim()").startswith("import numpy as np")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1000, 320])
def test_is_accessible_and_never_scrolls_sideways(open_figure, theme, width):
    figure = open_figure(
        "cnn-calculator",
        width=width,
        theme=theme,
        axes=3,
        size="24,32,64",
        kernel=7,
        stride=4,
        padding="1:2",
        dilation=2,
        transposed=1,
        output_padding=1,
    )
    figure.evaluate("figure => figure.querySelectorAll('details').forEach(part => { part.open = true })")
    assert figure.page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    assert Axe().run(figure.page, options={"preload": False}).response["violations"] == []
    figure.get_by_label("kernel, axis 0").fill("0")
    assert Axe().run(figure.page, options={"preload": False}).response["violations"] == []


def test_without_scripts_the_caption_stands(open_figure):
    figure = open_figure("cnn-calculator", context={"java_script_enabled": False})
    assert figure.evaluate("node => getComputedStyle(node, '::before').content") == '"What to see."'
