"""Five more honest answers to exercise 8: the same equations as loops, each by another author."""

HONEST = {
    "ndindex-slices": """
def conv_backward_bias(dy):
    axes = (0,) + tuple(range(2, dy.ndim))
    return dy.sum(axis=axes)

def conv_backward_weight(dy, x, kernel_size, *, stride=1, padding=0, dilation=1, groups=1):
    pads = resolve_padding(x.shape[2:], kernel_size, padding, stride=stride, dilation=dilation)
    xp = np.pad(x, [(0, 0), (0, 0)] + list(pads))
    nd = len(kernel_size)
    if isinstance(stride, int):
        stride = (stride,) * nd
    if isinstance(dilation, int):
        dilation = (dilation,) * nd
    N, F = dy.shape[:2]
    C = x.shape[1] // groups
    dw = np.zeros((F, C) + tuple(kernel_size))
    for n in range(N):
        for f in range(F):
            g = f // (F // groups)
            for pos in np.ndindex(*dy.shape[2:]):
                for k in np.ndindex(*kernel_size):
                    idx = tuple(p * s + t * d for p, s, t, d in zip(pos, stride, k, dilation))
                    for c in range(C):
                        dw[(f, c) + k] += dy[(n, f) + pos] * xp[(n, g * C + c) + idx]
    return dw

def conv_backward_input(dy, weight, spatial, *, stride=1, padding=0, dilation=1, groups=1):
    kernel_size = weight.shape[2:]
    pads = resolve_padding(spatial, kernel_size, padding, stride=stride, dilation=dilation)
    nd = len(kernel_size)
    if isinstance(stride, int):
        stride = (stride,) * nd
    if isinstance(dilation, int):
        dilation = (dilation,) * nd
    N, F = dy.shape[:2]
    C = weight.shape[1]
    size = tuple(s + a + b for s, (a, b) in zip(spatial, pads))
    dxp = np.zeros((N, C * groups) + size)
    for n in range(N):
        for f in range(F):
            g = f // (F // groups)
            for pos in np.ndindex(*dy.shape[2:]):
                for k in np.ndindex(*kernel_size):
                    idx = tuple(p * s + t * d for p, s, t, d in zip(pos, stride, k, dilation))
                    for c in range(C):
                        dxp[(n, g * C + c) + idx] += dy[(n, f) + pos] * weight[(f, c) + k]
    crop = tuple(slice(a, a + s) for s, (a, b) in zip(spatial, pads))
    return dxp[(slice(None), slice(None)) + crop]
""",
    "four-loops": """
def conv_backward_bias(dy):
    db = np.zeros(dy.shape[1])
    for f in range(dy.shape[1]):
        db[f] = np.sum(dy[:, f])
    return db

def conv_backward_weight(dy, x, kernel_size, *, stride=1, padding=0, dilation=1, groups=1):
    batch, in_channels = x.shape[0], x.shape[1]
    out_channels = dy.shape[1]
    dims = x.ndim - 2
    strides = np.ones(dims, dtype=int) * stride
    dilations = np.ones(dims, dtype=int) * dilation
    pad = resolve_padding(x.shape[2:], kernel_size, padding, stride=stride, dilation=dilation)
    x_padded = np.pad(x, ((0, 0), (0, 0), *pad))
    grad = np.zeros((out_channels, in_channels // groups, *kernel_size))
    per_group_in = in_channels // groups
    per_group_out = out_channels // groups
    for b in range(batch):
        for o in range(out_channels):
            start = (o // per_group_out) * per_group_in
            for i in range(per_group_in):
                for out_pos in np.ndindex(dy.shape[2:]):
                    for tap in np.ndindex(tuple(kernel_size)):
                        where = [out_pos[d] * strides[d] + tap[d] * dilations[d] for d in range(dims)]
                        grad[(o, i, *tap)] += x_padded[(b, start + i, *where)] * dy[(b, o, *out_pos)]
    return grad

def conv_backward_input(dy, weight, spatial, *, stride=1, padding=0, dilation=1, groups=1):
    batch, out_channels = dy.shape[0], dy.shape[1]
    dims = dy.ndim - 2
    strides = np.ones(dims, dtype=int) * stride
    dilations = np.ones(dims, dtype=int) * dilation
    pad = resolve_padding(spatial, weight.shape[2:], padding, stride=stride, dilation=dilation)
    per_group_in = weight.shape[1]
    per_group_out = out_channels // groups
    size = [spatial[d] + pad[d][0] + pad[d][1] for d in range(dims)]
    grad = np.zeros((batch, per_group_in * groups, *size))
    for b in range(batch):
        for o in range(out_channels):
            start = (o // per_group_out) * per_group_in
            for i in range(per_group_in):
                for out_pos in np.ndindex(dy.shape[2:]):
                    for tap in np.ndindex(weight.shape[2:]):
                        where = [out_pos[d] * strides[d] + tap[d] * dilations[d] for d in range(dims)]
                        grad[(b, start + i, *where)] += weight[(o, i, *tap)] * dy[(b, o, *out_pos)]
    cut = [slice(pad[d][0], pad[d][0] + spatial[d]) for d in range(dims)]
    return grad[(slice(None), slice(None), *cut)]
""",
    "vector-channels": """
def to_tuple(v, n):
    return tuple(v) if np.iterable(v) else (v,) * n

def conv_backward_bias(dy):
    return dy.reshape(dy.shape[0], dy.shape[1], -1).sum(axis=2).sum(axis=0)

def conv_backward_weight(dy, x, kernel_size, *, stride=1, padding=0, dilation=1, groups=1):
    n = len(kernel_size)
    s, d = to_tuple(stride, n), to_tuple(dilation, n)
    p = resolve_padding(x.shape[2:], kernel_size, padding, stride=s, dilation=d)
    x = np.pad(x.astype(float), [(0, 0), (0, 0), *p])
    result = np.zeros((dy.shape[1], x.shape[1] // groups, *kernel_size))
    xs = np.split(x, groups, axis=1)
    dys = np.split(dy, groups, axis=1)
    for g in range(groups):
        rows = slice(g * dys[0].shape[1], (g + 1) * dys[0].shape[1])
        for tap in np.ndindex(*kernel_size):
            for o in np.ndindex(*dy.shape[2:]):
                at = tuple(o[i] * s[i] + tap[i] * d[i] for i in range(n))
                seen = xs[g][(slice(None), slice(None)) + at]
                owed = dys[g][(slice(None), slice(None)) + o]
                result[(rows, slice(None)) + tap] += np.dot(owed.T, seen)
    return result

def conv_backward_input(dy, weight, spatial, *, stride=1, padding=0, dilation=1, groups=1):
    n = len(spatial)
    s, d = to_tuple(stride, n), to_tuple(dilation, n)
    p = resolve_padding(spatial, weight.shape[2:], padding, stride=s, dilation=d)
    parts = []
    for dyg, wg in zip(np.split(dy, groups, axis=1), np.split(weight, groups)):
        big = np.zeros((len(dy), weight.shape[1], *(spatial[i] + sum(p[i]) for i in range(n))))
        for o in np.ndindex(*dy.shape[2:]):
            for tap in np.ndindex(*weight.shape[2:]):
                at = tuple(o[i] * s[i] + tap[i] * d[i] for i in range(n))
                owed = dyg[(slice(None), slice(None)) + o]
                big[(slice(None), slice(None)) + at] += owed @ wg[(slice(None), slice(None)) + tap]
        parts.append(big)
    whole = np.concatenate(parts, axis=1)
    return whole[(slice(None), slice(None)) + tuple(slice(p[i][0], p[i][0] + spatial[i]) for i in range(n))]
""",
    "check-bounds": """
def conv_backward_bias(dy):
    total = dy.sum(0)
    while total.ndim > 1:
        total = total.sum(-1)
    return total

def positions(out, taps, stride, dilation, pad):
    '''All (place, tap, entry) that meet.'''
    for place in np.ndindex(*out):
        for tap in np.ndindex(*taps):
            yield place, tap, tuple(np.array(place) * stride + np.array(tap) * dilation - [p[0] for p in pad])

def inside(entry, spatial):
    return all(0 <= e < n for e, n in zip(entry, spatial))

def conv_backward_weight(dy, x, kernel_size, *, stride=1, padding=0, dilation=1, groups=1):
    pad = resolve_padding(x.shape[2:], kernel_size, padding, stride=stride, dilation=dilation)
    f_per, c_per = dy.shape[1] // groups, x.shape[1] // groups
    dweight = np.zeros((dy.shape[1], c_per, *kernel_size))
    for place, tap, entry in positions(dy.shape[2:], kernel_size, stride, dilation, pad):
        if not inside(entry, x.shape[2:]):
            continue
        for f in range(dy.shape[1]):
            first = f // f_per * c_per
            read = x[(slice(None), slice(first, first + c_per), *entry)]
            dweight[(f, slice(None), *tap)] += (dy[(slice(None), f, *place)][:, None] * read).sum(axis=0)
    return dweight

def conv_backward_input(dy, weight, spatial, *, stride=1, padding=0, dilation=1, groups=1):
    pad = resolve_padding(spatial, weight.shape[2:], padding, stride=stride, dilation=dilation)
    f_per, c_per = len(weight) // groups, weight.shape[1]
    dx = np.zeros((len(dy), c_per * groups, *spatial))
    for place, tap, entry in positions(dy.shape[2:], weight.shape[2:], stride, dilation, pad):
        if inside(entry, spatial):
            for f in range(len(weight)):
                first = f // f_per * c_per
                sent = np.outer(dy[(slice(None), f, *place)], weight[(f, slice(None), *tap)])
                dx[(slice(None), slice(first, first + c_per), *entry)] += sent
    return dx
""",
    "product": """
import itertools

def conv_backward_bias(dy):
    return np.sum(dy, axis=tuple(a for a in range(dy.ndim) if a != 1))

def conv_backward_weight(dy, x, kernel_size, *, stride=1, padding=0, dilation=1, groups=1):
    D = x.ndim - 2
    st = stride if isinstance(stride, tuple) else (stride,) * D
    di = dilation if isinstance(dilation, tuple) else (dilation,) * D
    pad = resolve_padding(x.shape[2:], kernel_size, padding, stride=stride, dilation=dilation)
    N, Cin, Cout = x.shape[0], x.shape[1], dy.shape[1]
    dweight = np.zeros((Cout, Cin // groups) + tuple(kernel_size))
    for n in range(N):
        for co in range(Cout):
            for ci in range(Cin // groups):
                for k in itertools.product(*[range(m) for m in kernel_size]):
                    s = 0.0
                    for o in itertools.product(*[range(m) for m in dy.shape[2:]]):
                        i = tuple(o[d] * st[d] + k[d] * di[d] - pad[d][0] for d in range(D))
                        ok = True
                        for d in range(D):
                            if i[d] < 0 or i[d] >= x.shape[2 + d]:
                                ok = False
                        if ok:
                            channel = co // (Cout // groups) * (Cin // groups) + ci
                            s += dy[(n, co) + o] * x[(n, channel) + i]
                    dweight[(co, ci) + k] += s
    return dweight

def conv_backward_input(dy, weight, spatial, *, stride=1, padding=0, dilation=1, groups=1):
    D = len(spatial)
    st = stride if isinstance(stride, tuple) else (stride,) * D
    di = dilation if isinstance(dilation, tuple) else (dilation,) * D
    pad = resolve_padding(spatial, weight.shape[2:], padding, stride=stride, dilation=dilation)
    N, Cout, Cin = dy.shape[0], weight.shape[0], weight.shape[1]
    dx = np.zeros((N, Cin * groups) + tuple(spatial))
    for n in range(N):
        for co in range(Cout):
            for ci in range(Cin):
                channel = co // (Cout // groups) * Cin + ci
                for o in itertools.product(*[range(m) for m in dy.shape[2:]]):
                    for k in itertools.product(*[range(m) for m in weight.shape[2:]]):
                        i = tuple(o[d] * st[d] + k[d] * di[d] - pad[d][0] for d in range(D))
                        if min(i) >= 0 and all(i[d] < spatial[d] for d in range(D)):
                            dx[(n, channel) + i] += dy[(n, co) + o] * weight[(co, ci) + k]
    return dx
""",
}
