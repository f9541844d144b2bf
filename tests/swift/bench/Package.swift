// swift-tools-version: 6.0
import PackageDescription

let package = Package(
    name: "speed",
    platforms: [.macOS(.v13)],
    dependencies: [.package(name: "octostore", path: "../../../bindings/swift")],
    targets: [.executableTarget(name: "speed", dependencies: [.product(name: "Octostore", package: "octostore")])]
)
