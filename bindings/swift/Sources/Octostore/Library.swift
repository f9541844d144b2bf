internal import OctoNative

/// The version of the library.
public var version: String { OctoNative.version() }

/// Whether the library was built with a feature: `s3`, `azure`, `gcs`, `tabular`, `env` or `runs`.
public func hasFeature(_ name: String) -> Bool { OctoNative.hasFeature(name: name) }
