#include "actors/planning/compare/unhonoured.hpp"

namespace copal::planning {

namespace {

struct rule {
  engine_feature what;
  bool (*is_used)(const target_service&);
  std::string_view why;
  std::string_view field{}; ///< Empty: that of the feature's name.
};

constexpr std::string_view old_engine =
  "the engine has it from API 1.44 on (Docker 25), and this one is older or another";
constexpr std::string_view podmans = "podman's Docker API drops it";
constexpr std::string_view kernels = "the engine says that this machine's kernel cannot do it";

bool checks_at_start(const target_service& x) {
  return x.overrides.healthcheck && x.overrides.healthcheck->start_interval.count() != 0;
}

constexpr rule rules[] = {
  {engine_feature::annotations,
    [](const auto& x) { return !x.config.annotations.empty(); },
    old_engine},
  {engine_feature::start_interval, checks_at_start, old_engine},
  {engine_feature::domainname, [](const auto& x) { return !x.config.domainname.empty(); }, podmans},
  {engine_feature::gpus, [](const auto& x) { return !x.config.device_requests.empty(); }, podmans},
  {engine_feature::mem_limit, [](const auto& x) { return x.config.memory_bytes != 0; }, kernels},
  {engine_feature::mem_limit,
    [](const auto& x) { return x.config.memory_reservation_bytes != 0; },
    kernels,
    "mem_reservation"},
  {engine_feature::memswap_limit,
    [](const auto& x) { return x.config.memory_swap_bytes > 0; },
    kernels},
  {engine_feature::cpu_shares, [](const auto& x) { return x.config.cpu_shares != 0; }, kernels},
  {engine_feature::cpu_quota, [](const auto& x) { return x.config.cpu_quota != 0; }, kernels},
  {engine_feature::cpuset, [](const auto& x) { return !x.config.cpuset.empty(); }, kernels},
  {engine_feature::pids_limit, [](const auto& x) { return x.config.pids_limit > 0; }, kernels},
  {engine_feature::oom_kill_disable,
    [](const auto& x) { return x.config.oom_kill_disable; },
    kernels},
};

} // namespace

std::vector<std::string> unhonoured(const device_target& target, const engine_features& lacks) {
  std::vector<std::string> out;
  if (lacks.empty())
    return out;
  for (const auto& app : target.apps) {
    if (!app.release)
      continue;
    for (const auto& service : app.release->services) {
      for (const auto& rule : rules) {
        if (lacks.contains(rule.what) && rule.is_used(service))
          out.push_back("app " + app.name + ", service " + service.name.value + ": "
                        + (rule.field.empty() ? to_string(rule.what) : std::string{rule.field})
                        + ": the service runs without it: " + std::string{rule.why});
      }
    }
  }
  return out;
}

} // namespace copal::planning
