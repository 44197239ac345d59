#include "actors/planning/normalise/mount_conflicts.hpp"

#include "actors/planning/normalise/bind_mounts.hpp"

#include <algorithm>
#include <set>
#include <string>

namespace copal::planning {

namespace {

/// Between the first two colons.
std::string target_of(const std::string& bind) {
  const auto first = std::min(bind.find(':'), bind.size() - 1);
  return bind.substr(first + 1, bind.find(':', first + 1) - first - 1);
}

std::string path_of(const std::string& tmpfs) {
  return tmpfs.substr(0, tmpfs.find(':'));
}

} // namespace

// As engines do it: the short form's paths and the long form's are compared resolved, with those of
// `tmpfs` as they are written, and only the short form's. A volume that is not named gives way.
// Source: moby 20.10, daemon/volumes.go, `registerMountPoints`.
void check_mount_conflicts(const read_service& s) {
  const auto& config = s.service.config;
  const auto refuse = [&s](const std::string& target) {
    s.place.reject("two things are mounted at " + target
                   + ", which engines refuse; give one of them another target");
  };
  std::set<std::string> taken;
  for (const auto& bind : config.binds) {
    if (const auto target = joined({}, target_of(bind)); !taken.insert(target).second)
      refuse(target);
  }
  for (const auto& tmpfs : config.tmpfs) {
    if (taken.contains(path_of(tmpfs)))
      refuse(path_of(tmpfs));
  }
  for (const auto& m : config.mounts) {
    if (const auto target = joined({}, m.target); !taken.insert(target).second)
      refuse(target);
  }
}

} // namespace copal::planning
