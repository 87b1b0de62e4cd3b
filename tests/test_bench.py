"""The benchmark: its workloads are right at toy size, its peers too, and its committed result is whole."""

import importlib.util
import itertools
import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from experiments.bench import clock, fast, learning, limits, machine, ours, page, peers, plain, workloads
from experiments.bench.agree import WrongResult, hold
from experiments.bench.records import derive, merge, record, write
from experiments.bench.sections import SECTIONS
from experiments.bench.targets import TARGETS, Target, geometric_mean, judge, select
from experiments.results import Table
from figures import bench

import cnnlab
from cnnlab import naive

ROOT = Path(__file__).parents[1]
ROWS = workloads.convolutions()
WAYS = "backward twice", "forward over backward"
TOYS = [row.toy() for row in ROWS]
needs_torch = pytest.mark.skipif(not importlib.util.find_spec("torch"), reason="PyTorch is not installed")


@pytest.fixture(scope="module")
def result():
    return page.load()


def loops(row, x, weight, bias, dy):
    """The step by the loops of `naive`: y, dx, dweight, dbias."""
    y = naive.conv_forward(x, weight, bias, **row.options)
    dx = naive.conv_backward_input(dy, weight, row.spatial, **row.options)
    dweight = naive.conv_backward_weight(dy, x, row.kernel_size, **row.options)
    return y, dx, dweight, naive.conv_backward_bias(dy)


def assert_close(found, expected):
    for a, b in zip(found, expected, strict=True):
        if a is not None:
            np.testing.assert_allclose(a, b, rtol=0, atol=1e-12 * max(1, np.max(np.abs(b), initial=0)))


@pytest.mark.parametrize("row", TOYS, ids=lambda row: f"{row.family}: {row.name}")
def test_ours_is_right_at_toy_size(row):
    arrays = row.arrays("float64")
    expected = loops(row, *arrays)
    cases = ours.convolution(row, *arrays)
    assert list(cases) == ["inference", "step", "without dx", "contiguous"]
    for run in cases.values():
        found = run()
        assert_close(found, expected[: len(found)])
    assert cases["without dx"]()[1] is None
    assert all(a.flags.c_contiguous for a in cases["contiguous"]())


@pytest.mark.parametrize("row", TOYS, ids=lambda row: f"{row.family}: {row.name}")
@pytest.mark.parametrize("peer", peers.NAMES)
def test_peers_are_right_at_toy_size(peer, row):
    if peer not in peers.installed():
        pytest.skip(f"{peer} is not installed")
    arrays = row.arrays("float64")
    run = peers.step(peer, row, *arrays)
    if run is None:
        assert peer != "windows + tensordot" and (row.stride, row.dilation, row.groups) != (1, 1, 1)
    else:
        assert_close(run(), loops(row, *arrays))


@needs_torch
@pytest.mark.parametrize("row", TOYS, ids=lambda row: f"{row.family}: {row.name}")
def test_pytorch_is_right_at_toy_size(row):
    from experiments.bench import pytorch

    arrays = row.arrays("float64")
    expected = loops(row, *arrays)
    for run in pytorch.convolution(row, *arrays).values():
        found = [t if t is None else t.detach().numpy() for t in run()]
        assert_close(found, expected[: len(found)])


@needs_torch
@pytest.mark.parametrize("lesson", learning.LESSONS, ids=lambda lesson: lesson.name)
def test_a_translated_network_learns_alike(lesson):
    """Without dropout's coins, which differ: three steps of plain descent give the same losses."""
    from experiments.bench import pytorch
    from experiments.bench.translate import translate

    mine = lesson.build(np.random.default_rng(0))
    for _, layer in mine.flat():
        if isinstance(layer, cnnlab.Dropout):
            layer.p = 0.0
    theirs = translate(mine, lesson.shape)
    x, targets = (array[:4] for array in lesson.arrays())
    steps = [lib.training_step(m, "sgd", x, targets, 1e-3) for lib, m in ((ours, mine), (pytorch, theirs))]
    losses = np.array([[run() for run in steps] for _ in range(3)])
    np.testing.assert_allclose(losses[:, 0], losses[:, 1], rtol=1e-4)
    assert losses[2, 0] != losses[0, 0]


