// Which containers to create, start, rename, stop and remove. Source: spec/state-engine.md §5.2.

#include "actors/planning/identity.hpp"
#include "actors/planning/plan/plan_dependencies.hpp"
#include "actors/planning/plan/plan_handover.hpp"
#include "actors/planning/plan/plan_keeping.hpp"
#include "actors/planning/plan/plan_leaving.hpp"
#include "actors/planning/plan/plan_locks.hpp"
#include "actors/planning/plan/plan_parts.hpp"
#include "actors/planning/plan/plan_ports.hpp"
#include "actors/planning/plan/plan_starts.hpp"

#include <algorithm>

namespace copal::planning {

namespace {

/// Steps on services, sorted by what they need of the update locks.
class service_planner {
public:
  service_planner(const situation& s,
    const std::vector<app_standing>& apps,
    const app_standing& app,
    plan_builder& out)
    : s_(s),
      apps_(apps),
      app_(app),
      out_(out) {}

  void run() {
    for (const auto* c : app_.dead)
      out_.add({app_.id, remove_container{c->what.id, c->who.name}, "it is dead"});
    // A surplus container may bear the name that the wanted one is to get.
    for (const auto* c : app_.surplus) {
      const auto handing = std::find_if(app_.pairs.begin(), app_.pairs.end(), [&](const auto& p) {
        return elder_of(app_, p) == c;
      });
      if (handing == app_.pairs.end())
        plan_surplus(*c);
      else
        plan_elder(*c, *handing);
    }
    for (const auto& pair : app_.pairs)
      plan_pair(pair);
    pass_locks();
  }

private:
  [[nodiscard]] std::string subject(const service_name& name) const {
    return "service:" + to_string(app_.id) + '/' + name.value;
  }

  void wait(wait_reason::kind why, const service_name& name, std::string text) {
    out_.wait({why, app_.id, subject(name), name.value + ": " + std::move(text)});
  }

  void plan_pair(const service_pair& pair) {
    const auto& name = pair.target->name;
    if (out_.is_busy(subject(name)))
      return wait(wait_reason::kind::in_progress, name, "a step is under way");
    if (ending_.contains(name))
      return wait(wait_reason::kind::in_progress, name, "its old container goes first");
    if (pair.current == nullptr)
      return plan_install(pair);
    const auto& now = pair.current->what;
    if (now.state == container_state::removing)
      return wait(wait_reason::kind::in_progress, name, "its old container is being removed");
    if (const auto asked = s_.asked.replaced.find(now.id); asked != s_.asked.replaced.end())
      return plan_anew(pair, asked->second);
    const auto part = leaving_part(app_, now.config);
    if (!pair.differing.empty() || !part.empty())
      return plan_replacement(pair, part);
    if (const auto other = remade_dependency(app_, pair); pair.target->running && !other.empty())
      return plan_restart(pair, other);
    if (pair.name != now.name)
      return plan_rename(pair);
    if (pair.target->running)
      plan_running(pair);
    else
      plan_stopped(pair);
  }

  void plan_replacement(const service_pair& pair, const std::string& part) {
    const auto& name = pair.target->name;
    const auto& now = *pair.current;
    // Without what its image brings nothing can be said of a difference: after the loss of all rows
    // every container seems to have one.
    if (!pair.image.id.empty() && pair.image.facts == nullptr)
      return wait_to_replace(
        pair, wait_reason::kind::in_progress, "its image has not been looked at yet");
    const auto waits_for_images = pair.target->strategy == update_strategy::download_then_kill
                                  || pair.target->strategy == update_strategy::hand_over;
    if (waits_for_images && !app_.images_ready)
      return wait_to_replace(
        pair, wait_reason::kind::fetching, "replaced when all images of its release are there");
    // What strategies with an early kill give up, and what is in another's way, is given up.
    if (const auto obstacle = replacement_obstacle(s_, app_, pair, out_);
        waits_for_images && part.empty() && !obstacle.empty() && !is_in_the_way(apps_, pair))
      return wait_to_replace(pair, wait_reason::kind::dependency, "replaced " + obstacle);
    if (const auto taken = lasting_port_obstacle(s_, apps_, pair);
        waits_for_images && part.empty() && !taken.empty() && !is_in_the_way(apps_, pair))
      return wait_to_replace(pair, wait_reason::kind::port, "replaced " + taken);
    auto reason = !pair.differing.empty() ? pair.differing : part + " is made anew";
    if (const auto* elder = elder_of(app_, pair); elder != nullptr && is_up(elder->what))
      reason += "; the hand-over to it was not over";
    else if (pair.target->strategy == update_strategy::hand_over && part.empty()
             && service_is_up(pair)) {
      auto obstacle = handover_obstacle(now.what.config, pair.wanted);
      if (obstacle.empty())
        obstacle = port_obstacle(s_, apps_, pair);
      // What is to start before the new one may need a port of the old one.
      if (obstacle.empty() && is_in_the_way(apps_, pair))
        obstacle = "another service needs a port that it has";
      if (obstacle.empty())
        return plan_handover(pair);
      reason += "; no hand-over: " + obstacle;
    }
    stopping_.push_back(
      {app_.id, kill_container{now.what.id, name, now.what.config.stop_grace_period}, reason});
  }

