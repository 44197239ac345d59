#include "adapters/target_file/profiles.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <utility>

namespace copal::target_file {
namespace {

using names = std::set<std::string, std::less<>>;

std::string_view trimmed(std::string_view text) {
  const auto begin = std::min(text.find_first_not_of(" \t"), text.size());
  text.remove_prefix(begin);
  return text.substr(0, text.find_last_not_of(" \t") + 1);
}

names split(std::string_view list) {
  names out;
  while (!list.empty()) {
    const auto comma = std::min(list.find(','), list.size());
    if (const auto name = trimmed(list.substr(0, comma)); !name.empty())
      out.emplace(name);
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return out;
}

/// A letter or digit, then letters, digits, '_', '.' and '-'.
bool is_profile(std::string_view name) {
  const auto is_plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  };
  return !name.empty() && is_plain(name[0]) && std::all_of(name.begin(), name.end(), [&](char c) {
    return is_plain(c) || c == '_' || c == '.' || c == '-';
  });
}

error unreadable(const value& where, const std::string& service, const std::string& what) {
  const auto line = where.line() > 0 ? "line " + std::to_string(where.line()) + ": " : "";
  return {errc::invalid_input, line + "service " + service + ": profiles: " + what};
}

/// Whether a service is to run.
result<bool> is_chosen(const value_member& service, const names& active) {
  const auto* profiles = service.val.find("profiles");
  if (profiles == nullptr || profiles->is_null())
    return true;
  const auto* items = profiles->as_list();
  if (items == nullptr)
    return fail(unreadable(*profiles,
      service.key,
      "found " + std::string{to_string(profiles->what())} + ", expected a list of names"));
  auto chosen = items->empty() || active.contains("*");
  for (const auto& item : *items) {
    const auto* name = item.as_text();
    if (name == nullptr || !is_profile(*name))
      return fail(unreadable(item,
        service.key,
        "found " + (name == nullptr ? std::string{to_string(item.what())} : '"' + *name + '"')
          + ", expected a name: a letter or digit, then letters, digits, '_', '.' and '-'"));
    chosen = chosen || active.contains(*name);
  }
  return chosen;
}

} // namespace

result<void> choose_services(value& doc, std::string_view active) {
  const auto* services = doc.find("services");
  const auto* members = services == nullptr ? nullptr : services->as_map();
  if (members == nullptr)
    return {}; // for `normalise` to refuse, with its place
  const auto chosen_profiles = split(active);
  value::map_type kept;
  for (const auto& service : *members) {
    const auto chosen = is_chosen(service, chosen_profiles);
    if (!chosen)
      return fail(chosen.error());
    if (*chosen)
      kept.push_back(service);
  }
  if (kept.size() != members->size()) {
    value all{std::move(kept)};
    all.at_line(services->line());
    doc.set("services", std::move(all));
  }
  return {};
}

} // namespace copal::target_file
