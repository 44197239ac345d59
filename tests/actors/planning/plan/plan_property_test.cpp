#include "actors/planning/foresee/foresee.hpp"
#include "actors/planning/identity.hpp"
#include "tests/actors/planning/random_device.hpp"

#include <algorithm>
#include <cstdlib>
#include <optional>

#include <doctest/doctest.h>

// What holds for every situation, tried on many. A failing seed replays with PLANNING_SEED=<n>.

namespace copal::planning::situations {
namespace {

constexpr std::uint64_t runs = 3000;

template <class Check>
void for_seeds(Check check) {
  const auto* given = std::getenv("PLANNING_SEED");
  const auto first = given == nullptr ? 1 : std::strtoull(given, nullptr, 10);
  for (auto seed = first; seed < first + (given == nullptr ? runs : 1); ++seed) {
    CAPTURE(seed);
    check(test::random_source{seed});
  }
}

template <class Items, class Name>
auto find_named(Items& items, const Name& name) {
  return std::find_if(items.begin(), items.end(), [&](const auto& x) { return x.name == name; });
}

template <class Containers>
auto find_container(Containers& all, const container_id& id) {
  return std::find_if(all.begin(), all.end(), [&](const auto& c) { return c.what.id == id; });
}

bool has_user(const situation& s, const std::string& part) {
  return std::any_of(s.engine.containers.begin(), s.engine.containers.end(), [&](const auto& c) {
    return c.what.config.networks.contains(part)
           || std::any_of(c.what.config.binds.begin(),
             c.what.config.binds.end(),
             [&](const auto& bind) { return bind.starts_with(part + ':'); });
  });
}

/// Data goes only with its app, or when its volume is wanted with another driver.
bool may_lose(const situation& s, app_id app, const std::string& volume) {
  const auto& apps = s.target.apps;
  const auto of =
    std::find_if(apps.begin(), apps.end(), [&](const auto& a) { return a.id == app; });
  if (of == apps.end())
    return true;
  return of->release
         && std::any_of(
           of->release->volumes.begin(), of->release->volumes.end(), [&](const auto& v) {
             return v.engine_name == volume
                    && v.config.driver != find_named(s.engine.volumes, volume)->config.driver;
           });
}

/// What an engine would refuse of a step, and what nobody may do.
struct allowed {
  const situation& before; ///< The plan was made for this: its steps run side by side.
  const situation& s;
  app_id app;

