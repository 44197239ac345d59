#include "actors/planning/plan/image_space.hpp"

#include <algorithm>
#include <array>
#include <limits>

namespace copal::planning {

namespace {

/// How many layers, from the lowest, are the same.
std::size_t shared_layers(const std::vector<layer_size>& wanted, const layer_chain& other) {
  std::size_t n = 0;
  while (n < wanted.size() && n < other.size() && wanted[n].diff_id == other[n])
    ++n;
  return n;
}

const image_size* find_size(const images_view& images, const std::string& name) {
  const auto it = std::find_if(
    images.sizes.begin(), images.sizes.end(), [&name](const auto& x) { return x.name == name; });
  return it == images.sizes.end() ? nullptr : &*it;
}

layer_chain chain_of(const std::vector<layer_size>& layers) {
  layer_chain out;
  for (const auto& layer : layers)
    out.push_back(layer.diff_id);
  return out;
}

} // namespace

std::int64_t sum_bytes(std::int64_t a, std::int64_t b) {
  constexpr auto most = std::numeric_limits<std::int64_t>::max();
  return a > most - b ? most : a + b;
}

std::int64_t missing_bytes(
  const std::vector<layer_size>& wanted, const std::vector<layer_chain>& present) {
  std::size_t there = 0;
  for (const auto& chain : present)
    there = std::max(there, shared_layers(wanted, chain));
  std::int64_t out = 0;
  for (auto i = there; i < wanted.size(); ++i)
    out = sum_bytes(out, std::max<std::int64_t>(wanted[i].bytes, 0));
  return out;
}

std::int64_t disk_bytes(std::int64_t from_network) {
  return sum_bytes(from_network, from_network);
}

std::int64_t need_beyond(std::int64_t free) {
  constexpr std::int64_t parts = 8;
  return sum_bytes(free, free / parts + 1);
}

std::optional<space_shortage> judge_room(const room_question& asked) {
  const auto estimated = disk_bytes(missing_bytes(asked.wanted, asked.present));
  const auto needed = std::max(estimated, asked.least);
  const auto free = std::max<std::int64_t>(asked.free - asked.promised, 0);
  // Nothing to fetch needs no room, however full the disk is.
  if (needed == 0 || (needed <= free && asked.margin <= free - needed))
    return std::nullopt;
  return space_shortage{asked.name, needed, free, asked.margin, true};
}

std::optional<std::int64_t> bytes_to_fetch(const images_view& images, const std::string& name) {
  const auto* size = find_size(images, name);
  if (size == nullptr || size->layers.empty())
    return std::nullopt;
  std::vector<layer_chain> present;
  for (const auto& [id, facts] : images.facts)
    present.push_back(facts.layers);
  return missing_bytes(size->layers, present);
}

layer_chain layers_of(const images_view& images, const std::string& name) {
  const auto* size = find_size(images, name);
  return size == nullptr ? layer_chain{} : chain_of(size->layers);
}

std::string bytes_text(std::int64_t bytes) {
  struct unit {
    std::int64_t size;
    const char* name;
  };
  constexpr std::array<unit, 3> units{{{1'000'000'000, " GB"}, {1'000'000, " MB"}, {1'000, " kB"}}};
  for (const auto& x : units) {
    if (bytes >= x.size) {
      const auto tenths = bytes / (x.size / 10);
      return std::to_string(tenths / 10) + '.' + std::to_string(tenths % 10) + x.name;
    }
  }
  return std::to_string(bytes) + " bytes";
}

std::string shortage_text(const space_shortage& x) {
  return "no room for " + x.name + ": it needs about " + bytes_text(x.needed) + ", and of the "
         + bytes_text(x.free) + " that are free, " + bytes_text(x.margin) + " are kept free";
}

std::optional<error> judge_fetched(const std::string& name, const engine_image& found) {
  const auto ref = image_reference::parse(name);
  if (!ref || ref->digest.empty() || has_name(found, *ref))
    return std::nullopt;
  std::string has;
  for (const auto& digest : found.digests)
    has += (has.empty() ? "" : ", ") + digest;
  return error{errc::corrupt,
    "the image that came is not the one that was asked for: wanted " + name + ", got "
      + (has.empty() ? found.id.value : has)};
}

} // namespace copal::planning
