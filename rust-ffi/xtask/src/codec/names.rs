//! Kafka's names in Rust's spelling.

/// `ISRNodes` -> `isr_nodes`, `ErrorCode` -> `error_code`; a keyword gets an underscore.
pub fn snake(name: &str) -> String {
    let letters: Vec<char> = name.chars().collect();
    let mut snake = String::new();
    for (i, &letter) in letters.iter().enumerate() {
        let after_small = i > 0 && !letters[i - 1].is_ascii_uppercase();
        let before_small = i > 0 && letters.get(i + 1).is_some_and(char::is_ascii_lowercase);
        if letter.is_ascii_uppercase() && (after_small || before_small) {
            snake.push('_');
        }
        snake.push(letter.to_ascii_lowercase());
    }
    if matches!(snake.as_str(), "type" | "match" | "use" | "ref" | "move" | "in" | "where") {
        snake.push('_');
    }
    snake
}

/// Whether Rust code uses a variable: fields of that name, after a dot or before a colon, are something else.
pub fn uses_variable(code: &str, name: &str) -> bool {
    let part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    code.match_indices(name).any(|(start, _)| {
        let before = code[..start].chars().next_back();
        let after = code[start + name.len()..].chars().next();
        !before.is_some_and(|c| part(c) || c == '.') && !after.is_some_and(|c| part(c) || c == ':')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_split_where_words_begin() {
        let names = ["ErrorCode", "ISRNodes", "TopicId", "Type", "Ktype", "WindowSizeMs", "SCRAMv2"];
        let snakes = ["error_code", "isr_nodes", "topic_id", "type_", "ktype", "window_size_ms", "scra_mv2"];
        assert_eq!(names.map(snake), snakes);
    }

    #[test]
    fn a_field_is_no_variable() {
        assert!(uses_variable("Topic::decode(r, version)?", "version"));
        assert!(uses_variable("if version >= 3 { }", "version"));
        assert!(!uses_variable("w.i16(self.version); Self { version: r.i16()?, min_version: 0 }", "version"));
    }
}
