// swift-tools-version: 6.1
import PackageDescription

let programs = [
    "xor-by-hand", "digits", "mnist-cnn", "cifar-resnet", "tabular-regression", "char-lstm", "small-gpt",
    "variational-autoencoder", "gan", "physics-informed", "transfer-learning", "custom-layer", "custom-gradient", "maml",
    "resume",
]

let package = Package(
    name: "Examples",
    platforms: [.macOS(.v15)],
    dependencies: [.package(name: "Backprop", path: "..")],
    targets: [
        .target(
            name: "ExampleSupport",
            dependencies: ["Backprop", "BackpropData"].map { .product(name: $0, package: "Backprop") })
    ]
        + programs.map { name in
            .executableTarget(
                name: name,
                dependencies: ["ExampleSupport"]
                    + ["Backprop", "BackpropNN", "BackpropData", "BackpropTrain"].map {
                        .product(name: $0, package: "Backprop")
                    })
        },
    swiftLanguageModes: [.v6]
)