  /// What people ask for meanwhile is done to the container that there is, and it is kept up.
  void wait_to_replace(const service_pair& pair, wait_reason::kind why, std::string text) {
    const auto& now = pair.current->what;
    const auto& name = pair.target->name;
    if (is_up(now) && is_stop_asked(pair))
      stopping_.push_back({app_.id,
        stop_container{now.id, name, now.config.stop_grace_period},
        "a stop was asked for"});
    else if (now.state == container_state::exited && s_.asked.started.contains(now.id))
      out_.add({app_.id, start_container{now.id, name}, "a start was asked for"});
    else if (!pair.target->running || !is_kept_up(*pair.current))
      wait(why, name, std::move(text));
  }

  bool is_kept_up(const supervised_container& c) { return keep_up(s_, apps_, app_, c, out_); }

  [[nodiscard]] bool is_stop_asked(const service_pair& pair) const {
    const auto& holds = s_.asked.holds;
    return std::any_of(holds.begin(), holds.end(), [&](const service_hold& hold) {
      return hold.app == app_.id && hold.service == pair.target->name && !hold.running;
    });
  }

  /// It is made anew, as soon as it can be started again.
  void plan_restart(const service_pair& pair, const std::string& other) {
    const auto& now = *pair.current;
    if (auto obstacle = start_obstacle(s_, app_, pair, out_); !obstacle.empty())
      return wait(wait_reason::kind::dependency, pair.target->name, "re" + std::move(obstacle));
    stopping_.push_back({app_.id,
      kill_container{now.what.id, pair.target->name, now.what.config.stop_grace_period},
      other + " was made anew"});
  }

  [[nodiscard]] static bool service_is_up(const service_pair& pair) {
    return pair.target->running && is_up(pair.current->what);
  }

  /// The old container gets its name of a retired one first: whatever happens then, the next plan
  /// knows it by that.
  void plan_handover(const service_pair& pair) {
    const auto& now = *pair.current;
    const auto& name = pair.target->name;
    if (auto obstacle = start_obstacle(s_, app_, pair, out_); !obstacle.empty())
      return wait(wait_reason::kind::dependency, name, std::move(obstacle));
    if (!is_retired(now))
      return out_.add({app_.id,
        retire_container{now.what.id, name, retired_name(now.what.name)},
        pair.differing});
    if (!is_name_taken(pair))
      out_.add(install_of(pair, "beside its old container", true));
  }

  void plan_elder(const supervised_container& c, const service_pair& pair) {
    const auto& name = c.who.name;
    if (out_.is_busy(subject(name)))
      return wait(wait_reason::kind::in_progress, name, "a step is under way");
    if (c.what.state == container_state::removing)
      return wait(wait_reason::kind::in_progress, name, "its old container is being removed");
    auto fate = fate_of_elder(s_, c, pair, leaving_part(app_, c.what.config));
    const kill_container kill{c.what.id, name, c.what.config.stop_grace_period};
    switch (fate.what) {
      case elder_fate::kind::waits:
        return wait(wait_reason::kind::in_progress, name, std::move(fate.reason));
      case elder_fate::kind::awaits:
        return out_.add({app_.id,
          await_handover{
            c.what.id, pair.current->what.id, name, handover_timeout(pair.target->config.labels)},
          std::move(fate.reason)});
      case elder_fate::kind::goes:
        return out_.add({app_.id, kill, std::move(fate.reason)});
      case elder_fate::kind::is_ended:
        ending_.insert(name);
        stopping_.push_back({app_.id, kill, std::move(fate.reason)});
    }
  }

