// swift-tools-version: 6.2
import PackageDescription

/// What every target of this package is compiled with.
let houseSettings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableExperimentalFeature("Lifetimes"),
    .treatAllWarnings(as: .error),
]

/// For modules that hold no pointer: the compiler proves it.
let safeSettings = houseSettings + [.strictMemorySafety()]

/// Kernels are optimised in debug builds too, so that tests of whole models stay quick.
let kernelFacadeSettings = houseSettings + [.unsafeFlags(["-O"])]

/// One module per instruction set.
///
/// The whole module is compiled for it, and one is chosen at run time. Without cross-module optimization, which could copy a kernel into a module of another
/// instruction set.
func kernelSettings(_ options: [String]) -> [SwiftSetting] {
    var flags = ["-O", "-disable-cmo"]
    #if arch(x86_64)
        flags += options.flatMap { ["-Xcc", $0] }
    #endif
    return houseSettings + [.unsafeFlags(flags)]
}

let protobuf = Target.Dependency.product(name: "SwiftProtobuf", package: "swift-protobuf")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let toml = Target.Dependency.product(name: "TOMLKit", package: "TOMLKit")
let database = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let argumentParser = Target.Dependency.product(
    name: "ArgumentParser", package: "swift-argument-parser")

/// Modules in the order of their arrows; `TidyTests` keeps the imports to this.
let libraries: [Target] = [
    .systemLibrary(name: "CLibuv", pkgConfig: "libuv", providers: [.apt(["libuv1-dev"])]),
    .target(name: "CIntrinsics"),
    .target(name: "Build", swiftSettings: safeSettings),
    .target(name: "EventLoop", dependencies: ["CLibuv"], swiftSettings: houseSettings),
    .target(name: "Wire", swiftSettings: safeSettings),
    .target(name: "Messages", dependencies: [protobuf], swiftSettings: houseSettings),
    .target(name: "StrictJSON", swiftSettings: safeSettings),
    .target(name: "Hooks", dependencies: ["StrictJSON", crypto], swiftSettings: safeSettings),
    .target(
        name: "HookMessages", dependencies: ["Hooks", "Messages", protobuf],
        swiftSettings: safeSettings),
    .target(name: "KernelTypes", swiftSettings: kernelFacadeSettings),
    .target(
        name: "KernelsPortable", dependencies: ["CIntrinsics", "KernelTypes"],
        swiftSettings: kernelSettings([])),
    .target(
        name: "KernelsAVX2", dependencies: ["CIntrinsics", "KernelTypes"],
        swiftSettings: kernelSettings(["-march=x86-64-v3"])),
    .target(
        name: "KernelsAVX512", dependencies: ["CIntrinsics", "KernelTypes"],
        swiftSettings: kernelSettings(["-march=x86-64-v4", "-mavx512vnni"])),
    .target(
        name: "Kernels",
        dependencies: [
            "CIntrinsics", "KernelTypes", "KernelsPortable", "KernelsAVX2", "KernelsAVX512",
        ],
        swiftSettings: kernelFacadeSettings),
    .target(name: "Tokenizer", dependencies: ["StrictJSON", crypto], swiftSettings: safeSettings),
    .target(
        name: "ModelFile", dependencies: ["StrictJSON", "Tokenizer", crypto],
        swiftSettings: houseSettings),
    .target(
        name: "Engine", dependencies: ["Hooks", "Kernels", "ModelFile", "Tokenizer"],
        swiftSettings: safeSettings),
    .target(
        name: "Service",
        dependencies: [
            "Engine", "Hooks", "HookMessages", "Kernels", "Messages", "ModelFile", "Tokenizer",
            "Wire", crypto, protobuf,
        ],
        swiftSettings: safeSettings),
    .target(name: "Supervision", dependencies: ["Hooks"], swiftSettings: safeSettings),
    .target(name: "Metrics", swiftSettings: safeSettings),
    .target(name: "Settings", dependencies: [toml], swiftSettings: safeSettings),
    .target(
        name: "Configuration", dependencies: ["EventLoop", "Hooks", "Settings", "Supervision"],
        swiftSettings: safeSettings),
    .target(
        name: "Daemon",
        dependencies: [
            "EventLoop", "Messages", "Metrics", "StrictJSON", "Supervision", "Wire", crypto,
            logging, protobuf,
        ],
        swiftSettings: houseSettings),
    .target(
        name: "NeurondClient",
        dependencies: [
            "EventLoop", "HookMessages", "Hooks", "Messages", "Wire", crypto, protobuf,
        ],
        swiftSettings: houseSettings),
    .target(
        name: "Studies",
        dependencies: [
            "HookMessages", "Hooks", "Messages", "NeurondClient", "Settings", "StrictJSON", crypto,
            database, protobuf,
        ],
        swiftSettings: houseSettings),
]

