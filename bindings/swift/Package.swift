// swift-tools-version: 6.0
import Foundation
import PackageDescription

// ./generate puts the library here. Without the folder, as in an installed system, the linker looks where it always does.
let libraries = Context.packageDirectory + "/lib"
let search: [LinkerSetting] =
    FileManager.default.fileExists(atPath: libraries)
    ? [.unsafeFlags(["-L\(libraries)", "-Xlinker", "-rpath", "-Xlinker", libraries])] : []

let package = Package(
    name: "octostore",
    platforms: [.macOS(.v13), .iOS(.v16)],
    products: [.library(name: "Octostore", targets: ["Octostore"])],
    targets: [
        // Arrow's C interfaces: public, so that callers can hand their own streams in.
        .target(name: "CArrow"),
        // The functions of the library: the generated header and the lean calls beside it.
        .target(name: "octostore_uniffiFFI"),
        // Generated, and an implementation detail.
        .target(
            name: "OctoNative", dependencies: ["octostore_uniffiFFI"],
            linkerSettings: [.linkedLibrary("octostore_uniffi")] + search),
        .target(name: "Octostore", dependencies: ["OctoNative", "octostore_uniffiFFI", "CArrow"]),
        .testTarget(name: "OctostoreTests", dependencies: ["Octostore", "CArrow"]),
    ]
)
