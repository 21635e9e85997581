// swift-tools-version: 6.1
import PackageDescription

let package = Package(
    name: "Backprop",
    platforms: [.macOS(.v15)],
    products: [
        .library(name: "Backprop", targets: ["Backprop"]),
        .library(name: "BackpropNN", targets: ["BackpropNN"]),
        .library(name: "BackpropFiles", targets: ["BackpropFiles"]),
        .library(name: "BackpropText", targets: ["BackpropText"]),
        .library(name: "BackpropData", targets: ["BackpropData"]),
        .library(name: "BackpropTrain", targets: ["BackpropTrain"]),
        .library(name: "BackpropModels", targets: ["BackpropModels"]),
        .library(name: "BackpropTuning", targets: ["BackpropTuning"]),
        .library(name: "BackpropRules", targets: ["BackpropRules"]),
        .library(name: "BackpropXLA", targets: ["BackpropXLA"]),
        .executable(name: "backprop", targets: ["backprop-tool"]),
        .executable(name: "backprop-bench", targets: ["backprop-bench"]),
        .executable(name: "backprop-conformance", targets: ["backprop-conformance"]),
    ],
    traits: [
        .trait(name: "Images", description: "Decodes PNG and JPEG, by libpng and libjpeg-turbo of the system.")
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    ],
    targets: [
        .target(name: "CKernels"),
        .target(
            name: "Backprop", dependencies: ["CKernels"],
            exclude: ["Base", "Tensor", "Graph", "Gradient", "Plan", "CPU"].map { $0 + "/README.md" }),
        .target(name: "BackpropFiles", dependencies: ["Backprop"]),
        .target(name: "BackpropNN", dependencies: ["Backprop", "BackpropFiles"]),
        .target(name: "BackpropText", dependencies: ["BackpropFiles"], exclude: ["README.md"]),
        .target(
            name: "BackpropModels", dependencies: ["Backprop", "BackpropFiles", "BackpropNN", "BackpropText"],
            exclude: ["README.md"]),
        .systemLibrary(name: "CLibPNG", pkgConfig: "libpng", providers: [.apt(["libpng-dev"]), .brew(["libpng"])]),
        .systemLibrary(
            name: "CLibJPEG", pkgConfig: "libjpeg", providers: [.apt(["libjpeg-dev"]), .brew(["jpeg-turbo"])]),
        .target(
            name: "CImages",
            dependencies: [
                .target(name: "CLibPNG", condition: .when(traits: ["Images"])),
                .target(name: "CLibJPEG", condition: .when(traits: ["Images"])),
            ],
            cSettings: [.define("BACKPROP_IMAGES", .when(traits: ["Images"]))]),
        .target(
            name: "BackpropData",
            dependencies: [
                "Backprop", "BackpropFiles", .target(name: "CImages", condition: .when(traits: ["Images"])),
            ]),
        .target(
            name: "BackpropTrain",
            dependencies: [
                "Backprop", "BackpropFiles", "BackpropNN", "BackpropData", .product(name: "Yams", package: "Yams"),
            ]),
        .target(
            name: "BackpropRules", dependencies: ["Backprop", "BackpropNN", "BackpropData", "BackpropTrain"],
            exclude: ["README.md"]),
        .target(
            name: "BackpropTuning",
            dependencies: [
                "Backprop", "BackpropData", "BackpropFiles", "BackpropModels", "BackpropNN", "BackpropText",
                "BackpropTrain",
            ], exclude: ["README.md"]),
        .target(name: "CPJRT"),
        .target(name: "BackpropXLA", dependencies: ["Backprop", "BackpropFiles", "CPJRT"], exclude: ["README.md"]),
        .executableTarget(
            name: "backprop-tool",
            dependencies: [
                "BackpropData", "BackpropModels", "BackpropRules", "BackpropText", "BackpropTrain", "BackpropTuning",
                "BackpropXLA", .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            path: "Sources/backprop"
        ),
        .executableTarget(
            name: "backprop-bench",
            dependencies: [
                "BackpropNN", "BackpropText", "BackpropTrain", "BackpropXLA",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]
        ),
        .executableTarget(
            name: "backprop-conformance",
            dependencies: [
                "Backprop", "BackpropNN", "BackpropData", "BackpropModels", "BackpropXLA",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]
        ),
        .testTarget(name: "BackpropTests", dependencies: ["Backprop", "BackpropXLA", "CKernels"]),
        .testTarget(name: "BackpropNNTests", dependencies: ["BackpropNN"]),
        .testTarget(name: "BackpropTextTests", dependencies: ["BackpropText"]),
        .testTarget(name: "BackpropDataTests", dependencies: ["BackpropData"]),
        // A training that the tests kill.
        .executableTarget(
            name: "TrainingTrial",
            dependencies: ["Backprop", "BackpropFiles", "BackpropNN", "BackpropData", "BackpropTrain"],
            path: "Tests/TrainingTrial"),
        .testTarget(name: "BackpropTrainTests", dependencies: ["BackpropTrain", "TrainingTrial"]),
        .testTarget(name: "BackpropModelsTests", dependencies: ["BackpropModels", "BackpropText"]),
        .testTarget(name: "BackpropTuningTests", dependencies: ["BackpropTuning"]),
        .testTarget(name: "BackpropRulesTests", dependencies: ["BackpropRules"]),
        .testTarget(name: "BackpropXLATests", dependencies: ["BackpropXLA", "BackpropNN"]),
        .testTarget(name: "BackpropConformanceTests", dependencies: ["backprop-conformance", "BackpropModels"]),
        .testTarget(name: "BackpropToolTests", dependencies: ["backprop-tool", "BackpropData", "BackpropModels"]),
    ],
    swiftLanguageModes: [.v6]
)
