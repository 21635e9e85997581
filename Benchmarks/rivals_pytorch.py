"""PyTorch's side of the benchmarks.

Training steps (xor, deep, mlp, cnn, gpt, lstm) are written as a PyTorch user writes them; `--fused` takes
PyTorch's fused optimizers and `--compile` hands the forward pass, the loss and the gradients
to torch.compile. The workload `blocks` times PyTorch's own kernels for memory-bound work.
"""

from dataclasses import dataclass
from typing import Callable

import torch
import torch.nn.functional as F
from torch import nn

from pytorch_networks import LanguageModel, TextLSTM, residual_network
from rivals_pytorch_others import OTHERS
from stopwatch import emit, median_ms, milliseconds, options


@dataclass
class Workload:
    """A network, one batch, and how they are trained."""

    model: nn.Module
    inputs: torch.Tensor
    targets: torch.Tensor
    loss: Callable
    optimizer: Callable
    greatest_norm: float | None = None


def xor(**settings):
    return Workload(
        model=nn.Sequential(nn.Linear(2, 8), nn.Tanh(), nn.Linear(8, 1), nn.Sigmoid()),
        inputs=torch.tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]),
        targets=torch.tensor([[0.0], [1.0], [1.0], [0.0]]),
        loss=F.mse_loss,
        optimizer=lambda weights: torch.optim.SGD(weights, lr=0.5, **settings),
    )


def deep(**settings):
    layers = []
    for _ in range(64):
        layers += [nn.Linear(64, 64), nn.Tanh()]
        nn.init.xavier_normal_(layers[-2].weight)
    return Workload(
        model=nn.Sequential(*layers, nn.Linear(64, 10)),
        inputs=torch.randn(32, 64),
        targets=torch.randint(10, (32,)),
        loss=F.cross_entropy,
        optimizer=lambda weights: torch.optim.Adam(weights, lr=1e-3, **settings),
    )


def mlp(**settings):
    return Workload(
        model=nn.Sequential(
            nn.Linear(784, 512), nn.ReLU(), nn.Linear(512, 512), nn.ReLU(), nn.Linear(512, 10)
        ),
        inputs=torch.randn(128, 784),
        targets=torch.randint(10, (128,)),
        loss=F.cross_entropy,
        optimizer=lambda weights: torch.optim.AdamW(weights, lr=1e-3, **settings),
    )


def cnn(**settings):
    return Workload(
        model=residual_network().to(memory_format=torch.channels_last),
        inputs=torch.randn(64, 3, 32, 32).to(memory_format=torch.channels_last),
        targets=torch.randint(10, (64,)),
        loss=F.cross_entropy,
        optimizer=lambda weights: torch.optim.SGD(weights, lr=0.1, momentum=0.9, **settings),
    )


def text_loss(outputs, targets):
    return F.cross_entropy(outputs.flatten(0, 1), targets.flatten())


def gpt(**settings):
    return Workload(
        model=LanguageModel(),
        inputs=torch.randint(65, (8, LanguageModel.context)),
        targets=torch.randint(65, (8, LanguageModel.context)),
        loss=text_loss,
        optimizer=lambda weights: torch.optim.AdamW(weights, lr=1e-3, **settings),
        greatest_norm=1.0,
    )


def lstm(**settings):
    return Workload(
        model=TextLSTM(),
        inputs=torch.randint(65, (32, 128)),
        targets=torch.randint(65, (32, 128)),
        loss=text_loss,
        optimizer=lambda weights: torch.optim.Adam(weights, lr=1e-3, **settings),
    )


STEPS = {"xor": xor, "deep": deep, "mlp": mlp, "cnn": cnn, "gpt": gpt, "lstm": lstm}


def other(name, **settings):
    model, inputs, targets, loss, optimizer = OTHERS[name]()
    return Workload(model, inputs, targets, loss, lambda weights: optimizer(weights, **settings))


