//! UpdateFeatures (key 57), versions 0-2. Owner: `features.rs`. Kafka: FeatureControlManager.updateFeatures.
//! Does: an invalid update refuses all of them with its message (measured on Kafka 4.3.1), the first one in the order
//! of the request (Kafka: in that of a hash). The current level is accepted.
//! By version: 1 the type of the update, validate only; 2 no results for single features.
//! Leaves out: changing a level, validated or not. Levels follow from the served requests; Kafka can lower some of them
//! and raise them again.

use wire::{
    ErrorCode,
    api_versions::Feature,
    message::{
        update_features_request::{FeatureUpdateKey, UpdateFeaturesRequest},
        update_features_response::{UpdatableFeatureResult, UpdateFeaturesResponse},
    },
};

use crate::{
    Engine,
    context::RequestContext,
    features::{METADATA, features},
    outcome::Outcome,
};

/// Kafka: `FeatureUpdate.UpgradeType`.
const UPGRADE: i8 = 1;
const SAFE_DOWNGRADE: i8 = 2;
const UNSAFE_DOWNGRADE: i8 = 3;

pub(crate) fn handle(engine: &Engine, context: &RequestContext<'_>, request: &UpdateFeaturesRequest<'_>) -> Outcome {
    let known = features();
    let node_id = engine.settings.node_id;
    let refused = request.feature_updates.iter().find_map(|update| check(node_id, &known, update).err());
    let words = refused
        .map(|why| format!("The update failed for all features since the following feature had an error: {why}"));
    let results = match (&words, context.version) {
        // Kafka puts the name of the success code in the place of a message.
        (None, ..=1) => request
            .feature_updates
            .iter()
            .map(|update| UpdatableFeatureResult {
                feature: update.feature,
                error_code: 0,
                error_message: Some("NONE"),
            })
            .collect(),
        _ => Vec::new(),
    };
    let code = if words.is_some() { ErrorCode::InvalidUpdateVersion } else { ErrorCode::None };
    let response = UpdateFeaturesResponse {
        throttle_time_ms: 0,
        error_code: code.code(),
        error_message: words.as_deref(),
        results,
    };
    context.reply(|writer, version| response.encode(writer, version))
}

fn check(node_id: i32, known: &[Feature], update: &FeatureUpdateKey<'_>) -> Result<(), String> {
    let (name, to) = (update.feature, update.max_version_level);
    // Version 0 knows only whether a downgrade is allowed.
    let kind = if update.allow_downgrade { SAFE_DOWNGRADE } else { update.upgrade_type };
    let refuse = |why: &str| Err(format!("Invalid update version {to} for feature {name}. {why}"));
    if !(UPGRADE..=UNSAFE_DOWNGRADE).contains(&kind) {
        return refuse("The controller does not support the given upgrade type.");
    }
    if to < 0 {
        return refuse("A feature version cannot be less than 0.");
    }
    let Some(feature) = known.iter().find(|feature| feature.name == name) else {
        return match to {
            0 => refuse(&format!("Feature {name} not found.")),
            _ => refuse(&format!("Local controller {node_id} does not support this feature.")),
        };
    };
    if !(feature.min..=feature.max).contains(&to) {
        let (min, max) = (feature.min, feature.max);
        return refuse(&format!("Local controller {node_id} only supports versions {min}-{max}"));
    }
    if to < feature.level && kind == UPGRADE {
        return refuse(
            "Can't downgrade the version of this feature without setting the upgrade type to either safe or unsafe \
             downgrade.",
        );
    }
    if to > feature.level && kind != UPGRADE {
        return refuse("Can't downgrade to a newer version.");
    }
    if to < feature.level && name == METADATA {
        let why = match kind {
            SAFE_DOWNGRADE => {
                "Refusing to perform the requested downgrade because it might delete metadata information."
            }
            _ => "Unsafe metadata downgrade is not supported in this version.",
        };
        return Err(format!("Unsupported metadata.version downgrade from {} to {to}. {why}", feature.level));
    }
    if to != feature.level {
        return refuse("The levels of this broker are fixed.");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use wire::message::{Reader, Request};

    use super::*;
    use crate::{Settings, testing::ask};

    /// Code, words, and how many results there are.
    fn said(version: i16, updates: &[(&'static str, i16, i8)]) -> (i16, Option<String>, usize) {
        let update = |&(feature, max_version_level, kind): &(&'static str, i16, i8)| FeatureUpdateKey {
            feature,
            max_version_level,
            allow_downgrade: version == 0 && kind == SAFE_DOWNGRADE,
            upgrade_type: if version == 0 { UPGRADE } else { kind },
        };
        let request = UpdateFeaturesRequest {
            timeout_ms: 0,
            feature_updates: updates.iter().map(update).collect(),
            validate_only: false,
        };
        let body = ask(&Engine::new(Settings::default()), 57, version, &Request::UpdateFeatures(request));
        let response = UpdateFeaturesResponse::decode(&mut Reader::new(&body), version).unwrap();
        (response.error_code, response.error_message.map(str::to_owned), response.results.len())
    }

    fn words(updates: &[(&'static str, i16, i8)]) -> String {
        let (code, words, results) = said(2, updates);
        assert_eq!((code, results), (95, 0));
        let words = words.unwrap();
        let why = words.strip_prefix("The update failed for all features since the following feature had an error: ");
        why.unwrap().to_owned()
    }

    #[test]
    fn the_level_that_is_there_is_fine() {
        for (version, results) in [(0, 2), (1, 2), (2, 0)] {
            assert_eq!(said(version, &[(METADATA, 30, 1), (METADATA, 30, 1)]), (0, None, results));
            assert_eq!(said(version, &[]), (0, None, 0));
            assert_eq!(said(version, &[(METADATA, 30, 2)]).0, 0);
            assert_eq!(said(version, &[("kraft.version", 0, 1)]).0, 0);
        }
    }

    #[test]
    fn every_other_one_is_refused_in_kafkas_words() {
        for (updates, why) in [
            (&[(METADATA, 31, 1)][..], "metadata.version. Local controller 1 only supports versions 7-30"),
            (&[(METADATA, 0, 1)], "metadata.version. Local controller 1 only supports versions 7-30"),
            (&[("group.version", 5, 1)], "group.version. Local controller 1 only supports versions 0-1"),
            (&[(METADATA, 29, 1)], "Can't downgrade the version of this feature without setting the upgrade type"),
            (&[(METADATA, 29, 2)], "Unsupported metadata.version downgrade from 30 to 29. Refusing"),
            (&[(METADATA, 29, 3)], "Unsupported metadata.version downgrade from 30 to 29. Unsafe"),
            (&[(METADATA, 29, 0)], "The controller does not support the given upgrade type."),
            (&[(METADATA, 30, 4)], "The controller does not support the given upgrade type."),
            (&[(METADATA, -1, 1)], "A feature version cannot be less than 0."),
            (&[("kraft.version", 1, 2)], "Can't downgrade to a newer version."),
            (&[("no.such", 1, 1)], "Local controller 1 does not support this feature."),
            (&[(METADATA, 30, 1), ("no.such", 0, 1)], "Feature no.such not found."),
            (&[("kraft.version", 1, 1)], "fixed"),
        ] {
            let words = words(updates);
            assert!(words.contains(why), "{words}");
        }
    }
}
