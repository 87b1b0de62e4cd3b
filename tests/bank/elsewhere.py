"""All mistakes of the chapters on gradients by their ids, and why some of them are not in the bank."""

IDS = {
    "ch02_dense": """
        flatten-drops-batch flatten-mixes-batch flatten-fortran-order flatten-channels-last
        accuracy-exact-probabilities accuracy-counts-not-fraction dense-dw-transposed
        dense-dx-no-transpose dense-db-not-summed dense-db-sum-all dense-gradient-negated
        sigmoid-derivative-of-output sigmoid-x-times-1-minus-x relu-masks-on-upstream
        relu-passes-at-zero relu-forgets-upstream softmax-wrong-axis ce-log-of-zero
        ce-gradient-over-all-entries ce-averaged-twice ce-sign-flipped ce-labels-as-onehot
        mse-factor-two
    """,
    "ch08_conv_backward": """
        backward-ignores-stride dx-kernel-flipped dx-first-filter-only dx-crop-minus-p
        dx-top-left-padding-only dw-flipped dw-averaged-over-batch db-batch-only db-space-only
        db-sum-all db-mean backward-mutates-upstream dx-assigned-not-added dx-size-from-dy
        dx-crop-begins-at-after db-averaged-over-batch backward-ignores-dilation
        dx-averaged-over-batch dw-assigned-not-added
    """,
    "ch09_pool": """
        pool-stride-defaults-to-one maxpool-pads-zeros pool-reshape-wrong-axes
        pool-truncates-with-reshape maxpool-of-absolute maxgrad-everywhere maxgrad-assigns-overlap
        maxgrad-window-offset-lost avg-divides-by-side avggrad-not-divided l2-no-root l2-is-rms
        l2-zero-window-nan l2grad-forgets-norm maxpool-starts-at-zero maxpool-over-channels
        maxgrad-ties-all-paid maxgrad-ties-split maxgrad-ties-last maxgrad-ties-column-order
        poolgrad-crop-minus-p avg-rim-not-counted lp-no-abs lpgrad-no-sign
    """,
    "ch11_windows": """
        im2col-strides-assume-contiguous im2col-plain-reshape im2col-kernel-transposed gemm-batch-mixed
        col2im-divides-by-overlap col2im-not-cropped
    """,
    "ch12_transposed": """
        tconv-io-channels tconv-ignores-stride tconv-bias-per-overlap tconv-assigns tconv-padding-adds
        tconv-padding-ignored tconv-output-padding-left tconv-output-padding-ignored tied-encoder-only
        tied-doubled tied-averaged
    """,
    "ch13_training": """
        sgd-ascends momentum-unused momentum-opposes momentum-lr-twice momentum-reset
        nesterov-is-plain-momentum adagrad-no-root rms-missing-one-minus-rho rms-never-forgets
        rms-rho-swapped eps-inside-root adadelta-is-rmsprop adadelta-accumulates-gradient
        adam-betas-swapped adam-second-moment-of-g adam-no-bias-correction adam-beta-not-powered
        state-shared state-aliases-gradient decay-on-bias decay-factor-two decay-forgets-weights
        decay-not-scaled-by-lr he-ignores-kernel-area he-uses-fan-out he-variance-as-std init-all-zero
        shuffles-apart drops-last-batch samples-with-replacement test-set-statistics
        gradients-never-reset
    """,
    "ch15_connectivity": """
        local-swapped-index tiled-divides tiled-one-index-for-both tiled-by-input-position
        tiled-grad-overwrites untied-kept-batch tiled-bias-blocks
    """,
}
IDS = {chapter: ids.split() for chapter, ids in IDS.items()}

REASONS = {
    "it counts, and has no gradient": "accuracy-exact-probabilities accuracy-counts-not-fraction",
    "it differs only at 0, where relu has a kink and no slope": "relu-passes-at-zero",
    "it differs only where a window holds zeros alone, whose length has a kink": "l2-zero-window-nan",
    "it differs only where entries are equal, where the largest has a kink": """
        maxgrad-ties-all-paid maxgrad-ties-split maxgrad-ties-last maxgrad-ties-column-order
    """,
    "it is a forward pass that is wrong alone": "maxpool-starts-at-zero maxpool-over-channels lp-no-abs",
    "its gradient is right; the loss is infinite where a probability rounds to 0": "ce-log-of-zero",
    "it raises on sizes that do not divide, and is right on all others": "pool-truncates-with-reshape",
    "it is an update, which takes the gradient as it is given": """
        sgd-ascends momentum-unused momentum-opposes momentum-lr-twice momentum-reset
        nesterov-is-plain-momentum adagrad-no-root rms-missing-one-minus-rho rms-never-forgets
        rms-rho-swapped eps-inside-root adadelta-is-rmsprop adadelta-accumulates-gradient
        adam-betas-swapped adam-second-moment-of-g adam-no-bias-correction adam-beta-not-powered
        state-shared state-aliases-gradient decay-not-scaled-by-lr
    """,
    "it draws the first weights": "he-ignores-kernel-area he-uses-fan-out he-variance-as-std init-all-zero",
    "it deals out the data": "shuffles-apart drops-last-batch samples-with-replacement test-set-statistics",
}
ELSEWHERE = {id: reason for reason, ids in REASONS.items() for id in ids.split()}
