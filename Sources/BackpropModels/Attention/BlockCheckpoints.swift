import Backprop

private enum BlockCheckpoints {
    @TaskLocal static var areOn = false
}

/// Runs `body`, in which the blocks of a model keep only their results for the backward pass and compute their inside twice
/// (`checkpoint`): what PyTorch and transformers call gradient checkpointing. Values and gradients are the same to the bit.
///
/// ```swift
/// let loss = checkpointingBlocks { model.loss(ids) }
/// loss.backward()
/// ```
///
/// Blocks are those of GPT-2, Llama, BERT, ViT and T5. It holds for this task.
public func checkpointingBlocks<Result>(_ body: () throws -> Result) rethrows -> Result {
    try BlockCheckpoints.$areOn.withValue(true, operation: body)
}

/// What a block gives, kept as `checkpointingBlocks` says.
func ofBlock(_ body: () -> Tensor) -> Tensor { BlockCheckpoints.areOn ? checkpoint(body) : body() }