let executables: [Target] = [
    .executableTarget(
        name: "neurond",
        dependencies: [
            "Build", "Configuration", "Daemon", "Engine", "EventLoop", "Kernels", "ModelFile",
            "Service", "Settings",
            "Supervision", "Tokenizer", "Wire", argumentParser, logging,
        ],
        swiftSettings: houseSettings),
    .executableTarget(
        name: "neuronctl",
        dependencies: [
            "Build", "EventLoop", "HookMessages", "Hooks", "Messages", "ModelFile", "NeurondClient",
            "StrictJSON", "Studies", "Wire", argumentParser, protobuf,
        ],
        swiftSettings: houseSettings),
    .executableTarget(
        name: "neurond-bench",
        dependencies: [
            "Build", "Engine", "Hooks", "Kernels", "ModelFile", "Tokenizer", argumentParser,
        ],
        swiftSettings: houseSettings),
]

func tests(of name: String, needs dependencies: [Target.Dependency]) -> Target {
    .testTarget(
        name: "\(name)Tests", dependencies: dependencies, swiftSettings: houseSettings)
}

let tests: [Target] = [
    .target(name: "ExitTesting", path: "Tests/ExitTesting", swiftSettings: houseSettings),
    .target(name: "TestSupport", path: "Tests/TestSupport", swiftSettings: houseSettings),
    tests(of: "EventLoop", needs: ["EventLoop", "ExitTesting", "TestSupport"]),
    tests(of: "Wire", needs: ["TestSupport", "Wire", crypto]),
    tests(of: "StrictJSON", needs: ["ExitTesting", "StrictJSON"]),
    tests(of: "Hooks", needs: ["Hooks", "StrictJSON", "TestSupport"]),
    tests(of: "HookMessages", needs: ["HookMessages", "Hooks", "Messages", protobuf]),
    tests(of: "Kernels", needs: ["ExitTesting", "Kernels", "TestSupport"]),
    tests(of: "Tokenizer", needs: ["StrictJSON", "TestSupport", "Tokenizer"]),
    .target(
        name: "HostileFiles", dependencies: ["ModelFile"], path: "Tests/HostileFiles",
        swiftSettings: houseSettings),
    .executableTarget(
        name: "neurond-hostile", dependencies: ["HostileFiles", "ModelFile"],
        path: "Tests/HostileRun", swiftSettings: houseSettings),
    tests(
        of: "ModelFile",
        needs: [
            "HostileFiles", "ModelFile", "neurond-hostile", "StrictJSON", "TestSupport",
            "Tokenizer",
        ]),
    tests(
        of: "Engine",
        needs: [
            "Engine", "Hooks", "HostileFiles", "Kernels", "ModelFile", "TestSupport", "Tokenizer",
        ]),
    tests(
        of: "Service",
        needs: [
            "Service", "Engine", "Hooks", "HookMessages", "Kernels", "Messages", "ModelFile",
            "TestSupport", "Wire", protobuf,
        ]),
    tests(of: "Metrics", needs: ["Metrics"]),
    tests(of: "Settings", needs: ["Settings"]),
    tests(of: "Supervision", needs: ["Supervision", "Hooks"]),
    tests(
        of: "Configuration",
        needs: ["Configuration", "EventLoop", "Supervision", "TestSupport"]),
    .executableTarget(
        name: "DaemonTestHost",
        dependencies: [
            "Daemon", "EventLoop", "Messages", "Supervision", "Wire", logging, protobuf,
        ],
        path: "Tests/DaemonTestHost", swiftSettings: houseSettings),
    tests(
        of: "Daemon",
        needs: [
            "Daemon", "DaemonTestHost", "neurond", "neuronctl", "EventLoop", "HookMessages",
            "Hooks", "Messages", "Supervision", "TestSupport", "Wire", crypto, logging,
            protobuf,
        ]),
    .target(
        name: "FakeDaemon", dependencies: ["EventLoop", "Messages", "Wire", protobuf],
        path: "Tests/FakeDaemon", swiftSettings: houseSettings),
    tests(
        of: "NeurondClient",
        needs: [
            "FakeDaemon", "NeurondClient", "EventLoop", "HookMessages", "Hooks", "Messages",
            "TestSupport", "Wire", protobuf,
        ]),
    tests(
        of: "Studies",
        needs: [
            "FakeDaemon", "Hooks", "Messages", "NeurondClient", "StrictJSON", "Studies",
            "TestSupport", "Wire", database, protobuf,
        ]),
    tests(
        of: "Neuronctl",
        needs: [
            "Configuration", "FakeDaemon", "Kernels", "neurond", "neuronctl", "NeurondClient",
            "EventLoop", "HookMessages", "Hooks", "Messages", "ModelFile", "StrictJSON", "Studies",
            "Supervision", "TestSupport", "Wire", argumentParser, logging, protobuf,
        ]),
    tests(
        of: "NeurondBench",
        needs: [
            "Build", "neurond-bench", "Kernels", "ModelFile", "StrictJSON", "TestSupport",
            "Tokenizer",
        ]),
    .executableTarget(
        name: "neurond-chaos",
        dependencies: [
            "EventLoop", "HookMessages", "Hooks", "Messages", "NeurondClient", "Wire",
            argumentParser, protobuf,
        ],
        path: "Tests/Chaos", swiftSettings: houseSettings),
    tests(
        of: "EndToEnd",
        needs: [
            "neurond", "neuronctl", "neurond-chaos", "EventLoop", "Hooks", "Messages", "ModelFile",
            "NeurondClient", "Studies", "TestSupport", protobuf,
        ]),
    .target(
        name: "FuzzTargets",
        dependencies: [
            "HookMessages", "Hooks", "HostileFiles", "Messages", "ModelFile", "Tokenizer", "Wire",
            protobuf,
        ],
        path: "Fuzz/Targets", swiftSettings: safeSettings),
    tests(of: "FuzzVector", needs: ["FuzzTargets", "TestSupport"]),
    tests(of: "Tidy", needs: []),
]

/// The fuzzer links libFuzzer, which an ordinary build does not have; `Ops/fuzz` sets the variable.
let fuzzers: [Target] =
    Context.environment["NEUROND_FUZZ"] == nil
    ? []
    : [
        .systemLibrary(name: "CFuzzer", path: "Fuzz/CFuzzer"),
        .executableTarget(
            name: "neurond-fuzz", dependencies: ["CFuzzer", "FuzzTargets"], path: "Fuzz/Runner",
            swiftSettings: houseSettings),
    ]

let package = Package(
    name: "neurond",
    products: [
        .executable(name: "neurond", targets: ["neurond"]),
        .executable(name: "neuronctl", targets: ["neuronctl"]),
        .executable(name: "neurond-bench", targets: ["neurond-bench"]),
        .library(
            name: "NeurondClient", targets: ["NeurondClient", "EventLoop", "Hooks", "Messages"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/LebJe/TOMLKit", from: "0.6.0"),
    ],
    targets: libraries + executables + tests + fuzzers
)
