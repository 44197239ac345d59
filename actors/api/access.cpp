#include "actors/api/access.hpp"

#include <string_view>

namespace copal::api {

namespace {

bool is_same(std::string_view a, std::string_view b) {
  if (a.size() != b.size())
    return false;
  unsigned differing = 0;
  for (std::size_t i = 0; i < a.size(); ++i)
    differing |= static_cast<unsigned char>(a[i]) ^ static_cast<unsigned char>(b[i]);
  return differing == 0;
}

} // namespace

std::optional<scope> scope_of(const keys::key_ring& ring, const secret& key) {
  std::optional<scope> found;
  if (key.empty())
    return found;
  for (const auto& one : ring.others) {
    if (is_same(one.key.reveal(), key.reveal()))
      found = scope{one.app};
  }
  if (is_same(ring.global.reveal(), key.reveal()))
    found = scope{};
  return found;
}

} // namespace copal::api
