#pragma once

#include "actors/planning/plan/plan.hpp"
#include "messages/model/downtime.hpp"
#include "messages/model/value.hpp"
#include "messages/result.hpp"

namespace copal::planning {

/// What there is on a device, and what is true of it: all of a `situation` but its target, and but
/// what only a running supervisor knows (steps under way, failures).
struct snapshot {
  device_facts device; ///< A target is read with these.
  engine_view engine;
  images_view images;
  std::map<app_id, commit_id> commits;
  std::map<app_id, lock_facts> locks;
  std::vector<service_hold> holds;
  std::vector<service_downtime> downtimes;
  std::optional<host::boot_facts> boot; ///< Absent: not known.
  std::optional<host::os_settings> os;  ///< Likewise.

  bool operator==(const snapshot&) const = default;
};

template <class I>
typename I::result_type inspect(I& f, snapshot& x) {
  return f(x.device, x.engine, x.images, x.commits, x.locks, x.holds, x.downtimes, x.boot, x.os);
}

/// The version of the form. A snapshot is read by the versions of Copal that write this one.
inline constexpr std::int64_t snapshot_version = 4;

/// The snapshot as a tree, secrets included: whoever keeps it keeps it from others.
value write_snapshot(const snapshot& what);

/// Reads it again. `invalid_input` names the field ("engine.containers[2].what.state"), and what
/// was expected there; never a value, which may be a secret.
result<snapshot> read_snapshot(const value& doc);

} // namespace copal::planning
