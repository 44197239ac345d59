#include "actors/planning/compare/compare_values.hpp"

namespace copal::planning {

namespace {

constexpr std::size_t short_id_length = 12;

} // namespace

std::string short_id(const container_id& id) {
  return id.value.substr(0, short_id_length);
}

bool satisfies(const endpoint& there, const endpoint& wanted) {
  const auto given = [](const std::string& want, const std::string& is) {
    return want.empty() || want == is;
  };
  const auto holds = [](const std::vector<std::string>& all, const std::vector<std::string>& some) {
    return std::all_of(some.begin(), some.end(), [&all](const auto& text) {
      return std::find(all.begin(), all.end(), text) != all.end();
    });
  };
  return holds(there.aliases, wanted.aliases) && given(wanted.ipv4, there.ipv4)
         && given(wanted.ipv6, there.ipv6)
         && (wanted.link_local_ips.empty()
             || sorted(wanted.link_local_ips) == sorted(there.link_local_ips));
}

std::string canonical_capability(std::string_view text) {
  constexpr std::string_view prefix = "CAP_";
  std::string out;
  for (const char c : text)
    out += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return out.rfind(prefix, 0) == 0 ? out.substr(prefix.size()) : out;
}

std::string canonical_bind(std::string_view text) {
  const auto first = text.find(':');
  const auto second = first == std::string_view::npos ? first : text.find(':', first + 1);
  if (second == std::string_view::npos)
    return std::string{text};
  std::set<std::string> options;
  for (auto rest = text.substr(second + 1); !rest.empty();) {
    const auto option = rest.substr(0, rest.find(','));
    if (!option.empty() && option != "rw" && option != "rprivate" && option != "rbind")
      options.emplace(option);
    rest.remove_prefix(std::min(option.size() + 1, rest.size()));
  }
  std::string out{text.substr(0, second)};
  for (const auto& option : options)
    out += (&option == &*options.begin() ? ':' : ',') + option;
  return out;
}

std::vector<std::string> sorted(
  const std::vector<std::string>& items, std::string (*canonical)(std::string_view)) {
  std::vector<std::string> out;
  out.reserve(items.size());
  for (const auto& item : items)
    out.push_back(canonical(item));
  return sorted(std::move(out));
}

} // namespace copal::planning
