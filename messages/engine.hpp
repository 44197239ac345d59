#pragma once

#include "messages/model/container.hpp"
#include "messages/model/engine_feature.hpp"
#include "messages/model/image.hpp"
#include "messages/model/network.hpp"
#include "messages/model/platform.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// What is said to a container engine, in the order in which it happens.
namespace copal::engine {

/// Asks that events be sent to the event sink from now on. A second watch replaces the first.
struct watch_events {
  /// Chosen by the asker and repeated in what follows, so that the end of an old watch is not taken
  /// for the end of a new one.
  std::uint64_t watch = 0;
};
/// The stream is open: what happens from now on will be told.
struct watching {};

enum class object_kind : std::uint8_t { container, image, network, volume };
std::string to_string(object_kind x);

/// Something happened in the engine. Events may come twice and out of order: they say what to look
/// at, the engine says what is.
struct event {
  object_kind kind = object_kind::container;
  std::string
    action;         ///< The engine's word: `start`, `die`, `destroy`, `kill`, `rename`, `pull` ...
  std::string id;   ///< Container or network id, volume name, image name or id.
  std::string name; ///< The name attribute; empty when the engine gave none.
  std::string container;                 ///< Of network events: the container that joined or left.
  bool supervised = false;               ///< A container with a supervised label.
  std::optional<std::int64_t> exit_code; ///< Of `die`.
  std::string signal;                    ///< Of `kill`: the number as text.
  wall_time at;

  bool operator==(const event&) const = default;
};

/// Events in the order they came. The sender waits for `taken` before it reads on: this is the
/// stream's credit.
struct event_batch {
  std::uint64_t watch = 0;
  std::vector<event> events; ///< 1 to 64.
};
struct taken {};

/// The stream ended, for whatever reason; no more events follow until a new watch.
struct watch_ended {
  std::uint64_t watch = 0; ///< 0: every watch that there was.
  error why;
};

// Looking.
struct list_containers {}; ///< All, also stopped ones, ours and others.
struct container_list {
  std::vector<container_summary> items;
};
struct inspect_container {
  container_id id;
};
struct list_networks {};
struct network_list {
  std::vector<engine_network> items;
};
struct list_volumes {};
struct volume_list {
  std::vector<engine_volume> items;
};
struct list_images {};
struct image_list {
  std::vector<engine_image> items;
};
struct inspect_image {
  std::string name; ///< Reference or engine id.
};
struct image_details {
  engine_image image;
  image_facts facts;
};

/// What the engine says of itself and of the machine it is on.
struct get_traits {};
struct traits {
  std::string data_root; ///< Where it keeps images, as it sees the machine.
  platform runs_on;
  std::vector<std::string> insecure; ///< Registries that it speaks plain http to; not loopback.
  engine_features lacks;             ///< What it drops of a container's configuration.

