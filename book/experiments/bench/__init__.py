"""How fast is it? cnnlab beside PyTorch and other libraries: same process, same thread, turn by turn.

`make bench` runs it and writes `bench.json`, which the book's page reads. The files, in reading order:

    workloads   what is computed: 28 convolutions, poolings, networks; NumPy alone
    ours        the same workloads in cnnlab
    pytorch     ... as a user of PyTorch writes them
    peers       ... in MyGrad, in HIPS autograd, and with sliding_window_view and tensordot
    clock       the race: everybody in turn, the least time counts
    agree       right before fast
    sections, training      what is raced against what
    records     how a measurement is noted, and the file
    trust, curvature        gradient checks, Hessian-vector products
    limits      what bounds a row: its products, its memory, its calls
    plain       what pooling and training steps come to in the plainest way
    machine     where it ran; peak memory and imports
    targets     what was hoped for, and what came of it
    show, run   tables for a terminal; the program
    page        tables for the book
"""
