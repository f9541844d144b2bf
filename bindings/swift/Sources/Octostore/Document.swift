import Foundation
internal import OctoNative

/// What a call found out: a report as JSON, and with it the documents that other programs read, by name.
///
/// ```swift
/// let profile = try await repo.profile("data/train.csv")
/// try profile.parts["statistics.pb"]?.write(to: URL(fileURLWithPath: "train.pb"))
/// ```
public struct Document: Hashable, Sendable {
    /// Whether the answer is yes: no anomalies, no leak, no difference. Calls that ask nothing always say yes.
    public let answer: Bool
    /// The report, as JSON.
    public let json: String
    /// The documents. Text is UTF-8.
    public let parts: [String: Data]

    /// A part that is text, if the document has it.
    public func text(_ name: String) -> String? { parts[name].map { String(decoding: $0, as: UTF8.self) } }

    init(_ d: OctoNative.Document) {
        answer = d.answer
        json = d.json
        parts = d.parts
    }
}
