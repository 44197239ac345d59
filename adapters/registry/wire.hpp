#pragma once

#include "messages/model/secret.hpp"
#include "messages/registry.hpp"
#include "messages/result.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// What registries say, and what is said to them: pure functions. Every reader is total. `corrupt`
/// says what was expected where, never what stands there: it may be a secret.
/// Source: OCI distribution specification 1.1 and image specification 1.1; Docker's "Image manifest
/// v2, schema 2" and "Token authentication".
namespace copal::registry {

/// Where an image's manifests and blobs are.
struct place {
  std::string host;       ///< With the port, where the reference has one.
  std::string repository; ///< `library/busybox`
  std::string reference;  ///< Tag or digest.
  std::string login;      ///< Under which logins are kept: `docker.io` for the one without a name.

  bool operator==(const place&) const = default;
};
result<place> place_of(const std::string& image);

/// True when a registry may be spoken to over plain http, and without knowing who it is: it is on
/// this machine, or the engine holds it insecure.
bool is_insecure(const std::string& host, const std::vector<std::string>& insecure);

/// The `Accept` line for manifests and indexes.
std::string accept_manifests();

/// A manifest, or an index of them.
struct descriptor {
  std::string digest;
  std::int64_t bytes = 0;
  platform runs_on; ///< Of a manifest in an index; else empty.

  bool operator==(const descriptor&) const = default;
};
struct image_index {
  std::vector<descriptor> manifests;
};
struct image_manifest {
  descriptor config;
  std::vector<descriptor> layers; ///< Lowest first.
};
result<std::variant<image_index, image_manifest>> read_manifest(std::string_view text);

/// The manifest that an engine on such a machine would take. `not_found`: there is none. Of arm the
/// variant, else the nearest below it.
result<descriptor> choose(const image_index& index, const platform& runs_on);

/// Digests of the unpacked layers, from an image's configuration.
result<std::vector<std::string>> read_config(std::string_view text);

/// Manifest and configuration in one. `corrupt` when they do not have the same layers.
result<remote_image> join(
  std::string digest, const image_manifest& manifest, const std::vector<std::string>& diff_ids);

/// How a registry wants to know who asks.
struct challenge {
  enum class kind : std::uint8_t { basic, bearer };

  kind how = kind::basic;
  std::string realm; ///< Of bearer: the url of the token service.
  std::string service;
  std::string scope;

  bool operator==(const challenge&) const = default;
};
/// Reads a `WWW-Authenticate` value; nothing when it asks for neither of both.
std::optional<challenge> read_challenge(std::string_view text);

/// The url that a token is fetched from.
std::string token_url(const challenge& x);

/// The token in a token service's answer.
result<secret> read_token(std::string_view text);

} // namespace copal::registry
