use super::*;
use crate::codec::model::When;

/// A request with the fields given, versions 2-5, flexible from 4.
fn request(fields: &str) -> Fallible<Option<Message>> {
    message(&format!(
        r#"{{
          // A comment of its own.
          "apiKey": 3, "type": "request", "name": "TestRequest", "validVersions": "2-5", "flexibleVersions": "4+",
          "fields": [{fields}]
        }}"#
    ))
}

fn refused(fields: &str) -> String {
    request(fields).expect_err("not understood").to_string()
}

#[test]
fn fields_of_versions_that_are_gone_are_left_out() {
    let message = request(
        r#"{ "name": "Old", "type": "int32", "versions": "0-1" },
           { "name": "New", "type": "int32", "versions": "3+" }"#,
    );
    let message = message.unwrap().unwrap();
    let names: Vec<_> = message.structs[0].fields.iter().map(|f| f.name.as_str()).collect();
    assert_eq!(names, ["new"]);
}

#[test]
fn a_struct_has_the_versions_of_those_that_hold_it() {
    let message = request(
        r#"{ "name": "Topics", "type": "[]Topic", "versions": "3-4", "fields": [
             { "name": "Name", "type": "string", "versions": "0+" },
             { "name": "Id", "type": "uuid", "versions": "4+" } ] }"#,
    );
    let message = message.unwrap().unwrap();
    let topic = message.find("Topic");
    assert_eq!(topic.versions, Range { min: 3, max: 4 });
    assert_eq!(When::of(topic.fields[0].versions, topic.versions), When::Always);
    assert_eq!(When::of(topic.fields[1].versions, topic.versions), When::If("version >= 4".to_owned()));
}

#[test]
fn requests_that_are_gone_are_no_messages() {
    let gone = r#"{ "apiKey": 4, "type": "request", "name": "LeaderAndIsrRequest", "validVersions": "none" }"#;
    assert!(message(gone).unwrap().is_none());
}

#[test]
fn what_is_not_understood_is_an_error() {
    let tagged_in_a_part =
        r#"{ "name": "A", "type": "int32", "versions": "2+", "tag": 0, "taggedVersions": "4+", "default": "1" }"#;
    assert!(refused(tagged_in_a_part).contains("tagged in a part"));
    assert!(refused(r#"{ "name": "A", "type": "int32", "versions": "4+", "tag": 0 }"#).contains("taggedVersions"));
    assert!(refused(r#"{ "name": "A", "type": "[]Missing", "versions": "0+" }"#).contains("Missing"));
    let half = r#"{ "name": "A", "type": "string", "versions": "0+", "flexibleVersions": "5+" }"#;
    assert!(refused(half).contains("flexibleVersions"));
    let twice = r#"{ "name": "A", "type": "S", "versions": "0+", "fields": [] },
                   { "name": "B", "type": "S", "versions": "0+", "fields": [] }"#;
    assert!(refused(twice).contains("two structs"));
}
