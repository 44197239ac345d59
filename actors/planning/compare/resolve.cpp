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
    if (given->start_interval.count() != 0)
      base.start_interval = given->start_interval;
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

/// Engines fill an empty text in from the image, as if it were not given.
const std::string& text_of(
  const std::optional<std::string>& given, const std::string& brought) noexcept {
  return given && !given->empty() ? *given : brought;
}

/// As engines join them: an entrypoint of one empty word is none, and beside none an empty command
/// is the image's. The entrypoint itself is always sent, so that an empty one stays empty.
/// Source: moby 20.10, daemon/commit.go, `merge`, and daemon/create.go, `mergeAndVerifyConfig`.
void join_words(const image_overrides& given, const image_facts& brought, container_config& out) {
  out.entrypoint = given.entrypoint.value_or(brought.entrypoint);
  if (out.entrypoint.size() == 1 && out.entrypoint.front().empty())
    out.entrypoint.clear();
  out.command = given.command.value_or(brought.command);
  if (out.entrypoint.empty() && out.command.empty())
    out.command = brought.command;
}

} // namespace

container_config resolve(
  const target_service& service, const image_facts* facts, const engine_image_id& image) {
  const auto brought = facts == nullptr ? image_facts{} : *facts;
  const auto& given = service.overrides;
  auto out = service.config;
  out.image = image.empty() ? service.image_name : image.value;
  join_words(given, brought, out);
  out.user = text_of(given.user, brought.user);
  out.working_dir = without_trailing_slash(text_of(given.working_dir, brought.working_dir));
  if (const auto& signal = text_of(given.stop_signal, brought.stop_signal); !signal.empty())
    out.stop_signal = signal;
  out.healthcheck = overlaid(brought.healthcheck, given.healthcheck);
  // Neither replaces what is there already.
  out.env.insert(brought.env.begin(), brought.env.end());
  out.labels.insert(brought.labels.begin(), brought.labels.end());
  out.labels = modern_labels(std::move(out.labels));
  out.anonymous_volumes.insert(brought.volumes.begin(), brought.volumes.end());
  return out;
}

} // namespace copal::planning
