#pragma once

#include "messages/model/ids.hpp"
#include "messages/model/secret.hpp"
#include "messages/result.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace copal {

/// The name of an image: `[registry/]repository[:tag][@digest]`, normalised: with a digest the tag
/// is dropped, without one the tag is at least `latest`. Source: spec/state-engine.md §6.1.
struct image_reference {
  std::string registry;   ///< `localhost`, or a first part with `.` or `:`; empty when absent.
  std::string repository; ///< Without registry, tag and digest.
  std::string tag;        ///< Empty when there is a digest.
  std::string digest;     ///< `alg:hex`, at least 32 hex digits; empty when absent.

  auto operator<=>(const image_reference&) const = default;

  /// Reads and normalises; an empty repository or a malformed digest is `invalid_input`.
  static result<image_reference> parse(std::string_view text);
};

/// The normalised text of a reference: `registry/repository:tag` or `registry/repository@digest`.
std::string to_string(const image_reference& x);

template <class I>
typename I::result_type inspect(I& f, image_reference& x) {
  return f(x.registry, x.repository, x.tag, x.digest);
}

/// True when both name the same image: equal names, or equal digests whatever the repository.
bool same_image(const image_reference& a, const image_reference& b);

/// The name under which an engine lists an image: what stands for the default registry is left out.
/// Source: seen of Docker 20.10, `docker.io/library/busybox` is listed as `busybox`.
std::string familiar_name(image_reference ref);

/// A container's environment; values are secrets.
using environment = std::map<std::string, secret>;

/// Labels of a container, network, volume or image.
using label_map = std::map<std::string, std::string>;

/// How the engine finds out whether a container works. Zero and empty mean "not given".
/// Times on the wire are nanoseconds. Source: engine API 1.44, HealthConfig.
struct health_check {
  std::vector<std::string> test; ///< `["NONE"]` switches an image's check off.
  std::chrono::nanoseconds interval{0};
  std::chrono::nanoseconds timeout{0};
  std::chrono::nanoseconds start_period{0};
  std::int64_t retries = 0;
  std::chrono::nanoseconds start_interval{0}; ///< Between two checks within the start period.

  bool operator==(const health_check&) const = default;
};

template <class I>
typename I::result_type inspect(I& f, health_check& x) {
  return f(x.test, x.interval, x.timeout, x.start_period, x.retries, x.start_interval);
}

/// What an image brings to the containers made from it.
struct image_facts {
  environment env;
  std::vector<std::string> command;
  std::vector<std::string> entrypoint;
  std::string user;
  std::string working_dir;
  std::string stop_signal;
  label_map labels;
  std::set<std::string> volumes;
  health_check healthcheck;
  std::vector<std::string> layers; ///< Digests of the unpacked layers, lowest first.

  bool operator==(const image_facts&) const = default;
};

template <class I>
typename I::result_type inspect(I& f, image_facts& x) {
  return f(x.env,
    x.command,
    x.entrypoint,
    x.user,
    x.working_dir,
    x.stop_signal,
    x.labels,
    x.volumes,
    x.healthcheck,
    x.layers);
}

/// An image the engine has, as its list shows it.
struct engine_image {
  engine_image_id id;
  std::set<std::string> tags;    ///< `repository:tag`; `<none>:<none>` is left out.
  std::set<std::string> digests; ///< `repository@digest`; `<none>@<none>` is left out.

  bool operator==(const engine_image&) const = default;
};

template <class I>
typename I::result_type inspect(I& f, engine_image& x) {
  return f(x.id, x.tags, x.digests);
}

/// True when the engine's image goes by that name; a digest counts whatever its repository.
bool has_name(const engine_image& image, const image_reference& ref);

/// One use of an image by a service: the durable row. Two services, or two releases, that share an
/// image have a row each. Source: spec/state-engine.md §8, table `image`.
struct image_row {
  std::string name; ///< Normalised reference.
  app_id app;
  app_uuid uuid;
  service_id service;
  service_name used_by;
  image_id image;
  release_id release;
  commit_id commit;
  engine_image_id engine_id; ///< Empty until the image is in the engine.
  /// Fetched for us: it may be removed with its last row. An image that was there before loses its
  /// row, never its tag (spec/state-engine.md §6.4).
  bool ours = false;

  auto operator<=>(const image_row&) const = default;
};

template <class I>
typename I::result_type inspect(I& f, image_row& x) {
  return f(
    x.name, x.app, x.uuid, x.service, x.used_by, x.image, x.release, x.commit, x.engine_id, x.ours);
}

} // namespace copal
