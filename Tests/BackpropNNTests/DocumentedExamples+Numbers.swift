import Backprop
import BackpropNN

/// Random numbers, sets, statistics and Fourier transforms, in the order of their files.
extension DocumentedExample {
    private static let randomExamples: [DocumentedExample] = [
        DocumentedExample(
            """
            let stream = RandomState(seed: 7)
            stream.move(toSeed: 3, position: 12)
            [Int(stream.seed), Int(stream.position)]
            """, [3, 12]
        ) { () -> [Int] in
            let stream = RandomState(seed: 7)
            stream.move(toSeed: 3, position: 12)
            return [Int(stream.seed), Int(stream.position)]
        },
        DocumentedExample(
            """
            setRandomSeed(7)
            Tensor.uniform([3]).shape
            """, [3]
        ) { () -> [Int] in
            setRandomSeed(7)
            return Tensor.uniform([3]).shape
        },
        DocumentedExample("Tensor.bernoulli(Tensor([0, 1, 1] as [Float]))", [0, 1, 1]) { () -> Tensor in
            Tensor.bernoulli(Tensor([0, 1, 1] as [Float]))
        },
        DocumentedExample("Tensor.exponential([2, 3], rate: 4).shape", [2, 3]) { () -> [Int] in
            Tensor.exponential([2, 3], rate: 4).shape
        },
        DocumentedExample("Tensor.gumbel([2, 3]).shape", [2, 3]) { () -> [Int] in
            Tensor.gumbel([2, 3]).shape
        },
        DocumentedExample("Tensor.laplace([2, 3]).shape", [2, 3]) { () -> [Int] in
            Tensor.laplace([2, 3]).shape
        },
        DocumentedExample("Tensor.cauchy([2, 3]).shape", [2, 3]) { () -> [Int] in
            Tensor.cauchy([2, 3]).shape
        },
        DocumentedExample("Tensor.permutation(4).sorted()", [0, 1, 2, 3]) { () -> Tensor in
            Tensor.permutation(4).sorted()
        },
        DocumentedExample("Tensor([5, 5, 5] as [Float]).shuffled()", [5, 5, 5]) { () -> Tensor in
            Tensor([5, 5, 5] as [Float]).shuffled()
        },
        DocumentedExample("Tensor.categorical(logits: log(Tensor([0, 1] as [Float])), count: 3)", [1, 1, 1]) {
            () -> Tensor in
            Tensor.categorical(logits: log(Tensor([0, 1] as [Float])), count: 3)
        },
        DocumentedExample("Tensor.gamma([2, 3], concentration: Tensor(1.5)).shape", [2, 3]) { () -> [Int] in
            Tensor.gamma([2, 3], concentration: Tensor(1.5)).shape
        },
        DocumentedExample("Tensor.beta([2, 3], a: Tensor(1.5), b: Tensor(2.0)).shape", [2, 3]) { () -> [Int] in
            Tensor.beta([2, 3], a: Tensor(1.5), b: Tensor(2.0)).shape
        },
        DocumentedExample("Tensor.dirichlet([4, 3], concentration: Tensor([1, 2, 3] as [Float])).shape", [4, 3]) {
            () -> [Int] in
            Tensor.dirichlet([4, 3], concentration: Tensor([1, 2, 3] as [Float])).shape
        },
        DocumentedExample("Tensor.poisson([3], rate: Tensor(0.0))", [0, 0, 0]) { () -> Tensor in
            Tensor.poisson([3], rate: Tensor(0.0))
        },
    ]

