// swift-tools-version: 6.2
import PackageDescription

// A program of its own that asks a daemon. With a released version, name its URL instead of a path.
let package = Package(
    name: "probe",
    dependencies: [.package(name: "neurond", path: "../..")],
    targets: [
        .executableTarget(
            name: "probe", dependencies: [.product(name: "NeurondClient", package: "neurond")])
    ]
)
