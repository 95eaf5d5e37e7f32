//! One action of IAM.

use crate::Service;
use crate::table::TABLE;
use std::fmt;

/// An action of IAM, such as `s3:GetObject`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Action(u16);

/// What an action can do. Some can do two things.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum AccessLevel {
    /// Says what there is.
    List,
    /// Reads.
    Read,
    /// Makes, changes or deletes.
    Write,
    /// Says who may do what.
    PermissionsManagement,
    /// Changes tags.
    Tagging,
}

/// A type of resource that an action can be restricted to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ResourceType {
    /// Its name within its service, such as `object`.
    pub name: &'static str,
    /// How ARNs begin of which the template is only the end; else empty.
    beginning: Option<&'static str>,
    template: &'static str,
    conditions: usize,
    /// Whether the action needs one.
    pub is_required: bool,
}

/// The bit that says that some operation of an API shows the action.
const SHOWN: u8 = 0x80;

impl AccessLevel {
    /// All of them, in the order of their bits.
    pub const ALL: [Self; 5] =
        [Self::List, Self::Read, Self::Write, Self::PermissionsManagement, Self::Tagging];

    /// Returns the words of the Service Authorization Reference.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::List => "List",
            Self::Read => "Read",
            Self::Write => "Write",
            Self::PermissionsManagement => "Permissions management",
            Self::Tagging => "Tagging",
        }
    }
}

impl ResourceType {
    /// Returns the template of its ARNs, such as `arn:${Partition}:s3:::${BucketName}/${ObjectName}`.
    #[must_use]
    pub fn arn(&self) -> String {
        match self.beginning {
            Some(service) => {
                format!("arn:${{Partition}}:{service}:${{Region}}:${{Account}}{}", self.template)
            }
            None => self.template.to_owned(),
        }
    }

    /// Returns the condition keys that say something of such a resource, such as `aws:ResourceTag/${TagKey}`.
    pub fn condition_keys(&self) -> impl Iterator<Item = &'static str> + use<> {
        TABLE.conditions.get(self.conditions).map(|key| TABLE.keys.get(key))
    }
}

impl Action {
    /// Returns the action of that name, `service:Action`, whatever its case.
    #[must_use]
    pub fn named(text: &str) -> Option<Self> {
        let (service, name) = text.split_once(':')?;
        Service::named(service)?.action(name)
    }

    pub(crate) fn number(number: usize) -> Option<Self> {
        u16::try_from(number).ok().map(Self)
    }

    /// Returns all actions, by service.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..TABLE.names.len()).filter_map(Self::number)
    }

    fn at(self) -> usize {
        usize::from(self.0)
    }

    /// Returns the prefix, such as `s3`.
    #[must_use]
    pub fn service(self) -> &'static str {
        let (mut start, mut end) = (0, TABLE.services.len());
        // The last service whose first action is not behind this one.
        while end - start > 1 {
            let middle = start + (end - start) / 2;
            if TABLE.firsts.get(middle).is_some_and(|first| first <= self.at()) {
                start = middle;
            } else {
                end = middle;
            }
        }
        // Services without actions share their first with the next one: of those, the search ends with the last.
        TABLE.services.get(start)
    }

    /// Returns the name without the prefix, such as `GetObject`.
    #[must_use]
    pub fn name(self) -> &'static str {
        TABLE.names.get(self.at())
    }

    /// Returns what the action can do.
    pub fn levels(self) -> impl Iterator<Item = AccessLevel> {
        let (level, _) = TABLE.record(self.at());
        AccessLevel::ALL
            .into_iter()
            .enumerate()
            .filter(move |(bit, _)| level >> bit & 1 == 1)
            .map(|(_, one)| one)
    }

    /// Returns whether some operation of a public API is authorised by the action, so that CloudTrail can show its use.
    #[must_use]
    pub fn is_shown(self) -> bool {
        TABLE.record(self.at()).0 & SHOWN != 0
    }

    /// Returns the types of resources that the action can be restricted to; none if it takes `*` only.
    pub fn resource_types(self) -> impl Iterator<Item = ResourceType> {
        let (_, [resources, _, _]) = TABLE.record(self.at());
        TABLE.resources.get(resources).map(|number| {
            let (of, template) = (number >> 1, TABLE.templates.get(number >> 1));
            let service = TABLE.type_services.get(of).map(|service| TABLE.services.get(service));
            ResourceType {
                name: TABLE.types.get(of),
                beginning: service.filter(|_| template.starts_with(':')),
                template,
                conditions: TABLE.type_conditions.get(of).unwrap_or_default(),
                is_required: number & 1 == 1,
            }
        })
    }

    /// Returns the condition keys that apply to the action; those of its resources are theirs
    /// ([`ResourceType::condition_keys`]), and most global ones apply to all.
    pub fn condition_keys(self) -> impl Iterator<Item = &'static str> {
        let (_, [_, conditions, _]) = TABLE.record(self.at());
        TABLE.conditions.get(conditions).map(|key| TABLE.keys.get(key))
    }

    /// Returns the actions that its caller may need besides, such as `iam:PassRole`.
    pub fn dependents(self) -> impl Iterator<Item = Self> {
        let (_, [_, _, dependents]) = TABLE.record(self.at());
        TABLE.actions.get(dependents).filter_map(Self::number)
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.service(), self.name())
    }
}
