import Backprop
import BackpropNN

extension Operators {
    /// Normalizations.
    static let normalizations: [String: Adapter] = [
        "nn.functional.layer_norm": { call in
            let x = try call.tensor("input"), axes = try call.ints("normalized_shape").count
            let weight = try call.optionalTensor("weight"), bias = try call.optionalTensor("bias")
            let epsilon = try call.double("eps", default: 1e-5)
            return [layerNorm(x, weight: weight, bias: bias, trailingAxes: axes, epsilon: epsilon)]
        },
        "nn.functional.rms_norm": { call in
            let x = try call.tensor("input"), axes = try call.ints("normalized_shape").count
            let weight = try call.optionalTensor("weight"), epsilon = try call.optionalDouble("eps")
            return [rmsNorm(x, weight: weight, trailingAxes: axes, epsilon: epsilon)]
        },
        "nn.functional.batch_norm": { call in
            let x = channelsLast(try call.tensor("input"))
            let (weight, bias, running) = try call.channelFactors()
            let momentum = try call.double("momentum", default: 0.1), epsilon = try call.double("eps", default: 1e-5)
            let isTraining = try call.bool("training", default: false)
            guard isTraining, var running else {
                let result = batchNorm(x, weight: weight, bias: bias, statistics: running, epsilon: epsilon)
                return [channelsFirst(result)]
            }
            let result = batchNorm(
                x, weight: weight, bias: bias, updating: &running, momentum: momentum, epsilon: epsilon)
            try call.mutate("running_mean", running.mean)
            try call.mutate("running_var", running.variance)
            return [channelsFirst(result)]
        },
        "nn.functional.instance_norm": { call in
            let x = channelsLast(try call.tensor("input"))
            let (weight, bias, running) = try call.channelFactors()
            let momentum = try call.double("momentum", default: 0.1), epsilon = try call.double("eps", default: 1e-5)
            guard try call.bool("use_input_stats", default: true) else {
                let result = instanceNorm(x, weight: weight, bias: bias, statistics: running, epsilon: epsilon)
                return [channelsFirst(result)]
            }
            guard var running else {
                return [channelsFirst(instanceNorm(x, weight: weight, bias: bias, epsilon: epsilon))]
            }
            let result = instanceNorm(
                x, weight: weight, bias: bias, updating: &running, momentum: momentum, epsilon: epsilon)
            try call.mutate("running_mean", running.mean)
            try call.mutate("running_var", running.variance)
            return [channelsFirst(result)]
        },
        "nn.functional.group_norm": { call in
            let x = channelsLast(try call.tensor("input")), groups = try call.int("num_groups")
            let weight = try call.optionalTensor("weight"), bias = try call.optionalTensor("bias")
            let epsilon = try call.double("eps", default: 1e-5)
            return [channelsFirst(groupNorm(x, groups: groups, weight: weight, bias: bias, epsilon: epsilon))]
        },
        "nn.functional.local_response_norm": { call in
            let x = channelsLast(try call.tensor("input")), size = try call.int("size")
            let alpha = try call.double("alpha", default: 1e-4), beta = try call.double("beta", default: 0.75)
            let result = localResponseNorm(
                x, size: size, alpha: alpha, beta: beta, k: try call.double("k", default: 1))
            return [channelsFirst(result)]
        },
    ]
}

extension Call {
    /// Weight, bias and running statistics.
    fileprivate func channelFactors() throws -> (Tensor?, Tensor?, ChannelStatistics?) {
        let mean = try optionalTensor("running_mean"), variance = try optionalTensor("running_var")
        var running: ChannelStatistics?
        if let mean, let variance { running = ChannelStatistics(mean: mean, variance: variance) }
        return (try optionalTensor("weight"), try optionalTensor("bias"), running)
    }
}
