//! What a browser asks for, read from the event of a function's URL.

use aws_lambda_events::lambda_function_urls::LambdaFunctionUrlRequest;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use trailreflex_response::{Decision, PlanId, Token};

/// Most bytes of a form: a plan's id, a token and a word need 150.
const MOST_BYTES: usize = 1024;

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Request {
    /// To see a plan. Changes nothing, so whatever follows links may ask for it.
    Show(PlanId, Token),
    /// To carry a plan out, or not to.
    Decide(Decision),
    /// Nothing that this page knows.
    Unknown,
    /// With another method than `GET` and `POST`.
    OtherMethod,
}

impl Request {
    /// Reads the event of a function's URL.
    ///
    /// # Errors
    /// If it is none: only the URL can bring one.
    pub fn read(event: Value) -> Result<Self, serde_json::Error> {
        let request: LambdaFunctionUrlRequest = serde_json::from_value(event)?;
        let method = request.request_context.http.method.as_deref().unwrap_or_default();
        Ok(match method {
            "GET" | "HEAD" => {
                let query = request.raw_query_string.unwrap_or_default();
                match Form::read(query.as_bytes()) {
                    Form { plan: Some(plan), token: Some(token), .. } => Self::Show(plan, token),
                    _ => Self::Unknown,
                }
            }
            "POST" => match Form::read(&body(&request)) {
                Form { plan: Some(plan), token: Some(token), is_approved: Some(is_approved) } => {
                    Self::Decide(Decision { plan, token, is_approved })
                }
                _ => Self::Unknown,
            },
            _ => Self::OtherMethod,
        })
    }
}

fn body(request: &LambdaFunctionUrlRequest) -> Vec<u8> {
    let body = request.body.as_deref().unwrap_or_default();
    if request.is_base64_encoded {
        STANDARD.decode(body).unwrap_or_default()
    } else {
        body.as_bytes().to_vec()
    }
}

#[derive(Debug, Default)]
struct Form {
    plan: Option<PlanId>,
    token: Option<Token>,
    is_approved: Option<bool>,
}

impl Form {
    /// Reads a query or a form. What is there twice, or odd, is not there.
    fn read(text: &[u8]) -> Self {
        let mut form = Self::default();
        if text.len() > MOST_BYTES {
            return form;
        }
        for (name, value) in form_urlencoded::parse(text) {
            let is_new = match name.as_ref() {
                "plan" => put(&mut form.plan, PlanId::try_from(value.into_owned()).ok()),
                "token" => put(&mut form.token, Token::try_from(value.into_owned()).ok()),
                "decision" => put(&mut form.is_approved, decision(&value)),
                _ => true,
            };
            if !is_new {
                return Self::default();
            }
        }
        form
    }
}

/// Puts a value where none is yet.
fn put<T>(place: &mut Option<T>, value: Option<T>) -> bool {
    let is_new = place.is_none();
    *place = value;
    is_new
}

fn decision(word: &str) -> Option<bool> {
    match word {
        "approve" => Some(true),
        "deny" => Some(false),
        _ => None,
    }
}