  bool operator==(const traits&) const = default;
};

// Doing. Each answer means: it is so now, by this call or already before.
struct done {};

struct pull_image {
  std::string name;      ///< Normalised reference.
  secret registry_token; ///< Bearer token; empty for none.
};
/// Bytes come: sent to the pull sink at most four times a second, and at least every 15 s while the
/// connection to the engine lives, so that silence means that it does not.
struct pull_progress {
  std::string name;
  int percent = 0;
};
/// Ends pulls under way; those who asked for them hear `unavailable`. Once answered, none of
/// them brings an image any more, but for one that was just being finished.
struct end_pulls {
  std::string name; ///< Only those of this image; empty: all.
};
/// Removes one name of an image, or by id the image. With `force` also when stopped containers use
/// it.
struct remove_image {
  std::string name;
  bool force = false;
};
struct create_container {
  std::string name;
  container_config config;
};
struct connect_network {
  std::string network; ///< Engine name.
  container_id container;
  endpoint how;
};
struct start_container {
  container_id id;
};
struct stop_container {
  container_id id;
  std::chrono::seconds grace{10};
};
struct remove_container {
  container_id id;
  bool force = false; ///< Kills it first. Anonymous volumes go with the container.
};
struct rename_container {
  container_id id;
  std::string name;
};
/// Changes when the engine starts the container again by itself.
struct set_restart_policy {
  container_id id;
  restart_policy policy;
};
struct create_network {
  std::string name;
  network_config config;
};
struct remove_network {
  network_engine_id id;
};
struct create_volume {
  std::string name;
  volume_config config;
};
struct remove_volume {
  std::string name;
};

template <class I>
typename I::result_type inspect(I& f, watch_events& x) {
  return f(x.watch);
}

template <class I>
typename I::result_type inspect(I& f, watching&) {
  return f();
}

template <class I>
typename I::result_type inspect(I& f, event& x) {
  return f(x.kind, x.action, x.id, x.name, x.container, x.supervised, x.exit_code, x.signal, x.at);
}

template <class I>
typename I::result_type inspect(I& f, event_batch& x) {
  return f(x.watch, x.events);
}

template <class I>
typename I::result_type inspect(I& f, taken&) {
  return f();
}

template <class I>
typename I::result_type inspect(I& f, watch_ended& x) {
  return f(x.watch, x.why);
}

template <class I>
typename I::result_type inspect(I& f, list_containers&) {
  return f();
}

template <class I>
typename I::result_type inspect(I& f, container_list& x) {
  return f(x.items);
}

template <class I>
typename I::result_type inspect(I& f, inspect_container& x) {
  return f(x.id);
}

template <class I>
typename I::result_type inspect(I& f, list_networks&) {
  return f();
}

template <class I>
typename I::result_type inspect(I& f, network_list& x) {
  return f(x.items);
}

template <class I>
typename I::result_type inspect(I& f, list_volumes&) {
  return f();
}

template <class I>
typename I::result_type inspect(I& f, volume_list& x) {
  return f(x.items);
}

template <class I>
typename I::result_type inspect(I& f, list_images&) {
  return f();
}

template <class I>
typename I::result_type inspect(I& f, image_list& x) {
  return f(x.items);
}

template <class I>
typename I::result_type inspect(I& f, inspect_image& x) {
  return f(x.name);
}

template <class I>
typename I::result_type inspect(I& f, image_details& x) {
  return f(x.image, x.facts);
}

template <class I>
typename I::result_type inspect(I& f, get_traits&) {
  return f();
}

template <class I>
typename I::result_type inspect(I& f, traits& x) {
  return f(x.data_root, x.runs_on, x.insecure, x.lacks);
}

template <class I>
typename I::result_type inspect(I& f, done&) {
  return f();
}

template <class I>
typename I::result_type inspect(I& f, pull_image& x) {
  return f(x.name, x.registry_token);
}

template <class I>
typename I::result_type inspect(I& f, pull_progress& x) {
  return f(x.name, x.percent);
}

template <class I>
typename I::result_type inspect(I& f, end_pulls& x) {
  return f(x.name);
}

template <class I>
typename I::result_type inspect(I& f, remove_image& x) {
  return f(x.name, x.force);
}

template <class I>
typename I::result_type inspect(I& f, create_container& x) {
  return f(x.name, x.config);
}

template <class I>
typename I::result_type inspect(I& f, connect_network& x) {
  return f(x.network, x.container, x.how);
}

template <class I>
typename I::result_type inspect(I& f, start_container& x) {
  return f(x.id);
}

template <class I>
typename I::result_type inspect(I& f, stop_container& x) {
  return f(x.id, x.grace);
}

template <class I>
typename I::result_type inspect(I& f, remove_container& x) {
  return f(x.id, x.force);
}

template <class I>
typename I::result_type inspect(I& f, rename_container& x) {
  return f(x.id, x.name);
}

template <class I>
typename I::result_type inspect(I& f, set_restart_policy& x) {
  return f(x.id, x.policy);
}

template <class I>
typename I::result_type inspect(I& f, create_network& x) {
  return f(x.name, x.config);
}

template <class I>
typename I::result_type inspect(I& f, remove_network& x) {
  return f(x.id);
}

template <class I>
typename I::result_type inspect(I& f, create_volume& x) {
  return f(x.name, x.config);
}

template <class I>
typename I::result_type inspect(I& f, remove_volume& x) {
  return f(x.name);
}

} // namespace copal::engine
