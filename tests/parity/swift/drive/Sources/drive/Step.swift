import Foundation
import Octostore

/// A step of the scenario.
struct Step {
    let verb: String
    private let words: [(key: String, value: [UInt8])]

    init(line: String, dir: String) {
        let parts = line.split(separator: " ")
        verb = String(parts.first ?? "")
        words = parts.dropFirst().map { part in
            let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let value = pair.count > 1 ? pair[1].replacingOccurrences(of: "$DIR", with: dir) : ""
            return (String(pair[0]), Step.decoded(value))
        }
    }

    private static func decoded(_ text: String) -> [UInt8] {
        var (out, rest) = ([UInt8](), Substring(text))
        while let first = rest.first {
            if first == "%", let byte = UInt8(rest.dropFirst().prefix(2), radix: 16) {
                out.append(byte)
                rest = rest.dropFirst(3)
            } else {
                out += Array(String(first).utf8)
                rest = rest.dropFirst()
            }
        }
        return out
    }

    func bytes(_ key: String) -> [UInt8]? { words.first { $0.key == key }?.value }
    func text(_ key: String) -> String? { bytes(key).map { String(decoding: $0, as: UTF8.self) } }
    func need(_ key: String) -> String { text(key) ?? "" }
    func number(_ key: String) -> UInt64 { text(key).flatMap { UInt64($0) } ?? 0 }
    func fraction(_ key: String) -> Double { text(key).flatMap { Double($0) } ?? 0 }
    func flag(_ key: String) -> Bool { number(key) == 1 }
    func texts(_ key: String) -> [String] { words.filter { $0.key == key }.map { String(decoding: $0.value, as: UTF8.self) } }
    func local(_ key: String) -> LocalPath? { bytes(key).map { LocalPath(bytes: $0) } }
    func repoPath(_ key: String) -> RepoPath { RepoPath(bytes: bytes(key) ?? []) }
    func repoPaths(_ key: String) -> [RepoPath] { words.filter { $0.key == key }.map { RepoPath(bytes: $0.value) } }
    var isAsync: Bool { number("async") == 1 }
    var wantsProgress: Bool { number("progress") == 1 }
}