  void operator()(const save_image& a) const { CHECK_FALSE(a.row.engine_id.empty()); }
  void operator()(const remove_image& a) const {
    const auto& id = a.row.engine_id;
    CHECK(std::count(s.images.rows.begin(), s.images.rows.end(), a.row) == 1);
    const auto shared = std::count_if(s.images.rows.begin(),
      s.images.rows.end(),
      [&id](const auto& r) { return r.engine_id == id; });
    const auto used = std::any_of(before.engine.containers.begin(),
      before.engine.containers.end(),
      [&id](const auto& c) { return c.what.config.image == id.value; });
    CHECK_FALSE((used && shared == 1));
  }
  void operator()(const install_service& a) const {
    for (const auto& [network, how] : a.config.networks)
      CHECK(find_named(before.engine.networks, network) != before.engine.networks.end());
    for (const auto& bind : a.config.binds)
      CHECK(find_named(before.engine.volumes, bind.substr(0, bind.find(':')))
            != before.engine.volumes.end());
    for (const auto& c : before.engine.containers)
      CHECK(c.what.name != a.container_name);
  }
  void operator()(const start_container& a) const { is_there(a.id); }
  void operator()(const stop_container& a) const { is_there(a.id); }
  void operator()(const kill_container& a) const { is_there(a.id); }
  void operator()(const remove_container& a) const { is_there(a.id); }
  void operator()(const rename_container& a) const { is_there(a.id); }
  void operator()(const retire_container& a) const {
    for (const auto& c : before.engine.containers)
      CHECK((c.what.id == a.id || c.what.name != a.name));
    is_there(a.id);
  }
  void operator()(const await_handover& a) const {
    CHECK(find_container(before.engine.containers, a.old) != before.engine.containers.end());
  }
  void operator()(const create_network& a) const {
    CHECK(find_named(s.engine.networks, a.name) == s.engine.networks.end());
  }
  void operator()(const remove_network& a) const {
    CHECK_FALSE(has_user(before, a.name));
    CHECK(find_named(s.engine.networks, a.name) != s.engine.networks.end());
  }
  void operator()(const create_volume& a) const {
    CHECK(find_named(s.engine.volumes, a.name) == s.engine.volumes.end());
  }
  void operator()(const remove_volume& a) const {
    CHECK_FALSE(has_user(before, a.name));
    CHECK(may_lose(before, app, a.name));
  }
  void operator()(const note_reboot& /*action*/) const { REQUIRE(s.boot); }
  template <class Other>
  void operator()(const Other& /*action*/) const {}

private:
  void is_there(const container_id& id) const {
    CHECK(find_container(s.engine.containers, id) != s.engine.containers.end());
  }
};

bool is_kept_stopped(const situation& s, const supervised_container& c) {
  return std::any_of(s.target.apps.begin(), s.target.apps.end(), [&](const auto& app) {
    return app.id == c.who.app && app.release
           && std::any_of(app.release->services.begin(),
             app.release->services.end(),
             [&](const auto& t) { return t.name == c.who.name && !t.running; });
  });
}

/// What the engine does by itself in time.
void let_time_pass(situation& s) {
  std::erase_if(
    s.engine.containers, [](const auto& c) { return c.what.state == container_state::removing; });
  for (auto& c : s.engine.containers) {
    if (c.what.state == container_state::restarting)
      c.what.state = container_state::running;
    // Nobody waits for ever: what was stopped or has failed is put right.
    if (is_kept_stopped(s, c))
      continue;
    const auto is_down =
      c.what.state == container_state::exited || c.what.state == container_state::paused;
    if (is_down && !c.what.config.healthcheck.test.empty())
      c.what.state = container_state::running;
    if (c.what.state == container_state::running && !c.what.config.healthcheck.test.empty())
      c.what.health = health_state::healthy;
    if (c.what.config.env.contains("JOB")
        && (is_down || c.what.state == container_state::running)) {
      c.what.state = container_state::exited;
      c.what.exit_code = 0;
    }
  }
}

/// Plans and obeys until nothing is left to do; how many plans that took, or nothing.
std::optional<int> settle(situation& s) {
  constexpr int most = 40;
  int made = 0;
  for (int round = 0; round < most; ++round) {
    const auto p = make_plan(s);
    if (p.settled())
      return round;
    CHECK(broken_rule(s, p) == "");
    const auto before = s;
    for (const auto& one : p.steps) {
      std::visit(allowed{before, s, one.app}, one.action);
      apply_step(s, one, made);
    }
    let_time_pass(s);
  }
  return std::nullopt;
}

/// Why a service of a settled situation is not what the target asks for; empty when it is.
std::string amiss(const situation& s, const target_app& app, const target_service& wanted) {
  const auto is_it = [&](const auto& c) {
    return c.who.app == app.id && c.who.name == wanted.name && c.who.commit == app.release->commit;
  };
  const auto& all = s.engine.containers;
  const auto it = std::find_if(all.begin(), all.end(), is_it);
  if (it == all.end() || std::any_of(it + 1, all.end(), is_it))
    return "service " + wanted.name.value + " has no container, or several";
  if (!wanted.running && it->what.state == container_state::running)
    return "service " + wanted.name.value + " runs";
  if (wanted.running && it->what.state == container_state::created)
    return "service " + wanted.name.value + " was never started";
  return {};
}

/// What there is of one app, whatever state it is in.
struct belongings {
  std::vector<std::string> things;
  std::vector<image_row> rows;
  commit_id commit;

