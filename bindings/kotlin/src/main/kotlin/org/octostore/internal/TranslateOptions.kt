package org.octostore.internal

import org.octostore.Document
import org.octostore.ExamplesOptions
import org.octostore.FeaturesOptions
import org.octostore.ImportOptions
import org.octostore.ProfileOptions
import org.octostore.SampleOptions
import org.octostore.SchemaOptions
import org.octostore.SplitOptions
import org.octostore.ValidateOptions
import org.octostore.ViewOptions
import org.octostore.uniffi.Document as NativeDocument
import org.octostore.uniffi.ExamplesOptions as NativeExamplesOptions
import org.octostore.uniffi.FeaturesOptions as NativeFeaturesOptions
import org.octostore.uniffi.ImportOptions as NativeImportOptions
import org.octostore.uniffi.ProfileOptions as NativeProfileOptions
import org.octostore.uniffi.SampleOptions as NativeSampleOptions
import org.octostore.uniffi.SchemaOptions as NativeSchemaOptions
import org.octostore.uniffi.SplitOptions as NativeSplitOptions
import org.octostore.uniffi.ValidateOptions as NativeValidateOptions
import org.octostore.uniffi.ViewOptions as NativeViewOptions

// The options of the calls on rows, statistics and schemas as the library takes them, and what these calls give.

internal fun NativeDocument.ours() = Document(answer, json, parts)

/** A number of things; a seed may be any number. */
private fun count(name: String, value: Long): ULong {
    require(value >= 0) { "$name is negative" }
    return value.toULong()
}

internal fun ImportOptions.raw() = NativeImportOptions(update, inPlace, sample, profile, commit, onError, license, only)

internal fun ProfileOptions.raw() = NativeProfileOptions(tfdv, columns, weight, slices, write, onError)

internal fun SchemaOptions.raw() = NativeSchemaOptions(infer, against, accept, write)

internal fun ValidateOptions.raw() = NativeValidateOptions(schema, against, serving, environment, count("rows", rows))

internal fun SampleOptions.raw() =
    NativeSampleOptions(fraction, count("rows", rows), method, key, stratify, time, seed.toULong(), to)

internal fun SplitOptions.raw() = NativeSplitOptions(
    parts, by, stratify, time, gap, count("folds", folds), buckets, seed.toULong(), name, check, to,
)

internal fun ExamplesOptions.raw() = NativeExamplesOptions(to, format, split, count("shards", shards), partition)

internal fun FeaturesOptions.raw() = NativeFeaturesOptions(label, save, rev, maxMissing, maxCorrelation)

internal fun ViewOptions.raw() = NativeViewOptions(against)
