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
