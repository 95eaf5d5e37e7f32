//! Templates of ARNs, such as `arn:${Partition}:s3:::${BucketName}/${ObjectName}`.

/// A piece of a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Piece {
    Text(String),
    Partition,
    Region,
    Account,
    /// A variable of the resource's own, by its place among these.
    Own(usize),
}

/// What fills the variables that every ARN has.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place<'p> {
    pub(crate) partition: &'p str,
    pub(crate) region: &'p str,
    pub(crate) account: &'p str,
}

/// Takes a template apart; returns the names of the resource's own variables too.
pub(crate) fn parse(template: &str) -> (Vec<Piece>, Vec<&str>) {
    let (mut pieces, mut own) = (Vec::new(), Vec::new());
    let mut rest = template;
    while let Some((text, after)) = rest.split_once("${") {
        let Some((name, after)) = after.split_once('}') else { break };
        if !text.is_empty() {
            pieces.push(Piece::Text(text.to_owned()));
        }
        pieces.push(match name {
            "Partition" => Piece::Partition,
            "Region" => Piece::Region,
            "Account" => Piece::Account,
            _ => Piece::Own(own.len()),
        });
        if matches!(pieces.last(), Some(Piece::Own(_))) {
            own.push(name);
        }
        rest = after;
    }
    if !rest.is_empty() {
        pieces.push(Piece::Text(rest.to_owned()));
    }
    (pieces, own)
}

/// Returns whether an ARN may be one of the template's. Region and account may be empty, as some services leave them out.
pub(crate) fn matches(pieces: &[Piece], arn: &str) -> bool {
    let mut rest = arn;
    let mut pieces = pieces.iter().peekable();
    while let Some(piece) = pieces.next() {
        match piece {
            Piece::Text(text) => match rest.strip_prefix(text.as_str()) {
                Some(after) => rest = after,
                None => return false,
            },
            Piece::Partition | Piece::Region | Piece::Account | Piece::Own(_) => {
                let least = usize::from(!matches!(piece, Piece::Region | Piece::Account));
                let end = match pieces.peek() {
                    Some(Piece::Text(text)) => ends(rest, text, least, is_last(&pieces)),
                    Some(Piece::Partition | Piece::Region | Piece::Account | Piece::Own(_)) | None => {
                        Some(rest.len())
                    }
                };
                let Some(after) = end.filter(|end| *end >= least).and_then(|end| rest.get(end..)) else {
                    return false;
                };
                rest = after;
            }
        }
    }
    rest.is_empty()
}

/// Whether the piece that comes next is the last one.
fn is_last<'p>(pieces: &(impl Iterator<Item = &'p Piece> + Clone)) -> bool {
    pieces.clone().count() == 1
}

/// Where a variable ends that is followed by `text`.
fn ends(rest: &str, text: &str, least: usize, is_last: bool) -> Option<usize> {
    if is_last {
        return rest.strip_suffix(text).map(str::len);
    }
    let after = rest.get(rest.char_indices().nth(least).map_or(rest.len(), |(at, _)| at)..)?;
    Some(rest.len() - after.len() + after.find(text)?)
}

/// Fills a template; `None` for a variable is a wildcard.
pub(crate) fn fill(pieces: &[Piece], place: Place<'_>, value: impl Fn(usize) -> Option<String>) -> String {
    let mut filled = String::new();
    for piece in pieces {
        match piece {
            Piece::Text(text) => filled.push_str(text),
            Piece::Partition => filled.push_str(place.partition),
            Piece::Region => filled.push_str(place.region),
            Piece::Account => filled.push_str(place.account),
            Piece::Own(variable) => {
                filled.push_str(&value(*variable).unwrap_or_else(|| "*".to_owned()));
            }
        }
    }
    filled
}
