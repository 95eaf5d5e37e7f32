//! What is looked at.

use serde::Serialize;

/// One thing that must be so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Check {
    /// A trail logs in this Region. Without one EventBridge hears nothing of CloudTrail.
    TrailLogs,
    /// It logs reading and changing calls.
    TrailLogsReadsAndWrites,
    /// It leaves no service out.
    TrailLogsAllServices,
    /// It logs all Regions.
    TrailLogsAllRegions,
    /// It logs services that belong to no Region.
    TrailLogsGlobalServices,
    /// Its files reach the bucket.
    TrailDelivers,
    /// Its files can be proven unaltered.
    TrailValidates,
    /// No second trail logs the same for money.
    TrailIsTheOnlyOne,
    /// What is done with IAM, STS and the console is heard here.
    HearsGlobalServices,
    /// All event rules of the stack are there and enabled, and let reading calls through.
    RulesAreEnabled,
    /// Each of them wakes something.
    RulesHaveTargets,
    /// What they wake lets itself be woken.
    TargetsMayBeWoken,
    /// Nothing waits in a queue that nobody reads.
    QueuesAreEmpty,
    /// Somebody hears of findings.
    PeopleAreTold,
    /// The responders may act as far as their mode says.
    SwitchIsArmed,
    /// Another Region sends what it sees.
    OtherRegionsSend,
    /// Each Region and account that is to be heard is heard.
    SensorsAreHeard,
    /// The account may run as many functions at the same time as a bad day takes.
    FunctionsMayRun,
    /// The bus has room for more event rules.
    RulesHaveRoom,
    /// No plan was held back.
    NothingIsHeldBack,
}

impl Check {
    /// All, in the order in which they are told.
    pub const ALL: [Self; 20] = [
        Self::TrailLogs,
        Self::TrailLogsReadsAndWrites,
        Self::TrailLogsAllServices,
        Self::TrailLogsAllRegions,
        Self::TrailLogsGlobalServices,
        Self::TrailDelivers,
        Self::TrailValidates,
        Self::TrailIsTheOnlyOne,
        Self::HearsGlobalServices,
        Self::RulesAreEnabled,
        Self::RulesHaveTargets,
        Self::TargetsMayBeWoken,
        Self::QueuesAreEmpty,
        Self::PeopleAreTold,
        Self::SwitchIsArmed,
        Self::OtherRegionsSend,
        Self::SensorsAreHeard,
        Self::FunctionsMayRun,
        Self::RulesHaveRoom,
        Self::NothingIsHeldBack,
    ];

    /// Says it to people.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::TrailLogs => "a trail logs in this Region",
            Self::TrailLogsReadsAndWrites => "reading and changing calls are logged",
            Self::TrailLogsAllServices => "no service is left out",
            Self::TrailLogsAllRegions => "all Regions are logged",
            Self::TrailLogsGlobalServices => "services without a Region are logged",
            Self::TrailDelivers => "log files reach the bucket",
            Self::TrailValidates => "log files can be proven unaltered",
            Self::TrailIsTheOnlyOne => "nothing is logged twice for money",
            Self::HearsGlobalServices => "IAM, STS and sign-ins are heard here",
            Self::RulesAreEnabled => "event rules let everything through",
            Self::RulesHaveTargets => "event rules wake something",
            Self::TargetsMayBeWoken => "what they wake lets itself be woken",
            Self::QueuesAreEmpty => "nothing waits for a person in a queue",
            Self::PeopleAreTold => "somebody hears of findings",
            Self::SwitchIsArmed => "responders may act as far as their mode says",
            Self::OtherRegionsSend => "another Region sends what it sees",
            Self::SensorsAreHeard => "Regions and accounts that are to be heard are heard",
            Self::FunctionsMayRun => "functions may run at the same time",
            Self::RulesHaveRoom => "the bus has room for event rules",
            Self::NothingIsHeldBack => "budget and breaker have held nothing back",
        }
    }
}
