import Testing

@testable import BackpropModels

/// Angles of rotary positions and buckets of relative ones, worked out by hand or by the formulas of the papers.
@Suite struct RotaryTests {
    @Test func frequenciesFallByPowers() {
        let plain = RotaryFrequencies(features: 4, base: 100, scaling: .none).values
        #expect(plain == [1, 0.1])
        let linear = RotaryFrequencies(features: 4, base: 100, scaling: .linear(factor: 4)).values
        #expect(linear == [0.25, 0.025])
    }

    /// Waves of 6.3, 62.8 and 628 positions, of which 64 were seen in training: the first stays, the last is slowed down.
    @Test func llama3BlendsBetween() {
        let scaling = RotaryScaling.llama3(factor: 8, lowFrequency: 0.5, highFrequency: 4, positions: 64)
        let values = RotaryFrequencies(features: 6, base: 1000, scaling: scaling).values.map(Double.init)
        #expect(values[0] == 1)
        let share = (64 / (2 * Double.pi / 0.1) - 0.5) / 3.5
        #expect(abs(values[1] - ((1 - share) * 0.1 / 8 + share * 0.1)) < 1e-7)
        #expect(abs(values[2] - 0.01 / 8) < 1e-8)
    }

    @Test func rotationKeepsLengthsAndDistances() {
        let frequencies = RotaryFrequencies(features: 8, base: 10_000, scaling: .none)
        let x = withRandomSeed(1) { Tensor.normal([1, 8], dtype: .float64) }
        func turned(_ position: Int) -> Tensor {
            Rotation(positions: Tensor([Int64(position)]), frequencies: frequencies, dtype: .float64)(x)
        }
        let length = square(x).sum().item()
        #expect(abs(square(turned(7)).sum().item() - length) < 1e-6)
        // What two positions have in common depends on how far they lie apart.
        let near = (turned(3) * turned(5)).sum().item(), far = (turned(13) * turned(15)).sum().item()
        #expect(abs(near - far) < 1e-5 && abs(near - length) > 1e-3)
    }

    /// What transformers gives for 32 buckets up to 128.
    @Test func distancesFallIntoBuckets() {
        let both = RelativePositions(buckets: 32, heads: 1, farthest: 128, seesBehind: true, dtype: .float32)
        let distances = [-200, -127, -64, -20, -9, -8, -7, -1, 0, 1, 7, 8, 20, 90, 200]
        #expect(distances.map(both.bucket) == [15, 15, 14, 10, 8, 8, 7, 1, 0, 17, 23, 24, 26, 30, 31])
        let one = RelativePositions(buckets: 32, heads: 1, farthest: 128, seesBehind: false, dtype: .float32)
        #expect(distances.map(one.bucket) == [31, 31, 26, 17, 9, 8, 7, 1, 0, 0, 0, 0, 0, 0, 0])
    }
}
