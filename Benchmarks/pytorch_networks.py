"""The larger networks of the benchmarks, as a PyTorch user writes them."""

import torch
import torch.nn.functional as F
from torch import nn


def unit(inputs, outputs, size=3, stride=1):
    """A convolution and its normalization."""
    convolution = nn.Conv2d(inputs, outputs, size, stride, size // 2, bias=False)
    return [convolution, nn.BatchNorm2d(outputs)]


class ResidualBlock(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        path = unit(inputs, outputs, stride=stride) + [nn.ReLU()] + unit(outputs, outputs)
        self.path = nn.Sequential(*path)
        shortcut = [] if inputs == outputs else unit(inputs, outputs, 1, stride)
        self.shortcut = nn.Sequential(*shortcut)

    def forward(self, x):
        return torch.relu(self.path(x) + self.shortcut(x))


def residual_network():
    """A convolution and three residual blocks of two, with 32, 64 and 128 channels."""
    return nn.Sequential(
        *unit(3, 32),
        nn.ReLU(),
        ResidualBlock(32, 32, 1),
        ResidualBlock(32, 64, 2),
        ResidualBlock(64, 128, 2),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(128, 10),
    )


class TransformerBlock(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.before, self.between = nn.LayerNorm(width), nn.LayerNorm(width)
        self.projections, self.output = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.wide, self.narrow = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def forward(self, x):
        batch, length, width = x.shape
        split = self.projections(self.before(x)).view(batch, length, 3, self.heads, -1)
        queries, keys, values = split.permute(2, 0, 3, 1, 4)
        attended = F.scaled_dot_product_attention(queries, keys, values, is_causal=True)
        x = x + self.output(attended.transpose(1, 2).reshape(batch, length, width))
        return x + self.narrow(F.gelu(self.wide(self.between(x)), approximate="tanh"))


class LanguageModel(nn.Module):
    """Six blocks of six heads, 384 wide, on 256 characters out of 65."""

    context, width = 256, 384

    def __init__(self):
        super().__init__()
        self.characters = nn.Embedding(65, self.width)
        self.positions = nn.Parameter(torch.randn(self.context, self.width) * 0.02)
        self.blocks = nn.Sequential(*[TransformerBlock(self.width, 6) for _ in range(6)])
        self.norm, self.head = nn.LayerNorm(self.width), nn.Linear(self.width, 65, bias=False)

    def forward(self, text):
        return self.head(self.norm(self.blocks(self.characters(text) + self.positions)))


class TextLSTM(nn.Module):
    """Characters out of 65 through an LSTM of 256 units."""

    def __init__(self):
        super().__init__()
        self.characters = nn.Embedding(65, 256)
        self.lstm, self.head = nn.LSTM(256, 256, batch_first=True), nn.Linear(256, 65)

    def forward(self, text):
        return self.head(self.lstm(self.characters(text))[0])


class Sequence(nn.Module):
    """A recurrent layer between two others, of whose results the first is handed on."""

    def __init__(self, before, recurrent, after):
        super().__init__()
        self.before, self.recurrent, self.after = before, recurrent, after

    def forward(self, x):
        return self.after(self.recurrent(self.before(x))[0])


class Mean(nn.Module):
    def forward(self, x):
        return x.mean(1)


class Tokens(nn.Module):
    """The pixels of [batch, channels, height, width] as [batch, pixels, channels]."""

    def forward(self, x):
        return x.flatten(2).transpose(1, 2)


def encoder_blocks(count, width, heads, hidden):
    return [
        nn.TransformerEncoderLayer(
            width, heads, hidden, dropout=0.0, activation="gelu", batch_first=True, norm_first=True
        )
        for _ in range(count)
    ]


def lenet():
    return nn.Sequential(
        *[nn.Conv2d(1, 6, 5), nn.ReLU(), nn.MaxPool2d(2)],
        *[nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten()],
        *[nn.Linear(256, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 10)],
    )


def vgg():
    layers, inputs = [], 3
    for outputs in (24, 48, 96):
        layers += [nn.Conv2d(inputs, outputs, 3, padding=1), nn.ReLU()]
        layers += [nn.Conv2d(outputs, outputs, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)]
        inputs = outputs
    return nn.Sequential(
        *layers, nn.Flatten(), nn.Linear(96 * 16, 200), nn.ReLU(), nn.Linear(200, 10)
    )


def separable():
    layers = [*unit(3, 32), nn.ReLU()]
    for inputs, outputs, stride in ((32, 64, 1), (64, 128, 2), (128, 128, 1), (128, 200, 2)):
        layers += [
            nn.Conv2d(inputs, inputs, 3, stride, 1, groups=inputs, bias=False),
            *[nn.BatchNorm2d(inputs), nn.ReLU(), *unit(inputs, outputs, 1), nn.ReLU()],
        ]
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(200, 10))


def signal():
    layers, inputs = [], 1
    for outputs in (24, 48, 96):
        layers += [nn.Conv1d(inputs, outputs, 9, 2, 4), nn.ReLU()]
        inputs = outputs
    return nn.Sequential(*layers, nn.AdaptiveAvgPool1d(1), nn.Flatten(), nn.Linear(96, 10))


class UNet(nn.Module):
    def __init__(self):
        super().__init__()

        def pair(inputs, outputs):
            return nn.Sequential(
                *[nn.Conv2d(inputs, outputs, 3, padding=1), nn.ReLU()],
                *[nn.Conv2d(outputs, outputs, 3, padding=1), nn.ReLU()],
            )

        self.first, self.second, self.third = pair(3, 16), pair(16, 32), pair(32, 64)
        self.widen, self.fourth = nn.ConvTranspose2d(64, 32, 2, 2), pair(64, 32)
        self.widen_more, self.fifth = nn.ConvTranspose2d(32, 16, 2, 2), pair(32, 16)
        self.last = nn.Conv2d(16, 1, 1)

    def forward(self, x):
        fine = self.first(x)
        middle = self.second(F.max_pool2d(fine, 2))
        coarse = self.third(F.max_pool2d(middle, 2))
        up = self.fourth(torch.cat([self.widen(coarse), middle], 1))
        return self.last(self.fifth(torch.cat([self.widen_more(up), fine], 1)))
