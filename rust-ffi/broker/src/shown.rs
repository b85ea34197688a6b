//! Text of a client, as the log may show it.

/// Longest text of a client that is shown.
const CHARS_MAX: usize = 300;

/// `text` with its control characters escaped, cut if it is long.
pub(crate) fn shown(text: &str) -> String {
    let mut shown = String::new();
    for (count, c) in text.chars().enumerate() {
        if count == CHARS_MAX {
            shown.push_str("...");
            break;
        }
        if is_plain(c) { shown.push(c) } else { shown.extend(c.escape_default()) }
    }
    shown
}

/// Not what ends a line, moves the cursor, or turns the direction of the text.
fn is_plain(c: char) -> bool {
    !c.is_control()
        && !matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_are_escaped_and_long_texts_cut() {
        assert_eq!(shown("plain-ä"), "plain-ä");
        assert_eq!(shown("a\n\u{1b}[31m\u{202e}b"), "a\\n\\u{1b}[31m\\u{202e}b");
        assert_eq!(shown(&"x".repeat(400)), format!("{}...", "x".repeat(300)));
    }
}
