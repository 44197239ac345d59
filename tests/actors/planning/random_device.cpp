#include "tests/actors/planning/random_device.hpp"

#include <algorithm>

namespace copal::planning::situations {

namespace {

service random_service(const char* name, test::random_source& random) {
  service out{name};
  const std::vector<std::string> images{
    std::string{name} + ":1", std::string{name} + ":2", "shared:1"};
  out.from(random.pick(images)).env("A", std::to_string(random.below(2)));
  out.by(static_cast<update_strategy>(random.below(4)));
  out.restart(static_cast<restart_mode>(random.below(4)));
  if (random.percent(20))
    out.kept_stopped();
  if (random.percent(30))
    out.network("front");
  if (random.percent(30))
    out.volume("data");
  if (random.percent(20))
    out.local_api();
  if (random.percent(10))
    out.extra_firmware();
  if (random.percent(40))
    out.checked();
  return out;
}

/// A condition that can be met: a job ends, what has a check is healthy one day.
void wait_for(service& s, service* other, test::random_source& random) {
  auto on = dependency_condition::started;
  if (other != nullptr && random.percent(30)
      && !other->it.config.env.contains("JOB")) { // Its name says that it ends, see pass_time.
    other->checked();
    on = dependency_condition::healthy;
  } else if (other != nullptr && random.percent(30) && other->it.config.healthcheck.test.empty()) {
    other->restart(restart_mode::no).env("JOB", "1");
    on = dependency_condition::completed;
  }
  s.after(other == nullptr ? "nobody" : other->it.name.value, on);
  if (random.percent(20))
    s.restarted();
  if (random.percent(20))
    s.optionally();
}

} // namespace

std::vector<service> random_services(test::random_source& random) {
  std::vector<service> out;
  for (const auto* name : {"db", "main", "web"}) {
    if (random.percent(70))
      out.push_back(random_service(name, random));
  }
  // Each may wait for those before it, so that there is no circle, or for a name that is none.
  for (std::size_t i = 0; i < out.size(); ++i) {
    if (random.percent(30))
      wait_for(out[i], i == 0 ? nullptr : &out[random.below(i)], random);
  }
  return out;
}

void disturb(device& d, test::random_source& random) {
  auto& engine = d.now.engine;
  for (auto& c : engine.containers) {
    if (random.percent(40))
      c.what.state = static_cast<container_state>(random.below(7));
    c.what.exit_code = random.between(0, 1);
    if (random.percent(20))
      engine.stopped_from_outside.push_back(c.what.id);
    if (random.percent(10))
      c.who.uuid = {};
  }
  const auto lose = [&random](auto& items) {
    std::erase_if(items, [&random](const auto&) { return random.percent(15); });
  };
  for (auto& n : engine.networks)
    n.config.internal = random.percent(10);
  for (auto& v : engine.volumes) {
    if (random.percent(10))
      v.config.driver = "nfs";
    if (random.percent(10))
      v.config.labels.clear();
    if (random.percent(10))
      v.config.labels["io.balena.app-uuid"] = "b7";
  }
  lose(engine.containers);
  lose(engine.networks);
  lose(engine.volumes);
  lose(d.now.images.rows);
  lose(d.now.images.engine);
  std::erase_if(d.now.images.facts, [&random](const auto&) { return random.percent(15); });
  std::erase_if(d.now.commits, [&random](const auto&) { return random.percent(15); });
}

void random_app(device& d, int app, test::random_source& random) {
  d.app(app).running(random_services(random), "c1");
  auto& containers = d.now.engine.containers;
  if (!containers.empty() && random.percent(20))
    d.with_older(random.pick(containers).who.name.value);
  if (random.percent(20))
    d.old_row(random.percent(50) ? "web:1" : "web:0", "web", "c0");
  if (random.percent(20))
    d.now.engine.networks.push_back(network_of(app, "old"));
  switch (random.below(9)) {
    case 0:
      d.does_not_want_the_app();
      break;
    case 1:
      d.wants_no_release();
      break;
    case 2:
      break;
    case 3:
      d.cannot_run();
      break;
    default:
      d.wants(random_services(random), random.percent(50) ? "c2" : "c1");
  }
}

device random_device(test::random_source& random) {
  device d;
  for (const int app : {7, 8}) {
    if (random.percent(80))
      random_app(d, app, random);
  }
  if (random.percent(80))
    disturb(d, random);
  return d;
}

void age(situation& s, test::random_source& random) {
  for (auto& c : s.engine.containers) {
    if (random.percent(30))
      c.who.uuid = {};
    if (c.what.state == container_state::running && random.percent(20))
      c.what.state = container_state::paused;
  }
  for (auto& v : s.engine.volumes) {
    if (random.percent(30))
      v.config.labels.clear();
    else if (random.percent(30))
      v.config.labels["io.balena.app-uuid"] = "b7";
  }
  if (random.percent(50))
    s.engine.volumes.push_back({"7_strangers", {}});
  if (random.percent(50))
    s.images.engine.push_back({{"sha256:strangers"}, {"stranger:1"}, {}});
  s.locks.clear();
}

void hold_back(device& d, test::random_source& random) {
  for (const auto& one : make_plan(d).steps) {
    const auto subject = subject_of(one);
    if (random.percent(20))
      d.busy(subject);
    if (random.percent(20))
      d.now.engine.busy.push_back(subject);
    if (random.percent(20))
      d.failed(subject, random.percent(70));
    if (random.percent(10))
      d.fetch_failed("web:" + std::to_string(random.between(1, 2)), random.percent(70));
    if (random.percent(10))
      d.fetching("db:" + std::to_string(random.between(1, 2)));
  }
  std::sort(d.now.engine.busy.begin(), d.now.engine.busy.end());
  d.now.force = random.percent(10);
  d.now.engine.complete = !random.percent(5);
  d.now.images.complete = !random.percent(5);
  for (const int app : {7, 8}) {
    if (random.percent(60))
      d.app(app).looked_earlier();
    if (random.percent(60))
      d.app(app).looked();
    if (random.percent(20))
      d.app(app).locked("web");
  }
}

} // namespace copal::planning::situations
