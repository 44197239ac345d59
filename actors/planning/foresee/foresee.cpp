#include "actors/planning/foresee/foresee.hpp"

#include "actors/planning/plan/image_space.hpp"
#include "actors/planning/plan/plan_locks.hpp"
#include "actors/planning/plan/plan_parts.hpp"
#include "actors/planning/plan/requests.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

namespace copal::planning {

namespace {

using service_key = std::pair<app_id, service_name>;

// Why a step is taken, in fields.

/// A name people know instead of an engine's id.
std::string image_text(const situation& s, const std::string& shown_id) {
  const auto& rows = s.images.rows;
  const auto row = std::find_if(
    rows.begin(), rows.end(), [&](const auto& r) { return r.engine_id.value == shown_id; });
  if (row != rows.end())
    return row->name;
  const auto& all = s.images.engine;
  const auto image =
    std::find_if(all.begin(), all.end(), [&](const auto& e) { return e.id.value == shown_id; });
  return image == all.end() || image->tags.empty() ? shown_id : *image->tags.begin();
}

template <class Items>
auto named(const Items& items, const std::string& name) {
  return std::find_if(items.begin(), items.end(), [&](const auto& x) { return x.name == name; });
}

/// The differences behind one step; nothing for steps that are not taken because of one.
struct find_changes {
  const situation& s;
  const std::vector<app_standing>& apps;
  app_id app;
  using list = std::vector<field_difference>;

  [[nodiscard]] const app_standing* standing() const {
    const auto it =
      std::find_if(apps.begin(), apps.end(), [this](const auto& a) { return a.id == app; });
    return it == apps.end() ? nullptr : &*it;
  }
  [[nodiscard]] list of(const service_pair& pair) const {
    auto found = pair.differences;
    for (auto& one : found) {
      if (one.field != "image")
        continue;
      // The ids may be cut short for people, so the whole ones are looked up.
      one.current = image_text(s, pair.current->what.config.image);
      one.target =
        pair.image.id.empty() ? pair.target->image_name : image_text(s, pair.image.id.value);
      if (one.current == one.target) {
        one.current = pair.current->what.config.image;
        one.target += " (" + pair.wanted.image + ')';
      }
    }
    return found;
  }
  [[nodiscard]] list of(const container_id& id) const {
    if (const auto* where = standing(); where != nullptr) {
      for (const auto& pair : where->pairs) {
        if (pair.current != nullptr && pair.current->what.id == id)
          return of(pair);
      }
    }
    return {};
  }
  [[nodiscard]] const target_release* release() const {
    const auto* where = standing();
    return where == nullptr || where->target == nullptr || !where->target->release
             ? nullptr
             : &*where->target->release;
  }

  template <class Wanted, class There>
  [[nodiscard]] static list between(
    const Wanted& wanted, const There& there, const std::string& name) {
    const auto target = std::find_if(
      wanted.begin(), wanted.end(), [&](const auto& x) { return x.engine_name == name; });
    const auto current = named(there, name);
    return target == wanted.end() || current == there.end()
             ? list{}
             : differences(current->config, target->config);
  }

  list operator()(const kill_container& a) const { return of(a.id); }
  list operator()(const retire_container& a) const { return of(a.id); }
  list operator()(const remove_network& a) const {
    return release() == nullptr ? list{} : between(release()->networks, s.engine.networks, a.name);
  }
  list operator()(const remove_volume& a) const {
    return release() == nullptr ? list{} : between(release()->volumes, s.engine.volumes, a.name);
  }
  list operator()(const rename_container& a) const {
    const auto& all = s.engine.containers;
    const auto it =
      std::find_if(all.begin(), all.end(), [&a](const auto& c) { return c.what.id == a.id; });
    return it == all.end() ? list{} : list{{"name", it->what.name, a.name}};
  }
  list operator()(const set_firmware_volume& a) const {
    const auto now = s.os ? s.os->firmware_volume : std::string{};
    return {{"os.kernel.extraFirmwareVol", now.empty() ? "none" : now, a.name}};
  }
  list operator()(const record_commit& a) const {
    const auto it = s.commits.find(app);
    const auto text = [](const commit_id& c) { return c.empty() ? std::string{"none"} : c.value; };
    return {{"commit", it == s.commits.end() ? "none" : text(it->second), text(a.commit)}};
  }
  template <class Other>
  list operator()(const Other& /*action*/) const {
    return {};
  }
};

// What is up.

std::set<service_key> services_up(const situation& s) {
  std::set<service_key> out;
  for (const auto& c : s.engine.containers) {
    if (is_up(c.what))
      out.insert({c.who.app, c.who.name});
  }
  return out;
}

/// Notes which services went down, and came up, with step number `at`.
void note_outages(const std::set<service_key>& before,
  const std::set<service_key>& after,
  std::size_t at,
  std::vector<outage>& out) {
  for (const auto& key : before) {
    if (!after.contains(key))
      out.push_back({key.first, key.second, at, {}, {}});
  }
  for (auto& one : out) {
    if (!one.to && after.contains({one.app, one.service}))
      one.to = at;
  }
}

foreseen_step foreseen(
  int round, const step& one, const situation& s, const std::vector<app_standing>& apps) {
  foreseen_step out;
  out.round = round;
  out.what = one;
  out.changes = std::visit(find_changes{s, apps, one.app}, one.action);
  if (out.changes.size() > most_changes) {
    out.more_changes = out.changes.size() - most_changes;
    out.changes.resize(most_changes);
  }
  return out;
}

/// Does the steps of one plan, one after the other.
void do_round(situation& s, const plan& p, int round, int& made, foresight& out) {
  {
    const auto apps = stand_apps(s);
    for (const auto& one : p.steps)
      out.steps.push_back(foreseen(round, one, s, apps));
  }
  auto number = out.steps.size() - p.steps.size();
  for (const auto& one : p.steps) {
    // Beside what is there by then: an image that goes before takes its layers along.
    if (const auto* fetch = std::get_if<fetch_image>(&one.action); fetch != nullptr)
      out.steps[number].bytes = bytes_to_fetch(s.images, fetch->row.name);
    const auto before = services_up(s);
    apply_step(s, one, made);
    note_outages(before, services_up(s), ++number, out.outages);
  }
}

} // namespace

namespace {

void tell_downtimes(const std::vector<service_downtime>& last, foresight& out) {
  for (auto& one : out.outages) {
    for (const auto& was : last) {
      if (was.app == one.app && was.service == one.service)
        one.last = was.lasted;
    }
  }
}

/// The holds among these that are in force now.
wishes asked_now(const std::vector<service_hold>& holds, const situation& s) {
  const auto boot = s.boot ? s.boot->id : std::string{};
  std::vector<service_hold> left;
  for (const auto& hold : holds) {
    if (is_in_force(hold, s, boot))
      left.push_back(hold);
  }
  return wishes_of(left, {}, s);
}

} // namespace

foresight foresee(situation s, const std::vector<service_downtime>& last) {
  foresight out;
  int made = 0;
  const auto holds = s.asked.holds;
  for (int round = 1; round <= most_rounds; ++round) {
    s.asked = asked_now(holds, s);
    auto p = plan_as_asked(s);
    add_releases(s, p);
    out.reached = p.settled();
    out.waits = std::move(p.waits);
    if (out.reached)
      break;
    const auto before = s.engine.containers;
    do_round(s, p, round, made, out);
    pass_time(s);
    if (p.steps.empty() && s.engine.containers == before)
      break;
    out.ends = round < most_rounds;
  }
  tell_downtimes(last, out);
  return out;
}

} // namespace copal::planning
