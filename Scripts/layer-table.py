"""Writes Tests/BackpropNNTests/LayerTable+Numbers.swift: what PyTorch's layers give for given numbers.

    python3 Scripts/layer-table.py && swift format -i Tests/BackpropNNTests/LayerTable+Numbers.swift    # needs torch

Each case is a layer as Swift writes it, and a function of PyTorch of an input and parameters in our layouts (channels
last). Of the output, the gradients of the input and of the parameters, and the running statistics, two weighted sums each
are recorded.
"""

import pathlib

import torch
import torch.nn.functional as F
from torch import nn
from torch.func import functional_call

torch.set_default_dtype(torch.float64)


def pattern(shape, seed):
    count = 1
    for extent in shape:
        count *= extent
    return (((torch.arange(count) * 37 + seed * 11) % 29 - 14) / 16).double().reshape(shape)


def fingerprint(x):
    x = x.detach().double().reshape(-1)
    index = torch.arange(len(x))
    first, second = ((index * 37 + 55) % 29 - 14) / 16, ((index * 53 + 7) % 31 - 15) / 16
    return [(x * first).sum().item(), (x * second).sum().item()]


def first(x):
    """Channels behind the batch."""
    return x.movedim(-1, 1)


def last(x):
    return x.movedim(1, -1)


def images(function):
    return lambda x, *p: last(function(first(x), *p))


def conv(function, **options):
    return lambda x, w, b=None: last(function(first(x), first(w), b, **options))


def transposed(function, groups=1, crop=None, **options):
    """Weights [out, kernel..., in / groups] as [in, out / groups, kernel...]."""

    def run(x, w, b=None):
        parts = [part.movedim(-1, 0) for part in w.chunk(groups)]
        y = last(function(first(x), torch.cat(parts), b, groups=groups, **options))
        return crop(y) if crop else y

    return run


def with_module(make, names, call=lambda module, x: module(x)):
    """A module of PyTorch whose parameters, in the order of `names`, are given."""

    class Called(nn.Module):
        def __init__(self):
            super().__init__()
            self.inner = make()

        def forward(self, x):
            return call(self.inner, x)

    def run(x, *parameters):
        values = {}
        for name, parts in zip(names, grouped(names, parameters)):
            values["inner." + (name if isinstance(name, str) else name[0])] = torch.cat(parts)
        module = Called()
        return functional_call(module, values, (x,))

    return run


def grouped(names, parameters):
    rest = list(parameters)
    for name in names:
        count = 1 if isinstance(name, str) else name[1]
        yield rest[:count]
        rest = rest[count:]