@needs_torch
@pytest.mark.parametrize("network", workloads.NETWORKS)
@pytest.mark.parametrize("optimiser", ["sgd", "adam"])
def test_both_libraries_train_alike(network, optimiser):
    from experiments.bench import pytorch

    mine = ours.network(network)
    theirs = pytorch.network(network, dict(mine.parameters))
    x, labels = workloads.digits(4)
    steps = [lib.training_step(m, optimiser, x, labels, 0.01) for lib, m in ((ours, mine), (pytorch, theirs))]
    losses = np.array([[run() for run in steps] for _ in range(4)])
    np.testing.assert_allclose(losses[:, 0], losses[:, 1], rtol=1e-4)
    assert losses[-1, 0] != losses[0, 0]


def test_there_are_28_rows_and_no_two_alike():
    assert len({row.name for row in ROWS}) == len(ROWS) == 28
    assert {row.family for row in ROWS} == {"MNIST", "CIFAR", "audio", "volume", "options", "tiny"}


def test_a_row_counts_its_work():
    row = workloads.Convolution("", 2, 6, 4, (3, 2), (7, 5), stride=2, padding=1, groups=2)
    assert row.out == (4, 3)
    assert row.places == 2 * 4 * 3
    assert row.taps == 3 * 3 * 2
    assert row.flops == 2 * (2 * 4 * 3) * 4 * 18
    assert row.name == "2; 6→4, 3×2 on 7×5, stride 2, padding 1, groups 2"


def test_arrays_lie_batch_last_and_are_drawn_anew_alike():
    x, weight, bias, dy = ROWS[0].arrays("float32")
    assert (x.shape, weight.shape, bias.shape, dy.shape) == (
        (32, 1, 28, 28),
        (6, 1, 5, 5),
        (6,),
        (32, 6, 28, 28),
    )
    assert np.moveaxis(x, 0, -1).flags.c_contiguous and np.moveaxis(dy, 0, -1).flags.c_contiguous
    assert {a.dtype for a in (x, weight, bias, dy)} == {np.dtype("float32")}
    np.testing.assert_array_equal(x, ROWS[0].arrays("float32")[0])


class FakeTime:
    """A clock that only moves when somebody works."""

    def __init__(self):
        self.now, self.log = 0.0, []

    def perf_counter(self):
        return self.now

    def worker(self, name, *durations):
        durations = itertools.chain(durations, itertools.repeat(durations[-1]))

        def run():
            self.log.append(name)
            self.now += next(durations)

        return run


@pytest.fixture
def fake(monkeypatch):
    fake = FakeTime()
    monkeypatch.setattr(clock, "time", fake)
    return fake


def test_the_least_time_counts_and_a_warm_up_does_not(fake):
    runners = {"a": fake.worker("a", 0.5, 1, 4, 3, 5), "b": fake.worker("b", 9, 8, 7)}
    least, rounds = clock.race(runners, budget=1, rounds=3, warm_up=2)
    assert (least, rounds) == ({"a": 3, "b": 7}, 3)


def test_everybody_runs_in_turn_and_every_second_round_backwards(fake):
    clock.race({n: fake.worker(n, 1) for n in "abc"}, budget=1, rounds=4, warm_up=0)
    assert "".join(fake.log) == "cbaabccbaabc"


def test_a_race_lasts_as_long_as_its_budget(fake):
    _, rounds = clock.race({n: fake.worker(n, 1) for n in "ab"}, budget=10, rounds=3, warm_up=0)
    assert rounds == 10


