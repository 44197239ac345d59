#pragma once

#include "messages/keys.hpp"

#include <optional>

/// Who may ask what. Pure. Source: spec/device-api.md §2.
namespace copal::api {

/// What a caller may see: everything, or one app.
struct scope {
  std::optional<app_id> only; ///< Absent: everything.

  bool operator==(const scope&) const = default;
  [[nodiscard]] bool holds(app_id app) const { return !only || *only == app; }
};

/// The scope of a key; nothing when it is none of the ring's. The time it takes tells nothing of
/// how much of a key was right.
std::optional<scope> scope_of(const keys::key_ring& ring, const secret& key);

} // namespace copal::api
