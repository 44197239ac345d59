#pragma once

#include <cstdint>
#include <set>
#include <string>

namespace copal {

/// A field that some engines, or the kernels below them, cannot honour: they drop it and run the
/// container without.
enum class engine_feature : std::uint8_t {
  annotations,    ///< Since Docker 25 (API 1.44) here, where the engine would show them.
  start_interval, ///< Of health checks; the same.
  domainname,     ///< Not of podman 4.
  gpus,           ///< Not through podman's Docker API.
  mem_limit,      ///< And mem_reservation: kernels without the memory controller.
  memswap_limit,  ///< Kernels that do not count swap.
  cpu_shares,
  cpu_quota,
  cpuset,
  pids_limit,
  oom_kill_disable, ///< Not with control groups of version 2.
};
/// The field's name in a composition.
std::string to_string(engine_feature x);

using engine_features = std::set<engine_feature>;

} // namespace copal
