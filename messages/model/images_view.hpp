#pragma once

#include "messages/model/attempt.hpp"
#include "messages/model/image.hpp"
#include "messages/result.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace copal {

/// A fetch that is going on.
struct fetch_progress {
  std::string name; ///< Normalised reference.
  int percent = 0;  ///< 0 to 100; never goes down.

  bool operator==(const fetch_progress&) const = default;
};

/// A fetch that failed and is not tried again before its pause is over.
struct fetch_failure {
  std::string name;
  int count = 0; ///< In a row.
  error last;
  std::chrono::milliseconds pause{0};
  bool waiting = false;          ///< The pause is not over.
  std::vector<attempt> attempts; ///< The last ones, at most `most_attempts`; newest last.

  bool operator==(const fetch_failure&) const = default;
};

/// One layer of an image that is to be fetched.
struct layer_size {
  std::string diff_id;    ///< Digest of the unpacked layer.
  std::int64_t bytes = 0; ///< As it comes over the network.

  bool operator==(const layer_size&) const = default;
};

/// What the registry says of an image that is to be fetched.
struct image_size {
  std::string name;               ///< Normalised reference.
  std::vector<layer_size> layers; ///< Lowest first; empty with a problem.
  std::optional<error> problem;   ///< Why the size is not known; the fetch goes on without.

  bool operator==(const image_size&) const = default;
};

/// A fetch that is held because its image would not fit.
struct space_shortage {
  std::string name;
  std::int64_t needed = 0; ///< Bytes on the disk, as estimated.
  std::int64_t free = 0;   ///< Bytes there are, less those that other fetches will take.
  std::int64_t margin = 0; ///< Bytes that a fetch leaves free.
  bool waiting = false;    ///< It is not time yet to look again.

  bool operator==(const space_shortage&) const = default;
};

/// What `images` knows: the rows, what the engine has, and what is being fetched. A view with a
/// higher (incarnation, revision) is newer.
struct images_view {
  std::uint64_t incarnation = 0;
  std::uint64_t revision = 0;
  bool complete = false;            ///< Rows read and engine listed; false while either is away.
  std::vector<image_row> rows;      ///< Sorted.
  std::vector<engine_image> engine; ///< Every image the engine has, sorted by id.
  std::map<engine_image_id, image_facts> facts; ///< Of the images that rows name.
  std::vector<fetch_progress> fetching;         ///< Sorted by name.
  std::vector<fetch_failure> failures;          ///< Sorted by name.
  std::vector<image_size> sizes;                ///< Of fetches, begun or held; sorted by name.
  std::vector<space_shortage> shortages;        ///< Sorted by name.
  /// Of the engine or of the rows: why it is not complete, or cannot be read anew.
  std::optional<silence> silent;

  bool operator==(const images_view&) const = default;
};

template <class I>
typename I::result_type inspect(I& f, fetch_progress& x) {
  return f(x.name, x.percent);
}

template <class I>
typename I::result_type inspect(I& f, fetch_failure& x) {
  return f(x.name, x.count, x.last, x.pause, x.waiting, x.attempts);
}

template <class I>
typename I::result_type inspect(I& f, layer_size& x) {
  return f(x.diff_id, x.bytes);
}

template <class I>
typename I::result_type inspect(I& f, image_size& x) {
  return f(x.name, x.layers, x.problem);
}

template <class I>
typename I::result_type inspect(I& f, space_shortage& x) {
  return f(x.name, x.needed, x.free, x.margin, x.waiting);
}

template <class I>
typename I::result_type inspect(I& f, images_view& x) {
  return f(x.incarnation,
    x.revision,
    x.complete,
    x.rows,
    x.engine,
    x.facts,
    x.fetching,
    x.failures,
    x.sizes,
    x.shortages,
    x.silent);
}

} // namespace copal
