//! From IAM's credential report to users' keys and passwords.

use super::{Inventory, Key, KeyName, Password, Policies, User};
use trailreflex_credentials::{Credentials, NotAReport, read};

impl Inventory {
    /// Adds the keys that work and the passwords of a credential report, and users that are only there. The root user is left out.
    ///
    /// # Errors
    /// If it is no credential report.
    pub fn add_credential_report(&mut self, text: &str) -> Result<(), NotAReport> {
        for of in read(text)?.into_iter().filter(|of| !of.are_roots()) {
            self.add_credentials(&of);
        }
        Ok(())
    }

    fn add_credentials(&mut self, of: &Credentials) {
        let known = self.users.iter().position(|user| user.arn == of.arn.as_str());
        let place = known.unwrap_or_else(|| {
            self.users.push(User {
                arn: of.arn.as_str().to_owned(),
                created: Some(of.created),
                keys: Vec::new(),
                password: None,
                policies: Policies::default(),
            });
            self.users.len().saturating_sub(1)
        });
        let Some(user) = self.users.get_mut(place) else { return };
        user.keys.extend(of.keys.iter().map(|key| Key {
            name: KeyName::Number(key.number),
            is_active: true,
            created: key.rotated,
            last_used: key.last_used,
        }));
        if let Some(password) = of.password {
            let created = password.changed.or(user.created);
            user.password = Some(Password { created, last_used: password.last_used });
        }
    }
}
