//! What is told of a finding.

use crate::text::insights_string;
use crate::{GroupKey, Link, Notice};
use jiff::Timestamp;
use trailreflex_model::shell_word;
use trailreflex_model::{Actor, Finding};

/// Most matched fields that a notice shows.
const MOST_MATCHED: usize = 3;

/// Returns what is told of a finding, and of which group it is: those of one rule and one actor.
pub(crate) fn notice(finding: &Finding, now: Timestamp) -> (GroupKey, Notice) {
    let evidence = &finding.evidence;
    let who = actor(&finding.actor);
    let key = GroupKey::of(&["finding", &finding.rule.id, evidence.account.as_str(), &who]);
    let at = evidence.event_time.unwrap_or(now);
    let mut notice = Notice::new(key.as_str().to_owned(), finding.severity, &finding.rule.title, at);
    notice.fact("Who", Some(&who));
    let what = format!("{} ({})", evidence.event_name, evidence.event_source);
    let what = if evidence.succeeded { what } else { format!("{what}, without success") };
    notice.fact("What", Some(&what));
    notice.fact("From", finding.actor.source_address.as_deref());
    notice.fact("With", finding.actor.user_agent.as_deref());
    notice.fact("Since", Some(&at.to_string()));
    notice.fact("Account", Some(&format!("{} in {}", evidence.account, evidence.region)));
    notice.fact("Concerns", finding.target.as_ref().map(ToString::to_string).as_deref());
    for field in evidence.matched.iter().take(MOST_MATCHED) {
        notice.fact("Because", Some(&format!("{} is {}", field.field, field.value)));
    }
    notice.fact("Event", Some(evidence.event_id.as_str()));
    if let Some(correlated) = &finding.correlation {
        notice.fact("Events", Some(&correlated.count.to_string()));
    }
    if let Some(arn) = &finding.actor.arn {
        notice.command(
            "Logs Insights",
            &format!(
                "fields eventTime, eventSource, eventName, errorCode, sourceIPAddress | filter userIdentity.arn = {} | \
                 sort eventTime desc | limit 100",
                insights_string(arn.as_str())
            ),
        );
        notice.command("All they did", &format!("trailreflex timeline {} LOGS", shell_word(arn.as_str())));
    }
    if evidence.report.is_none() {
        let url = format!(
            "{console}/cloudtrailv2/home?region={region}#/events/{event}",
            console = evidence.region.console(),
            region = evidence.region,
            event = evidence.event_id
        );
        notice.link = Some(Link { text: "Show in CloudTrail".to_owned(), url });
    }
    (key, notice)
}

/// Names an actor as exactly as the record does.
fn actor(actor: &Actor) -> String {
    let name = actor.arn.as_ref().map(ToString::to_string);
    let name = name.or_else(|| actor.principal_id.clone()).unwrap_or_else(|| actor.kind.clone());
    match &actor.access_key_id {
        Some(key) => format!("{name} with key {key}"),
        None => name,
    }
}
