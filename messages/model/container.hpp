#pragma once

#include "messages/model/attempt.hpp"
#include "messages/model/container_config.hpp"
#include "messages/model/engine_feature.hpp"
#include "messages/model/network.hpp"

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace copal {

enum class container_state : std::uint8_t {
  created,
  running,
  paused,
  restarting,
  removing,
  exited,
  dead,
};
std::string to_string(container_state x); ///< As the engine spells it.

/// What a container's health check says.
enum class health_state : std::uint8_t {
  none,     ///< It has no check.
  starting, ///< None has succeeded, and not too many have failed yet.
  healthy,
  unhealthy,
};
std::string to_string(health_state x); ///< As the engine spells it.

/// Who a supervised container is, from its labels and its name.
/// Source: spec/state-engine.md §1.
struct container_identity {
  app_id app;
  app_uuid uuid; ///< Empty for containers of old supervisors.
  service_id service;
  service_name name;
  image_id image;
  release_id release;
  commit_id commit; ///< Empty for containers of old supervisors.

  bool operator==(const container_identity&) const = default;
};

/// A container as the engine shows it.
struct container {
  container_id id;
  std::string name; ///< Without the leading slash.
  container_state state = container_state::created;
  wall_time created;
  wall_time started; ///< The epoch when it never was.
  wall_time finished;
  std::int64_t exit_code = 0;
  bool oom_killed = false;        ///< Its last end was for lack of memory.
  std::int64_t restart_count = 0; ///< By the engine's policy, since somebody else started it.
  health_state health = health_state::none;
  std::int64_t failed_checks = 0; ///< Health checks, in a row.
  std::string engine_error;       ///< The engine's word on why it did not start.
  bool made_here = false;         ///< By Copal; else by a supervisor before it.
  container_config config;

  bool operator==(const container&) const = default;
};

/// What a list of containers tells of one, without an inspection.
struct container_summary {
  container_id id;
  std::string name;
  container_state state = container_state::created;
  label_map labels;
  std::set<std::string> networks; ///< It is joined to: engine names.
  health_state health = health_state::none;

  bool operator==(const container_summary&) const = default;
};

/// A supervised container and who it is.
struct supervised_container {
  container_identity who;
  container what;
  /// How often a process in it was killed for lack of memory since this process watches: it need
  /// not have been the first one.
  std::uint64_t memory_kills = 0;

  bool operator==(const supervised_container&) const = default;
};

/// The engine's containers that are ours, and all its networks and volumes: what `containers`
/// knows. A view with a higher (incarnation, revision) is newer.
struct engine_view {
  std::uint64_t incarnation = 0; ///< Of the actor that made it.
  std::uint64_t revision = 0;    ///< Of this view, within the incarnation.
  bool complete = false;         ///< Listed and subscribed; false while the engine is away.
  std::vector<supervised_container> containers; ///< Sorted by id.
  std::vector<engine_network> networks;         ///< Sorted by name.
  std::vector<engine_volume> volumes;           ///< Sorted by name.
  /// Containers stopped from outside since this process watches: the restart policy
  /// `unless-stopped` leaves them alone. Sorted.
  std::vector<container_id> stopped_from_outside;
  /// Subjects (see `subject_of`) of the steps that are being done. Sorted.
  std::vector<std::string> busy;
  engine_features lacks;         ///< What this engine drops.
  std::optional<silence> silent; ///< Why it is not complete; nothing: it is, or was not tried yet.

  bool operator==(const engine_view&) const = default;
};

/// True while the container does its work, or may at any moment.
inline bool is_up(const container& c) {
  return c.state == container_state::running || c.state == container_state::paused
         || c.state == container_state::restarting;
}

template <class I>
typename I::result_type inspect(I& f, container_identity& x) {
  return f(x.app, x.uuid, x.service, x.name, x.image, x.release, x.commit);
}

template <class I>
typename I::result_type inspect(I& f, container& x) {
  return f(x.id,
    x.name,
    x.state,
    x.created,
    x.started,
    x.finished,
    x.exit_code,
    x.oom_killed,
    x.restart_count,
    x.health,
    x.failed_checks,
    x.engine_error,
    x.made_here,
    x.config);
}

template <class I>
typename I::result_type inspect(I& f, container_summary& x) {
  return f(x.id, x.name, x.state, x.labels, x.networks, x.health);
}

template <class I>
typename I::result_type inspect(I& f, supervised_container& x) {
  return f(x.who, x.what, x.memory_kills);
}

template <class I>
typename I::result_type inspect(I& f, engine_view& x) {
  return f(x.incarnation,
    x.revision,
    x.complete,
    x.containers,
    x.networks,
    x.volumes,
    x.stopped_from_outside,
    x.busy,
    x.lacks,
    x.silent);
}

} // namespace copal
