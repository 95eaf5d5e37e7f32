//! An identity as a short text for people and logs.

use super::identity::{AsRecorded, UserIdentity};
use super::identity_kind::IdentityKind;

/// The longest text that [`UserIdentity::display`] returns, in characters.
const MAX_CHARS: usize = 120;

impl UserIdentity {
    /// Returns who it is in at most 120 characters, such as `role deploy (session ci) of 111122223333`.
    ///
    /// Safe to log: callers choose their session names, so control and direction characters are escaped.
    #[must_use]
    pub fn display(&self) -> String {
        let mut text = self.kind.label().to_owned();
        if let Some(name) = self.display_name() {
            text.push(' ');
            text.push_str(name);
        }
        if let Some(session) = self.session_name().filter(|_| self.kind == IdentityKind::AssumedRole) {
            text.push_str(&format!(" (session {session})"));
        }
        if let Some(account) = self.account_id.as_ref().map(AsRecorded::<crate::AccountId>::as_str) {
            text.push_str(if self.kind == IdentityKind::AwsAccount { " " } else { " of " });
            text.push_str(account);
        }
        if let Some(service) = self.invoked_by.as_deref().filter(|_| self.kind != IdentityKind::AwsService) {
            text.push_str(" via ");
            text.push_str(service);
        }
        shorten(&escape(&text))
    }

    /// The name that says most: role or user name, service, else ARN, else principal id.
    fn display_name(&self) -> Option<&str> {
        let role_name = || {
            let issuer = self.session.as_ref()?.issuer.as_ref()?;
            issuer.user_name.as_deref()
        };
        let role_of_arn = || self.arn()?.resource().strip_prefix("assumed-role/")?.split('/').next();
        match &self.kind {
            IdentityKind::Root | IdentityKind::AwsAccount | IdentityKind::Absent => None,
            IdentityKind::AwsService => self.invoked_by.as_deref(),
            IdentityKind::AssumedRole => role_name().or_else(role_of_arn),
            IdentityKind::FederatedUser => self.session_name(),
            IdentityKind::IamUser
            | IdentityKind::Role
            | IdentityKind::SamlUser
            | IdentityKind::WebIdentityUser
            | IdentityKind::IdentityCenterUser
            | IdentityKind::Directory
            | IdentityKind::Unknown
            | IdentityKind::Untyped
            | IdentityKind::Unrecognised(_) => self.user_name.as_deref(),
        }
        .or_else(|| self.fallback_name())
    }

    fn fallback_name(&self) -> Option<&str> {
        let person = || self.on_behalf_of.as_ref()?.user_id.as_deref();
        match &self.kind {
            IdentityKind::Root | IdentityKind::AwsAccount | IdentityKind::Absent => None,
            IdentityKind::AwsService
            | IdentityKind::IamUser
            | IdentityKind::AssumedRole
            | IdentityKind::Role
            | IdentityKind::FederatedUser
            | IdentityKind::SamlUser
            | IdentityKind::WebIdentityUser
            | IdentityKind::IdentityCenterUser
            | IdentityKind::Directory
            | IdentityKind::Unknown
            | IdentityKind::Untyped
            | IdentityKind::Unrecognised(_) => person()
                .or(self.arn.as_ref().map(AsRecorded::<crate::Arn>::as_str))
                .or(self.principal_id.as_deref()),
        }
    }
}

/// Escapes what could break a line, hide text or turn its direction.
fn escape(text: &str) -> String {
    text.chars().fold(String::new(), |mut escaped, sign| {
        if sign.is_control() || is_invisible(sign) {
            escaped.extend(sign.escape_unicode());
        } else {
            escaped.push(sign);
        }
        escaped
    })
}

fn is_invisible(sign: char) -> bool {
    matches!(sign, '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

fn shorten(text: &str) -> String {
    if text.chars().count() <= MAX_CHARS {
        return text.to_owned();
    }
    text.chars().take(MAX_CHARS.saturating_sub(1)).chain(['…']).collect()
}