def test_who_is_slow_rests_once_it_has_a_time(fake):
    runners = {"slow": fake.worker("slow", 100), "fast": fake.worker("fast", 1)}
    least, rounds = clock.race(runners, budget=1, rounds=5, warm_up=1)
    assert least == {"slow": 100, "fast": 1}
    assert (fake.log.count("slow"), fake.log.count("fast"), rounds) == (2, 6, 5)


def test_the_mean_of_ratios_is_geometric():
    assert geometric_mean([0.25, 1, 4, 2]) == pytest.approx(2**0.25)
    assert geometric_mean([3.0]) == pytest.approx(3)


def made_up(ratio, **more):
    return {"section": "conv", "case": "step", "dtype": "float32", "row": "r", "ratio": ratio} | more


def test_a_target_on_the_mean_forgives_one_row_and_a_target_on_the_worst_does_not():
    records = [made_up(0.25), made_up(1.5, row="slow"), made_up(9, case="inference")]
    mean, worst = (Target("t", 1.0, {"case": "step"}, kind).judge(records) for kind in ("mean", "worst"))
    assert mean["met"] and not worst["met"]
    assert mean["mean"] == pytest.approx((0.25 * 1.5) ** 0.5, rel=1e-3)
    assert worst["worst"] == 1.5 and worst["worst row"] == "slow, step, float32"
    assert mean["rows"] == 2


def test_what_is_no_number_meets_no_target():
    verdict = Target("t", 1.0, {"case": "step"}, "worst").judge([made_up(float("nan"))])
    assert not verdict["met"]


def test_a_target_without_records_is_not_judged():
    assert judge([]) == []


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (np.array([1, 2.001]), "by 5.0e-04"),
        (np.array([1, np.nan]), "by nan"),
        (np.array([1, 2], np.float32), "dtype"),
        (np.array([[1.0, 2]]), "shape"),
    ],
)
def test_a_wrong_result_ends_the_run(found, words):
    with pytest.raises(WrongResult, match=rf"somebody: 32; .*, step, float64: result 1 differs.*{words}"):
        hold(ROWS[0], "step", "float64", [np.ones(2), np.array([1.0, 2])], [np.ones(2), found], "somebody")


def test_what_nobody_returns_is_no_difference_and_what_one_lacks_is():
    hold(ROWS[0], "step", "float64", [np.ones(2), None], [np.ones(2), None], "somebody")
    with pytest.raises(WrongResult, match="result 1"):
        hold(ROWS[0], "step", "float64", [np.ones(2), np.ones(2)], [np.ones(2), None], "somebody")


@pytest.mark.parametrize("row", TOYS, ids=lambda row: f"{row.family}: {row.name}")
def test_the_windows_that_bound_a_row_are_those_of_the_convolution(row):
    x = row.arrays("float64")[0]
    padded = np.pad(x, [(0, 0), (0, 0)] + [(row.padding, row.padding)] * len(row.spatial))
    geometry = dict(stride=row.stride, padding=row.padding, dilation=row.dilation)
    expected = cnnlab.unfold(x, row.kernel_size, **geometry)  # (N, C, *kernel, *out)
    seen = limits.window_view(row, np.moveaxis(padded, 0, -1))
    np.testing.assert_array_equal(np.moveaxis(seen, -1, 0), expected)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.family}: {row.name}")
def test_boxes_cover_every_place_once_and_are_small(row):
    times = np.zeros(row.out, int)
    one_place = row.c_in * np.prod(row.kernel_size) * row.n * 4
    for box in limits.boxes(row, 4):
        times[box] += 1
        assert times[box].size * one_place <= max(limits.BOX, one_place)
    assert np.all(times == 1)


