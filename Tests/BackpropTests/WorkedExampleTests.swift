import Backprop
import Foundation
import Testing

/// The network that is worked by hand in every introduction: one input, one hidden and one output neuron, sigmoid, no
/// biases.
///
/// The hand calculation rounds to three digits along the way, so its last figures are off by what that rounding costs:
/// it has dL/dw2 = -0.0840 where the exact value is -0.0843, and dL/dw1 = 0.00952 where it is 0.00955.
@Suite struct WorkedExampleTests {
    private let x = Tensor(1, dtype: .float64), y = Tensor(1, dtype: .float64)
    private let w1 = Parameter(Tensor(0.5, dtype: .float64)), w2 = Parameter(Tensor(-0.3, dtype: .float64))

    private struct Pass {
        let z1, h, z2, yhat, loss: Tensor
    }

    private func forward() -> Pass {
        let z1 = w1.value * x, h = sigmoid(z1), z2 = w2.value * h, yhat = sigmoid(z2)
        return Pass(z1: z1, h: h, z2: z2, yhat: yhat, loss: square(yhat - y) / 2)
    }

    private func expect(_ tensor: Tensor, exactly exact: Double, byHand hand: Double, within tolerance: Double) {
        let value = tensor.item()
        #expect(abs(value - exact) <= 1e-15 * max(1, abs(exact)))
        #expect(abs(value - hand) <= tolerance)
    }

    @Test func forwardAndBackward() {
        let pass = forward()
        func logistic(_ z: Double) -> Double { 1 / (1 + exp(-z)) }
        let h = logistic(0.5), z2 = -0.3 * h, yhat = logistic(z2)
        expect(pass.z1, exactly: 0.5, byHand: 0.500, within: 0.0005)
        expect(pass.h, exactly: h, byHand: 0.622, within: 0.0005)
        expect(pass.z2, exactly: z2, byHand: -0.187, within: 0.0005)
        expect(pass.yhat, exactly: yhat, byHand: 0.453, within: 0.0005)
        expect(pass.loss, exactly: (yhat - 1) * (yhat - 1) / 2, byHand: 0.150, within: 0.001)

        let gradients = gradients(
            of: pass.loss, withRespectTo: [pass.yhat, pass.z2, w2.value, pass.h, pass.z1, w1.value])
        let dyhat = yhat - 1, dz2 = dyhat * yhat * (1 - yhat), dh = dz2 * -0.3, dz1 = dh * h * (1 - h)
        expect(gradients[0], exactly: dyhat, byHand: -0.547, within: 0.0005)
        expect(gradients[1], exactly: dz2, byHand: -0.135, within: 0.001)
        expect(gradients[2], exactly: dz2 * h, byHand: -0.0840, within: 0.0005)
        expect(gradients[3], exactly: dh, byHand: 0.0405, within: 0.0005)
        expect(gradients[4], exactly: dz1, byHand: 0.00952, within: 0.00005)
        expect(gradients[5], exactly: dz1, byHand: 0.00952, within: 0.00005)
    }

    @Test func oneStepAtRateOne() {
        forward().loss.backward()
        let (g1, g2) = (w1.takeGradient()!, w2.takeGradient()!)
        #expect(abs(g2.item() - -0.0843) < 0.00005)
        #expect(abs(g1.item() - 0.00955) < 0.000005)
        w1.value = w1.value - g1
        w2.value = w2.value - g2
        #expect(abs(w1.value.item() - 0.490) < 0.0006)
        #expect(abs(w2.value.item() - -0.216) < 0.0006)
        #expect(forward().loss.item() < 0.150)
    }
}
