#include "tests/actors/images/bench.hpp"

#include "actors/root/relay.hpp"
#include "actors/spawn.hpp"
#include "messages/protocol/relay.hpp"
#include "tests/fakes/fake_engine.hpp"

#include <algorithm>
#include <stdexcept>

#include <caf/send.hpp>

namespace copal::test {

images_bench::images_bench()
  : faults(std::make_shared<fault_source>(random_source{1})),
    registry_faults(std::make_shared<fault_source>(random_source{2})) {}

engine_image_id images_bench::add_image(const std::string& name) {
  image_facts facts;
  facts.labels["build"] = std::to_string(world->registry.size());
  world->publish(name, std::move(facts));
  (void)world->pull_image(name);
  return world->registry.at(name).image.id;
}

image_row images_bench::add_row(
  const std::string& name, const engine_image_id& id, std::int64_t service) {
  image_row row;
  row.name = name;
  row.app = app_id{1};
  row.uuid = app_uuid{"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"};
  row.service = service_id{service};
  row.used_by = service_name{"s" + std::to_string(service)};
  row.image = image_id{100 + service};
  row.release = release_id{1};
  row.commit = commit_id{"c0ffee"};
  row.engine_id = id;
  row.ours = true;
  disk->rows.push_back(row);
  std::sort(disk->rows.begin(), disk->rows.end());
  return row;
}

void images_bench::start() {
  auto& actors = system.actors();
  // Nobody stands behind these: what is sent there is dropped.
  const auto sink = spawn_relay<conductor_actor>(actors, {"conductor"});
  const auto events = spawn_relay<containers_actor>(actors, {"containers"});
  const auto relay = spawn_relay<images_actor>(actors, {"images"});
  actor = relay;
  const auto engine = spawn_fake_engine(actors, world, faults, events, actor);
  const auto store = spawn_fake_store(actors, disk, faults);
  const auto registry = spawn_fake_registry(actors, world, registry_faults);
  const auto machine = spawn_fake_host(actors, host, faults, {});
  const auto child =
    spawn_actor(actors, images, images_links{engine, store, sink, registry, machine}, config, 1);
  auto pointed = ask(system, relay, point_relay{child, 1});
  caf::anon_send(child, wake_up{});
  system.run_for(std::chrono::seconds{1});
  if (!pointed.there() || !view().complete)
    throw std::runtime_error("images did not come up");
}

images_view images_bench::view() {
  const auto asked = ask(system, actor, get_images_view{});
  system.settle();
  return asked.get().value();
}

} // namespace copal::test