    private static let setExamples: [DocumentedExample] = [
        DocumentedExample("Tensor([0, 7, 0, 9] as [Float], shape: [2, 2]).nonzero()", [0, 1, 1, 1]) { () -> Tensor in
            Tensor([0, 7, 0, 9] as [Float], shape: [2, 2]).nonzero()
        },
        DocumentedExample("Tensor([3, 1, 3] as [Float]).unique().values", [1, 3]) { () -> Tensor in
            Tensor([3, 1, 3] as [Float]).unique().values
        },
        DocumentedExample("Tensor([3, 4, 1, 2, 3, 4] as [Float], shape: [3, 2]).unique(axis: 0).values", [1, 2, 3, 4]) {
            () -> Tensor in
            Tensor([3, 4, 1, 2, 3, 4] as [Float], shape: [3, 2]).unique(axis: 0).values
        },
        DocumentedExample("isIn(Tensor([1, 2, 3] as [Float]), Tensor([3, 1] as [Float]))", [1, 0, 1]) { () -> Tensor in
            isIn(Tensor([1, 2, 3] as [Float]), Tensor([3, 1] as [Float]))
        },
        DocumentedExample("Tensor([1, 3, 1] as [Int32]).bincount()", [0, 2, 0, 1]) { () -> Tensor in
            Tensor([1, 3, 1] as [Int32]).bincount()
        },
        DocumentedExample("Tensor([1, 2, 2, 4] as [Float]).histogram(bins: 3).counts", [1, 2, 1]) { () -> Tensor in
            Tensor([1, 2, 2, 4] as [Float]).histogram(bins: 3).counts
        },
        DocumentedExample("Tensor([4, 1, 2] as [Float]).quantile(0.25)", [1.5]) { () -> Tensor in
            Tensor([4, 1, 2] as [Float]).quantile(0.25)
        },
        DocumentedExample("Tensor([4, 1, 2] as [Float]).quantile([0, 0.5, 1])", [1, 2, 4]) { () -> Tensor in
            Tensor([4, 1, 2] as [Float]).quantile([0, 0.5, 1])
        },
        DocumentedExample("Tensor([4, .nan, 1, 2] as [Float]).nanQuantile(0.25)", [1.5]) { () -> Tensor in
            Tensor([4, .nan, 1, 2] as [Float]).nanQuantile(0.25)
        },
        DocumentedExample("Tensor([4, .nan, 1, 2] as [Float]).nanQuantile([0, 0.5, 1])", [1, 2, 4]) { () -> Tensor in
            Tensor([4, .nan, 1, 2] as [Float]).nanQuantile([0, 0.5, 1])
        },
        DocumentedExample("Tensor([1, 4, 9] as [Float]).diff()", [3, 5]) { () -> Tensor in
            Tensor([1, 4, 9] as [Float]).diff()
        },
        DocumentedExample("Tensor([1, 2, 3, 3, 2, 1] as [Float], shape: [2, 3]).cov()", [1, -1, -1, 1]) {
            () -> Tensor in
            Tensor([1, 2, 3, 3, 2, 1] as [Float], shape: [2, 3]).cov()
        },
        DocumentedExample("Tensor([1, 2, 3, 3, 2, 1] as [Float], shape: [2, 3]).corrcoef()", [1, -1, -1, 1]) {
            () -> Tensor in
            Tensor([1, 2, 3, 3, 2, 1] as [Float], shape: [2, 3]).corrcoef()
        },
        DocumentedExample("Tensor.logspace(0, 2, count: 3)", [1, 10, 100]) { () -> Tensor in
            Tensor.logspace(0, 2, count: 3)
        },
        DocumentedExample("Tensor([2, 3] as [Float]).vander(columns: 3, increasing: true)", [1, 2, 4, 1, 3, 9]) {
            () -> Tensor in
            Tensor([2, 3] as [Float]).vander(columns: 3, increasing: true)
        },
    ]

    private static let complexExamples: [DocumentedExample] = [
        DocumentedExample(
            """
            let z = ComplexTensor(real: Tensor([3] as [Float]), imaginary: Tensor([4] as [Float]))
            abs(z.multiplied(by: z))
            """, [25]
        ) { () -> Tensor in
            let z = ComplexTensor(real: Tensor([3] as [Float]), imaginary: Tensor([4] as [Float]))
            return abs(z.multiplied(by: z))
        },
        DocumentedExample("ComplexTensor(real: Tensor([1, 2] as [Float])).reshaped([2, 1]).shape", [2, 1]) {
            () -> [Int] in
            ComplexTensor(real: Tensor([1, 2] as [Float])).reshaped([2, 1]).shape
        },
        DocumentedExample("ComplexTensor(real: Tensor.zeros([2, 3])).transposed().shape", [3, 2]) { () -> [Int] in
            ComplexTensor(real: Tensor.zeros([2, 3])).transposed().shape
        },
        DocumentedExample("abs(ComplexTensor(real: Tensor([3] as [Float]), imaginary: Tensor([4] as [Float])))", [5]) {
            () -> Tensor in
            abs(ComplexTensor(real: Tensor([3] as [Float]), imaginary: Tensor([4] as [Float])))
        },
        DocumentedExample(
            """
            let i = ComplexTensor(real: Tensor(0.0), imaginary: Tensor(1.0))
            i.adding(i).imaginary
            """, [2]
        ) { () -> Tensor in
            let i = ComplexTensor(real: Tensor(0.0), imaginary: Tensor(1.0))
            return i.adding(i).imaginary
        },
        DocumentedExample(
            """
            let i = ComplexTensor(real: Tensor(0.0), imaginary: Tensor(1.0))
            i.subtracting(i).imaginary
            """, [0]
        ) { () -> Tensor in
            let i = ComplexTensor(real: Tensor(0.0), imaginary: Tensor(1.0))
            return i.subtracting(i).imaginary
        },
        DocumentedExample(
            """
            let i = ComplexTensor(real: Tensor(0.0), imaginary: Tensor(1.0))
            i.multiplied(by: i).real
            """, [-1]
        ) { () -> Tensor in
            let i = ComplexTensor(real: Tensor(0.0), imaginary: Tensor(1.0))
            return i.multiplied(by: i).real
        },
        DocumentedExample(
            """
            let i = ComplexTensor(real: Tensor(0.0), imaginary: Tensor(1.0))
            i.divided(by: i.adding(i)).real
            """, [0.5]
        ) { () -> Tensor in
            let i = ComplexTensor(real: Tensor(0.0), imaginary: Tensor(1.0))
            return i.divided(by: i.adding(i)).real
        },
    ]

