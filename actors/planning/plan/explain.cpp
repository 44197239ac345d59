#include "actors/planning/plan/explain.hpp"

#include "actors/planning/plan/explain_reasons.hpp"
#include "actors/planning/plan/plan_dependencies.hpp"
#include "actors/planning/plan/plan_handover.hpp"
#include "actors/planning/plan/requests.hpp"
#include "actors/planning/plan/subjects.hpp"

#include <algorithm>
#include <set>
#include <tuple>

namespace copal::planning {

namespace {

using kind = wait_reason::kind;

bool any(kind) {
  return true;
}

/// Tells whether a wait is of one of these kinds.
auto among(std::vector<kind> kinds) {
  return [kinds = std::move(kinds)](
           kind why) { return std::find(kinds.begin(), kinds.end(), why) != kinds.end(); };
}

class explainer {
public:
  explainer(
    const progress& now, const std::vector<explanation>& standstills, const app_standing& app)
    : now_(now),
      find_(now),
      standstills_(standstills),
      app_(app) {}

  void tell(std::vector<explanation>& out) const {
    if (is_rejected(app_)) {
      auto x = about({}, "its release is not run");
      x.why = obstacle::rejected;
      x.reason = app_.target->rejected->why;
      return out.push_back(std::move(x));
    }
    for (const auto& pair : app_.pairs) {
      if (auto gap = gap_of(pair); !gap.empty())
        out.push_back(told(about(pair.target->name, std::move(gap)), &pair));
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
      return find_.step_on(x, hand_over) || find_.wait_on(x, hand_over, any)
               ? x
               : told(std::move(x), nullptr);
    }
    return told(about(c.who.name, "the target does not have it"), nullptr);
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
        return part.name
               + (is_left_so(pair.target->name) ? " is not as the target wants it"
                                                : " is to be made anew");
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

  /// The engine does not keep something that it uses, and it is left so.
  [[nodiscard]] bool is_left_so(const service_name& name) const {
    const auto subject = service_subject(app_.id, name);
    return std::any_of(now_.waits.begin(), now_.waits.end(), [&subject](const wait_reason& w) {
      return w.why == kind::not_kept && w.subject == subject;
    });
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
        return is_mentioned(service_subject(app_.id, pair.target->name));
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

  /// The networks and volumes that a service cannot do without and that are not as they are to be.
  [[nodiscard]] std::vector<std::string> parts_of(const service_pair& pair) const {
    std::vector<std::string> out;
    for (const auto* parts : {&app_.missing, &app_.leaving}) {
      for (const auto& part : *parts) {
        const auto used = uses(pair.wanted, part)
                          || (pair.current != nullptr && uses(pair.current->what.config, part));
        if (used)
          out.push_back(part_subject(part));
      }
    }
    return out;
  }

  /// By its strategy its container is not kept until images are there.
  [[nodiscard]] bool goes_first(const service_pair& pair) const {
    const auto strategy = pair.target->strategy;
    return pair.current != nullptr
           && (strategy == update_strategy::kill_then_download
               || strategy == update_strategy::delete_then_download)
           && (!pair.differing.empty() || !leaving_part(app_, pair.current->what.config).empty());
  }

  /// The explanation with the first reason that holds. Null: its service is in no target.
  [[nodiscard]] explanation told(explanation x, const service_pair* pair) const {
    const auto own = service_subject(app_.id, x.service);
    const auto needs_images = pair == nullptr || !goes_first(*pair);
    if (stands_still(x) || find_.step_on(x, own) || find_.wait_on(x, own, among({kind::back_off}))
        || (pair != nullptr && needs_images && image_of(x, *pair))
        || (pair != nullptr && part_of(x, *pair)))
      return x;
    // What the whole release waits for, then what only this service does. While images are still to
    // come that wait for the end of a container, all waits for the lock that forbids it.
    const auto locks = "locks:" + to_string(app_.id);
    (void)((needs_images && image_of_release(x)) || (!app_.images_ready && lock_of(x, locks))
           || find_.wait_on(x, own, among({kind::dependency, kind::port})) || lock_of(x, locks)
           || find_.wait_on(x, own, any) || find_.wait_on(x, locks, any));
    return x;
  }

  bool stands_still(explanation& x) const {
    if (standstills_.empty())
      return false;
    const auto& first = standstills_.front();
    x.why = first.why;
    x.subject = first.subject;
    x.reason = first.reason;
    return true;
  }

  bool lock_of(explanation& x, const std::string& locks) const {
    return find_.wait_on(x, locks, among({kind::lock})) || find_.step_on(x, locks);
  }

  bool part_of(explanation& x, const service_pair& pair) const {
    const auto parts = parts_of(pair);
    return std::any_of(parts.begin(), parts.end(), [&](const std::string& part) {
      return find_.step_on(x, part)
             || find_.wait_on(x, part, among({kind::back_off, kind::in_use}));
    });
  }

  /// An image that is to come when the old container has gone keeps nothing: what does is what
  /// keeps that container.
  bool image_of(explanation& x, const service_pair& pair) const {
    if (pair.image.what == image_standing::kind::ready)
      return false;
    const auto subject = image_subject(pair.target->image_name);
    const auto counts = [&pair](
                          kind why) { return why != kind::dependency || pair.current == nullptr; };
    if (!find_.step_on(x, subject) && !find_.wait_on(x, subject, counts))
      return false;
    if (x.why == obstacle::under_way || x.why == obstacle::dependency)
      x.why = obstacle::image;
    return true;
  }

  bool image_of_release(explanation& x) const {
    return std::any_of(app_.pairs.begin(), app_.pairs.end(), [&](const service_pair& pair) {
      return image_of(x, pair);
    });
  }

  const progress& now_;
  finder find_;
  const std::vector<explanation>& standstills_;
  const app_standing& app_;
};

std::string name_of(const device_target& target, app_id app) {
  const auto it = std::find_if(
    target.apps.begin(), target.apps.end(), [app](const target_app& x) { return x.id == app; });
  return it == target.apps.end() ? std::string{} : it->name;
}

/// It ends by itself, or by somebody's hand; one that is none waits for something else that waits,
/// or is under way.
bool is_root(const progress& now, const wait_reason& w) {
  const auto is_of = [&w](const fetch_progress& fetch) {
    return image_subject(fetch.name) == w.subject;
  };
  switch (w.why) {
    case kind::dependency:
    case kind::in_progress:
    case kind::in_use:
      return false;
    case kind::fetching:
      return std::any_of(now.images.fetching.begin(), now.images.fetching.end(), is_of);
    default:
      return true;
  }
}

void sort_by_app(std::vector<explanation>& items) {
  std::stable_sort(items.begin(), items.end(), [](const explanation& a, const explanation& b) {
    return std::tie(a.app, a.service) < std::tie(b.app, b.service);
  });
}

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
  const auto still = standstills(now);
  for (const auto& app : stand_apps(s))
    explainer{now, still, app}.tell(out);
  sort_by_app(out);
  return out;
}

std::vector<explanation> explain_others(
  const progress& now, const std::vector<explanation>& services) {
  auto out = standstills(now);
  if (!out.empty())
    return out;
  std::set<std::string> told; // By subject.
  std::set<app_id> apps;      // Of which something is told.
  for (const auto& x : services) {
    told.insert({x.subject, service_subject(x.app, x.service)});
    if (!x.subject.empty())
      apps.insert(x.app);
  }
  const finder find{now};
  const auto add = [&](app_id app, const std::string& subject, const auto& what) {
    if (!told.insert(subject).second)
      return;
    apps.insert(app);
    auto& x = out.emplace_back();
    x.app = app;
    x.app_name = name_of(now.target, app);
    find.take(x, what);
  };
  for (const auto& s : now.running)
    add(s.app, subject_of(s), s);
  for (const auto& w : now.waits) {
    if (is_root(now, w))
      add(w.app, w.subject, w);
  }
  // What follows from something is told where that is not.
  for (const auto& w : now.waits) {
    if (!apps.contains(w.app))
      add(w.app, w.subject, w);
  }
  sort_by_app(out);
  return out;
}

} // namespace copal::planning
