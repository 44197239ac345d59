#pragma once

#include "messages/engine.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// JSON text to model and back. Every reader is total: any text gives a value or an error.
/// `corrupt` names the path, what stands there and what was expected, never the value itself.
/// Source: engine API 1.41 to 1.44; spec/state-engine.md §2 to §4 and its transcripts.
namespace copal::engine_wire {

// What is sent.

/// The body of "create a container". Every default is sent, so that later versions compare equal;
/// of the endpoints only the one that is the network mode. `invalid_input` when a text is not
/// UTF-8, or when the network mode still names a service.
result<std::string> write_create(const container_config& x);
/// The body that changes a container's restart policy and nothing else.
std::string write_restart_policy(const restart_policy& x);
result<std::string> write_connect(const container_id& container, const endpoint& how);
result<std::string> write_network(const std::string& name, const network_config& x);
result<std::string> write_volume(const std::string& name, const volume_config& x);

// What is read.

/// A container in full. Its configuration is what the engine shows, in the model's form: what the
/// engine itself put there (its short id as hostname and alias, `label=disable`) is left in. The
/// image is the engine's id of it.
result<container> read_container(std::string_view text);
result<std::vector<container_summary>> read_containers(std::string_view text);
result<std::vector<engine_network>> read_networks(std::string_view text);
result<std::vector<engine_volume>> read_volumes(std::string_view text);
result<engine_volume> read_volume(std::string_view text);
result<std::vector<engine_image>> read_images(std::string_view text);
result<engine::image_details> read_image(std::string_view text);
/// Of the answer to "system information". An engine that says nothing of registries has none that
/// it holds insecure. `lacks` is what the kernel cannot do.
result<engine::traits> read_traits(std::string_view text);
/// The answer to "create a container".
result<container_id> read_created(std::string_view text);

/// The text of an error answer, at most 1 KiB of it; what is not the engine's form is not quoted.
std::string read_message(std::string_view text);

/// API versions an engine speaks; `minor` of `1.minor`.
struct api_range {
  std::int64_t oldest = 0;
  std::int64_t newest = 0;

  bool operator==(const api_range&) const = default;
};
result<api_range> read_version(std::string_view text);

/// One line of the event stream. Nothing for what concerns no container, image, network or volume,
/// and for what happens inside a running container (`exec_start`, `attach`, `top` ...): a health
/// check is three such events each time.
result<std::optional<engine::event>> read_event(std::string_view line);

/// One line of a pull's answer.
struct pull_line {
  std::string layer;        ///< Empty for lines about the whole.
  std::string status;       ///< The engine's word: `Downloading`, `Pull complete` ...
  std::int64_t current = 0; ///< Bytes.
  std::int64_t total = 0;   ///< Bytes; 0 when not known.
  std::string failure;      ///< Why the pull failed; else empty.
};
result<pull_line> read_pull_line(std::string_view line);

/// Reads RFC 3339 with up to nine digits of a second. The engine's "never", and what nanoseconds
/// since 1970 cannot hold, is the epoch. Nothing when the text is no time.
std::optional<wall_time> read_time(std::string_view text);

} // namespace copal::engine_wire