def train(name, compiled, fused):
    """Time the first step, a median step, and a median forward pass without gradients."""
    settings = {"fused": True} if fused else {}
    work = STEPS[name](**settings) if name in STEPS else other(name, **settings)
    optimizer = work.optimizer(work.model.parameters())

    def forward():
        return work.loss(work.model(work.inputs), work.targets)

    torch.compiler.reset()
    evaluate = torch.compile(forward) if compiled else forward

    def step():
        optimizer.zero_grad()
        evaluate().backward()
        if work.greatest_norm:
            nn.utils.clip_grad_norm_(work.model.parameters(), work.greatest_norm)
        optimizer.step()

    def predict():
        with torch.no_grad():
            evaluate()

    return {
        "first_step_ms": milliseconds(step),
        "step_ms": median_ms(step),
        "forward_ms": median_ms(predict),
    }


def kernels():
    """Memory-bound kernels: name, call, arrays read and written, elements in each array.

    A call is good until the next one is asked for.
    """
    x = torch.randn(8, 256, 1536)
    g = torch.randn_like(x)
    for name, approximate in [("gelu", "none"), ("gelu-tanh", "tanh")]:
        yield name, lambda: F.gelu(x, approximate=approximate), 2, x.numel()
        yield (
            f"{name}-backward",
            lambda: torch.ops.aten.gelu_backward(g, x, approximate=approximate),
            3,
            x.numel(),
        )

    x = torch.randn(12_288, 256)
    g = torch.randn_like(x)
    y = x.softmax(-1)
    yield "softmax", lambda: x.softmax(-1), 2, x.numel()
    yield (
        "softmax-backward",
        lambda: torch.ops.aten._softmax_backward_data(g, y, -1, torch.float32),
        3,
        x.numel(),
    )

    x = torch.randn(2_048, 384)
    g = torch.randn_like(x)
    scale, shift = torch.ones(384), torch.zeros(384)
    _, mean, deviation = torch.native_layer_norm(x, [384], scale, shift, 1e-5)
    yield "layer-norm", lambda: F.layer_norm(x, [384], scale, shift), 2, x.numel()
    yield (
        "layer-norm-backward",
        lambda: torch.ops.aten.native_layer_norm_backward(
            g, x, [384], mean, deviation, scale, shift, [True, True, True]
        ),
        3,
        x.numel(),
    )

    weights = torch.randn(11_000_000, requires_grad=True)
    weights.grad = torch.randn_like(weights)
    yield "adamw", torch.optim.AdamW([weights], lr=1e-3, fused=True).step, 7, weights.numel()


def blocks():
    """Time each kernel, and a plain copy whose arrays take as much memory as the kernel's."""
    for name, run, arrays, elements in kernels():
        resident = 4 if name == "adamw" else arrays
        source = torch.randn(elements * resident // 2)
        copy = torch.empty_like(source)
        ms, copy_ms = median_ms(run), median_ms(lambda: copy.copy_(source))
        yield {
            "name": name,
            "gb_per_s": arrays * elements * 4 / ms / 1e6,
            "copy_gb_per_s": 2 * source.nbytes / copy_ms / 1e6,
            "ms": ms,
        }


def main():
    parser = options(__doc__.splitlines()[0], [*STEPS, "others", *OTHERS, "blocks"])
    parser.add_argument("--compile", action="store_true", help="use torch.compile")
    parser.add_argument("--fused", action="store_true", help="use fused optimizers")
    arguments = parser.parse_args()

    torch.manual_seed(0)
    torch.set_num_threads(arguments.threads)
    framework = "torch.compile" if arguments.compile else "PyTorch"
    if arguments.fused:
        framework += ", fused optimizer"

    def report(workload, figures):
        head = {"framework": framework, "workload": workload, "threads": arguments.threads}
        emit(arguments.json, **head, **figures)

    for name in (*STEPS, *OTHERS):
        if arguments.workload in (name, "others" if name in OTHERS else name, "all"):
            report(name, train(name, arguments.compile, arguments.fused))
    if arguments.workload in ("blocks", "all"):
        for figures in blocks():
            report("blocks", figures)


if __name__ == "__main__":
    main()
