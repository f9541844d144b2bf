// swift-tools-version: 6.0
import PackageDescription

let package = Package(
    name: "embedding",
    platforms: [.macOS(.v13)],
    dependencies: [.package(name: "octostore", path: "../../../../bindings/swift")],
    targets: [.executableTarget(name: "embedding", dependencies: [.product(name: "Octostore", package: "octostore")])]
)
