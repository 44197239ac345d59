#include "tests/actors/containers/bench.hpp"

#include "actors/root/relay.hpp"
#include "actors/spawn.hpp"
#include "messages/protocol/relay.hpp"
#include "tests/fakes/fake_engine.hpp"

#include <stdexcept>

#include <caf/send.hpp>

namespace copal::test {

namespace {

constexpr std::chrono::seconds long_enough{1};

} // namespace

containers_bench::containers_bench() {
  faults = std::make_shared<fault_source>(random_source{1});
  world->now = [this] {
    return wall_time{std::chrono::hours{24 * 365 * 50}}
           + std::chrono::nanoseconds{system.elapsed()};
  };
}

void containers_bench::start() {
  auto& actors = system.actors();
  // Nobody stands behind these: what is sent there is dropped.
  const auto sink = spawn_relay<conductor_actor>(actors, {"conductor"});
  const auto images = spawn_relay<images_actor>(actors, {"images"});
  const auto relay = spawn_relay<containers_actor>(actors, {"containers"});
  actor = relay;
  const auto engine = spawn_fake_engine(actors, world, faults, actor, images);
  const auto child =
    spawn_actor(actors, containers, containers_links{engine, sink, images}, containers_config{}, 1);
  auto pointed = ask(system, relay, point_relay{child, 1});
  caf::anon_send(child, wake_up{});
  system.run_for(long_enough);
  if (!pointed.there() || !view().complete)
    throw std::runtime_error("containers did not come up");
}

container_id containers_bench::add_container(
  const std::string& service, const std::string& network) {
  const std::string image = "registry.sim/" + service + ":1";
  world->publish(image, {});
  (void)world->pull_image(image);
  (void)world->create_network(network, {});
  container_config config;
  config.image = image;
  config.network_mode = network;
  config.networks[network] = {};
  config.labels = {{"io.balena.supervised", "true"},
    {"io.balena.app-id", "1"},
    {"io.balena.service-id", "11"},
    {"io.balena.service-name", service}};
  const auto id = world->create_container(service + "_101_1001_c0ffee", config);
  if (!id || !world->start_container(*id))
    throw std::runtime_error("no container for " + service);
  return *id;
}

answer<step_done> containers_bench::begin_without_reply(step what) {
  const auto before = std::exchange(faults->rates, fault_rates{0, 0, 100, 0, 0, 0});
  auto asked = begin(std::move(what));
  system.settle();
  faults->rates = before;
  system.run_for(long_enough);
  return asked;
}

bool containers_bench::wait_for_call(const std::string& name) {
  const auto before = world->calls[name];
  return system.run_until(
    [this, name, before] { return world->calls[name] > before; }, std::chrono::minutes{1});
}

engine_view containers_bench::view() {
  const auto asked = ask(system, actor, get_engine_view{});
  system.settle();
  return asked.get().value();
}

container containers_bench::shown(const container_id& id) {
  for (const auto& c : view().containers) {
    if (c.what.id == id)
      return c.what;
  }
  throw std::runtime_error("not shown: " + id.value);
}

} // namespace copal::test
