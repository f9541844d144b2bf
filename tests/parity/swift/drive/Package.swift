// swift-tools-version: 6.0
import PackageDescription

let package = Package(
    name: "drive",
    platforms: [.macOS(.v13)],
    dependencies: [.package(name: "octostore", path: "../../../../bindings/swift")],
    targets: [.executableTarget(name: "drive", dependencies: [.product(name: "Octostore", package: "octostore")])]
)
