#pragma once

#include "messages/engine.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// What is asked of the engine over HTTP, and what its answers mean. Pure.
namespace copal::engine_wire {

enum class operation : std::uint8_t {
  look, ///< Any list or inspection.
  watch,
  pull,
  remove_image,
  create_container,
  connect_network,
  start,
  stop,
  remove_container,
  rename,
  set_restart,
  create_network,
  remove_network,
  create_volume,
  remove_volume,
};
/// For error texts: "creating the container".
std::string_view doing(operation op);

/// One request, before the API's version stands in front of its path.
struct call {
  operation op = operation::look;
  std::string method = "GET";  ///< Upper case.
  std::string target;          ///< Path and query.
  std::string body;            ///< JSON; empty for none.
  secret authorization;        ///< The value of X-Registry-Auth; empty for none.
  std::string remembered = {}; ///< The body for engines that forget (forgetful.hpp), or empty.
};

// `invalid_input` when the message cannot be said in the engine's words.
result<call> call_for(const engine::watch_events& x);
result<call> call_for(const engine::list_containers& x);
result<call> call_for(const engine::inspect_container& x);
result<call> call_for(const engine::list_networks& x);
result<call> call_for(const engine::list_volumes& x);
result<call> call_for(const engine::list_images& x);
result<call> call_for(const engine::get_traits& x);
result<call> call_for(const engine::inspect_image& x);
result<call> call_for(const engine::pull_image& x);
result<call> call_for(const engine::remove_image& x);
result<call> call_for(const engine::create_container& x);
result<call> call_for(const engine::connect_network& x);
result<call> call_for(const engine::start_container& x);
result<call> call_for(const engine::stop_container& x);
result<call> call_for(const engine::remove_container& x);
result<call> call_for(const engine::rename_container& x);
result<call> call_for(const engine::set_restart_policy& x);
result<call> call_for(const engine::create_network& x);
result<call> call_for(const engine::remove_network& x);
result<call> call_for(const engine::create_volume& x);
result<call> call_for(const engine::remove_volume& x);

/// What an answer means by messages/protocol/engine.hpp: nothing when it is done (by this call or
/// already before), else what is wrong.
std::optional<error> judge(operation op, unsigned status, std::string_view body);

/// What the words mean with which a pull failed within its stream.
error judge_pull(std::string_view failure);

/// Engines answer "create" for a volume that is there with the one that is there, whatever its
/// configuration. `conflict` when it is not the one that was asked for.
std::optional<error> judge_volume(
  const engine::create_volume& asked, const engine_volume& answered);

/// The newer of the two API versions that we speak: 1.44, of Docker 25 and later. The older one
/// is 1.41.
inline constexpr std::int64_t newer_dialect = 44;

/// The minor API version to speak with an engine of that range: the newer one where the engine has
/// it, else the older one. Of an engine that has given both up, its oldest: it has to be spoken to,
/// as nobody is there to put another supervisor in place. `unavailable` for one that is too old.
/// Source: decision 0121.
struct api_range;
result<std::int64_t> choose_version(const api_range& theirs);

} // namespace copal::engine_wire
