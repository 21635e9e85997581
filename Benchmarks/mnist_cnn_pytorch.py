"""The network of `Examples/Sources/mnist-cnn` in PyTorch: same layers, batches, optimizer and schedule, on the same files.

    python mnist_cnn_pytorch.py FOLDER [--epochs 5] [--threads 2] [--compile]

Prints seconds of training and the share of the test figures that are right, after each epoch.
"""

import argparse
import gzip
import pathlib
import time

import numpy
import torch
from torch import nn


def read(folder, name):
    path = next(p for p in (folder / f"{name}.gz", folder / name) if p.exists())
    data = (gzip.open if path.suffix == ".gz" else open)(path, "rb").read()
    rank = data[3]
    shape = numpy.frombuffer(data, ">u4", rank, 4)
    return torch.from_numpy(numpy.frombuffer(data, numpy.uint8, offset=4 + 4 * rank).reshape(shape).copy())


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--compile", action="store_true")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(1)

    images = read(options.folder, "train-images-idx3-ubyte").unsqueeze(1)
    labels = read(options.folder, "train-labels-idx1-ubyte").long()
    test_images = read(options.folder, "t10k-images-idx3-ubyte").unsqueeze(1)
    test_labels = read(options.folder, "t10k-labels-idx1-ubyte").long()

    model = nn.Sequential(
        nn.Conv2d(1, 32, 3, padding=1), nn.BatchNorm2d(32), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(32, 64, 3, padding=1), nn.BatchNorm2d(64), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Dropout(0.3), nn.Linear(7 * 7 * 64, 128), nn.ReLU(), nn.Linear(128, 10),
    ).to(memory_format=torch.channels_last)
    run = torch.compile(model) if options.compile else model
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3, fused=True)
    steps = -(-len(images) // 128)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 3e-3, total_steps=options.epochs * steps + 1, cycle_momentum=False)

    seconds = 0.0
    for epoch in range(1, options.epochs + 1):
        start = time.perf_counter()
        model.train()
        for chosen in torch.randperm(len(images)).split(128):
            batch = (images[chosen].float() / 255).contiguous(memory_format=torch.channels_last)
            loss = nn.functional.cross_entropy(run(batch), labels[chosen])
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
            schedule.step()
            loss.item()
        model.eval()
        with torch.no_grad():
            right = sum(
                (run(x.float() / 255).argmax(1) == y).sum().item()
                for x, y in zip(test_images.split(500), test_labels.split(500)))
        seconds += time.perf_counter() - start
        print(f"epoch {epoch}  right {right / len(test_labels):.4f}  {seconds:.1f} s", flush=True)


main()
