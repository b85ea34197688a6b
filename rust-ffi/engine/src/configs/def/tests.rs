use super::*;

fn shown(kind: Kind, text: &str) -> Option<String> {
    row("x", kind, None, Valid::Any).parse(text).ok().map(|value| value.to_string())
}

#[test]
fn numbers_are_read_and_shown_as_by_java() {
    for (text, as_shown) in [
        ("0.5", "0.5"),
        ("1e-1", "0.1"),
        ("5", "5.0"),
        ("1e7", "1.0E7"),
        ("0.0001", "1.0E-4"),
        ("1.7976931348623157E308", "1.7976931348623157E308"),
        ("0.5F", "0.5"),
        ("-0", "-0.0"),
        ("NaN", "NaN"),
        ("-Infinity", "-Infinity"),
    ] {
        assert_eq!(shown(Kind::Double, text).as_deref(), Some(as_shown), "{text}");
    }
    for text in ["", "x", "nan", "inf", "d", "1_0", "0x1"] {
        assert_eq!(shown(Kind::Double, text), None, "{text}");
    }
    assert_eq!(shown(Kind::Long, " 0500 ").as_deref(), Some("500"));
    assert_eq!(shown(Kind::Short, "32768"), None);
}

#[test]
fn a_list_is_split_at_commas_and_shows_each_element_once() {
    assert_eq!(shown(Kind::List, " a , b,a ").as_deref(), Some("a,b"));
    assert_eq!(shown(Kind::List, " ").as_deref(), Some(""));
}

#[test]
fn durations_are_iso_8601() {
    for (text, ms) in
        [("PT1H", 3_600_000), ("P1DT1M", 86_460_000), ("PT1.5S", 1_500), ("pt0.0019s", 1), ("P2D", 172_800_000)]
    {
        assert_eq!(duration_ms(text), Some(ms), "{text}");
    }
    for text in
        ["", "P", "PT", "x", "1H", "P1H", "PT1D", "-PT1H", "PT-1H", "PT1.5H", "PT1S1H", "P99999999999999999D", "PTS"]
    {
        assert_eq!(duration_ms(text), None, "{text}");
    }
}

#[test]
fn a_message_does_not_repeat_a_megabyte() {
    let e = row("x", Kind::Int, None, Valid::Any).parse(&"9".repeat(1_000_000)).unwrap_err();
    assert!(e.0.len() < 2_000);
}
