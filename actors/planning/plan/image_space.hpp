#pragma once

#include "messages/model/images_view.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

/// What a fetch brings, and whether there is room for it. Pure.
namespace copal::planning {

/// Digests of an image's unpacked layers, lowest first. An engine keeps a layer once for each chain
/// of layers below it: two images share what their chains begin with, and nothing above.
using layer_chain = std::vector<std::string>;

/// The sum of two amounts that are not negative; what 64 bits cannot hold is the greatest that they
/// can.
std::int64_t sum_bytes(std::int64_t a, std::int64_t b);

/// Bytes that come over the network for an image, where images with these chains are present, or on
/// their way. A size that 64 bits cannot hold is the greatest that they can.
std::int64_t missing_bytes(
  const std::vector<layer_size>& wanted, const std::vector<layer_chain>& present);

/// What so many bytes from the network need on the disk while they are fetched: each layer stands
/// there as it came and, at least as large, unpacked. A low estimate on purpose: a fetch that is
/// held without need would be held for ever, one that begins without room fails and is tried again.
/// (docs/decisions/0105)
std::int64_t disk_bytes(std::int64_t from_network);

/// What a fetch needs at least that has filled a disk with so much free: somewhat more than that.
std::int64_t need_beyond(std::int64_t free);

/// A fetch beside others that are under way.
struct room_question {
  std::string name;
  std::vector<layer_size> wanted;
  std::vector<layer_chain> present; ///< Of images, and of fetches under way.
  std::int64_t promised = 0;        ///< Bytes on the disk that other fetches will still take.
  std::int64_t free = 0;            ///< As the file system says.
  std::int64_t margin = 0;          ///< To be left free.
  std::int64_t least = 0; ///< Bytes on the disk that it needs at least, whatever the estimate.
};

/// Why it has to wait; nothing when there is room.
std::optional<space_shortage> judge_room(const room_question& asked);

/// Bytes from the network for that image, beside the images that are there; nothing when its size
/// is not known.
std::optional<std::int64_t> bytes_to_fetch(const images_view& images, const std::string& name);

/// Its layers, from the lowest, as far as its size is known.
layer_chain layers_of(const images_view& images, const std::string& name);

/// "12.3 MB", for people.
std::string bytes_text(std::int64_t bytes);

/// "no room for web:2: it needs 80.0 MB, and 12.3 MB are free, of which 67.1 MB are kept"
std::string shortage_text(const space_shortage& x);

/// Why the image that a pull brought is not the one that was named: only a name with a digest says
/// which it must be.
std::optional<error> judge_fetched(const std::string& name, const engine_image& found);

} // namespace copal::planning
