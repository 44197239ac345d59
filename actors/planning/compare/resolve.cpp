#include "actors/planning/compare/resolve.hpp"

#include "actors/planning/identity.hpp"

namespace copal::planning {

namespace {

/// What is not given is the other's; what is neither's switches the check off.
health_check overlaid(health_check base, const std::optional<health_check>& given) {
  if (given) {
    if (!given->test.empty())
      base.test = given->test;
    if (given->interval.count() != 0)
      base.interval = given->interval;
    if (given->timeout.count() != 0)
      base.timeout = given->timeout;
    if (given->start_period.count() != 0)
      base.start_period = given->start_period;
    if (given->retries != 0)
      base.retries = given->retries;
  }
  if (base.test.empty())
    base.test = {"NONE"};
  return base;
}

std::string without_trailing_slash(std::string path) {
  if (path.size() > 1 && path.back() == '/')
    path.pop_back();
  return path;
}

} // namespace

container_config resolve(
  const target_service& service, const image_facts* facts, const engine_image_id& image) {
  const auto brought = facts == nullptr ? image_facts{} : *facts;
  const auto& given = service.overrides;
  auto out = service.config;
  out.image = image.empty() ? service.image_name : image.value;
  out.command = given.command.value_or(brought.command);
  out.entrypoint = given.entrypoint.value_or(brought.entrypoint);
  out.user = given.user.value_or(brought.user);
  out.working_dir = without_trailing_slash(given.working_dir.value_or(brought.working_dir));
  if (!brought.stop_signal.empty())
    out.stop_signal = brought.stop_signal;
  if (given.stop_signal)
    out.stop_signal = *given.stop_signal;
  out.healthcheck = overlaid(brought.healthcheck, given.healthcheck);
  // Neither replaces what is there already.
  out.env.insert(brought.env.begin(), brought.env.end());
  out.labels.insert(brought.labels.begin(), brought.labels.end());
  out.labels = modern_labels(std::move(out.labels));
  out.anonymous_volumes.insert(brought.volumes.begin(), brought.volumes.end());
  return out;
}

} // namespace copal::planning
