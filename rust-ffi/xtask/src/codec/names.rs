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

#[cfg(test)]
mod tests {
    use super::snake;

    #[test]
    fn names_are_split_where_words_begin() {
        let names = ["ErrorCode", "ISRNodes", "TopicId", "Type", "Ktype", "WindowSizeMs", "SCRAMv2"];
        let snakes = ["error_code", "isr_nodes", "topic_id", "type_", "ktype", "window_size_ms", "scra_mv2"];
        assert_eq!(names.map(snake), snakes);
    }
}
