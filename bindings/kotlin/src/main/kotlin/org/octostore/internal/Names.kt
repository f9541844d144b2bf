package org.octostore.internal

// The generated classes that have a namesake in the public package.
internal typealias NativeCancel = org.octostore.uniffi.Cancel
internal typealias NativeContext = org.octostore.uniffi.Context
internal typealias NativeFile = org.octostore.uniffi.FileReader
internal typealias NativeRepo = org.octostore.uniffi.Repo
internal typealias NativeTable = org.octostore.uniffi.Table
