/// Which data ``Repo/clone(_:to:data:copyTo:branch:program:context:progress:)`` writes into the new work tree.
public enum DataChoice: Hashable, Sendable {
    /// All of the checked-out branch.
    case all
    /// None: the files stay pointers until they are pulled.
    case none
    /// The files that match one of these patterns (as in `.gitignore`).
    case matching([String])

    var patterns: [String]? {
        switch self {
        case .all: nil
        case .none: []
        case .matching(let patterns): patterns
        }
    }
}
