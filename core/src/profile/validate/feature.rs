//! The features one by one: what is new, what is missing, and what is not as the schema says.

use super::anomaly::{Anomaly, Findings, Reason};
use super::{Views, bools, comparators, composite, derived, domains, language, presence, specification, tags, valency};
use crate::profile::messages::{
    AnomalyInfoType as A, DriftSkewInfo, Feature, FeatureDomainInfo as Domain, FeatureNameStatisticsType as Type,
    FeaturePresenceConstraints as Presence, LifecycleStage, Named, Schema, StringDomain, StructDomain,
};
use crate::profile::schema::{self, FeaturePath, FeatureView};

/// When a feature is proposed that is in the data only, so many different strings are still a list.
const MAX_NEW_DOMAIN: usize = 400;

pub(super) fn check_all(views: &Views<'_>, findings: &mut Findings) {
    for root in views.data.roots() {
        check_with_children(views, &root, findings);
    }
    missing(views, &views.schema.feature, &FeaturePath::default(), findings);
}

fn check_with_children(views: &Views<'_>, view: &FeatureView<'_>, findings: &mut Findings) {
    if composite::is_there(views.schema, view.path) {
        if let Some(anomaly) = composite::check(views.schema, view) {
            findings.features.insert(view.path.clone(), anomaly);
        }
        return;
    }
    let Some(feature) = schema::find(views.schema, view.path) else {
        findings.features.insert(view.path.clone(), new_column(view));
        return;
    };
    if is_deprecated(feature) {
        return;
    }
    let checked = Checked::new(views, view, feature);
    if let Some(measured) = checked.measured.clone() {
        findings.measured.push(measured);
    }
    let goes_on = !is_deprecated(&checked.feature);
    if let Some(anomaly) = checked.anomaly(feature, views.schema, view.path) {
        findings.features.insert(view.path.clone(), anomaly);
    }
    if goes_on {
        for child in view.children() {
            check_with_children(views, &child, findings);
        }
    }
}

fn new_column(view: &FeatureView<'_>) -> Anomaly {
    let mut with = Schema::default();
    schema::add_feature(&mut with, view, MAX_NEW_DOMAIN);
    let why = "The data has this column, and the schema does not.";
    let reasons = vec![Reason::new(A::SchemaNewColumn, "New column", why)];
    Anomaly { reasons, change: schema::diff(&Schema::default(), &with), ..Anomaly::default() }
}

/// Features that must be there and of which the statistics say nothing.
fn missing(views: &Views<'_>, features: &[Feature], above: &FeaturePath, findings: &mut Findings) {
    for feature in features {
        let path = above.child(feature.name());
        if is_deprecated(feature) {
            continue;
        }
        if is_required(views, feature) && views.data.get(&path).is_none() {
            let why = "The schema asks for this column, and the data does not have it.";
            let mut after = feature.clone();
            deprecate(&mut after);
            let anomaly = findings.features.entry(path.clone()).or_default();
            anomaly.reasons.push(Reason::new(A::SchemaMissingColumn, "Column dropped", why));
            anomaly.change = change(&path, feature, &after, None, None);
        }
        if let Some(Domain::StructDomain(inside)) = &feature.domain_info {
            missing(views, &inside.feature, &path, findings);
        }
    }
}

/// A feature as it is checked: with it goes what the schema would be if the data were right.
pub(super) struct Checked {
    pub feature: Feature,
    /// The schema's list of values that the feature refers to.
    pub values: Option<StringDomain>,
    pub reasons: Vec<Reason>,
    pub measured: Option<DriftSkewInfo>,
}

impl Checked {
    fn new(views: &Views<'_>, view: &FeatureView<'_>, feature: &Feature) -> Checked {
        let mut checked = Checked { feature: feature.clone(), values: None, reasons: Vec::new(), measured: None };
        checked.run(views, view);
        checked
    }

    fn run(&mut self, views: &Views<'_>, view: &FeatureView<'_>) {
        self.reasons = specification::check(views.schema, &mut self.feature);
        if is_deprecated(&self.feature) {
            return;
        }
        if view.present() == 0.0 {
            if is_required(views, &self.feature) {
                let why = "The schema asks for this column, and it is empty in every row.";
                self.reasons.push(Reason::new(A::FeatureTypeNotPresent, "Column dropped", why));
                deprecate(&mut self.feature);
            }
            return;
        }
        self.environment(views, view);
        self.reasons.extend(derived::check(view, &self.feature));
        self.reasons.extend(valency::check(view, &mut self.feature));
        self.reasons.extend(presence::check(view, &mut self.feature));
        self.data_type(view);
        self.domain(views, view);
        self.reasons.extend(presence::unique(view, &mut self.feature));
        self.reasons.extend(tags::check(view, &mut self.feature));
        let (reasons, measured) = comparators::check(views, view, &mut self.feature);
        self.reasons.extend(reasons);
        self.measured = measured;
    }

    fn environment(&mut self, views: &Views<'_>, view: &FeatureView<'_>) {
        if in_environment(views, &self.feature) {
            return;
        }
        let environment = views.environment.to_owned();
        self.feature.not_in_environment.retain(|e| *e != environment);
        if !in_environment(views, &self.feature) {
            self.feature.in_environment.push(environment.clone());
        }
        let why =
            format!("{} is in the data, and the schema does not have it in the environment {environment}.", view.path);
        self.reasons.push(Reason::new(A::SchemaNewColumn, "Column missing in environment", why));
    }

