// swift-tools-version: 6.0
import PackageDescription

// ../driver names a copy that is linked to the test build.
let octostore = Context.environment["OCTOSTORE_SWIFT_PACKAGE"] ?? "../../../../bindings/swift"

let package = Package(
    name: "drive",
    platforms: [.macOS(.v13)],
    dependencies: [.package(name: "octostore", path: octostore)],
    targets: [.executableTarget(name: "drive", dependencies: [.product(name: "Octostore", package: "octostore")])]
)
