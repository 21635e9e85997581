"""The networks that the engine was not tuned with, with PyTorch: `backprop-bench --workload others` has ours."""

import torch
import torch.nn.functional as F
from torch import nn

import pytorch_networks as networks
from pytorch_networks import Mean, Sequence, Tokens, encoder_blocks


def images(model, shape, optimizer):
    """A batch of images of ten classes, channels last where PyTorch has that."""
    inputs = torch.randn(shape)
    if len(shape) == 4:
        model = model.to(memory_format=torch.channels_last)
        inputs = inputs.to(memory_format=torch.channels_last)
    return model, inputs, torch.randint(10, (shape[0],)), F.cross_entropy, optimizer


def texts(model, shape, characters):
    def loss(outputs, targets):
        return F.cross_entropy(outputs.flatten(0, 1), targets.flatten())

    inputs, targets = (torch.randint(characters, shape) for _ in range(2))
    return model, inputs, targets, loss, adam


def adam(weights, **settings):
    return torch.optim.Adam(weights, lr=1e-3, **settings)


def adamw(weights, **settings):
    return torch.optim.AdamW(weights, lr=1e-3, **settings)


def momentum(rate):
    return lambda weights, **settings: torch.optim.SGD(weights, lr=rate, momentum=0.9, **settings)


def gru():
    model = Sequence(nn.Embedding(90, 192), nn.GRU(192, 192, batch_first=True), nn.Linear(192, 90))
    return texts(model, (24, 100), 90)


def bidirectional():
    lstm = nn.LSTM(96, 80, num_layers=2, bidirectional=True, batch_first=True)
    return texts(Sequence(nn.Embedding(50, 96), lstm, nn.Linear(160, 50)), (20, 60), 50)


def rnn():
    model = Sequence(nn.Identity(), nn.RNN(12, 128, batch_first=True), nn.Linear(128, 4))
    inputs, targets = torch.randn(50, 70, 12), torch.randn(50, 70, 4)
    return model, inputs, targets, F.mse_loss, lambda w, **_: torch.optim.RMSprop(w, lr=1e-3)


def autoencoder():
    model = nn.Sequential(
        *[nn.Linear(784, 300), nn.ReLU(), nn.Linear(300, 40), nn.ReLU()],
        *[nn.Linear(40, 300), nn.ReLU(), nn.Linear(300, 784), nn.Sigmoid()],
    )
    inputs = torch.rand(100, 784)
    return model, inputs, inputs, F.mse_loss, adam


def classifier():
    model = nn.Sequential(
        *[nn.Linear(900, 1500), nn.LayerNorm(1500), nn.GELU()],
        *[nn.Linear(1500, 1500), nn.LayerNorm(1500), nn.GELU(), nn.Linear(1500, 100)],
    )
    return model, torch.randn(64, 900), torch.randint(100, (64,)), F.cross_entropy, adamw


def encoder():
    model = nn.Sequential(
        nn.Embedding(3000, 256), *encoder_blocks(4, 256, 4, 700), Mean(), nn.Linear(256, 10)
    )
    inputs = torch.randint(3000, (16, 90))
    return model, inputs, torch.randint(10, (16,)), F.cross_entropy, adamw


def vit():
    model = nn.Sequential(
        *[nn.Conv2d(3, 192, 4, 4), Tokens(), *encoder_blocks(6, 192, 3, 768)],
        *[nn.LayerNorm(192), Mean(), nn.Linear(192, 10)],
    )
    return images(model, (32, 3, 32, 32), adamw)


def unet():
    model, inputs, _, _, optimizer = images(networks.UNet(), (6, 3, 64, 64), adam)
    return model, inputs, torch.randn(6, 1, 64, 64), F.mse_loss, optimizer


def sentences():
    model = nn.Sequential(
        *[nn.Embedding(20_000, 64), Mean(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10)]
    )
    inputs = torch.randint(20_000, (256, 40))
    return model, inputs, torch.randint(10, (256,)), F.cross_entropy, adam


OTHERS = {
    "lenet": lambda: images(networks.lenet(), (128, 1, 28, 28), adam),
    "vgg": lambda: images(networks.vgg(), (40, 3, 32, 32), momentum(0.05)),
    "gru": gru,
    "bidirectional": bidirectional,
    "rnn": rnn,
    "autoencoder": autoencoder,
    "classifier": classifier,
    "encoder": encoder,
    "vit": vit,
    "unet": unet,
    "separable": lambda: images(networks.separable(), (24, 3, 32, 32), momentum(0.1)),
    "signal": lambda: images(networks.signal(), (30, 1, 1000), adam),
    "sentences": sentences,
}
