#include "tests/property/engine_under_test.hpp"

#include "actors/planning/identity.hpp"
#include "actors/planning/normalise/normalise.hpp"
#include "adapters/host/service_files.hpp"

#include <cstdlib>
#include <utility>

#include <caf/event_based_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

namespace copal::property {

namespace {

constexpr std::string_view names[] = {
  "property/plain:1", "property/full:1", "property/shell:1", "property/silent:1"};

std::string script_of(make_of_engine make) {
  return make == make_of_engine::docker ? "tests/integration/support/engine_sandbox"
                                        : "tests/property/podman_sandbox";
}

event_sink_actor spawn_deaf_events(caf::actor_system& system) {
  return system.spawn([]() -> event_sink_actor::behavior_type {
    return {
      [](const engine::event_batch&) { return engine::taken{}; },
      [](const engine::watch_ended&) {},
    };
  });
}

pull_sink_actor spawn_deaf_pulls(caf::actor_system& system) {
  return system.spawn(
    []() -> pull_sink_actor::behavior_type { return {[](const engine::pull_progress&) {}}; });
}

} // namespace

engine_under_test::actor_config::actor_config() {
  add_messages_to(*this);
}

engine_under_test::engine_under_test(make_of_engine make, std::unique_ptr<test::real_engine> real)
  : make_(make),
    real_(std::move(real)) {
  loop_.start();
  engine_config settings;
  settings.server.path = real_->socket();
  engine_ = spawn_engine(loop_, settings, spawn_deaf_events(system_), spawn_deaf_pulls(system_));
}

engine_under_test::~engine_under_test() {
  if (!db_.empty())
    (void)ask<engine::done>(engine::remove_container{db_, true}); // the sandbox goes in any case
  caf::scoped_actor self{system_};
  self->send_exit(engine_, caf::exit_reason::user_shutdown);
  self->wait_for(engine_);
}

result<std::unique_ptr<engine_under_test>> engine_under_test::start(make_of_engine make) {
  auto real = test::real_engine::start(script_of(make));
  if (!real)
    return fail(std::move(real.error()));
  std::unique_ptr<engine_under_test> out{new engine_under_test{make, std::move(*real)}};
  if (auto ready = out->prepare(); !ready)
    return fail(std::move(ready.error()));
  return out;
}

result<void> engine_under_test::prepare() {
  const auto command = "tests/property/make_images " + real_->socket() + " >" + real_->folder()
                       + "/property_images.log 2>&1";
  if (std::system(command.c_str()) != 0)
    return fail(errc::unavailable, "the images cannot be made: run " + command);
  auto about = ask<engine::traits>(engine::get_traits{});
  if (!about)
    return fail(std::move(about.error()));
  lacks_ = std::move(about->lacks);
  for (const auto name : names) {
    auto details =
      ask<engine::image_details>(engine::inspect_image{"localhost/" + std::string{name}});
    if (!details)
      return fail(std::move(details.error()));
    images_.emplace(name, std::move(*details));
  }
  for (const auto form : {dialect::cloud_v3, dialect::compose}) {
    if (auto made = make_shared_things(form); !made)
      return made;
  }
  if (auto made = ask<engine::done>(engine::create_network{"supervisor0", network_config{}}); !made)
    return fail(std::move(made.error()));
  container_config db;
  db.image = image("property/plain:1").image.id.value;
  db.command = {"/bin/busybox", "sleep", "1"};
  db.network_mode = "bridge";
  auto id = ask<container_id>(engine::create_container{"db", db});
  if (!id)
    return fail(std::move(id.error()));
  db_ = *id;
  return {};
}

result<void> engine_under_test::make_shared_things(dialect form) {
  const auto target =
    planning::normalise_target(document_of(value::map({}), "property/plain:1", form), device());
  if (!target)
    return fail(target.error());
  for (const auto& network : target->target.apps.at(0).release->networks) {
    if (auto made = ask<engine::done>(engine::create_network{network.engine_name, network.config});
        !made)
      return fail(std::move(made.error()));
  }
  auto volumes = target->target.apps.at(0).release->volumes;
  if (form == dialect::cloud_v3)
    volumes.push_back({"extra-firmware", "extra-firmware", {}});
  for (const auto& volume : volumes) {
    if (auto made = ask<engine::done>(engine::create_volume{volume.engine_name, volume.config});
        !made)
      return fail(std::move(made.error()));
  }
  return {};
}

device_facts engine_under_test::device() const {
  device_facts out;
  out.uuid.value = "d1";
  out.name = "my-device";
  out.type = "generic-amd64";
  out.arch = "amd64";
  out.os_version = "balenaOS 6";
  out.board_rev = "rev7";
  out.hostname = "device-host";
  out.has_kernel_modules = true;
  out.has_firmware = true;
  out.engine_socket = real_->socket();
  out.lock_root = real_->folder() + "/locks";
  out.files_root = real_->folder() + "/files";
  out.api_endpoint = "https://api.example";
  out.device_api_key = secret{"device-key"};
  return out;
}

result<void> engine_under_test::place(const std::vector<service_file>& files) {
  const std::lock_guard only{placing_};
  return host::place(device().files_root, {files});
}

result<container> engine_under_test::shown(const std::string& name,
  const container_config& config,
  const std::function<void(const container_id&)>& meanwhile) {
  auto made = ask<container_id>(engine::create_container{name, config});
  if (!made)
    return fail(std::move(made.error()));
  const auto look = [&]() -> result<container> {
    for (const auto& [network, how] : config.networks) {
      if (network == config.network_mode)
        continue;
      if (auto joined = ask<engine::done>(engine::connect_network{network, *made, how}); !joined)
        return fail(std::move(joined.error()));
    }
    return ask<container>(engine::inspect_container{*made});
  };
  auto out = look();
  if (meanwhile)
    meanwhile(*made);
  if (auto removed = ask<engine::done>(engine::remove_container{*made, true}); !removed && out)
    return fail(std::move(removed.error()));
  return out;
}

const engine::image_details& engine_under_test::image(std::string_view name) const {
  return images_.find(name)->second;
}

std::span<const std::string_view> engine_under_test::image_names() {
  return names;
}

} // namespace copal::property
