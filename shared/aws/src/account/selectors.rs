//! A trail's selectors, between the SDK's types and those that are compared and declared.

use aws_sdk_cloudtrail::error::BuildError;
use aws_sdk_cloudtrail::operation::get_event_selectors::GetEventSelectorsOutput;
use aws_sdk_cloudtrail::operation::get_insight_selectors::GetInsightSelectorsOutput;
use aws_sdk_cloudtrail::types;
use std::collections::BTreeSet;
use trailreflex_response::{
    AdvancedEventSelector, DataResource, EventSelector, EventSelectors, FieldSelector, InsightSelector,
};

/// Reads event selectors; a trail without advanced ones has basic ones.
pub(super) fn events_in(found: GetEventSelectorsOutput) -> EventSelectors {
    let advanced = found.advanced_event_selectors.unwrap_or_default();
    if advanced.is_empty() {
        EventSelectors::Basic(found.event_selectors.unwrap_or_default().into_iter().map(basic_in).collect())
    } else {
        EventSelectors::Advanced(advanced.into_iter().map(advanced_in).collect())
    }
}

pub(super) fn insights_in(found: GetInsightSelectorsOutput) -> BTreeSet<InsightSelector> {
    let selectors = found.insight_selectors.unwrap_or_default().into_iter();
    let selector = |selector: types::InsightSelector| {
        let categories = selector.event_categories.unwrap_or_default();
        Some(InsightSelector {
            insight_type: selector.insight_type?.as_str().to_owned(),
            event_categories: categories.iter().map(|category| category.as_str().to_owned()).collect(),
        })
    };
    selectors.filter_map(selector).collect()
}

fn basic_in(selector: types::EventSelector) -> EventSelector {
    let resource = |resource: types::DataResource| {
        Some(DataResource { r#type: resource.r#type?, values: set(resource.values) })
    };
    EventSelector {
        read_write_type: selector
            .read_write_type
            .map_or_else(|| "All".to_owned(), |kind| kind.as_str().to_owned()),
        include_management_events: selector.include_management_events != Some(false),
        data_resources: selector
            .data_resources
            .unwrap_or_default()
            .into_iter()
            .filter_map(resource)
            .collect(),
        exclude_management_event_sources: set(selector.exclude_management_event_sources),
    }
}

fn advanced_in(selector: types::AdvancedEventSelector) -> AdvancedEventSelector {
    let field = |field: types::AdvancedFieldSelector| FieldSelector {
        field: field.field,
        equals: set(field.equals),
        starts_with: set(field.starts_with),
        ends_with: set(field.ends_with),
        not_equals: set(field.not_equals),
        not_starts_with: set(field.not_starts_with),
        not_ends_with: set(field.not_ends_with),
    };
    AdvancedEventSelector {
        name: selector.name.filter(|name| !name.is_empty()),
        field_selectors: selector.field_selectors.into_iter().map(field).collect(),
    }
}

pub(super) fn basic(selectors: &[EventSelector]) -> Vec<types::EventSelector> {
    let resource = |resource: &DataResource| {
        let values = Some(resource.values.iter().cloned().collect());
        types::DataResource::builder().r#type(&resource.r#type).set_values(values).build()
    };
    let selector = |selector: &EventSelector| {
        types::EventSelector::builder()
            .read_write_type(types::ReadWriteType::from(selector.read_write_type.as_str()))
            .include_management_events(selector.include_management_events)
            .set_data_resources(Some(selector.data_resources.iter().map(resource).collect()))
            .set_exclude_management_event_sources(Some(
                selector.exclude_management_event_sources.iter().cloned().collect(),
            ))
            .build()
    };
    selectors.iter().map(selector).collect()
}

pub(super) fn advanced(
    selectors: &[AdvancedEventSelector],
) -> Result<Vec<types::AdvancedEventSelector>, BuildError> {
    let field = |field: &FieldSelector| {
        types::AdvancedFieldSelector::builder()
            .field(&field.field)
            .set_equals(list(&field.equals))
            .set_starts_with(list(&field.starts_with))
            .set_ends_with(list(&field.ends_with))
            .set_not_equals(list(&field.not_equals))
            .set_not_starts_with(list(&field.not_starts_with))
            .set_not_ends_with(list(&field.not_ends_with))
            .build()
    };
    let selector = |selector: &AdvancedEventSelector| {
        let fields = selector.field_selectors.iter().map(field).collect::<Result<Vec<_>, _>>()?;
        types::AdvancedEventSelector::builder()
            .set_name(selector.name.clone())
            .set_field_selectors(Some(fields))
            .build()
    };
    selectors.iter().map(selector).collect()
}

pub(super) fn insights(selectors: &[InsightSelector]) -> Vec<types::InsightSelector> {
    let selector = |selector: &InsightSelector| {
        let categories = list(&selector.event_categories).map(|categories| {
            categories.iter().map(|one| types::SourceEventCategory::from(one.as_str())).collect()
        });
        types::InsightSelector::builder()
            .insight_type(types::InsightType::from(selector.insight_type.as_str()))
            .set_event_categories(categories)
            .build()
    };
    selectors.iter().map(selector).collect()
}

fn set(values: Option<Vec<String>>) -> BTreeSet<String> {
    values.unwrap_or_default().into_iter().collect()
}

/// CloudTrail takes no empty lists in a field selector.
fn list(values: &BTreeSet<String>) -> Option<Vec<String>> {
    (!values.is_empty()).then(|| values.iter().cloned().collect())
}