  /// Somebody asked for it, or nothing else helps: whatever the strategy, it goes, once the images
  /// are there.
  void plan_anew(const service_pair& pair, const std::string& reason) {
    const auto& now = pair.current->what;
    const auto is_ready = pair.image.what == image_standing::kind::ready;
    // By its strategy the image of its release is only fetched when it has gone.
    const auto goes_first = !is_ready
                            && (pair.target->strategy == update_strategy::kill_then_download
                                || pair.target->strategy == update_strategy::delete_then_download);
    if (!goes_first && (!app_.images_ready || pair.image.facts == nullptr))
      return wait_to_replace(pair,
        wait_reason::kind::fetching,
        reason + "; done when all images of its release are there");
    stopping_.push_back(
      {app_.id, kill_container{now.id, pair.target->name, now.config.stop_grace_period}, reason});
  }

  void plan_surplus(const supervised_container& c) {
    if (out_.is_busy(subject(c.who.name)))
      return wait(wait_reason::kind::in_progress, c.who.name, "a step is under way");
    if (c.what.state == container_state::removing)
      return wait(wait_reason::kind::in_progress, c.who.name, "it is being removed");
    if (app_.target != nullptr && !app_.images_ready) {
      if (!is_of_release_before(app_, c) || !is_kept_up(c))
        wait(wait_reason::kind::fetching,
          c.who.name,
          "removed when all images of the release are there");
      return;
    }
    stopping_.push_back({app_.id,
      kill_container{c.what.id, c.who.name, c.what.config.stop_grace_period},
      is_in_release(app_, c.who.name) ? reason_newer_there : reason_not_wanted});
  }

  void plan_rename(const service_pair& pair) {
    if (!app_.images_ready)
      return wait_to_replace(
        pair, wait_reason::kind::fetching, "renamed when all images of its release are there");
    stopping_.push_back({app_.id,
      rename_container{pair.current->what.id, pair.target->name, pair.name},
      "same configuration in the new release"});
  }

  /// True when the service cannot be started yet; why is noted.
  bool waits_to_start(const service_pair& pair) {
    if (auto obstacle = start_obstacle(s_, app_, pair, out_); !obstacle.empty()) {
      wait(wait_reason::kind::dependency, pair.target->name, std::move(obstacle));
      return true;
    }
    return waits_for_port(pair);
  }

  bool waits_for_port(const service_pair& pair) {
    const auto obstacle = port_obstacle(s_, apps_, pair);
    if (!obstacle.empty() && pair.target->running)
      wait(wait_reason::kind::port, pair.target->name, "started " + obstacle);
    return !obstacle.empty() && pair.target->running;
  }

  void plan_install(const service_pair& pair) {
    if (waits_to_start(pair))
      return;
    if (!is_name_taken(pair))
      starting_.push_back(install_of(pair, "it has no container", false));
  }

  /// True when the new container has to wait for its name.
  bool is_name_taken(const service_pair& pair) {
    const auto has_it = [&pair](const auto* c) { return c->what.name == pair.name; };
    if (std::any_of(app_.dead.begin(), app_.dead.end(), has_it)) {
      wait(wait_reason::kind::in_progress, pair.target->name, "its dead container goes first");
      return true;
    }
    const auto taken = std::any_of(app_.surplus.begin(), app_.surplus.end(), has_it);
    if (taken)
      wait(wait_reason::kind::in_progress, pair.target->name, "a container of its name goes first");
    return taken;
  }

  [[nodiscard]] step install_of(
    const service_pair& pair, std::string reason, bool beside_old) const {
    const auto& service = *pair.target;
    const auto& release = *app_.target->release;
    container_identity who{
      app_.id, app_.uuid, service.id, service.name, service.image, release.id, release.commit};
    return {app_.id,
      install_service{
        who, pair.name, pair.wanted, !service.running || asks_for_reboot(pair), beside_old},
      std::move(reason)};
  }

  void plan_running(const service_pair& pair) {
    const auto& name = pair.target->name;
    const auto& now = pair.current->what;
    switch (now.state) {
      case container_state::running:
      case container_state::paused: // Somebody's wish, and not a failure.
      case container_state::removing:
      case container_state::dead:
        return;
      case container_state::restarting:
        return wait(wait_reason::kind::engine_policy, name, crash_text(now));
      case container_state::created:
        if (asks_for_reboot(pair) && !was_booted_since(s_, now))
          return plan_reboot(pair);
        if (waits_to_start(pair))
          return;
        return start(pair, "it was never started");
      case container_state::exited:
        if (s_.asked.started.contains(now.id) || is_half_removed(s_, now)) {
          if (!waits_for_port(pair))
            start(pair,
              s_.asked.started.contains(now.id) ? "a start was asked for"
                                                : "it was stopped to be removed, and stays");
          return;
        }
        if (is_to_be_healed(s_, now) && !waits_for_port(pair))
          start(pair, "it exited with code " + std::to_string(now.exit_code));
        return;
    }
  }

