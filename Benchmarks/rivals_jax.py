"""JAX's side of the benchmarks: the whole training step is one jitted program.

Forward pass, loss, gradients and update are compiled together, the old weights and optimizer
state are donated to the new ones, and every step waits for its result.
"""

import os
from dataclasses import dataclass
from typing import Callable

import jax
import jax.numpy as jnp
import numpy

from stopwatch import emit, median_ms, milliseconds, options


random = numpy.random.default_rng(0)


@dataclass
class Workload:
    """Layer widths, activations, one batch, and how they are trained."""

    widths: list
    activations: list
    inputs: jax.Array
    targets: jax.Array
    loss: Callable
    start: Callable
    update: Callable


def xor():
    return Workload(
        widths=[2, 8, 1],
        activations=[jnp.tanh, jax.nn.sigmoid],
        inputs=jnp.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]),
        targets=jnp.array([[0.0], [1.0], [1.0], [0.0]]),
        loss=lambda outputs, targets: jnp.mean((outputs - targets) ** 2),
        start=lambda weights: (),
        update=sgd(rate=0.5),
    )


def deep():
    return Workload(
        widths=[64] * 65 + [10],
        activations=[jnp.tanh] * 64 + [identity],
        inputs=normal(32, 64),
        targets=labels(32),
        loss=cross_entropy,
        start=adam_start,
        update=adamw(rate=1e-3, decay=0.0),
    )


def mlp():
    return Workload(
        widths=[784, 512, 512, 10],
        activations=[jax.nn.relu, jax.nn.relu, identity],
        inputs=normal(128, 784),
        targets=labels(128),
        loss=cross_entropy,
        start=adam_start,
        update=adamw(rate=1e-3, decay=0.01),
    )


STEPS = {"xor": xor, "deep": deep, "mlp": mlp}


def normal(*shape):
    return jnp.asarray(random.standard_normal(shape), jnp.float32)


def labels(count):
    return jnp.asarray(random.integers(10, size=count), jnp.int32)


def identity(x):
    return x


def cross_entropy(logits, targets):
    chosen = jnp.take_along_axis(jax.nn.log_softmax(logits), targets[:, None], axis=1)
    return -jnp.mean(chosen)


def sgd(rate):
    def update(weights, gradients, state):
        return jax.tree.map(lambda w, g: w - rate * g, weights, gradients), state

    return update


def adam_start(weights):
    zeros = lambda: jax.tree.map(jnp.zeros_like, weights)
    return jnp.zeros(()), zeros(), zeros()


def adamw(rate, decay, beta1=0.9, beta2=0.999, epsilon=1e-8):
    """AdamW; without decay it is Adam."""

    def update(weights, gradients, state):
        count, first, second = state
        count += 1
        first = jax.tree.map(lambda m, g: beta1 * m + (1 - beta1) * g, first, gradients)
        second = jax.tree.map(lambda v, g: beta2 * v + (1 - beta2) * g * g, second, gradients)
        scale1, scale2 = 1 / (1 - beta1**count), 1 / (1 - beta2**count)

        def move(w, m, v):
            direction = m * scale1 / (jnp.sqrt(v * scale2) + epsilon)
            return w * (1 - rate * decay) - rate * direction

        return jax.tree.map(move, weights, first, second), (count, first, second)

    return update


def train(name):
    """Time the first step, a median step, and a median forward pass without gradients."""
    work = STEPS[name]()
    weights = [
        (normal(n, m) * (2 / (n + m)) ** 0.5, jnp.zeros(m))
        for n, m in zip(work.widths, work.widths[1:])
    ]
    state = work.start(weights)

    def evaluate(weights, inputs, targets):
        x = inputs
        for (matrix, bias), activation in zip(weights, work.activations):
            x = activation(x @ matrix + bias)
        return work.loss(x, targets)

    def whole_step(weights, state, inputs, targets):
        loss, gradients = jax.value_and_grad(evaluate)(weights, inputs, targets)
        weights, state = work.update(weights, gradients, state)
        return weights, state, loss

    compiled_step = jax.jit(whole_step, donate_argnums=(0, 1))
    compiled_forward = jax.jit(evaluate)

    def step():
        nonlocal weights, state
        weights, state, loss = compiled_step(weights, state, work.inputs, work.targets)
        # All results of one program are ready together, so waiting for the loss is enough.
        loss.block_until_ready()

    def predict():
        compiled_forward(weights, work.inputs, work.targets).block_until_ready()

    return {
        "first_step_ms": milliseconds(step),
        "step_ms": median_ms(step),
        "forward_ms": median_ms(predict),
    }


def main():
    arguments = options(__doc__.splitlines()[0], STEPS).parse_args()
    os.environ["NPROC"] = str(arguments.threads)  # read when JAX starts its threads
    for name in STEPS:
        if arguments.workload in (name, "all"):
            head = {"framework": "JAX", "workload": name, "threads": arguments.threads}
            emit(arguments.json, **head, **train(name))


if __name__ == "__main__":
    main()
