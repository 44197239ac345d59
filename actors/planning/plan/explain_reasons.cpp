// What keeps the device from its target, as the conductor tells it.

#include "actors/planning/plan/explain_reasons.hpp"

#include "actors/planning/plan/image_space.hpp"
#include "actors/planning/plan/subjects.hpp"

#include <algorithm>
#include <string_view>

namespace copal::planning {

std::string_view name_of(obstacle o) {
  switch (o) {
    case obstacle::store_away:
      return "store";
    case obstacle::no_target:
      return "target";
    case obstacle::engine_away:
      return "engine";
    case obstacle::rejected:
      return "rejected";
    case obstacle::under_way:
      return "step";
    case obstacle::back_off:
      return "back-off";
    case obstacle::image:
      return "image";
    case obstacle::space:
      return "space";
    case obstacle::dependency:
      return "dependency";
    case obstacle::part:
      return "part";
    case obstacle::lock:
      return "lock";
    case obstacle::port:
      return "port";
    case obstacle::restart_policy:
      return "restart-policy";
    case obstacle::not_kept:
      return "not-kept";
    case obstacle::reboot:
      return "reboot";
    case obstacle::request:
      return "request";
    case obstacle::next_plan:
      return "planning";
  }
  return "planning";
}

namespace {

using kind = wait_reason::kind;

obstacle obstacle_of(kind why) {
  switch (why) {
    case kind::engine_away:
      return obstacle::engine_away;
    case kind::in_progress:
      return obstacle::under_way;
    case kind::fetching:
      return obstacle::image;
    case kind::dependency:
      return obstacle::dependency;
    case kind::lock:
      return obstacle::lock;
    case kind::back_off:
      return obstacle::back_off;
    case kind::engine_policy:
      return obstacle::restart_policy;
    case kind::not_kept:
      return obstacle::not_kept;
    case kind::in_use:
      return obstacle::part;
    case kind::port:
      return obstacle::port;
    case kind::reboot:
      return obstacle::reboot;
    case kind::request:
      return obstacle::request;
    case kind::space:
      return obstacle::space;
  }
  return obstacle::next_plan;
}

constexpr std::string_view image_prefix = "image:";

/// Of a step, of a fetch, or of a part that does not answer.
template <class Failure>
void take_tries(explanation& x, const Failure& failure) {
  x.tries = failure.count;
  x.attempts = failure.attempts;
  if (failure.waiting && !failure.attempts.empty())
    x.next_try = failure.attempts.back().at + failure.pause;
}

/// Nothing can be planned while this is so.
explanation standstill(
  obstacle why, std::string reason, const std::optional<silence>& silent = std::nullopt) {
  explanation out;
  out.why = why;
  out.subject = name_of(why);
  out.reason = std::move(reason);
  if (silent) {
    out.reason += ": " + silent->last.what;
    take_tries(out, *silent);
  }
  return out;
}

} // namespace

std::vector<explanation> standstills(const progress& now) {
  std::vector<explanation> out;
  std::string unread;
  for (const auto& what : now.unread)
    unread += (unread.empty() ? "" : ", ") + what;
  if (!unread.empty())
    out.push_back(standstill(
      obstacle::store_away, "the store has not been read (" + unread + ")", now.store_silent));
  else if (!now.has_target && now.problem.empty())
    out.push_back(standstill(obstacle::no_target, "there is no target yet"));
  if (!now.engine.complete && !now.engine.silent)
    out.push_back(standstill(obstacle::engine_away, "the engine is being asked what it has"));
  else if (!now.engine.complete)
    out.push_back(
      standstill(obstacle::engine_away, "what the engine has is not known", now.engine.silent));
  else if (!now.images.complete && !now.images.silent)
    out.push_back(standstill(obstacle::engine_away, "the images are being looked at"));
  else if (!now.images.complete)
    out.push_back(
      standstill(obstacle::engine_away, "which images there are is not known", now.images.silent));
  return out;
}

bool finder::step_on(explanation& x, const std::string& subject) const {
  const auto it = std::find_if(now_.running.begin(), now_.running.end(), [&](const step& s) {
    return subject_of(s) == subject;
  });
  if (it == now_.running.end())
    return false;
  take(x, *it);
  return true;
}

void finder::take(explanation& x, const step& s) const {
  x.why = obstacle::under_way;
  x.subject = subject_of(s);
  x.reason = to_string(s);
  add_image(x);
}

void finder::take(explanation& x, const wait_reason& w) const {
  x.why = obstacle_of(w.why);
  x.subject = w.subject;
  x.reason = w.text;
  add_tries(x);
  add_image(x);
  if (x.why == obstacle::lock)
    add_locks(x);
}

void finder::add_locks(explanation& x) const {
  for (const auto& facts : now_.locks) {
    if (facts.app == x.app)
      x.locks = facts.held;
  }
}

void finder::add_tries(explanation& x) const {
  for (const auto& failure : now_.failures) {
    if (failure.subject == x.subject)
      take_tries(x, failure);
  }
  for (const auto& failure : now_.images.failures) {
    if (image_subject(failure.name) == x.subject)
      take_tries(x, failure);
  }
}

void finder::add_image(explanation& x) const {
  if (!x.subject.starts_with(image_prefix))
    return;
  const auto name = x.subject.substr(image_prefix.size());
  x.bytes_to_fetch = bytes_to_fetch(now_.images, name);
  for (const auto& fetch : now_.images.fetching) {
    if (fetch.name == name)
      x.percent = fetch.percent;
  }
  for (const auto& shortage : now_.images.shortages) {
    if (shortage.name == name && x.why == obstacle::space)
      x.shortage = shortage;
  }
}

} // namespace copal::planning