  void start(const service_pair& pair, std::string reason) {
    if (const auto why = breakage(s_, pair); !why.empty())
      return plan_anew(pair, why);
    const start_container start{pair.current->what.id, pair.target->name};
    out_.add({app_.id, start, std::move(reason)});
  }

  /// Source: spec/state-engine.md §5.2, `io.balena.update.requires-reboot`.
  void plan_reboot(const service_pair& pair) {
    const auto& name = pair.target->name;
    const auto& container = pair.current->what.id;
    if (!s_.boot)
      return wait(wait_reason::kind::reboot, name, "when the machine was booted is not known yet");
    if (!s_.boot->reboot || !s_.boot->noted.contains(container))
      out_.add({app_.id,
        note_reboot{name, container, app_.left_so_digests},
        "its container is younger than the last boot"});
    wait(wait_reason::kind::reboot, name, "started after a reboot of the device");
  }

  void plan_stopped(const service_pair& pair) {
    const auto& now = pair.current->what;
    if (now.state == container_state::exited || now.state == container_state::created)
      return;
    stopping_.push_back({app_.id,
      stop_container{now.id, pair.target->name, now.config.stop_grace_period},
      "the target wants it stopped"});
  }

  /// Steps that have to wait need no lock; those that failed, and are to be tried again.
  std::vector<step> take_held(std::vector<step>& steps) {
    std::vector<step> failed;
    std::erase_if(steps, [&](const step& one) {
      const auto waits = out_.hold(one);
      if (waits && !out_.is_busy(subject_of(one)))
        failed.push_back(one);
      return waits;
    });
    return failed;
  }

  /// What runs is stopped and renamed under our own locks only; a release that replaces something
  /// comes as a whole, so its new services wait with it. What is merely missing is installed.
  void pass_locks() {
    const auto replaces = !stopping_.empty();
    const auto failed = take_held(stopping_);
    (void)take_held(starting_);
    const auto pass = lock_pass_of(s_, app_.id, all_services());
    if (replaces && pass.in_the_way != nullptr) {
      if (!stopping_.empty() || !starting_.empty())
        out_.wait(wait_for(*pass.in_the_way, pass.force));
      keep_up_all(s_, apps_, app_, failed, out_);
      return keep_up_all(s_, apps_, app_, stopping_, out_);
    }
    // What could not be removed may have been stopped for it.
    keep_up_all(s_, apps_, app_, may_run_on(s_, app_, failed, starting_), out_);
    if (!stopping_.empty() && !pass.taken)
      return take_all_locks(pass.force);
    hold_installs(s_, app_, stopping_, starting_, out_);
    for (auto& one : stopping_)
      out_.add(std::move(one));
    for (auto& one : starting_)
      out_.add(std::move(one));
  }

  void take_all_locks(bool force) {
    step take{app_.id, take_locks{all_services(), force}, "before services are touched"};
    const auto subject = subject_of(take);
    if (are_in_use(s_, app_.id))
      return out_.wait({wait_reason::kind::in_progress,
        app_.id,
        subject,
        to_string(take) + " when the steps that rely on the present ones have ended"});
    const auto waits = out_.hold(take);
    if (!waits)
      out_.add(std::move(take));
    else if (!out_.is_busy(subject)) // It has failed.
      keep_up_all(s_, apps_, app_, stopping_, out_);
  }

  [[nodiscard]] std::vector<service_name> all_services() const {
    std::set<service_name> names;
    for (const auto& pair : app_.pairs)
      names.insert(pair.target->name);
    for (const auto* c : app_.surplus)
      names.insert(c->who.name);
    return {names.begin(), names.end()};
  }

  const situation& s_;
  const std::vector<app_standing>& apps_;
  const app_standing& app_;
  plan_builder& out_;
  std::vector<step> stopping_; ///< Only under our locks.
  std::vector<step> starting_;
  std::set<service_name> ending_; ///< Their hand-overs are given up.
};

} // namespace

void plan_services(const situation& s,
  const std::vector<app_standing>& apps,
  const app_standing& app,
  plan_builder& out) {
  service_planner{s, apps, app, out}.run();
}

} // namespace copal::planning
