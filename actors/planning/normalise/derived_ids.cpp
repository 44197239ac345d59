#include "actors/planning/normalise/derived_ids.hpp"

#include <algorithm>
#include <cstdint>
#include <set>
#include <string_view>

namespace copal::planning {

namespace {

std::uint64_t fnv_64(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325U;
  for (const char c : text) {
    hash ^= static_cast<unsigned char>(c);
    hash *= 0x100000001b3U;
  }
  return hash;
}

/// FNV-1a with 128 bits in two halves. The prime is 2^88 + 0x13b: the product is made of a product
/// by 0x13b and a shift by 88.
class fnv_128 {
public:
  void add(std::string_view text) {
    for (const char c : text) {
      low_ ^= static_cast<unsigned char>(c);
      multiply();
    }
  }

  /// A text and its end, so that "a","bc" and "ab","c" differ.
  void add_part(std::string_view text) {
    add(std::to_string(text.size()));
    add(":");
    add(text);
  }

  [[nodiscard]] std::string hex() const {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string out;
    for (const auto half : {high_, low_}) {
      for (int shift = 60; shift >= 0; shift -= 4)
        out += digits[(half >> static_cast<unsigned>(shift)) & 0xfU];
    }
    return out;
  }

private:
  void multiply() {
    constexpr std::uint64_t small = 0x13b;
    constexpr std::uint64_t mask = 0xffffffffU;
    const auto bottom = (low_ & mask) * small;
    const auto top = (low_ >> 32U) * small + (bottom >> 32U);
    // low * 2^88 fills the upper half from bit 24 on.
    high_ = high_ * small + (top >> 32U) + (low_ << 24U);
    low_ = (top << 32U) | (bottom & mask);
  }

  std::uint64_t high_ = 0x6c62272e07bb0142U;
  std::uint64_t low_ = 0x62b821756295c58dU;
};

std::string hex_128(std::string_view text) {
  fnv_128 hash;
  hash.add(text);
  return hash.hex();
}

constexpr std::int64_t first_number = 2;
constexpr std::int64_t numbers = (std::int64_t{1} << 31) - first_number;

std::int64_t number_from(std::string_view text) {
  const auto hash = fnv_64(text);
  const auto folded = (hash ^ (hash >> 31U)) & 0x7fffffffU;
  return first_number + static_cast<std::int64_t>(folded) % numbers;
}

enum class order : std::uint8_t { sorted, kept };

void add_value(fnv_128& hash, const value& v, order keys);

bool is_extension(std::string_view key) {
  return key.substr(0, 2) == "x-";
}

bool is_ignored_at_top(std::string_view key) {
  return key == "version" || is_extension(key);
}

/// Services, networks or volumes without the extensions of each.
value without_extensions(value components) {
  auto* named = components.as_map();
  if (named == nullptr)
    return components;
  for (auto& [name, one] : *named) {
    auto* fields = one.as_map();
    const auto extension = [](const value_member& m) { return is_extension(m.key); };
    if (fields != nullptr && std::erase_if(*fields, extension) > 0 && fields->empty())
      one = {}; // as if nothing had been written there
  }
  return components;
}

void add_map(fnv_128& hash, const value& v, order keys) {
  std::vector<const value_member*> members;
  for (const auto& m : *v.as_map()) {
    if (v.find(m.key) == &m.val)
      members.push_back(&m);
  }
  if (keys == order::sorted)
    std::sort(
      members.begin(), members.end(), [](const auto* a, const auto* b) { return a->key < b->key; });
  hash.add("{");
  for (const auto* m : members) {
    if (m->val.is_null() && keys == order::sorted)
      continue;
    hash.add_part(m->key);
    add_value(hash, m->val, m->key == "networks" ? order::kept : order::sorted);
  }
  hash.add("}");
}

void add_value(fnv_128& hash, const value& v, order keys) {
  if (v.is(value::kind::map)) {
    add_map(hash, v, keys);
  } else if (const auto* items = v.as_list()) {
    hash.add("[");
    for (const auto& item : *items)
      add_value(hash, item, order::sorted);
    hash.add("]");
  } else {
    hash.add_part(debug_string(v));
  }
}

} // namespace

app_uuid derived_app_uuid(const std::string& project) {
  return {hex_128("copal project " + project)};
}

app_id derived_app_id(const std::string& project) {
  return {number_from("copal project " + project)};
}

std::map<service_name, service_id> derived_service_ids(
  const std::string& project, std::vector<service_name> names) {
  std::map<service_name, service_id> out;
  std::set<std::int64_t> taken;
  std::sort(names.begin(), names.end());
  for (const auto& name : names) {
    auto number = number_from("copal service " + project + '/' + name.value);
    while (!taken.insert(number).second)
      number = number + 1 < first_number + numbers ? number + 1 : first_number;
    out.emplace(name, service_id{number});
  }
  return out;
}

commit_id derived_commit(const value& document) {
  value content = value::map({});
  if (const auto* members = document.as_map()) {
    for (const auto& m : *members) {
      if (!is_ignored_at_top(m.key) && m.key != "networks")
        content.set(m.key, without_extensions(m.val));
    }
  }
  fnv_128 hash;
  add_value(hash, content, order::sorted);
  // The project's networks have no order; only a service's have.
  if (const auto* networks = document.find("networks")) {
    hash.add("networks");
    add_value(hash, without_extensions(*networks), order::sorted);
  }
  return {hash.hex()};
}

} // namespace copal::planning