    fn data_type(&mut self, view: &FeatureView<'_>) {
        let (is, asked) = (view.feature_type(), self.feature.r#type());
        if is != asked {
            deprecate(&mut self.feature);
            let why =
                format!("Data of type {} was expected, and it is {}.", asked.as_text(), view.data_type().as_text());
            self.reasons.push(Reason::new(A::UnexpectedDataType, "Unexpected data type", why));
        }
    }

    fn domain(&mut self, views: &Views<'_>, view: &FeatureView<'_>) {
        use Domain as D;
        let fits_bytes = matches!(
            self.feature.domain_info,
            None | Some(D::NaturalLanguageDomain(_) | D::ImageDomain(_) | D::UrlDomain(_))
        );
        if view.data_type() == Type::Bytes && !fits_bytes {
            self.feature.domain_info = None;
            let why = "The data is bytes, which the schema's domain does not describe.";
            self.reasons.push(Reason::new(A::DomainInvalidForType, "The domain does not match the data", why));
        }
        let reasons = match self.feature.domain_info.as_ref() {
            None => self.semantic(view),
            Some(D::Domain(name)) => {
                self.values = schema::string_domain(views.schema, name).cloned();
                let mass = min_domain_mass(&self.feature);
                let Some(values) = &mut self.values else { return };
                domains::strings(view, mass, values)
            }
            Some(D::StringDomain(_)) => {
                let mass = min_domain_mass(&self.feature);
                let Some(D::StringDomain(values)) = &mut self.feature.domain_info else { return };
                domains::strings(view, mass, values)
            }
            Some(D::BoolDomain(_)) => bools::check(view, &mut self.feature),
            Some(D::IntDomain(_)) => domains::ints(view, &mut self.feature),
            Some(D::FloatDomain(_)) => domains::floats(view, &mut self.feature),
            Some(D::ImageDomain(_)) => language::images(view, &mut self.feature),
            Some(D::NaturalLanguageDomain(_)) => language::check(view, &mut self.feature),
            Some(_) => Vec::new(),
        };
        self.reasons.extend(reasons);
    }

    /// A domain that the profiler found and the schema does not have.
    fn semantic(&mut self, view: &FeatureView<'_>) -> Vec<Reason> {
        let Some(domain) = schema::custom_domain(view) else { return Vec::new() };
        self.feature.domain_info = Some(domain);
        let why = format!("The values of {} are of a kind that the schema does not name.", view.path);
        vec![Reason::new(A::SemanticDomainUpdate, "Updated semantic domain", why)]
    }

    fn anomaly(self, before: &Feature, schema: &Schema, path: &FeaturePath) -> Option<Anomaly> {
        if self.reasons.is_empty() {
            return None;
        }
        let values = self.values.as_ref().and_then(|v| schema::string_domain(schema, v.name()));
        let change = change(path, before, &self.feature, values, self.values.as_ref());
        Some(Anomaly { reasons: self.reasons, change, ..Anomaly::default() })
    }
}

fn min_domain_mass(feature: &Feature) -> f64 {
    feature.distribution_constraints.as_ref().map_or(1.0, |c| c.min_domain_mass())
}

/// The change from one feature to another, told of the whole schema.
fn change(
    path: &FeaturePath,
    before: &Feature,
    after: &Feature,
    values_before: Option<&StringDomain>,
    values_after: Option<&StringDomain>,
) -> Vec<schema::Difference> {
    let alone = |feature: &Feature, values: Option<&StringDomain>| {
        let mut feature = feature.clone();
        if let Some(Domain::StructDomain(inside)) = &mut feature.domain_info {
            *inside = StructDomain::default(); // its features are told of on their own
        }
        let above = path.parent().map_or(Vec::new(), |p| p.0);
        let feature = above.iter().rev().fold(feature, |inner, name| Feature {
            name: Some(name.clone()),
            domain_info: Some(Domain::StructDomain(StructDomain { feature: vec![inner], ..Default::default() })),
            ..Feature::default()
        });
        Schema { feature: vec![feature], string_domain: values.cloned().into_iter().collect(), ..Schema::default() }
    };
    schema::diff(&alone(before, values_before), &alone(after, values_after))
}

pub(super) fn is_deprecated(feature: &Feature) -> bool {
    feature.deprecated() || feature.lifecycle_stage.is_some() && is_retired(feature.lifecycle_stage())
}

pub(super) fn is_retired(stage: LifecycleStage) -> bool {
    use LifecycleStage as S;
    matches!(stage, S::Planned | S::Alpha | S::Deprecated | S::DebugOnly | S::Disabled)
}

pub(super) fn deprecate(feature: &mut Feature) {
    feature.set_lifecycle_stage(LifecycleStage::Deprecated);
}

fn in_environment(views: &Views<'_>, feature: &Feature) -> bool {
    let named = |list: &[String]| list.iter().any(|e| e == views.environment);
    views.environment.is_empty()
        || named(&feature.in_environment)
        || !named(&feature.not_in_environment) && named(&views.schema.default_environment)
}

fn is_required(views: &Views<'_>, feature: &Feature) -> bool {
    let asked = match &feature.presence_constraints {
        Some(Presence::Presence(p)) => p.min_count() > 0 || p.min_fraction() > 0.0,
        _ => false,
    };
    asked && in_environment(views, feature)
}
