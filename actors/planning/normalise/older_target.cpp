#include "actors/planning/normalise/older_target.hpp"

#include <algorithm>
#include <charconv>
#include <string>
#include <string_view>
#include <utility>

namespace copal::planning {

namespace {

/// Of a service in version 2; every other field is one of its composition.
constexpr std::string_view own_fields[] = {
  "imageId", "serviceName", "image", "running", "environment", "labels", "contract", "build"};

auto refusal(const value& at, const std::string& why) {
  const auto line = at.line() == 0 ? std::string{} : "line " + std::to_string(at.line()) + ": ";
  return fail(errc::invalid_input, line + why);
}

value copy_of(const value& from, std::string_view name, value otherwise) {
  const auto* found = from.find(name);
  if (found == nullptr || found->is_null())
    return otherwise;
  return *found;
}

result<std::int64_t> number_in(const std::string& key, const value& at, const char* what) {
  std::int64_t out = 0;
  const auto* end = key.data() + key.size();
  const auto [stopped, failed] = std::from_chars(key.data(), end, out);
  if (key.empty() || failed != std::errc{} || stopped != end || out <= 0)
    return refusal(
      at, "\"" + key + "\" is no " + what + " of a version 2 document: expected its number there");
  return out;
}

value composition_of(const value::map_type& service) {
  value out{value::map_type{}};
  for (const auto& [name, val] : service) {
    if (std::find(std::begin(own_fields), std::end(own_fields), name) == std::end(own_fields))
      out.set(name, val);
  }
  return out;
}

/// Name and content of a service of version 3.
result<value_member> upgraded_service(const std::string& key, const value& from) {
  const auto id = number_in(key, from, "service");
  if (!id)
    return fail(id.error());
  const auto* members = from.as_map();
  if (members == nullptr)
    return refusal(
      from, "service " + key + ": expected a map, got " + std::string{to_string(from.what())});
  const auto* name = from.find("serviceName");
  if (name == nullptr || name->as_text() == nullptr)
    return refusal(from, "service " + key + ": expected its name as a text, in \"serviceName\"");
  auto out = value::map({{"id", *id},
    {"image_id", copy_of(from, "imageId", {})},
    {"image", copy_of(from, "image", {})},
    {"environment", copy_of(from, "environment", value::map_type{})},
    {"labels", copy_of(from, "labels", value::map_type{})},
    {"composition", composition_of(*members)}});
  for (const auto* optional : {"running", "contract"}) {
    if (const auto* found = from.find(optional))
      out.set(optional, *found);
  }
  return value_member{*name->as_text(), std::move(out.at_line(from.line()))};
}

result<value> upgraded_services(const value& from) {
  const auto* members = from.as_map();
  if (members == nullptr)
    return from; // its reader tells
  value out{value::map_type{}};
  for (const auto& [key, service] : *members) {
    auto made = upgraded_service(key, service);
    if (!made)
      return fail(std::move(made.error()));
    if (out.find(made->key) != nullptr)
      return refusal(service, "two services are named " + made->key);
    out.set(made->key, std::move(made->val));
  }
  return out;
}

result<value> upgraded_app(const std::string& key, const value& from) {
  const auto id = number_in(key, from, "app");
  if (!id)
    return fail(id.error());
  auto out = value::map({{"id", *id},
    {"name", copy_of(from, "name", key)},
    {"class", "fleet"},
    {"releases", value::map_type{}}});
  out.at_line(from.line());
  const auto* commit = from.find("commit");
  if (commit == nullptr || commit->is_null())
    return out;
  if (commit->as_text() == nullptr || commit->as_text()->empty())
    return refusal(*commit, "app " + key + ": expected its commit as a text");
  auto services = upgraded_services(copy_of(from, "services", value::map_type{}));
  if (!services)
    return fail(std::move(services.error()));
  auto release = value::map({{"id", copy_of(from, "releaseId", {})},
    {"services", std::move(*services)},
    {"networks", copy_of(from, "networks", value::map_type{})},
    {"volumes", copy_of(from, "volumes", value::map_type{})}});
  release.at_line(from.line());
  out.set("releases", value::map({{*commit->as_text(), std::move(release)}}));
  return out;
}

result<value> upgraded_apps(const value& from) {
  const auto* members = from.as_map();
  if (members == nullptr)
    return from; // its reader tells
  value out{value::map_type{}};
  for (const auto& [key, app] : *members) {
    auto made = upgraded_app(key, app);
    if (!made)
      return fail(std::move(made.error()));
    out.set(key, std::move(*made));
  }
  return out;
}

} // namespace

result<value> upgraded_target(const value& doc, const device_uuid& device) {
  const auto* local = doc.find("local");
  const auto& from = local == nullptr ? doc : *local;
  // Without apps everything would go: that is said with an empty map, and not by leaving it out.
  const auto* given = from.find("apps");
  if (given == nullptr || given->is_null())
    return refusal(from, "the target has no \"apps\": expected a map of apps by their numbers");
  auto apps = upgraded_apps(*given);
  if (!apps)
    return fail(std::move(apps.error()));
  auto state = value::map({{"name", copy_of(from, "name", "local")},
    {"config", copy_of(from, "config", value::map_type{})},
    {"apps", std::move(*apps)}});
  state.at_line(from.line());
  return value::map({{device.value, std::move(state)}});
}

} // namespace copal::planning
