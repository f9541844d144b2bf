import Foundation
internal import OctoNative

/// What went wrong, where, and what to do about it. Every call of the library throws this and nothing else.
///
/// ```swift
/// do {
///     try await repo.push()
/// } catch {
///     switch error.code {
///     case .storeNotConfigured: askForStore()
///     case .cancelled: break
///     default: show(error.message, hint: error.hint)
///     }
/// }
/// ```
public struct OctostoreError: Error, Hashable, Sendable {
    /// The stable code.
    public let code: ErrorCode
    /// One sentence: what is wrong with what.
    public let message: String
    /// One sentence: what to do. May be empty.
    public let hint: String
    /// Whether the same call may work when it is tried again with nothing changed.
    public let retryable: Bool
    /// Named facts, such as `path`, `store` and `commit`, in the library's order.
    public let facts: [Fact]

    /// A named fact.
    public struct Fact: Hashable, Sendable {
        /// Its name.
        public let key: String
        /// What it is.
        public let value: String
    }

    /// The named facts by their names.
    public var context: [String: String] {
        Dictionary(facts.map { ($0.key, $0.value) }, uniquingKeysWith: { first, _ in first })
    }

    init(code: ErrorCode, message: String, hint: String = "", retryable: Bool = false, facts: [Fact] = []) {
        self.code = code
        self.message = message
        self.hint = hint
        self.retryable = retryable
        self.facts = facts
    }

    init(_ error: any Error) {
        if let error = error as? OctostoreError {
            self = error
        } else if case .Failed(let number, let name, let what, let hint, let retryable, let keys, let values)? = error as? Failure
        {
            let code = ErrorCode(rawValue: number)
            self.init(
                code: code ?? .internal, message: code == nil ? "\(name): \(what)" : what, hint: hint, retryable: retryable,
                facts: zip(keys, values).map(Fact.init))
        } else {
            self.init(panic: error)
        }
    }

    /// A panic of the library, or bindings that do not fit it.
    private init(panic: any Error) {
        let what = (panic as? any LocalizedError)?.errorDescription ?? "\(panic)"
        self.init(
            code: .internal, message: "internal error: \(what)",
            hint: "This is a defect of octostore; please report it with this line.")
    }
}

extension OctostoreError: CustomStringConvertible, LocalizedError {
    public var description: String { hint.isEmpty ? message : "\(message)\n\(hint)" }
    public var errorDescription: String? { message }
    public var recoverySuggestion: String? { hint.isEmpty ? nil : hint }
}

/// The same result, with our error.
func translated<Value>(_ body: () throws -> Value) throws(OctostoreError) -> Value {
    try checkLibrary()
    do {
        return try body()
    } catch {
        throw OctostoreError(error)
    }
}

/// An error if the library that was loaded is of another build than this package: to call it could do anything.
func checkLibrary() throws(OctostoreError) {
    guard !libraryFits else { return }
    throw OctostoreError(
        code: .unsupported, message: "the octostore library that was loaded is not the one that this package was made for",
        hint: "Make both by the same build, and look for another liboctostore_uniffi where libraries are loaded from.")
}