    private static let fourierExamples: [DocumentedExample] = [
        DocumentedExample("fft(ComplexTensor(real: Tensor([1, 0, 0, 1] as [Float]))).imaginary", [0, 1, 0, -1]) {
            () -> Tensor in
            fft(ComplexTensor(real: Tensor([1, 0, 0, 1] as [Float]))).imaginary
        },
        DocumentedExample("fft(Tensor([1, 0, 0, 1] as [Float])).real", [2, 1, 0, 1]) { () -> Tensor in
            fft(Tensor([1, 0, 0, 1] as [Float])).real
        },
        DocumentedExample("ifft(fft(Tensor([1, 0, 0, 1] as [Float]))).real", [1, 0, 0, 1]) { () -> Tensor in
            ifft(fft(Tensor([1, 0, 0, 1] as [Float]))).real
        },
        DocumentedExample("rfft(Tensor([1, 0, 0, 1] as [Float])).imaginary", [0, 1, 0]) { () -> Tensor in
            rfft(Tensor([1, 0, 0, 1] as [Float])).imaginary
        },
        DocumentedExample("irfft(rfft(Tensor([1, 0, 0, 1] as [Float])))", [1, 0, 0, 1]) { () -> Tensor in
            irfft(rfft(Tensor([1, 0, 0, 1] as [Float])))
        },
        DocumentedExample(
            "fftn(ComplexTensor(real: Tensor([1, 2, 3, 4] as [Float], shape: [2, 2]))).real", [10, -2, -4, 0]
        ) { () -> Tensor in
            fftn(ComplexTensor(real: Tensor([1, 2, 3, 4] as [Float], shape: [2, 2]))).real
        },
        DocumentedExample(
            """
            let z = ComplexTensor(real: Tensor([1, 2, 3, 4] as [Float], shape: [2, 2]))
            ifftn(fftn(z)).real
            """, [1, 2, 3, 4]
        ) { () -> Tensor in
            let z = ComplexTensor(real: Tensor([1, 2, 3, 4] as [Float], shape: [2, 2]))
            return ifftn(fftn(z)).real
        },
        DocumentedExample("rfftn(Tensor([1, 2, 3, 4, 5, 6] as [Float], shape: [2, 3])).shape", [2, 2]) { () -> [Int] in
            rfftn(Tensor([1, 2, 3, 4, 5, 6] as [Float], shape: [2, 3])).shape
        },
        DocumentedExample(
            """
            let x = Tensor([1, 2, 3, 4, 5, 6] as [Float], shape: [2, 3])
            irfftn(rfftn(x), counts: [2, 3])
            """, [1, 2, 3, 4, 5, 6]
        ) { () -> Tensor in
            let x = Tensor([1, 2, 3, 4, 5, 6] as [Float], shape: [2, 3])
            return irfftn(rfftn(x), counts: [2, 3])
        },
        DocumentedExample(
            "fft2(ComplexTensor(real: Tensor([1, 2, 3, 4] as [Float], shape: [2, 2]))).real", [10, -2, -4, 0]
        ) { () -> Tensor in
            fft2(ComplexTensor(real: Tensor([1, 2, 3, 4] as [Float], shape: [2, 2]))).real
        },
        DocumentedExample(
            """
            let z = ComplexTensor(real: Tensor([1, 2, 3, 4] as [Float], shape: [2, 2]))
            ifft2(fft2(z)).real
            """, [1, 2, 3, 4]
        ) { () -> Tensor in
            let z = ComplexTensor(real: Tensor([1, 2, 3, 4] as [Float], shape: [2, 2]))
            return ifft2(fft2(z)).real
        },
        DocumentedExample("rfft2(Tensor([1, 2, 3, 4] as [Float], shape: [2, 2])).real", [10, -2, -4, 0]) {
            () -> Tensor in
            rfft2(Tensor([1, 2, 3, 4] as [Float], shape: [2, 2])).real
        },
        DocumentedExample("irfft2(rfft2(Tensor([1, 2, 3, 4] as [Float], shape: [2, 2])))", [1, 2, 3, 4]) {
            () -> Tensor in
            irfft2(rfft2(Tensor([1, 2, 3, 4] as [Float], shape: [2, 2])))
        },
        DocumentedExample("fftShift(Tensor([0, 1, 2, -2, -1] as [Float]))", [-2, -1, 0, 1, 2]) { () -> Tensor in
            fftShift(Tensor([0, 1, 2, -2, -1] as [Float]))
        },
        DocumentedExample("ifftShift(Tensor([-2, -1, 0, 1, 2] as [Float]))", [0, 1, 2, -2, -1]) { () -> Tensor in
            ifftShift(Tensor([-2, -1, 0, 1, 2] as [Float]))
        },
        DocumentedExample("fftFrequencies(4)", [0, 0.25, -0.5, -0.25]) { () -> Tensor in
            fftFrequencies(4)
        },
        DocumentedExample("rfftFrequencies(4)", [0, 0.25, 0.5]) { () -> Tensor in
            rfftFrequencies(4)
        },
    ]

    static let ofNumbers: [DocumentedExample] = [
        randomExamples, setExamples, complexExamples, fourierExamples,
    ].flatMap { $0 }
}
