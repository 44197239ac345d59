#include "actors/planning/plan/explain.hpp"

#include "actors/planning/plan/plan_dependencies.hpp"
#include "actors/planning/plan/plan_handover.hpp"
#include "actors/planning/plan/requests.hpp"

#include <algorithm>
#include <tuple>

namespace copal::planning {

std::string_view name_of(obstacle o) {
  switch (o) {
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

class explainer {
public:
  explainer(const progress& now, const app_standing& app) : now_(now), app_(app) {}

  void tell(std::vector<explanation>& out) const {
    if (is_rejected(app_)) {
      auto x = about({}, "its release is not run");
      x.why = obstacle::rejected;
      x.reason = app_.target->rejected->why;
      return out.push_back(std::move(x));
    }
    for (const auto& pair : app_.pairs) {
      if (auto gap = gap_of(pair); !gap.empty())
        out.push_back(told(about(pair.target->name, std::move(gap)), needs_of(pair)));
    }
    for (const auto* c : app_.surplus) {
      if (!is_told(out, c->who.name))
        out.push_back(told_of_surplus(*c));
    }
    for (const auto& hold : now_.holds) {
      if (hold.app == app_.id && !is_told(out, hold.service))
        tell_hold(hold, out);
    }
  }

private:
  [[nodiscard]] explanation about(const service_name& service, std::string gap) const {
    explanation out;
    out.app = app_.id;
    out.app_name = app_.target != nullptr ? app_.target->name : std::string{};
    out.service = service;
    out.gap = std::move(gap);
    return out;
  }

  [[nodiscard]] explanation told_of_surplus(const supervised_container& c) const {
    for (const auto& pair : app_.pairs) {
      if (elder_of(app_, pair) != &c)
        continue;
      auto x = about(c.who.name, "its old container is still there");
      const auto hand_over = "handover:" + pair.current->what.id.value;
      return step_on(x, hand_over) || wait_on(x, hand_over, {}) ? x : told(std::move(x), {});
    }
    return told(about(c.who.name, "the target does not have it"), {});
  }

  /// A service that is as people want it is not as its target does.
  void tell_hold(const service_hold& hold, std::vector<explanation>& out) const {
    const auto pair = std::find_if(app_.pairs.begin(), app_.pairs.end(), [&hold](const auto& p) {
      return p.target->name == hold.service;
    });
    if (pair == app_.pairs.end())
      return;
    auto x = about(hold.service,
      hold.running ? "it runs, and the target wants it stopped"
                   : "it is stopped, and the target wants it running");
    x.why = obstacle::request;
    x.reason = (hold.running ? "a start" : "a stop")
               + std::string{" was asked for; it holds until its release changes, it is asked to "}
               + (hold.running ? "stop" : "start") + " or the device is booted";
    out.push_back(std::move(x));
  }

  [[nodiscard]] bool is_told(const std::vector<explanation>& out, const service_name& name) const {
    return std::any_of(out.begin(), out.end(), [&](const explanation& x) {
      return x.app == app_.id && x.service == name;
    });
  }

  /// What is not as the target wants it; empty when all is.
  [[nodiscard]] std::string gap_of(const service_pair& pair) const {
    if (pair.current == nullptr)
      return "it has no container";
    const auto& c = pair.current->what;
    if (!pair.differing.empty())
      return pair.differing;
    for (const auto& part : app_.leaving) {
      if (uses(c.config, part))
        return part.name + " is to be made anew";
    }
    if (const auto other = remade_dependency(app_, pair); pair.target->running && !other.empty())
      return other + " was made anew since it was started";
    if (c.name != pair.name)
      return "its container has the name of another release";
    if (pair.target->running ? is_down(pair) : is_up(c.state))
      return "it is " + std::string{to_string(c.state)} + ", and the target wants it "
             + (pair.target->running ? "running" : "stopped");
    return {};
  }

  static bool is_up(container_state s) {
    return s == container_state::running || s == container_state::paused
           || s == container_state::restarting;
  }

  /// One that has ended as its policy allows is where it is to be: nothing waits for it.
  [[nodiscard]] bool is_down(const service_pair& pair) const {
    switch (pair.current->what.state) {
      case container_state::running:
      case container_state::paused:
        return false;
      case container_state::exited:
        return is_mentioned("service:" + to_string(app_.id) + '/' + pair.target->name.value);
      default:
        return true;
    }
  }

  [[nodiscard]] bool is_mentioned(const std::string& subject) const {
    const auto of_wait = [&](const wait_reason& w) { return w.subject == subject; };
    const auto of_step = [&](const step& s) { return subject_of(s) == subject; };
    return std::any_of(now_.waits.begin(), now_.waits.end(), of_wait)
           || std::any_of(now_.running.begin(), now_.running.end(), of_step);
  }

  /// The subjects that a service cannot do without: its image, its networks and volumes.
  struct needs {
    std::string image;
    std::vector<std::string> parts;
  };

  [[nodiscard]] needs needs_of(const service_pair& pair) const {
    needs out;
    if (pair.image.what != image_standing::kind::ready)
      out.image = "image:" + pair.target->image_name;
    for (const auto* parts : {&app_.missing, &app_.leaving}) {
      for (const auto& part : *parts) {
        const auto used = uses(pair.wanted, part)
                          || (pair.current != nullptr && uses(pair.current->what.config, part));
        if (used)
          out.parts.push_back(part_subject(part));
      }
    }
    return out;
  }

  /// The explanation with the first reason that holds.
  [[nodiscard]] explanation told(explanation x, const needs& of) const {
    const auto own = "service:" + to_string(app_.id) + '/' + x.service.value;
    if (engine_away(x) || step_on(x, own) || wait_on(x, own, {kind::back_off})
        || (!of.image.empty() && image_of(x, of.image)))
      return x;
    for (const auto& part : of.parts) {
      if (step_on(x, part) || wait_on(x, part, {kind::back_off, kind::in_use}))
        return x;
    }
    // What the whole release waits for, then what only this service does.
    const auto locks = "locks:" + to_string(app_.id);
    (void)(image_of_release(x) || wait_on(x, own, {kind::dependency, kind::port})
           || wait_on(x, locks, {kind::lock}) || step_on(x, locks) || wait_on(x, own, {}));
    return x;
  }

  bool engine_away(explanation& x) const {
    const auto it = std::find_if(now_.waits.begin(), now_.waits.end(), [](const auto& w) {
      return w.why == kind::engine_away;
    });
    if (it == now_.waits.end())
      return false;
    x.why = obstacle::engine_away;
    x.reason = it->text;
    return true;
  }

  bool step_on(explanation& x, const std::string& subject) const {
    const auto it = std::find_if(now_.running.begin(), now_.running.end(), [&](const step& s) {
      return subject_of(s) == subject;
    });
    if (it == now_.running.end())
      return false;
    x.why = obstacle::under_way;
    x.reason = to_string(*it);
    return true;
  }

  static obstacle obstacle_of(const wait_reason& w) {
    switch (w.why) {
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

  /// The first wait on this subject, of one of these kinds; of any when none is named.
  bool wait_on(explanation& x, const std::string& subject, const std::vector<kind>& kinds) const {
    const auto it = std::find_if(now_.waits.begin(), now_.waits.end(), [&](const wait_reason& w) {
      return w.subject == subject
             && (kinds.empty() || std::find(kinds.begin(), kinds.end(), w.why) != kinds.end());
    });
    if (it == now_.waits.end())
      return false;
    x.why = obstacle_of(*it);
    x.reason = it->text;
    add_tries(x, subject);
    if (x.why == obstacle::lock)
      add_locks(x);
    return true;
  }

  bool image_of(explanation& x, const std::string& subject) const {
    if (!step_on(x, subject) && !wait_on(x, subject, {}))
      return false;
    if (x.why == obstacle::under_way || x.why == obstacle::dependency)
      x.why = obstacle::image;
    return true;
  }

  bool image_of_release(explanation& x) const {
    if (app_.images_ready)
      return false;
    return std::any_of(app_.pairs.begin(), app_.pairs.end(), [&](const service_pair& pair) {
      return pair.image.what != image_standing::kind::ready
             && image_of(x, "image:" + pair.target->image_name);
    });
  }

  void add_locks(explanation& x) const {
    for (const auto& facts : now_.locks) {
      if (facts.app == x.app)
        x.locks = facts.held;
    }
  }

  void add_tries(explanation& x, const std::string& subject) const {
    const auto take = [&x](const auto& failure) {
      x.tries = failure.count;
      x.attempts = failure.attempts;
      if (failure.waiting && !failure.attempts.empty())
        x.next_try = failure.attempts.back().at + failure.pause;
    };
    for (const auto& failure : now_.failures) {
      if (failure.subject == subject)
        take(failure);
    }
    for (const auto& failure : now_.images.failures) {
      if ("image:" + failure.name == subject)
        take(failure);
    }
  }

  const progress& now_;
  const app_standing& app_;
};

} // namespace

std::vector<explanation> explain(const progress& now) {
  std::vector<explanation> out;
  if (!now.has_target)
    return out;
  situation s;
  s.target = as_held(now.target, now.holds);
  s.engine = now.engine;
  s.images = now.images;
  s.commits = now.commits;
  for (const auto& app : stand_apps(s))
    explainer{now, app}.tell(out);
  std::stable_sort(out.begin(), out.end(), [](const explanation& a, const explanation& b) {
    return std::tie(a.app, a.service) < std::tie(b.app, b.service);
  });
  return out;
}

} // namespace copal::planning