@pytest.mark.parametrize("row", workloads.poolings(), ids=lambda row: row.name)
def test_the_taps_that_bound_a_pooling_are_those_of_its_windows(row):
    toy = replace(row, n=2, c=3, spatial=tuple(7 + 2 * axis for axis, _ in enumerate(row.spatial)))
    x, _ = toy.arrays("float64")
    pooled = {axes: np.moveaxis(x, 0, -1) for axes in ("at once", "one by one")}
    every = tuple(range(len(toy.spatial)))
    for way, stages in (("at once", [every]), ("one by one", [(axis,) for axis in every])):
        for axes in stages:
            seen = pooled[way]
            pooled[way] = np.max([seen[tap] for tap in plain.stage_taps(toy, axes, seen.ndim)], axis=0)
        expected = cnnlab.max_pool_forward(x, toy.kernel_size, stride=toy.stride)
        np.testing.assert_array_equal(np.moveaxis(pooled[way], -1, 0), expected)


def test_a_steps_parts_are_those_of_its_layers(monkeypatch):
    seen = []
    parts = dict(products=1, windows=2, passes=3, memory=4, calls=5)
    cases = {"without dx": dict.fromkeys(parts, 1.0), "step": dict.fromkeys(parts, 10.0)}
    monkeypatch.setattr(plain.limits, "measure", lambda row, dtype: seen.append(row.name) or cases)
    monkeypatch.setattr(plain.limits, "least", lambda run: 1.0)
    monkeypatch.setattr(
        plain, "pooling", lambda row, dtype: seen.append(row.name) or {"step": {"passes": 7.0}}
    )
    spent = plain.network("LeNet", "adam", 8)
    layers = {"convolutions": 4 + 40, "pooling": 14, "relu": 8, "dense": 9}
    assert spent == {**layers, "loss": 1, "update": 10, "calls": 1}
    names = ["8; 1→6, 5×5 on 28×28, padding 2", "max 2/2, 2-D: 8; 6 on 28×28"]
    assert seen == [*names, "8; 6→16, 5×5 on 14×14", "max 2/2, 2-D: 8; 16 on 10×10"]


def test_the_parts_of_a_row_are_complete(result):
    for r in select(result["records"], section="conv", case=("inference", "step", "without dx")):
        assert tuple(r["bounds"]) == page.PARTS
        assert r["limit"] == max(r["bounds"], key=r["bounds"].get)
    for r in select(result["records"], section=("pooling", "networks")):
        assert min(r["bounds"].values()) > 0


def test_whatever_mean_misses_its_target_has_parts_that_take_all_of_it(result):
    missed = {verdict["target"] for verdict in result["targets"] if not verdict["met"]}
    for target in (target for target in TARGETS if target.words in missed):
        assert target.kind == "mean", f"{target.words} is missed: the page does not say why"
        parts = [page.floor(r, *r["bounds"]) for r in select(result["records"], **target.chosen)]
        assert geometric_mean(parts) > 0.98 * target.limit


def test_it_is_the_calls_that_put_lenets_target_out_of_reach(result):
    (target,) = (target for target in TARGETS if target.words.startswith("LeNet"))
    steps = select(result["records"], **target.chosen)
    without = [page.floor(r, *(part for part in r["bounds"] if part != "calls")) for r in steps]
    assert (
        geometric_mean(without) < target.limit < geometric_mean([page.floor(r, *r["bounds"]) for r in steps])
    )


def test_what_follows_from_the_times_has_four_figures():
    seconds, bounds = {"cnnlab": 0.00123456, "pytorch": 0.002}, {"products": 0.001, "calls": 1e-9}
    entry = derive(record("conv", ROWS[0], "step", "float32", seconds, 15, flops=3, bounds=bounds))
    assert entry["seconds"] == {"cnnlab": 0.001235, "pytorch": 0.002}
    assert (entry["ratio"], entry["limit"]) == (0.6175, "products")
    assert (entry["flops"], entry["family"], entry["rounds"]) == (3, "MNIST", 15)


