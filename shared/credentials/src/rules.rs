//! What stands for a rule: a kind of lapse.

use crate::Kind;
use trailreflex_findings::SourceRule;
use trailreflex_model::Severity;

/// Rules of the scheduled look at credentials and roles, in the order of [`Kind::ALL`].
pub const RULES: [&SourceRule; 7] = [
    &ROOT_KEY,
    &ROOT_WITHOUT_MFA,
    &PASSWORD_WITHOUT_MFA,
    &UNUSED_KEY,
    &UNUSED_PASSWORD,
    &UNUSED_ROLE,
    &OLD_KEY,
];

const ROOT_KEY: SourceRule = SourceRule {
    id: "6d4a5c6a-3f5c-4102-8b90-7eb71d090156",
    name: "root_access_key",
    title: "The root user has an access key",
    reference: "https://docs.aws.amazon.com/IAM/latest/UserGuide/root-user_manage_delete-key.html",
};

const ROOT_WITHOUT_MFA: SourceRule = SourceRule {
    id: "bb10b0ac-ac49-4a0e-b921-0645c449e906",
    name: "root_without_mfa",
    title: "The root user signs in without a second factor",
    reference: "https://docs.aws.amazon.com/IAM/latest/UserGuide/enable-mfa-for-root.html",
};

const PASSWORD_WITHOUT_MFA: SourceRule = SourceRule {
    id: "56408e9d-7a5c-424d-9862-f1f701f718ff",
    name: "password_without_mfa",
    title: "A user signs in to the console without a second factor",
    reference: "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_mfa.html",
};

const UNUSED_KEY: SourceRule = SourceRule {
    id: "9d4cd569-d8fb-4688-bef7-951a5f32c9ee",
    name: "unused_access_key",
    title: "An access key that nobody uses",
    reference: "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_access-keys-update.html",
};

const UNUSED_PASSWORD: SourceRule = SourceRule {
    id: "51639a7b-a7a9-458b-acf7-460a7780ccc9",
    name: "unused_password",
    title: "A console password that nobody uses",
    reference: "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_passwords_admin-change-user.html",
};

const UNUSED_ROLE: SourceRule = SourceRule {
    id: "494bcfc0-025b-49a2-b6af-dc7ded5efaf7",
    name: "unused_role",
    title: "A role that nobody uses",
    reference: "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_manage_delete.html",
};

const OLD_KEY: SourceRule = SourceRule {
    id: "2f6f2f00-7015-456c-845b-1fb60861bf84",
    name: "old_access_key",
    title: "An access key that was not replaced for long",
    reference: "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_access-keys-update.html",
};

impl Kind {
    pub(crate) fn rule(self) -> &'static SourceRule {
        match self {
            Self::RootKey => &ROOT_KEY,
            Self::RootWithoutMfa => &ROOT_WITHOUT_MFA,
            Self::PasswordWithoutMfa => &PASSWORD_WITHOUT_MFA,
            Self::UnusedKey => &UNUSED_KEY,
            Self::UnusedPassword => &UNUSED_PASSWORD,
            Self::UnusedRole => &UNUSED_ROLE,
            Self::OldKey => &OLD_KEY,
        }
    }

    pub(crate) fn severity(self) -> Severity {
        match self {
            Self::RootKey | Self::RootWithoutMfa => Severity::High,
            Self::PasswordWithoutMfa | Self::UnusedKey => Severity::Medium,
            Self::UnusedPassword | Self::UnusedRole | Self::OldKey => Severity::Low,
        }
    }
}
