import Octostore

/// The words that a step prints.
struct Said {
    private let dir: [UInt8]
    private(set) var line: String

    init(dir: String, line: String) {
        self.dir = Array(dir.utf8)
        self.line = line
    }

    mutating func word(_ key: String, _ value: some Sequence<UInt8>) {
        line += " \(key)="
        var rest = Array(value)[...]
        while let byte = rest.first {
            if rest.starts(with: dir) {
                line += "$DIR"
                rest = rest.dropFirst(dir.count)
                continue
            }
            line +=
                byte > 0x20 && byte < 0x7F && byte != 0x25 ? String(UnicodeScalar(byte)) : "%" + hex(UInt64(byte), 2).uppercased()
            rest = rest.dropFirst()
        }
    }

    mutating func word(_ key: String, _ text: String) { word(key, text.utf8) }
    mutating func word(_ key: String, _ number: some BinaryInteger) { word(key, "\(number)") }
    mutating func word(_ key: String, _ flag: Bool) { word(key, "\(flag)") }
    mutating func words(_ key: String, _ values: [String]) { for value in values { word(key, value) } }

    mutating func failed(_ e: OctostoreError) {
        word("error", e.code.name)
        word("code", e.code.rawValue)
        word("retryable", e.retryable)
        word("message", e.message)
        word("hint", e.hint)
        for fact in e.facts { word("context", "\(fact.key):\(fact.value)") }
    }
}

func hex(_ number: UInt64, _ digits: Int) -> String {
    let text = String(number, radix: 16)
    return String(repeating: "0", count: max(0, digits - text.count)) + text
}