  bool operator==(const belongings&) const = default;
};

belongings belongings_of(const situation& s, const target_app& app) {
  belongings out;
  for (const auto& c : s.engine.containers) {
    if (c.who.app == app.id)
      out.things.push_back(c.what.id.value + ' ' + c.what.name);
  }
  for (const auto& n : s.engine.networks) {
    if (belongs_to(n, {app.id, app.uuid}))
      out.things.push_back(n.name);
  }
  for (const auto& v : s.engine.volumes) {
    if (belongs_to(v, {app.id, app.uuid}))
      out.things.push_back(v.name);
  }
  for (const auto& row : s.images.rows) {
    if (row.app == app.id)
      out.rows.push_back(row);
  }
  if (const auto it = s.commits.find(app.id); it != s.commits.end())
    out.commit = it->second;
  return out;
}

const target_app* find_rejected(const situation& s, app_id app) {
  const auto& apps = s.target.apps;
  const auto it = std::find_if(
    apps.begin(), apps.end(), [app](const auto& a) { return a.id == app && a.rejected; });
  return it == apps.end() ? nullptr : &*it;
}

/// A rejected app has it, or runs from its image without a row of its own.
bool is_kept_for_rejected(const situation& s, const image_row& row) {
  if (find_rejected(s, row.app) != nullptr)
    return true;
  const auto is_wanted =
    std::any_of(s.target.apps.begin(), s.target.apps.end(), [&](const auto& a) {
      return a.id == row.app && a.release && a.release->commit == row.commit
             && std::any_of(a.release->services.begin(), a.release->services.end(), [&](auto& x) {
                  return x.name == row.used_by && x.image_name == row.name;
                });
    });
  return !is_wanted
         && std::any_of(s.engine.containers.begin(), s.engine.containers.end(), [&](const auto& c) {
              const auto* app = find_rejected(s, c.who.app);
              if (app == nullptr || c.what.config.image != row.engine_id.value)
                return false;
              const auto own = belongings_of(s, *app).rows;
              return std::none_of(own.begin(), own.end(), [&row](const image_row& other) {
                return other.engine_id == row.engine_id;
              });
            });
}

/// The same of the whole.
std::string amiss(const situation& s) {
  std::string out;
  std::size_t services = 0;
  std::size_t containers = s.engine.containers.size();
  for (const auto& app : s.target.apps) {
    if (app.rejected) { // What it has may be anything.
      containers -= static_cast<std::size_t>(std::count_if(s.engine.containers.begin(),
        s.engine.containers.end(),
        [&app](const auto& c) { return c.who.app == app.id; }));
      continue;
    }
    const auto it = s.commits.find(app.id);
    const auto commit = it == s.commits.end() ? commit_id{} : it->second;
    if (commit != (app.release ? app.release->commit : commit_id{}))
      out += "the commit of app " + to_string(app.id) + '\n';
    if (!app.release)
      continue;
    services += app.release->services.size();
    for (const auto& wanted : app.release->services)
      out += amiss(s, app, wanted);
  }
  if (containers != services)
    out += "containers that nobody wants";
  const auto rows = std::count_if(s.images.rows.begin(),
    s.images.rows.end(),
    [&s](const image_row& row) { return !is_kept_for_rejected(s, row); });
  if (static_cast<std::size_t>(rows) != services)
    out += "rows that nobody needs";
  return out;
}

TEST_SUITE("planning: for every situation") {
  TEST_CASE("property: a plan is the same each time, without quarrel, and leaves the busy alone") {
    for_seeds([](test::random_source random) {
      auto d = random_device(random);
      CHECK(broken_rule(d, make_plan(d)) == "");
      hold_back(d, random);
      CHECK(broken_rule(d, make_plan(d)) == "");
    });
  }

  TEST_CASE("property: when all steps succeed the device comes to its target, and stays there") {
    for_seeds([](test::random_source random) {
      situation s = random_device(random);
      const auto plans = settle(s);
      REQUIRE_MESSAGE(plans.has_value(), told(make_plan(s)));
      CHECK(amiss(s) == "");
      CHECK(make_plan(s).settled());
    });
  }

  TEST_CASE("property: the foreseer comes to the same end, and tells each step on the way") {
    for_seeds([](test::random_source random) {
      auto d = random_device(random);
      const auto ahead = foresee(d);
      CHECK(ahead.ends);
      if (!ahead.reached) { // Something has failed, which nobody foresees to be put right.
        CHECK_FALSE(ahead.waits.empty());
        return;
      }
      CHECK(ahead.waits.empty());
      situation s = d;
      int made = 0;
      for (const auto& one : ahead.steps)
        apply_step(s, one.what, made);
      pass_time(s);
      CHECK(amiss(s) == "");
      for (const auto& gap : ahead.outages) {
        CHECK(gap.from >= 1);
        CHECK(gap.from <= ahead.steps.size());
        CHECK((!gap.to || (*gap.to > gap.from && *gap.to <= ahead.steps.size())));
      }
      hold_back(d, random);
      CHECK(foresee(d).ends);
    });
  }

  TEST_CASE("property: an app whose release was rejected is left alone, and its neighbour is not") {
    for_seeds([](test::random_source random) {
      device d;
      random_app(d, 7, random);
      random_app(d, 8, random);
      d.app(7).cannot_run();
      if (random.percent(80))
        disturb(d, random);
      // A container that is being removed goes by itself.
      pass_time(d.now);
      situation s = d;
      const auto app = target_of(s, 7);
      const auto before = belongings_of(s, app);
      REQUIRE(settle(s).has_value());
      CHECK((belongings_of(s, app) == before));
      CHECK(amiss(s) == "");
    });
  }

  TEST_CASE("property: a device at its target is left alone, whatever uuids its parts bear") {
    for_seeds([](test::random_source random) {
      device d;
      for (const int app : {7, 8})
        d.app(app).running(random_services(random));
      situation s = d;
      REQUIRE(settle(s).has_value());
      age(s, random);
      CHECK(told(make_plan(s)) == "");
    });
  }

  TEST_CASE("property: nothing is stopped or renamed while a user holds a lock") {
    for_seeds([](test::random_source random) {
      auto d = random_device(random);
      for (const int app : {7, 8})
        d.app(app).locked("web");
      for (const auto& one : make_plan(d).steps) {
        const auto touches = std::holds_alternative<kill_container>(one.action)
                             || std::holds_alternative<stop_container>(one.action)
                             || std::holds_alternative<rename_container>(one.action)
                             || std::holds_alternative<take_locks>(one.action);
        CHECK_MESSAGE(!touches, to_string(one));
      }
    });
  }
}

} // namespace
} // namespace copal::planning::situations
