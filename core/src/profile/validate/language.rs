//! Natural language and images, by the statistics that the profiler keeps of them.

use super::anomaly::Reason;
use crate::profile::messages::{
    AnomalyInfoType as A, CustomStatisticVal, Feature, FeatureCoverageConstraints, FeatureDomainInfo as Domain,
    FeatureNameStatisticsStats as Stats, Message, NaturalLanguageDomain, NaturalLanguageStatistics,
    NaturalLanguageStatisticsTokenStatistics as TokenStatistics,
    NaturalLanguageStatisticsTokenStatisticsToken as Token, SequenceValueConstraints,
    SequenceValueConstraintsValue as Wanted,
};
use crate::profile::schema::FeatureView;

pub(super) fn images(view: &FeatureView<'_>, feature: &mut Feature) -> Vec<Reason> {
    let Some(Domain::ImageDomain(domain)) = &mut feature.domain_info else { return Vec::new() };
    let mut reasons = Vec::new();
    if let (Some(min), Some(CustomStatisticVal::RankHistogram(formats))) =
        (domain.minimum_supported_image_fraction, view.custom("image_format_histogram"))
    {
        let count = |known: bool| -> f64 {
            formats.buckets.iter().filter(|b| (b.label != "UNKNOWN") == known).map(|b| b.sample_count).sum()
        };
        let share = (count(true) / (count(true) + count(false))) as f32;
        if share < min {
            let why = format!("A share of {share} of the values are images that are known, and {min} is asked for.");
            reasons.push(Reason::new(A::LowSupportedImageFraction, "Low supported image fraction", why));
            domain.minimum_supported_image_fraction = Some(share);
        }
    }
    if let (Some(max), Some(Stats::BytesStats(stats))) = (domain.max_image_byte_size, &view.statistics.stats)
        && stats.max_num_bytes_int > max
    {
        let why = format!("The largest image has {} bytes, and {max} are allowed.", stats.max_num_bytes_int);
        reasons.push(Reason::new(A::MaxImageByteSizeExceeded, "Image too large", why));
        domain.max_image_byte_size = Some(stats.max_num_bytes_int);
    }
    reasons
}

pub(super) fn check(view: &FeatureView<'_>, feature: &mut Feature) -> Vec<Reason> {
    let Some(Domain::NaturalLanguageDomain(domain)) = &mut feature.domain_info else { return Vec::new() };
    let asks = domain.coverage.as_ref().is_some_and(|c| c.min_coverage.is_some() || c.min_avg_token_length.is_some());
    if !asks && domain.token_constraints.is_empty() {
        return Vec::new();
    }
    let statistics = match view.custom("nl_statistics") {
        Some(CustomStatisticVal::Any(any)) => NaturalLanguageStatistics::decode(any.value.as_slice()).ok(),
        _ => None,
    };
    let checked = statistics.and_then(|s| constraints(&s, domain));
    checked.unwrap_or_else(|| {
        feature.domain_info = None;
        let why = "The schema has rules for the text's words, and the statistics do not have what they need.";
        vec![Reason::new(A::StatsNotAvailable, "Natural language statistics are missing", why)]
    })
}

fn constraints(statistics: &NaturalLanguageStatistics, domain: &mut NaturalLanguageDomain) -> Option<Vec<Reason>> {
    let mut reasons = Vec::new();
    if let Some(asked) = &mut domain.coverage {
        coverage(statistics, asked, &mut reasons);
    }
    for constraint in &mut domain.token_constraints {
        let is = |t: &&TokenStatistics| match (&t.token, &constraint.value) {
            (Some(Token::StringToken(is)), Some(Wanted::StringValue(asked))) => is == asked,
            (Some(Token::IntToken(is)), Some(Wanted::IntValue(asked))) => is == asked,
            _ => false,
        };
        if constraint.value.is_some() {
            let token = statistics.token_statistics.iter().find(is)?;
            occurrences(token, constraint, &mut reasons);
        }
    }
    Some(reasons)
}

fn coverage(statistics: &NaturalLanguageStatistics, asked: &mut FeatureCoverageConstraints, reasons: &mut Vec<Reason>) {
    let is = statistics.feature_coverage;
    if let Some(min) = asked.min_coverage.filter(|min| is < f64::from(*min)) {
        let why = format!("A share of {is} of the words is in the vocabulary, and {min} is asked for.");
        reasons.push(Reason::new(A::FeatureCoverageTooLow, "Feature coverage is too low", why));
        asked.min_coverage = Some(is as f32);
    }
    let is = statistics.avg_token_length;
    if let Some(min) = asked.min_avg_token_length.filter(|min| is < f64::from(*min)) {
        let why = format!("Words have {is} characters on average, and {min} are asked for.");
        reasons.push(Reason::new(A::FeatureCoverageTooShortAvgTokenLength, "Average token length is too short", why));
        asked.min_avg_token_length = Some(is as f32);
    }
}

fn occurrences(token: &TokenStatistics, asked: &mut SequenceValueConstraints, reasons: &mut Vec<Reason>) {
    let name = match &asked.value {
        Some(Wanted::StringValue(value)) => value.clone(),
        Some(Wanted::IntValue(value)) => value.to_string(),
        None => return,
    };
    let is = token.fraction_of_sequences;
    let share = |limit: &str, asked: f32| {
        format!("\"{name}\" is in a share of {is} of the rows, and {limit} {asked} is allowed.")
    };
    if let Some(min) = asked.min_fraction_of_sequences.filter(|min| is < f64::from(*min)) {
        let title = "Value occurs in too small a fraction of sequences";
        reasons.push(Reason::new(A::SequenceValueTooSmallFraction, title, share("at least", min)));
        asked.min_fraction_of_sequences = Some(is as f32);
    }
    if let Some(max) = asked.max_fraction_of_sequences.filter(|max| is > f64::from(*max)) {
        let title = "Value occurs in too large a fraction of sequences";
        reasons.push(Reason::new(A::SequenceValueTooLargeFraction, title, share("at most", max)));
        asked.max_fraction_of_sequences = Some(is as f32);
    }
    let (few, many) = (token.per_sequence_min_frequency, token.per_sequence_max_frequency);
    if let Some(min) = asked.min_per_sequence.filter(|min| few < *min as f64) {
        let why = format!("\"{name}\" is {few} times in some rows, and at least {min} is allowed.");
        reasons.push(Reason::new(A::SequenceValueTooFewOccurrences, "Value has too few per-sequence occurrences", why));
        asked.min_per_sequence = Some(few as i64);
    }
    if let Some(max) = asked.max_per_sequence.filter(|max| many > *max as f64) {
        let why = format!("\"{name}\" is {many} times in some rows, and at most {max} is allowed.");
        reasons.push(Reason::new(
            A::SequenceValueTooManyOccurrences,
            "Value has too many per-sequence occurrences",
            why,
        ));
        asked.max_per_sequence = Some(many as i64);
    }
}