def test_peers_are_multiples_of_ours_and_the_import_is_what_is_above_numpy():
    raced = derive(record("peers", ROWS[0], "step", "float32", {"cnnlab": 2.0, "MyGrad": 7.0}, 1, cannot=[]))
    assert raced["multiples"] == {"MyGrad": 3.5} and "ratio" not in raced
    assert derive({"section": "import", "seconds": {"numpy": 0.5, "cnnlab": 0.75}})["above"] == 0.25


def test_of_two_visits_the_least_times_stay():
    def visit(mine, theirs, products):
        more = {"bounds": {"products": products}, "quantity": "batch", "value": 4}
        return record("growth", ROWS[0], "step", "float32", {"cnnlab": mine, "pytorch": theirs}, 5, **more)

    other = record("growth", ROWS[0], "step", "float32", {"cnnlab": 1}, 5, quantity="batch", value=8)
    found = merge(merge([], [visit(3, 5, 2), other]), [visit(4, 1, 1)])
    assert found == [visit(3, 1, 1) | {"rounds": 10}, other]


def test_the_file_is_replaced_as_a_whole(tmp_path):
    path = tmp_path / "new" / "bench.json"
    for seed in (1, 2):
        result = {"machine": {"seed": seed}, "records": [{"row": "1→2", "ratio": 0.5}, {"row": "3"}]}
        write(path, result)
        assert json.loads(path.read_text(encoding="utf-8")) == result
    assert [p.name for p in path.parent.iterdir()] == ["bench.json"]


def test_memory_is_peak_less_outputs(monkeypatch):
    def three_copies(row, *arrays):
        def run():
            parts = [np.ones(10**6), np.ones(10**6)]
            return (np.add(*parts),)

        return {"inference": run, "step": run}

    monkeypatch.setattr(ours, "convolution", three_copies)
    found = machine.memory(ROWS[0])
    assert [entry["case"] for entry in found] == ["inference", "step"]
    assert all(16e6 <= entry["bytes"]["above"] < 16.1e6 for entry in found)
    assert found[0]["bytes"]["allowed"] == 4 * 10**6 + 4 * 32 * 32 * 32  # 32 images of 28 + 2*2


# The committed result


def test_the_committed_result_has_every_row(result):
    records = result["records"]
    assert result["how"]["full"] and not result["how"]["quick"]
    names = {row.name for row in ROWS}
    for dtype, case in itertools.product(("float32", "float64"), ("inference", "step", "without dx")):
        assert {r["row"] for r in select(records, section="conv", dtype=dtype, case=case)} == names
    assert {r["row"] for r in select(records, section="conv", case="contiguous")} == names
    assert {r["row"] for r in select(records, section="peers")} == names
    assert {r["row"] for r in select(records, section="memory", case=("inference", "step"))} == names
    parts = {
        "pooling": workloads.poolings(),
        "dense": workloads.dense_layers(),
        "cross_entropy": workloads.losses(),
    }
    for section, rows in parts.items():
        assert {r["row"] for r in select(records, section=section, case="step")} == {r.name for r in rows}
    assert len(select(records, section="networks")) == 12
    assert len(select(records, section="checks")) == len(select(records, section="curvature")) == 4
    assert {r["case"] for r in select(records, section="fast")} >= {"inference", "dx", "fft", "winograd"}
    assert len(select(records, section="epoch")) == len(select(records, section="import")) == 1
    (epoch,) = select(records, section="epoch")
    assert "60,000 images" in epoch["row"]
    for quantity, rows in workloads.growing().items():
        assert [r["value"] for r in select(records, quantity=quantity)] == [value for value, _ in rows]
    assert {"peers", "conv", "networks", "growth"} < set(SECTIONS)


def test_the_committed_result_names_its_machine(result):
    where = result["machine"]
    assert where["threads"] == {"NumPy": 1, "PyTorch": 1}
    assert all(pool["num_threads"] == 1 for pool in where["thread pools"])
    assert re.fullmatch(r"20\d\d-\d\d-\d\d", where["date"])
    assert (
        where["processor"] and where["oneDNN"] and where["versions"]["PyTorch"] and where["versions"]["NumPy"]
    )
    assert where["seed"] == workloads.SEED
    assert all(value > 0 for value in result["peaks"].values())


