#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <utility>

namespace copal {

/// A number that names one kind of thing; ids of different kinds do not mix.
template <class Tag>
struct number_id {
  std::int64_t value = 0;

  auto operator<=>(const number_id&) const = default;
};

template <class Tag>
std::string to_string(const number_id<Tag>& x) {
  return std::to_string(x.value);
}

template <class I, class Tag>
typename I::result_type inspect(I& f, number_id<Tag>& x) {
  return f(x.value);
}

/// A text that names one kind of thing.
template <class Tag>
struct text_id {
  std::string value;

  auto operator<=>(const text_id&) const = default;

  [[nodiscard]] bool empty() const noexcept { return value.empty(); }
};

template <class Tag>
std::string to_string(const text_id<Tag>& x) {
  return x.value;
}

template <class I, class Tag>
typename I::result_type inspect(I& f, text_id<Tag>& x) {
  return f(x.value);
}

// Numbers given by the cloud (or, for a file target, derived from names).
using app_id = number_id<struct app_id_tag>;
using service_id = number_id<struct service_id_tag>;
using release_id = number_id<struct release_id_tag>;
using image_id = number_id<struct image_id_tag>; ///< The cloud's number, not the engine's digest.

// Names and hashes.
using app_uuid = text_id<struct app_uuid_tag>;
using device_uuid = text_id<struct device_uuid_tag>;
using commit_id = text_id<struct commit_id_tag>; ///< Names a release: hex digits as a rule.
using service_name = text_id<struct service_name_tag>;

// Names given by the container engine.
using container_id = text_id<struct container_id_tag>;        ///< 64 hex digits.
using engine_image_id = text_id<struct engine_image_id_tag>;  ///< "sha256:<64 hex digits>".
using network_engine_id = text_id<struct network_engine_tag>; ///< 64 hex digits.

} // namespace copal