def attention(x, heads, key_heads, p, causal=False, turn=lambda t: t, memory=None):
    qw, qb, kw, kb, vw, vb, ow, ob = p
    memory = x if memory is None else memory

    def divide(t, count):
        return t.reshape(*t.shape[:-1], count, -1).transpose(-2, -3)

    q, k, v = divide(F.linear(x, qw, qb), heads), divide(F.linear(memory, kw, kb), key_heads), divide(
        F.linear(memory, vw, vb), key_heads)
    q, k = turn(q), turn(k)
    k, v = (t.repeat_interleave(heads // key_heads, dim=-3) for t in (k, v))
    y = F.scaled_dot_product_attention(q, k, v, is_causal=causal)
    return F.linear(y.transpose(-2, -3).flatten(-2), ow, ob)


def rotary(x, base, interleaved, features=None, offset=0):
    """By multiplication with complex numbers."""
    features = features or x.shape[-1]
    turned, rest = x[..., :features], x[..., features:]
    position = torch.arange(x.shape[-2]).double() + offset
    angle = torch.outer(position, base ** (-torch.arange(0, features, 2).double() / features))
    unit = torch.polar(torch.ones_like(angle), angle)
    if interleaved:
        pairs = torch.view_as_complex(turned.reshape(*turned.shape[:-1], -1, 2).contiguous()) * unit
        turned = torch.view_as_real(pairs).flatten(-2)
    else:
        half = features // 2
        pairs = torch.complex(turned[..., :half], turned[..., half:]) * unit
        turned = torch.cat([pairs.real, pairs.imag], -1)
    return torch.cat([turned, rest], -1)


def sinusoidal(x, base=10000.0):
    """The published recipe of PyTorch's tutorial."""
    positions, features = x.shape[-2:]
    position = torch.arange(positions).double().unsqueeze(1)
    factor = torch.exp(torch.arange(0, features, 2).double() * (-torch.log(torch.tensor(base)) / features))
    table = torch.zeros(positions, features)
    table[:, 0::2] = torch.sin(position * factor)
    table[:, 1::2] = torch.cos(position * factor)
    return x + table


def recurrent(kind, directions=1, layers=1, projected=False, bias=True):
    names = []
    for layer in range(layers):
        for direction in range(directions):
            end = f"_l{layer}" + ("_reverse" if direction else "")
            names += [k + end for k in ["weight_ih", "weight_hh"] + (["bias_ih", "bias_hh"] if bias else [])]
            names += ["weight_hr" + end] if projected else []
    return names


def recurrent_shapes(gates, inputs, hidden, directions=1, layers=1, outputs=None, bias=True):
    shapes = []
    for layer in range(layers):
        width = inputs if layer == 0 else directions * (outputs or hidden)
        for _ in range(directions):
            shapes += [[gates * hidden, width], [gates * hidden, outputs or hidden]]
            shapes += [[gates * hidden]] * 2 if bias else []
            shapes += [[outputs, hidden]] if outputs else []
    return shapes


def packed(lengths, part):
    """A recurrent module on sequences of different lengths: its outputs, or its last state with the batch first."""

    def call(module, x):
        pack = nn.utils.rnn.pack_padded_sequence(x, torch.tensor(lengths), batch_first=True, enforce_sorted=False)
        outputs, state = module(pack)
        if part == "outputs":
            return nn.utils.rnn.pad_packed_sequence(outputs, batch_first=True, total_length=x.shape[1])[0]
        return state if isinstance(state, torch.Tensor) else torch.cat(state, -1)

    return call


ENCODER = ["self_attn.in_proj_weight", "self_attn.in_proj_bias", "self_attn.out_proj.weight",
           "self_attn.out_proj.bias", "linear1.weight", "linear1.bias", "linear2.weight", "linear2.bias",
           "norm1.weight", "norm1.bias", "norm2.weight", "norm2.bias"]


def encoder(first_norm, causal=False):
    def run(x, *p):
        qw, qb, kw, kb, vw, vb, *rest = p
        values = dict(zip(ENCODER, [torch.cat([qw, kw, vw]), torch.cat([qb, kb, vb]), *rest]))
        layer = nn.TransformerEncoderLayer(
            8, 2, 6, dropout=0, activation="gelu", batch_first=True, norm_first=first_norm)
        mask = nn.Transformer.generate_square_subsequent_mask(x.shape[1]) if causal else None
        return functional_call(layer, values, (x, mask))

    return run


DECODER = ["self_attn.in_proj_weight", "self_attn.in_proj_bias", "self_attn.out_proj.weight",
           "self_attn.out_proj.bias", "multihead_attn.in_proj_weight", "multihead_attn.in_proj_bias",
           "multihead_attn.out_proj.weight", "multihead_attn.out_proj.bias", "linear1.weight", "linear1.bias",
           "linear2.weight", "linear2.bias", "norm1.weight", "norm1.bias", "norm2.weight", "norm2.bias",
           "norm3.weight", "norm3.bias"]


def decoder(x, *p):
    def joined(q):
        return [torch.cat(q[0:6:2]), torch.cat(q[1:6:2]), q[6], q[7]]

    values = dict(zip(DECODER, joined(p[:8]) + joined(p[8:16]) + list(p[16:])))
    layer = nn.TransformerDecoderLayer(8, 2, 6, dropout=0, batch_first=True)
    mask = nn.Transformer.generate_square_subsequent_mask(x.shape[1])
    return functional_call(layer, values, (x, x), {"tgt_mask": mask})


SQUARE = [[8, 8], [8]]
ATTENTION = SQUARE * 4
FEED = [[6, 8], [6], [8, 6], [8]]
NORM = [[8], [8]]

groups = {}


def case(group, swift, shape, function, parameters=(), use=False, buffers=None, indices=None):
    groups.setdefault(group, []).append((swift, shape, function, parameters, use, buffers, indices))


def conv_cases():
    g = "convolutions"
    case(g, "Conv1d(3, 4, kernel: 3, dtype: .float64)", [2, 7, 3], conv(F.conv1d), [[4, 3, 3], [4]])
    case(g, "Conv1d(4, 6, kernel: 2, stride: 2, padding: 1, dilation: 2, groups: 2, bias: false, dtype: .float64)",
         [2, 8, 4], conv(F.conv1d, stride=2, padding=1, dilation=2, groups=2), [[6, 2, 2]])
    case(g, "Conv2d(3, 4, kernel: [3, 2], stride: [2, 1], padding: [1, 0], dtype: .float64)", [2, 5, 6, 3],
         conv(F.conv2d, stride=(2, 1), padding=(1, 0)), [[4, 3, 2, 3], [4]])
    case(g, "Conv2d(3, 3, kernel: 4, padding: .same, groups: 3, dtype: .float64)", [2, 5, 6, 3],
         conv(F.conv2d, padding="same", groups=3), [[3, 4, 4, 1], [3]])
    case(g, "Conv3d(2, 3, kernel: 2, padding: .same, dilation: [1, 2, 1], dtype: .float64)", [1, 3, 4, 3, 2],
         conv(F.conv3d, padding="same", dilation=(1, 2, 1)), [[3, 2, 2, 2, 2], [3]])
    g = "transposedConvolutions"
    case(g, "ConvTransposed1d(3, 4, kernel: 3, stride: 2, padding: 1, outputPadding: 1, dtype: .float64)", [2, 4, 3],
         transposed(F.conv_transpose1d, stride=2, padding=1, output_padding=1), [[4, 3, 3], [4]])
    case(g, "ConvTransposed2d(4, 6, kernel: 2, stride: 2, groups: 2, dtype: .float64)", [2, 3, 2, 4],
         transposed(F.conv_transpose2d, groups=2, stride=2), [[6, 2, 2, 2], [6]])
    case(g, "ConvTransposed2d(2, 3, kernel: 4, stride: 2, padding: .same, dtype: .float64)", [2, 3, 2, 2],
         transposed(F.conv_transpose2d, stride=2, padding=1), [[3, 4, 4, 2], [3]])
    case(g, "ConvTransposed1d(2, 3, kernel: 5, stride: 2, padding: .same, dtype: .float64)", [2, 3, 2],
         transposed(F.conv_transpose1d, stride=2, crop=lambda y: y[:, 1:7]), [[3, 5, 2], [3]])
    case(g, "ConvTransposed2d(2, 2, kernel: 3, dilation: 2, bias: false, dtype: .float64)", [1, 3, 2, 2],
         transposed(F.conv_transpose2d, dilation=2), [[2, 3, 3, 2]])
    case(g, "ConvTransposed3d(2, 3, kernel: [1, 2, 2], stride: 2, dtype: .float64)", [1, 2, 2, 3, 2],
         transposed(F.conv_transpose3d, stride=2), [[3, 1, 2, 2, 2], [3]])


def pool_cases():
    g = "pools"
    case(g, "MaxPool1d(3, stride: 2, padding: 1)", [2, 7, 3], images(lambda x: F.max_pool1d(x, 3, 2, 1)))
    case(g, "MaxPool2d(2)", [2, 5, 6, 3], images(lambda x: F.max_pool2d(x, 2)))
    case(g, "MaxPool2d([2, 3], stride: 1, dilation: 2, ceilMode: true)", [2, 5, 6, 3],
         images(lambda x: F.max_pool2d(x, (2, 3), 1, dilation=2, ceil_mode=True)))
    case(g, "MaxPool3d(2)", [1, 4, 2, 5, 2], images(lambda x: F.max_pool3d(x, 2)))
    case(g, "AveragePool1d(2)", [2, 7, 3], images(lambda x: F.avg_pool1d(x, 2)))
    case(g, "AveragePool2d(3, stride: 2, padding: 1, ceilMode: true, countsPadding: false)", [2, 5, 6, 3],
         images(lambda x: F.avg_pool2d(x, 3, 2, 1, True, False)))
    case(g, "AveragePool2d(2, divisor: 3)", [2, 4, 6, 3],
         images(lambda x: F.avg_pool2d(x, 2, divisor_override=3)))
    case(g, "AveragePool3d([1, 2, 2])", [1, 3, 4, 4, 2], images(lambda x: F.avg_pool3d(x, (1, 2, 2))))
    for rank, shape, size in [(1, [2, 7, 3], 3), (2, [2, 5, 4, 3], [2, 3]), (3, [1, 4, 3, 5, 2], 2)]:
        for swift, torch_name in [("AdaptiveAveragePool", "avg"), ("AdaptiveMaxPool", "max")]:
            pool = getattr(F, f"adaptive_{torch_name}_pool{rank}d")
            case(g, f"{swift}{rank}d({size})", shape, images(lambda x, pool=pool, size=size: pool(x, size)))
    case(g, "GlobalAveragePool()", [2, 3, 4, 5], lambda x: F.adaptive_avg_pool2d(first(x), 1).flatten(1))
    case(g, "GlobalMaxPool()", [2, 3, 4, 5], lambda x: F.adaptive_max_pool2d(first(x), 1).flatten(1))


def shape_cases():
    g = "shapes"
    case(g, "Flatten()", [2, 3, 4, 2], lambda x: x.flatten(1))
    case(g, "Flatten(start: 0, end: 1)", [2, 3, 4], lambda x: x.flatten(0, 1))
    case(g, "Unflatten(axis: 1, [3, -1])", [2, 6, 2], lambda x: x.unflatten(1, (3, -1)))
    case(g, "Pad([1, 2], mode: .constant(0.5))", [2, 4, 5, 2],
         images(lambda x: F.pad(x, (2, 2, 1, 1), value=0.5)))
    case(g, "Pad(low: [1, 0], high: 2)", [2, 4, 5, 2], images(lambda x: F.pad(x, (0, 2, 1, 2))))
    for ours, theirs in [("reflect", "reflect"), ("edge", "replicate"), ("wrap", "circular")]:
        case(g, f"Pad(2, mode: .{ours})", [2, 4, 5, 2],
             images(lambda x, mode=theirs: F.pad(x, (2, 2, 2, 2), mode=mode)))
    case(g, "Pad(low: 1, high: 3, mode: .reflect)", [2, 5, 2],
         images(lambda x: F.pad(x, (1, 3), mode="reflect")))
    case(g, "Upsample(by: 2)", [2, 3, 2, 2], images(lambda x: F.interpolate(x, scale_factor=2)))
    case(g, "Upsample(by: [1.5, 2], method: .linear)", [2, 4, 3, 2],
         images(lambda x: F.interpolate(x, scale_factor=(1.5, 2.0), mode="bilinear")))
    case(g, "Upsample(to: [5, 7], method: .cubic, alignCorners: true)", [2, 3, 4, 2],
         images(lambda x: F.interpolate(x, (5, 7), mode="bicubic", align_corners=True)))
    case(g, "PixelShuffle(2)", [2, 3, 2, 8], images(lambda x: F.pixel_shuffle(x, 2)))
    case(g, "PixelUnshuffle(2)", [2, 4, 6, 2], images(lambda x: F.pixel_unshuffle(x, 2)))
    case(g, "ChannelShuffle(groups: 3)", [2, 3, 6], images(lambda x: F.channel_shuffle(x, 3)))


def activation_cases():
    g = "activations"
    x = [3, 10]
    case(g, "PReLU(dtype: .float64)", x, F.prelu, [[1]])
    case(g, "PReLU(10, dtype: .float64)", x, F.prelu, [[10]])
    case(g, "LeakyReLU(slope: 0.2)", x, lambda x: F.leaky_relu(x, 0.2))
    case(g, "RReLU()", x, lambda x: F.rrelu(x, training=False), use=True)
    case(g, "ELU(alpha: 0.5)", x, lambda x: F.elu(x, 0.5))
    case(g, "CELU(alpha: 2)", x, lambda x: F.celu(x, 2))
    case(g, "Softplus(beta: 2)", x, lambda x: F.softplus(x, 2))
    case(g, "Hardtanh(min: -0.25, max: 0.5)", x, lambda x: F.hardtanh(x, -0.25, 0.5))
    case(g, "Hardshrink(threshold: 0.25)", x, lambda x: F.hardshrink(x, 0.25))
    case(g, "Softshrink(threshold: 0.25)", x, lambda x: F.softshrink(x, 0.25))
    case(g, "Threshold(above: 0.25, otherwise: -1)", x, lambda x: F.threshold(x, 0.25, -1))
    case(g, "GLU()", x, F.glu)
    case(g, "GLU(axis: 0)", [4, 3], lambda x: F.glu(x, 0))
    case(g, "Softmax(axis: 0)", x, lambda x: F.softmax(x, 0))
    case(g, "LogSoftmax()", x, lambda x: F.log_softmax(x, -1))
    case(g, "Softmin()", x, lambda x: F.softmin(x, -1))
    for ours, theirs in [("relu", F.relu), ("geluTanh", lambda x: F.gelu(x, approximate="tanh")), ("silu", F.silu)]:
        case(g, f"Activation.{ours}", x, theirs)
    case(g, "Dropout(0.9)", x, lambda x: x * 1, use=True)
    case(g, "ChannelDropout(0.9)", x, lambda x: x * 1, use=True)


def running(function):
    """Normalization with running statistics that start at 0 and 1."""

    def run(x, *p):
        mean, variance = torch.zeros(x.shape[-1]), torch.ones(x.shape[-1])
        run.buffers = [mean, variance]
        return last(function(first(x), mean, variance, *p))

    return run


def norm_cases():
    g = "norms"
    case(g, "LayerNorm(4, dtype: .float64)", [2, 3, 4], lambda x, w, b: F.layer_norm(x, (4,), w, b), [[4], [4]])
    case(g, "LayerNorm([3, 4], epsilon: 0.1, bias: false, dtype: .float64)", [2, 3, 4],
         lambda x, w: F.layer_norm(x, (3, 4), w, None, 0.1), [[3, 4]])
    case(g, "RMSNorm(4, dtype: .float64)", [2, 3, 4], lambda x, w: F.rms_norm(x, (4,), w, 1e-5), [[4]])
    case(g, "GroupNorm(groups: 2, 4, dtype: .float64)", [2, 3, 4],
         images(lambda x, w, b: F.group_norm(x, 2, w, b)), [[4], [4]])
    batch = running(lambda x, m, v, w, b: F.batch_norm(x, m, v, w, b, training=True))
    case(g, "BatchNorm(4, dtype: .float64)", [3, 5, 4], batch, [[4], [4]], buffers=batch)
    used = running(lambda x, m, v, w, b: F.batch_norm(x, m, v, w, b))
    case(g, "BatchNorm(4, dtype: .float64)", [3, 5, 4], used, [[4], [4]], buffers=used, use=True)
    instance = running(lambda x, m, v, w, b: F.instance_norm(x, m, v, w, b, momentum=0.2))
    case(g, "InstanceNorm(4, momentum: 0.2, isScaled: true, tracksStatistics: true, dtype: .float64)", [3, 5, 4],
         instance, [[4], [4]], buffers=instance)
    case(g, "InstanceNorm(4, dtype: .float64)", [3, 5, 4], images(F.instance_norm))
    case(g, "LocalResponseNorm(3, alpha: 0.5, beta: 0.6, k: 2)", [2, 3, 6],
         images(lambda x: F.local_response_norm(x, 3, 0.5, 0.6, 2)))


def composed_cases():
    g = "composed"
    two = [[4, 4], [4], [4, 4], [4]]
    case(g, "Linear(4, 3, dtype: .float64)", [2, 5, 4], F.linear, [[3, 4], [3]])
    case(g, "Bilinear(4, 4, 3, dtype: .float64).asModule { $0($1, $1) }", [2, 4],
         lambda x, w, b: F.bilinear(x, x, w, b), [[3, 4, 4], [3]])
    case(g, "Sequential(Linear(4, 4, dtype: .float64), Activation.tanh, Linear(4, 4, dtype: .float64))", [2, 4],
         lambda x, w, b, u, c: F.linear(torch.tanh(F.linear(x, w, b)), u, c), two)
    case(g, "Residual(Linear(4, 3, dtype: .float64), shortcut: Linear(4, 3, bias: false, dtype: .float64))", [2, 4],
         lambda x, w, b, u: F.linear(x, w, b) + F.linear(x, u), [[3, 4], [3], [3, 4]])
    case(g, "Parallel(Linear(4, 4, dtype: .float64), Identity(), Lambda { $0 * $0 })", [2, 4],
         lambda x, w, b: torch.cat([F.linear(x, w, b), x, x * x], -1), [[4, 4], [4]])
    case(g, "Parallel(Linear(4, 4, dtype: .float64), Linear(4, 4, dtype: .float64), joining: .product)", [2, 4],
         lambda x, w, b, u, c: F.linear(x, w, b) * F.linear(x, u, c), two)
    case(g, "SkipConnection(Linear(4, 3, dtype: .float64), Activation.tanh)", [2, 4],
         lambda x, w, b: torch.cat([x, torch.tanh(F.linear(x, w, b))], -1), [[3, 4], [3]])
    case(g, "FeedForward(8, hidden: 6, activation: .gelu, dtype: .float64)", [2, 8],
         lambda x, w, b, u, c: F.linear(F.gelu(F.linear(x, w, b)), u, c), FEED)
    case(g, "Embedding(5, 3, paddingIndex: 1, dtype: .float64)", [2, 3],
         lambda x, w: F.embedding(x, w, padding_idx=1), [[5, 3]], indices=[4, 1, 4, 0, 1, 2])
    case(g, "Embedding(5, 3, scalesGradientByFrequency: true, dtype: .float64)", [2, 3],
         lambda x, w: F.embedding(x, w, scale_grad_by_freq=True), [[5, 3]], indices=[4, 1, 4, 0, 1, 2])
    case(g, "EmbeddingBag(5, 3, paddingIndex: 1, dtype: .float64)", [2, 3],
         lambda x, w: F.embedding_bag(x, w, mode="mean", padding_idx=1), [[5, 3]], indices=[4, 1, 4, 0, 1, 2])


def position_cases():
    g = "positions"
    case(g, "PositionalEmbedding(6, 4, dtype: .float64)", [2, 5, 4], lambda x, w: x + w[:5], [[6, 4]])
    case(g, "SinusoidalEncoding(6)", [2, 5, 6], sinusoidal)
    case(g, "RotaryEmbedding(6)", [2, 3, 5, 6], lambda x: rotary(x, 10000.0, False))
    case(g, "RotaryEmbedding(6, base: 500, pairing: .interleaved)", [2, 3, 5, 6], lambda x: rotary(x, 500.0, True))
    case(g, "RotaryEmbedding(4, base: 50)", [2, 5, 6], lambda x: rotary(x, 50.0, False, features=4))


def attention_cases():
    g = "attention"
    x = [2, 5, 8]
    case(g, "MultiHeadAttention(8, heads: 2, dtype: .float64)", x, lambda x, *p: attention(x, 2, 2, p), ATTENTION)
    case(g, "MultiHeadAttention(8, heads: 4, keyHeads: 2, isCausal: true, dtype: .float64)", x,
         lambda x, *p: attention(x, 4, 2, p, True), [[8, 8], [8], [4, 8], [4], [4, 8], [4], [8, 8], [8]])
    case(g, "MultiHeadAttention(8, heads: 2, isCausal: true, rotary: RotaryEmbedding(4, base: 100), dtype: .float64)",
         x, lambda x, *p: attention(x, 2, 2, p, True, lambda t: rotary(t, 100.0, False)), ATTENTION)
    layer = "TransformerEncoderLayer(8, heads: 2, hidden: 6, activation: .gelu, "
    case(g, layer + "dropout: 0, dtype: .float64)", x, encoder(False), ATTENTION + FEED + NORM * 2)
    case(g, layer + "isCausal: true, normalizesFirst: true, dropout: 0, dtype: .float64)", x, encoder(True, True),
         ATTENTION + FEED + NORM * 2)
    case(g, "TransformerDecoderLayer(8, heads: 2, hidden: 6, dropout: 0, dtype: .float64).asModule "
         "{ $0($1, memory: $1, mask: .causal) }", x, decoder, ATTENTION * 2 + FEED + NORM * 3)


def recurrent_cases():
    g = "recurrent"
    x, lengths = [3, 5, 2], [3, 5, 1]
    outputs = lambda module, x: module(x)[0]
    case(g, "RNN(2, 3, activation: .relu, dtype: .float64)", x,
         with_module(lambda: nn.RNN(2, 3, nonlinearity="relu", batch_first=True), recurrent("RNN"), outputs),
         recurrent_shapes(1, 2, 3))
    case(g, "RNN(2, 3, layers: 2, isBidirectional: true, dtype: .float64).asModule "
         "{ $0($1, state: nil).state.swappedAxes(0, 1) }", x,
         with_module(lambda: nn.RNN(2, 3, 2, bidirectional=True, batch_first=True), recurrent("RNN", 2, 2),
                     lambda module, x: module(x)[1].transpose(0, 1)), recurrent_shapes(1, 2, 3, 2, 2))
    case(g, "GRU(2, 3, bias: false, dtype: .float64)", x,
         with_module(lambda: nn.GRU(2, 3, bias=False, batch_first=True), recurrent("GRU", bias=False), outputs),
         recurrent_shapes(3, 2, 3, bias=False))
    case(g, "LSTM(2, 3, layers: 2, isBidirectional: true, dtype: .float64)", x,
         with_module(lambda: nn.LSTM(2, 3, 2, bidirectional=True, batch_first=True), recurrent("LSTM", 2, 2), outputs),
         recurrent_shapes(4, 2, 3, 2, 2))
    case(g, "LSTM(2, 3, outputs: 2, dtype: .float64)", x,
         with_module(lambda: nn.LSTM(2, 3, proj_size=2, batch_first=True), recurrent("LSTM", projected=True), outputs),
         recurrent_shapes(4, 2, 3, outputs=2))
    for name, gates in [("RNN", 1), ("GRU", 3), ("LSTM", 4)]:
        kind = getattr(nn, name)
        module = lambda kind=kind: kind(2, 3, 2, bidirectional=True, batch_first=True)
        made = f"{name}(2, 3, layers: 2, isBidirectional: true, dtype: .float64).asModule "
        case(g, made + "{ $0($1, lengths: [3, 5, 1]) }", x,
             with_module(module, recurrent(name, 2, 2), packed(lengths, "outputs")), recurrent_shapes(gates, 2, 3, 2, 2))
        state = "joined($0($1, state: nil, lengths: [3, 5, 1]).state)"
        case(g, made + "{ " + state + " }", x,
             with_module(module, recurrent(name, 2, 2), packed(lengths, "state")), recurrent_shapes(gates, 2, 3, 2, 2))


def numbers(shape, function, parameters, buffers, indices):
    values = [pattern(shape, seed + 1).requires_grad_() for seed, shape in enumerate(parameters)]
    x = pattern(shape, 0).requires_grad_() if indices is None else torch.tensor(indices).reshape(shape)
    y = function(x, *values)
    (y * pattern(y.shape, 9)).sum().backward()
    found = fingerprint(y)
    if indices is None:
        found += fingerprint(x.grad)
    for value in values:
        found += fingerprint(torch.zeros_like(value) if value.grad is None else value.grad)
    for buffer in buffers.buffers if buffers else []:
        found += fingerprint(buffer)
    return found


def wrapped(items, indent):
    lines, line = [], " " * indent
    for item in items:
        if len(line) + len(item) + 2 > 120:
            lines.append(line.rstrip())
            line = " " * indent
        line += item + ", "
    return "\n".join(lines + [line.rstrip(", ") + ","])


def main():
    for cases in [conv_cases, pool_cases, shape_cases, activation_cases, norm_cases, composed_cases, position_cases,
                  attention_cases, recurrent_cases]:
        cases()
    text = "import Backprop\nimport BackpropNN\n\n// Written by Scripts/layer-table.py.\n\nextension LayerCase {\n"
    text += "    static let all: [LayerCase] = [" + ", ".join(groups) + "].flatMap { $0 }\n"
    for group, cases in groups.items():
        text += f"\n    private static let {group}: [LayerCase] = [\n"
        for swift, shape, function, parameters, use, buffers, indices in cases:
            found = numbers(shape, function, parameters, buffers, indices)
            options = (", isInUse: true" if use else "") + (f", indices: {indices}" if indices else "")
            text += f'        LayerCase("{swift}", {shape}{options}, [\n'
            text += wrapped([f"{number:.11g}" for number in found], 12)
            text += f"\n        ]) {{ {swift} }},\n"
        text += "    ]\n"
    text += "}\n"
    path = pathlib.Path(__file__).parent.parent / "Tests/BackpropNNTests/LayerTable+Numbers.swift"
    path.write_text(text)


main()
