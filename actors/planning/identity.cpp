#include "actors/planning/identity.hpp"

#include "actors/planning/labels.hpp"

#include <algorithm>
#include <charconv>

namespace copal::planning {

namespace {

constexpr std::string_view legacy_prefix = "io.resin.";
constexpr std::string_view hand_over_mark = "old_";

const std::string* find(const label_map& labels, std::string_view key) {
  const auto it = labels.find(std::string{key});
  return it == labels.end() ? nullptr : &it->second;
}

std::string modern_key(std::string_view key) {
  constexpr std::string_view legacy = "resin";
  std::string out;
  while (true) {
    const auto at = key.find(legacy);
    out += key.substr(0, at);
    if (at == std::string_view::npos)
      return out;
    out += "balena";
    key.remove_prefix(at + legacy.size());
  }
}

/// The whole text as a number of at most 18 digits: no sign, no blanks.
template <class Id>
std::optional<Id> number(std::string_view text) {
  constexpr std::size_t most_digits = 18;
  Id id;
  if (text.empty() || text.size() > most_digits
      || text.find_first_not_of("0123456789") != std::string_view::npos)
    return std::nullopt;
  std::from_chars(text.data(), text.data() + text.size(), id.value);
  return id;
}

template <class Id>
std::optional<Id> number(const std::string* text) {
  return text == nullptr ? std::nullopt : number<Id>(std::string_view{*text});
}

/// Reads `<imageId>_<releaseId>[_<commit>]`; the commit is missing in old names.
bool read_numbers(std::string_view text, container_identity& who) {
  const auto cut = [&text] {
    const auto part = text.substr(0, text.find('_'));
    text.remove_prefix(std::min(part.size() + 1, text.size()));
    return part;
  };
  const auto image = number<image_id>(cut());
  const auto release = number<release_id>(cut());
  if (!image || !release)
    return false;
  who.image = *image;
  who.release = *release;
  who.commit.value = text;
  return true;
}

bool begins_with(std::string_view text, std::string_view start) {
  return text.substr(0, start.size()) == start;
}

/// Reads a container's name; `who.name` is known already if there is a label for it.
bool read_name(std::string_view name, container_identity& who) {
  if (!who.name.empty()) {
    const auto start = who.name.value + '_';
    for (const auto& prefix : {start, std::string{hand_over_mark} + start}) {
      if (begins_with(name, prefix) && read_numbers(name.substr(prefix.size()), who))
        return true;
    }
    return false;
  }
  for (auto at = name.rfind('_'); at != std::string_view::npos && at > 0;
       at = name.rfind('_', at - 1)) {
    if (!read_numbers(name.substr(at + 1), who))
      continue;
    who.name.value = name.substr(0, at);
    return true;
  }
  return false;
}

/// `<digits>_<something>`: the digits.
std::optional<app_id> leading_app(std::string_view name) {
  const auto digits = name.substr(0, name.find('_'));
  return digits.size() + 1 < name.size() ? number<app_id>(digits) : std::nullopt;
}

} // namespace

std::string container_name(const container_identity& who) {
  return who.name.value + '_' + to_string(who.image) + '_' + to_string(who.release)
         + (who.commit.empty() ? "" : '_' + who.commit.value);
}

std::string retired_name(const std::string& container_name) {
  return std::string{hand_over_mark} + container_name;
}

bool is_retired(const supervised_container& c) {
  const auto& name = c.what.name;
  const auto own = c.who.name.value + '_';
  // A service may bear such a name itself: then what follows it tells.
  container_identity ignored;
  const auto is_own =
    begins_with(name, own) && read_numbers(std::string_view{name}.substr(own.size()), ignored);
  return begins_with(name, std::string{hand_over_mark} + own) && !is_own;
}

std::string network_name(const app_uuid& app, std::string_view name) {
  return app.value + '_' + std::string{name};
}

std::string volume_name(app_id app, std::string_view name) {
  return to_string(app) + '_' + std::string{name};
}

bool is_supervised(const label_map& labels) {
  return find(labels, label::supervised) != nullptr
         || find(labels, label::supervised_legacy) != nullptr;
}

label_map modern_labels(label_map labels) {
  label_map out;
  for (auto it = labels.begin(); it != labels.end();) {
    const auto next = std::next(it);
    if (it->first.compare(0, legacy_prefix.size(), legacy_prefix) == 0) {
      auto node = labels.extract(it);
      node.key() = modern_key(node.key());
      out.insert(std::move(node));
    }
    it = next;
  }
  for (auto& [key, text] : labels)
    out.insert_or_assign(key, std::move(text));
  return out;
}

std::optional<container_identity> identify(
  std::string_view container_name, const label_map& labels) {
  if (!is_supervised(labels))
    return std::nullopt;
  const auto modern = modern_labels(labels);
  const auto app = number<app_id>(find(modern, label::app_id));
  const auto service = number<service_id>(find(modern, label::service_id));
  if (!app || !service)
    return std::nullopt;
  container_identity who;
  who.app = *app;
  who.service = *service;
  if (const auto* uuid = find(modern, label::app_uuid))
    who.uuid.value = *uuid;
  if (const auto* name = find(modern, label::service_name))
    who.name.value = *name;
  if (!read_name(container_name, who))
    return std::nullopt;
  return who;
}

std::optional<app_id> network_app(const engine_network& network) {
  if (!is_supervised(network.config.labels))
    return std::nullopt;
  const auto labels = modern_labels(network.config.labels);
  if (const auto app = number<app_id>(find(labels, label::app_id)))
    return app;
  return leading_app(network.name);
}

std::optional<app_id> volume_app(const engine_volume& volume) {
  return leading_app(volume.name);
}

std::optional<app_uuid> volume_uuid(const engine_volume& volume) {
  const auto labels = modern_labels(volume.config.labels);
  const auto* uuid = find(labels, label::app_uuid);
  if (uuid == nullptr || !is_supervised(labels))
    return std::nullopt;
  return app_uuid{*uuid};
}

bool belongs_to(const engine_network& network, const app_key& app) {
  if (!is_supervised(network.config.labels))
    return false;
  const bool by_uuid = !app.uuid.empty() && begins_with(network.name, app.uuid.value + '_');
  return by_uuid || network_app(network) == app.id;
}

bool belongs_to(const engine_volume& volume, const app_key& app) {
  if (const auto uuid = volume_uuid(volume))
    return *uuid == app.uuid;
  return volume_app(volume) == app.id;
}

} // namespace copal::planning
