"""Steps from a convolution's case, forward or backward, to smaller ones: the boldest first."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..geometry import output_size, resolve_padding


def plain(case):
    """Lay the arrays out in C order, of float64."""
    if case.layout != "C":
        yield replace(case, layout="C")
    arrays = {name: a for name, a in case.args.items() if isinstance(a, np.ndarray)}
    if any(a.dtype != np.float64 for a in arrays.values()):
        yield case.changed(**{name: a.astype(np.float64) for name, a in arrays.items()})


def groups(case):
    """One group: the first, with its channels and its filters."""
    g = case.option("groups")
    if g > 1:
        yield _select(
            case, channels=slice(0, _channels(case)), filters=slice(0, _filters(case) // g), groups=1
        )


def dilation(case):
    """No dilation; then less of it; then none along one axis."""
    yield from _ones(case, "dilation")


def stride(case):
    """Stride 1; then 2; then 1 along one axis."""
    yield from _ones(case, "stride")


def padding(case):
    """No padding; then its cells as numbers; then one cell all around; then less along one axis."""
    pairs = _padding(case)
    if np.any(pairs):
        yield _select(case, padding=0)
    if isinstance(case.option("padding"), str):
        yield _select(case, padding=_shortest(pairs))
    if np.min(pairs) >= 1 and np.max(pairs) > 1:
        yield _select(case, padding=1)
    for axis, (before, after) in enumerate(pairs):
        fewer = [(0, 0)] if before + after else []
        fewer += [(1, 1)] if min(before, after) >= 1 and before + after > 2 else []
        fewer += [(0, after), (before, 0)] if before != after and min(before, after) else []
        for pair in fewer:
            yield _select(case, padding=_shortest((*pairs[:axis], pair, *pairs[axis + 1 :])))


def batch(case):
    """One image."""
    images = len(case.args.get("x", case.args.get("dy")))
    if images > 1:
        yield from (_select(case, images=slice(n, n + 1)) for n in range(images))


def channels(case):
    """One filter; then one channel."""
    g, filters, inputs = case.option("groups"), _filters(case), _channels(case)
    if g > 1:
        return
    if filters > 1:
        yield from (_select(case, filters=slice(f, f + 1)) for f in range(filters))
    if inputs > 1:
        yield from (_select(case, channels=slice(c, c + 1)) for c in range(inputs))


def axes(case):
    """One axis fewer: a line out of a picture, with the line of the kernel that read it."""
    sizes, taps = _spatial(case), _kernel(case)
    for axis in range(len(sizes) if len(sizes) > 1 else 0):
        for tap in range(taps[axis]):
            yield _without_axis(case, axis, tap)


def sizes(case):
    """A smaller kernel; then a smaller picture."""
    for axis, k in enumerate(_kernel(case)):
        for part in (slice(0, 1), slice(k - 1, k), slice(0, k - 1), slice(1, k)) if k > 1 else ():
            yield _select(case, taps={axis: part})
    for axis, n in enumerate(_spatial(case)):
        for size in sorted({1, _kernel(case)[axis], n // 2, n - 1}):
            if 0 < size < n:
                yield _select(case, places={axis: slice(0, size)})


def values(case):
    """Ones, counting numbers or, as weights, powers of two, of which each leaves its own trace."""
    for name, array in case.args.items():
        if isinstance(array, np.ndarray) and array.size:
            n = np.arange(array.size).reshape(array.shape)
            patterns = [np.ones(array.shape), n + 1.0, np.full(array.shape, 0.5)]
            if name in ("weight", "w") and array.size <= 6:
                patterns.insert(0, 2.0**n)
            for pattern in patterns:
                if np.array_equal(pattern, array):
                    break
                if np.array_equal(pattern, pattern.astype(array.dtype)):
                    yield case.changed(**{name: pattern.astype(array.dtype)})


CONVOLUTION = (plain, groups, dilation, stride, padding, batch, channels, axes, sizes, values)


def _spatial(case):
    if "spatial" in case.args:
        return tuple(case.args["spatial"])
    return case.args["x" if "x" in case.args else "dy"].shape[2:]


def _kernel(case):
    if "weight" in case.args:
        return case.args["weight"].shape[2:]
    return tuple(case.args.get("kernel_size", (1,) * len(_spatial(case))))


def _filters(case):
    return len(case.args["weight"]) if "weight" in case.args else case.args["dy"].shape[1]


def _channels(case):
    if "weight" in case.args:
        return case.args["weight"].shape[1]
    return case.args["x"].shape[1] // case.option("groups") if "x" in case.args else 1


def _padding(case):
    options = {name: case.option(name) for name in ("stride", "dilation")}
    return resolve_padding(_spatial(case), _kernel(case), case.option("padding"), **options)


def _ones(case, name):
    value = case.option(name)
    if np.all(np.equal(value, 1)):
        return
    yield _select(case, **{name: 1})
    if not np.all(np.equal(value, 2)):
        yield _select(case, **{name: 2})
    if isinstance(value, tuple) and len(value) > 1:
        for axis in range(len(value)):
            for less in range(1, min(value[axis], 3)):
                yield _select(case, **{name: (*value[:axis], less, *value[axis + 1 :])})


def _shortest(per_axis):
    """Write one value for all axes where they agree, and one number for both sides where these do."""
    if all(isinstance(v, tuple) and v[0] == v[1] for v in per_axis):
        per_axis = tuple(v[0] for v in per_axis)
    same = len(set(per_axis)) == 1 and not isinstance(per_axis[0], tuple)
    return per_axis[0] if same else tuple(per_axis)


ALL = slice(None)


def _select(case, *, images=ALL, channels=ALL, filters=ALL, places=None, taps=None, **options):
    """Cut a smaller case out of a case; the upstream gradient is cut, or filled up, to the new output."""
    axes = len(_spatial(case))
    places = tuple((places or {}).get(axis, ALL) for axis in range(axes))
    taps = tuple((taps or {}).get(axis, ALL) for axis in range(axes))
    args = dict(case.args)
    if tuple(args) == ("dy",):  # a bias alone: every place of dy counts
        return case.changed(dy=args["dy"][images, filters, *places])
    if "x" in args:
        args["x"] = args["x"][images, channels, *places]
    if "spatial" in args:
        args["spatial"] = tuple(len(range(n)[part]) for n, part in zip(args["spatial"], places, strict=True))
    if "weight" in args:
        args["weight"] = args["weight"][filters, channels, *taps]
    if "kernel_size" in args:
        args["kernel_size"] = tuple(
            len(range(k)[part]) for k, part in zip(args["kernel_size"], taps, strict=True)
        )
    if args.get("bias") is not None:
        args["bias"] = args["bias"][filters]
    return _with_fitting_dy(case.changed(options=options, **args), images, filters)


def _without_axis(case, axis, tap):
    args, sizes = dict(case.args), _spatial(case)
    pairs, start = _padding(case), tap * _per_axis(case.option("dilation"), len(sizes))[axis]
    place = min(max(start - pairs[axis][0], 0), sizes[axis] - 1)
    for name, index in (("x", place), ("weight", tap), ("dy", 0)):
        if name in args:
            args[name] = args[name].take(index, axis=2 + axis)
    for name in ("spatial", "kernel_size"):
        if name in args:
            args[name] = _drop(args[name], axis)
    options = {
        n: _shortest(_drop(_per_axis(case.option(n), len(sizes)), axis)) for n in ("stride", "dilation")
    }
    return _with_fitting_dy(
        case.changed(options={**options, "padding": _shortest(_drop(pairs, axis))}, **args)
    )


def _per_axis(value, axes):
    return tuple(value) if isinstance(value, tuple) else (value,) * axes


def _drop(values, axis):
    return (*values[:axis], *values[axis + 1 :])


def _with_fitting_dy(case, images=ALL, filters=ALL):
    if "dy" not in case.args or tuple(case.args) == ("dy",):
        return case
    options = {name: case.option(name) for name in ("stride", "padding", "dilation")}
    try:
        out = output_size(_spatial(case), _kernel(case), **options)
    except ValueError:  # no such picture: the reference will say so
        return case
    old = case.args["dy"][images, filters]
    dy = np.ones((*old.shape[:2], *out), old.dtype)
    common = tuple(slice(0, min(a, b)) for a, b in zip(old.shape[2:], out, strict=True))
    dy[:, :, *common] = old[:, :, *common]
    return case.changed(dy=dy)
