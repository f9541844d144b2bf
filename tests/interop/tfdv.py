"""TFDV 1.16.1 itself, held against octostore: it loads our schemas and anomalies, finds what we find, and infers what we infer.

    tfdv.py CASES    CASES: the folder that octostore-core's tests wrote with OCTOSTORE_TFDV_CASES
"""
import json
import os
import pathlib
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import tensorflow_data_validation as tfdv  # noqa: E402
from google.protobuf import text_format  # noqa: E402
from tensorflow_metadata.proto.v0 import anomalies_pb2, schema_pb2, statistics_pb2  # noqa: E402

# Rules of our own, in tags that TFDV does not look at.
OURS = {"CUSTOM_VALIDATION"}
# Where this TFDV does otherwise than its documentation (docs/anomalies.md) says, and we do what that says: how many of our
# cases, by the type that we find.
KNOWN = {
    # Words for true and false beside numbers are not looked at; none beside text are an unexpected string.
    "BOOL_TYPE_INVALID_CONFIG": 2,
    # Values between 0 and 1 are not seen when the least and the greatest are 0 and 1.
    "BOOL_TYPE_UNEXPECTED_FLOAT": 1,
    # What is wrong with a list or a pair of words by itself is corrected without a word.
    "INVALID_DOMAIN_SPECIFICATION": 2,
    # The greatest number of rows is looked at only beside a least one.
    "DATASET_HIGH_NUM_EXAMPLES": 1,
    # A previous data set without rows is taken for none.
    "COMPARATOR_HIGH_NUM_EXAMPLES": 1,
}


def statistics(text):
    message = statistics_pb2.DatasetFeatureStatisticsList()
    text_format.Parse(text, message.datasets.add())
    return message


def types(info):
    return [anomalies_pb2.AnomalyInfo.Type.Name(r.type) for r in info.reason]


def theirs(case):
    schema = text_format.Parse(case["schema"], schema_pb2.Schema())
    found = tfdv.validate_statistics(
        statistics(case["statistics"]),
        schema,
        environment=case["environment"] or None,
        previous_statistics=statistics(case["previous"]) if case["previous"] is not None else None,
    )
    dataset = types(found.dataset_anomaly_info) if found.HasField("dataset_anomaly_info") else None
    return {name: types(info) for name, info in found.anomaly_info.items()}, dataset, found.data_missing


def differs(case):
    """What TFDV says of a case, if it is not what we say."""
    ours = {name: [t for t in kinds if t not in OURS] for name, kinds in case["anomalies"].items()}
    ours = {name: kinds for name, kinds in ours.items() if kinds}
    try:
        told = theirs(case)
    except Exception as e:  # TFDV refuses some schemas with an exception
        return f"{type(e).__name__}: {str(e)[:200]}"
    return None if told == (ours, case["dataset"], case["data_missing"]) else told


def inferred(folder):
    """Our golden statistics give TFDV the golden schema, and the schema of the text that we print."""
    for path in sorted(folder.glob("*.statistics.pbtxt")):
        schema = path.with_name(path.name.replace("statistics", "schema"))
        if schema.exists():
            told = tfdv.infer_schema(tfdv.load_stats_text(str(path)))
            assert told == tfdv.load_schema_text(str(schema)), path.name
            print(f"| {path.name} | inferred alike |")


def main(folder):
    cases = [json.loads(p.read_text()) for p in sorted(pathlib.Path(folder).glob("*.json"))]
    inferred(pathlib.Path(__file__).parents[1] / "data/tfdv/golden")
    seen, wrong, known, kinds = 0, 0, dict.fromkeys(KNOWN, 0), set()
    for case in cases:
        ours = [t for found in case["anomalies"].values() for t in found] + (case["dataset"] or [])
        kinds.update(ours)
        told = differs(case)
        expected = [t for t in ours if t in KNOWN]
        if told is None:
            seen += 1
        elif len(ours) == 1 and expected:
            known[expected[0]] += 1
        else:
            wrong += 1
            print(f"TFDV: {told}\nours: {ours}\n{case['schema']}{case['statistics']}{case['previous'] or ''}", file=sys.stderr)
    print(f"| cases | {seen} alike, {wrong} not, {sum(known.values())} as documented, {len(kinds)} types of anomaly |")
    if known != KNOWN:
        print(f"as documented, but not by TFDV: {known}, where {KNOWN} was expected", file=sys.stderr)
    return 1 if wrong or known != KNOWN or not cases else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