def test_the_committed_result_agrees_with_itself(result):
    for r in result["records"]:
        if "ratio" in r:
            assert r["ratio"] == pytest.approx(r["seconds"]["cnnlab"] / r["seconds"]["pytorch"], rel=1e-3)
        if r["section"] == "peers":
            assert set(r["multiples"]) | set(r["cannot"]) == set(peers.NAMES)
        if r["section"] == "checks":
            assert set(r["multiples"]) == {"gradcheck, fast", "gradcheck, full"}
        if r["section"] == "curvature":
            assert r["seconds"]["pytorch"] == min(r["seconds"][f"PyTorch, {way}"] for way in WAYS)
    assert result["targets"] == judge(result["records"])
    assert [v["target"] for v in result["targets"]] == [target.words for target in TARGETS]


def test_the_page_shows_every_table(result):
    tables = [
        page.targets(result),
        page.ratios(result),
        page.limits(result),
        page.floors(result),
        page.slowest(result),
        page.steps(result),
        page.times(result, "pooling", "dense", "cross_entropy"),
        page.times(result, "networks", "epoch"),
        page.peers(result),
        page.checks(result),
        page.curvature(result),
        fast.beside(result),
        fast.crossovers(result),
        fast.precision(result),
        page.memory(result),
        page.imports(result),
        page.machine(result),
    ]
    for table in tables:
        assert table.rows and {len(row) for row in table.rows} == {len(table.header)}
        assert table._repr_markdown_().count("\n") == 1 + len(table.rows)
    assert len(page.ratios(result).rows) == 29
    text = (ROOT / "book/bench.md").read_text(encoding="utf-8")
    shown = set(re.findall(r"^(?:page|bench)\.(\w+)\(result", text, re.MULTILINE))
    helpers = {"convolutions", "floor", "load", "log_axis"}
    assert shown == {f for module in (page, bench) for f in own_functions(module)} - helpers


def own_functions(module):
    return [name for name, f in vars(module).items() if callable(f) and f.__module__ == module.__name__]


@pytest.mark.parametrize("draw", [bench.fig_ratios, bench.fig_growth, bench.fig_peers])
def test_a_figure_is_drawn_from_the_result(draw, result):
    assert "<svg" in draw(result)._repr_svg_()


def test_a_table_is_markdown_whose_cells_do_not_break():
    table = Table(["row", "a ratio"], [["1; 2→3, 5 on 9, padding 1, groups 2", 0.5], ["a|b", "c d"]])
    assert table._repr_markdown_().splitlines() == [
        "| row | a ratio |",
        "| --- | ---: |",
        "| 1;~2→3,~5~on~9, padding~1, groups~2 | 0.50 |".replace("~", "\xa0"),
        "| a\\|b | c~d |".replace("~", "\xa0"),
    ]


@pytest.mark.parametrize(
    ("value", "written"), [(1234.5, "1,230"), (12.34, "12.3"), (2.0, "2"), (0.01234, "0.012"), (3e-5, "0")]
)
def test_numbers_have_three_digits(value, written):
    assert page.number(value) == written


def test_the_environment_of_the_benchmark_is_that_of_the_lock():
    asked = (ROOT / "book/experiments/bench/requirements.txt").read_text(encoding="utf-8")
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    pins = dict(re.findall(r"^([\w-]+)==(\S+)$", asked, re.MULTILINE))
    assert set(pins) >= {"numpy", "scipy", "torch", "mygrad", "autograd", "threadpoolctl", "tqdm", "rich"}
    for name in ("numpy", "scipy", "tqdm", "rich"):
        assert re.search(rf"^{name}=={re.escape(pins[name])}\b", lock, re.MULTILINE)
