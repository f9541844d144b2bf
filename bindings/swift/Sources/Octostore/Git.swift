internal import OctoNative

// What git calls: for programs that ship no octostore command of their own, and name themselves as the `program` of
// `Repo.initialize`. git then starts `program filter-process` and `program hook NAME ARGUMENT...`.

/// Serves git's long-running filter process on standard input and output until git ends it.
public func filterProcess(context: Context? = nil) throws(OctostoreError) {
    try translated { try OctoNative.filterProcess(context: Context.native(context)) }
}

/// Runs a hook by its name, with the arguments and standard input that git gave it.
public func runHook(_ name: String, arguments: [String] = [], context: Context? = nil) throws(OctostoreError) {
    try translated { try OctoNative.runHook(context: Context.native(context), name: name, args: arguments) }
}
