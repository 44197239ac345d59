#pragma once

#include "messages/model/platform.hpp"

#include <cstdint>
#include <string>
#include <vector>

/// What is asked of the registry that an image's name points to.
namespace copal::registry {

/// What would a pull of this image bring?
struct look_at_image {
  std::string name; ///< Normalised reference.
  platform runs_on; ///< Chooses from an image that is made for several.
  /// Registries (`host` or `host:port`) that the engine speaks plain http to; loopback needs no
  /// entry.
  std::vector<std::string> insecure;
};

/// One layer: its bytes as they come over the network, and the digest of what they unpack to.
struct remote_layer {
  std::string digest;
  std::string diff_id;
  std::int64_t bytes = 0;

  bool operator==(const remote_layer&) const = default;
};

struct remote_image {
  std::string digest;               ///< Of what the name stands for: an index or a manifest.
  std::string config;               ///< Digest of the configuration: the engine's id, as a rule.
  std::vector<remote_layer> layers; ///< Lowest first.

  bool operator==(const remote_image&) const = default;
};

template <class I>
typename I::result_type inspect(I& f, look_at_image& x) {
  return f(x.name, x.runs_on, x.insecure);
}

template <class I>
typename I::result_type inspect(I& f, remote_layer& x) {
  return f(x.digest, x.diff_id, x.bytes);
}

template <class I>
typename I::result_type inspect(I& f, remote_image& x) {
  return f(x.digest, x.config, x.layers);
}

} // namespace copal::registry
