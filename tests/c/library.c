/* What the library says about itself, and that a bug in it is an answer. */
#include "check.h"

static void versions(void) {
  char want[32];
  snprintf(want, sizeof want, "%d.%d.%d", TANSU_VERSION_MAJOR, TANSU_VERSION_MINOR, TANSU_VERSION_PATCH);
  CHECK_TEXT(tansu_version(), want);
  CHECK_INT(tansu_abi_version(), TANSU_ABI_VERSION);
  CHECK_HAS(tansu_build_info(), want);
  CHECK_HAS(tansu_build_info(), "\"storages\"");
}

static void features(void) {
  CHECK(tansu_has_feature("storage.memory"));
  CHECK(!tansu_has_feature(""));
  CHECK(!tansu_has_feature("storage."));
  CHECK(!tansu_has_feature("storage.mongodb"));
}

static void status_names(void) {
  CHECK_TEXT(tansu_status_name(TANSU_OK), "TANSU_OK");
  CHECK_TEXT(tansu_status_name(TANSU_E_TIMEOUT), "TANSU_E_TIMEOUT");
  CHECK_TEXT(tansu_status_name(TANSU_E_INTERNAL), "TANSU_E_INTERNAL");
  CHECK_TEXT(tansu_status_name(1), "TANSU_E_?");
  CHECK_TEXT(tansu_status_name(INT32_MIN), "TANSU_E_?");
}

static void errors_are_copied_whole(void) {
  tansu_config *config = memory_config();
  tansu_error *error = NULL, *copy;
  char message[256];
  CHECK_INT(tansu_config_set(config, "listener.port", "x", &error), TANSU_E_CONFIG);
  copy = tansu_error_clone(error);
  snprintf(message, sizeof message, "%s", tansu_error_message(error));
  tansu_error_free(error);
  CHECK_INT(tansu_error_kind(copy), TANSU_KIND_CONFIG);
  CHECK_INT(tansu_error_os_code(copy), 0);
  CHECK(!tansu_error_is_fatal(copy) && !tansu_error_is_retriable(copy));
  check_error(copy, TANSU_E_CONFIG, message);
  tansu_config_free(config);
}

static const check_case cases[] = {
    CASE(versions),
    CASE(features),
    CASE(status_names),
    CASE(errors_are_copied_whole),
};

MAIN(cases)
