// swift-tools-version: 6.0
import PackageDescription

let package = Package(
    name: "panel",
    platforms: [.macOS(.v13)],
    dependencies: [.package(name: "octostore", path: "../../../bindings/swift")],
    targets: [.executableTarget(name: "panel", dependencies: [.product(name: "Octostore", package: "octostore")])]
)
