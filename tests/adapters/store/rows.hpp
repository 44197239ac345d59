#pragma once

#include "messages/model/target.hpp"

#include <string>

namespace copal::test {

/// A row that no other number has.
inline image_row numbered_row(int n) {
  return {.name = "registry.example/fleet/service-" + std::to_string(n) + ":latest",
    .app = {1},
    .uuid = {"0123456789abcdef0123456789abcdef"},
    .service = {n},
    .used_by = {"service-" + std::to_string(n)},
    .image = {n},
    .release = {1},
    .commit = {"0123456789abcdef0123456789abcdef"},
    .engine_id = {"sha256:" + std::string(64, 'a')},
    .ours = true};
}

inline target_document example_target() {
  return {.form = dialect::cloud_v3,
    .origin = "https://api.example",
    .doc = value::map({{"apps", value::map({{"a1", value::list({1, 2.5, "x", {}, true})}})}})};
}

} // namespace copal::test
