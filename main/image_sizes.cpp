#include "main/image_sizes.hpp"

#include "adapters/registry/registry.hpp"
#include "main/engine_questions.hpp"
#include "main/quiet_system.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include <caf/actor_system.hpp>
#include <caf/send.hpp>

namespace copal {

namespace {

constexpr std::chrono::seconds registry_deadline{90};

image_size size_of(const std::string& name, const registry::remote_image& found) {
  image_size out{name, {}, {}};
  for (const auto& layer : found.layers)
    out.layers.push_back({layer.diff_id, layer.bytes});
  return out;
}

} // namespace

result<std::vector<image_size>> ask_for_sizes(const http::address& engine,
  const registry_logins& logins,
  const std::vector<std::string>& names) {
  quiet_system config;
  caf::actor_system system{config};
  loop io{system};
  io.start();
  caf::scoped_actor self{system};
  const auto about = engine_questions{self, io, engine}.ask<engine::traits>(engine::get_traits{});
  if (!about)
    return fail(about.error());
  registry_config with;
  with.logins = logins;
  // Beyond these the edge refuses, and the connections are few anyway.
  with.looks = std::max(with.looks, names.size());
  with.limits.calls = std::max(with.limits.calls, names.size());
  const auto edge = spawn_registry(io, with);
  std::vector<image_size> out(names.size());
  for (std::size_t i = 0; i < names.size(); ++i)
    out[i] = {names[i], {}, error{errc::timeout, "its registry did not answer in time"}};
  using look = registry::look_at_image;
  std::vector<decltype(self->request(edge, registry_deadline, look{}))> asked;
  asked.reserve(names.size());
  for (const auto& name : names)
    asked.push_back(
      self->request(edge, registry_deadline, look{name, about->runs_on, about->insecure}));
  for (std::size_t i = 0; i < names.size(); ++i) {
    asked[i].receive(
      [&](const registry::remote_image& found) { out[i] = size_of(names[i], found); },
      [&](const caf::error& why) { out[i].problem = from_caf(why); });
  }
  self->send_exit(edge, caf::exit_reason::user_shutdown);
  self->wait_for(edge);
  return out;
}

} // namespace copal
