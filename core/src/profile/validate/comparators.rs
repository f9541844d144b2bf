//! Drift from an earlier version, and skew between training and serving.

use super::anomaly::Reason;
use super::{Views, distance};
use crate::profile::messages::{
    AnomalyInfoType as A, DriftSkewInfo, DriftSkewInfoMeasurement as Measurement,
    DriftSkewInfoMeasurementType as MeasurementType, Feature, FeatureComparator, Histogram, HistogramHistogramType,
    HistogramSelection, HistogramSelectionType,
};
use crate::profile::schema::{DatasetView, FeatureView};

/// The other side of a comparison.
struct Control<'a> {
    dataset: &'a DatasetView<'a>,
    name: &'static str,
    ours: &'static str,
}

pub(super) fn check(
    views: &Views<'_>,
    view: &FeatureView<'_>,
    feature: &mut Feature,
) -> (Vec<Reason>, Option<DriftSkewInfo>) {
    let mut reasons = Vec::new();
    let mut measured = DriftSkewInfo { path: Some(view.path.message()), ..DriftSkewInfo::default() };
    if let (Some(comparator), Some(dataset)) = (&mut feature.drift_comparator, &views.previous) {
        let control = Control { dataset, name: "previous", ours: "current" };
        measured.drift_measurements = compare(view, &control, comparator, &mut reasons);
    }
    if let (Some(comparator), Some(dataset)) = (&mut feature.skew_comparator, &views.serving) {
        let control = Control { dataset, name: "serving", ours: "training" };
        measured.skew_measurements = compare(view, &control, comparator, &mut reasons);
    }
    let any = !measured.drift_measurements.is_empty() || !measured.skew_measurements.is_empty();
    (reasons, any.then_some(measured))
}

fn compare(
    view: &FeatureView<'_>,
    control: &Control<'_>,
    comparator: &mut FeatureComparator,
    reasons: &mut Vec<Reason>,
) -> Vec<Measurement> {
    let FeatureComparator { infinity_norm, jensen_shannon_divergence, normalized_abs_difference } = comparator;
    let source = jensen_shannon_divergence.as_ref().and_then(|c| c.source.as_ref()).map(HistogramSelection::r#type);
    let infinity = infinity_norm.as_mut().and_then(|c| c.threshold.as_mut());
    let shannon = jensen_shannon_divergence.as_mut().and_then(|c| c.threshold.as_mut());
    let absolute = normalized_abs_difference.as_mut().and_then(|c| c.threshold.as_mut());
    if infinity.is_none() && shannon.is_none() && absolute.is_none() {
        return Vec::new();
    }
    let Some(other) = control.dataset.get(view.path) else {
        let why = format!("The {} data does not have this feature.", control.name);
        let title = format!("{} data missing", control.name);
        reasons.push(Reason::new(A::ComparatorControlDataMissing, &title, why));
        *comparator = FeatureComparator::default();
        return Vec::new();
    };
    let mut measured = Vec::new();
    let between = format!("{} and {}", control.ours, control.name);
    if let Some(threshold) = infinity {
        let (value, distance) = distance::l_infinity(&view.values(), &other.values());
        let far = Far { kind: A::ComparatorLInftyHigh, title: "Linfty distance", between: &between };
        measured.push(measurement(MeasurementType::LInfty, distance, *threshold));
        reasons.extend(far.than(threshold, distance, Some(&value)));
    }
    if let Some(threshold) = shannon
        && let Some(distance) = divergence(view, &other, source)
    {
        let title = "approximate Jensen-Shannon divergence";
        let far = Far { kind: A::ComparatorJensenShannonDivergenceHigh, title, between: &between };
        measured.push(measurement(MeasurementType::JensenShannonDivergence, distance, *threshold));
        reasons.extend(far.than(threshold, distance, None));
    }
    if let Some(threshold) = absolute {
        let (value, distance) = distance::normalized_absolute_difference(&view.values(), &other.values());
        let title = "normalized absolute difference";
        let far = Far { kind: A::ComparatorNormalizedAbsoluteDifferenceHigh, title, between: &between };
        measured.push(measurement(MeasurementType::NormalizedAbsoluteDifference, distance, *threshold));
        reasons.extend(far.than(threshold, distance, Some(&value)));
    }
    measured
}

fn measurement(kind: MeasurementType, value: f64, threshold: f64) -> Measurement {
    Measurement { r#type: Some(kind.into()), value: Some(value), threshold: Some(threshold) }
}

/// A distance that is more than its threshold.
struct Far<'a> {
    kind: A,
    title: &'a str,
    between: &'a str,
}

impl Far<'_> {
    fn than(&self, threshold: &mut f64, distance: f64, value: Option<&str>) -> Option<Reason> {
        if distance <= *threshold {
            return None;
        }
        let most = value.map_or(String::new(), |v| format!(" The value \"{v}\" differs most."));
        let why = format!("The {} of {} is {distance:.6}, and {threshold} is allowed.{most}", self.title, self.between);
        *threshold = distance;
        Some(Reason::new(self.kind, &format!("High {} between {}", self.title, self.between), why))
    }
}

fn divergence(a: &FeatureView<'_>, b: &FeatureView<'_>, source: Option<HistogramSelectionType>) -> Option<f64> {
    let (a_values, b_values) = (a.values(), b.values());
    if !a_values.is_empty() && !b_values.is_empty() {
        return distance::jensen_shannon_of_values(&a_values, &b_values);
    }
    let kind = match source.unwrap_or(HistogramSelectionType::Default) {
        HistogramSelectionType::Quantiles => HistogramHistogramType::Quantiles,
        HistogramSelectionType::Default | HistogramSelectionType::Standard => HistogramHistogramType::Standard,
    };
    let of = |view: &FeatureView<'_>| -> Option<Histogram> {
        view.histograms().iter().find(|h| h.r#type() == kind).cloned()
    };
    distance::jensen_shannon_of_histograms(&of(a)?, &of(b)?)
}
