//! SPDX licence expressions, as crates use them: `A OR B`, `A AND (B OR C)`, `A WITH exception`, and the old `A/B`.

/// Returns whether accepted licences satisfy the expression. `Err` for a malformed one.
pub fn satisfied(expression: &str, mut accepted: impl FnMut(&str) -> bool) -> Result<bool, String> {
    let spaced = expression.replace('(', " ( ").replace(')', " ) ").replace('/', " OR ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    if words.is_empty() {
        return Err("names no licence".into());
    }
    let mut parser = Parser { words: &words, at: 0, accepted: &mut accepted };
    let answer = parser.any().ok_or_else(|| format!("cannot read '{expression}'"))?;
    if parser.at == words.len() { Ok(answer) } else { Err(format!("cannot read '{expression}'")) }
}

struct Parser<'a> {
    words: &'a [&'a str],
    at: usize,
    accepted: &'a mut dyn FnMut(&str) -> bool,
}

impl Parser<'_> {
    fn any(&mut self) -> Option<bool> {
        let mut answer = self.all()?;
        while self.take("OR") {
            answer |= self.all()?;
        }
        Some(answer)
    }

    fn all(&mut self) -> Option<bool> {
        let mut answer = self.one()?;
        while self.take("AND") {
            answer &= self.one()?;
        }
        Some(answer)
    }

    fn one(&mut self) -> Option<bool> {
        if self.take("(") {
            let answer = self.any()?;
            return self.take(")").then_some(answer);
        }
        let id = *self.words.get(self.at).filter(|w| !["OR", "AND", "WITH", ")"].contains(w))?;
        self.at += 1;
        if self.take("WITH") {
            let exception = *self.words.get(self.at)?;
            self.at += 1;
            return Some((self.accepted)(&format!("{id} WITH {exception}")));
        }
        Some((self.accepted)(id))
    }

    fn take(&mut self, word: &str) -> bool {
        let there = self.words.get(self.at) == Some(&word);
        self.at += usize::from(there);
        there
    }
}

#[cfg(test)]
mod tests {
    use super::satisfied;

    fn with(expression: &str, ours: &[&str]) -> Result<bool, String> {
        satisfied(expression, |id| ours.contains(&id))
    }

    #[test]
    fn one_side_of_or_is_enough_and_both_sides_of_and_are_needed() {
        assert_eq!(with("MIT OR GPL-3.0", &["MIT"]), Ok(true));
        assert_eq!(with("MIT AND GPL-3.0", &["MIT"]), Ok(false));
        assert_eq!(with("GPL-3.0 OR MIT AND ISC", &["MIT"]), Ok(false));
        assert_eq!(with("(GPL-3.0 OR MIT) AND ISC", &["MIT", "ISC"]), Ok(true));
        assert_eq!(with("Apache-2.0/MIT", &["MIT"]), Ok(true));
    }

    #[test]
    fn an_exception_belongs_to_its_licence() {
        assert_eq!(with("GPL-3.0 WITH GCC-exception-3.1", &["GPL-3.0"]), Ok(false));
        assert_eq!(with("Apache-2.0 WITH LLVM-exception OR MIT", &["MIT"]), Ok(true));
    }

    #[test]
    fn what_is_no_expression_is_an_error_and_no_licence_too() {
        for text in ["", "OR MIT", "MIT OR", "(MIT", "MIT)", "MIT ISC"] {
            assert!(with(text, &["MIT", "ISC"]).is_err(), "{text}");
        }
    }
}
