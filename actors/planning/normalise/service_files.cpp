#include "actors/planning/normalise/service_files.hpp"

#include "actors/planning/normalise/fields.hpp"
#include "actors/planning/sha256.hpp"
#include "messages/model/base64.hpp"

#include <algorithm>
#include <limits>
#include <set>

namespace copal::planning {

namespace {

constexpr std::int64_t most_bits = 07777;
/// The highest number stands for "no user".
constexpr std::int64_t most_id = std::numeric_limits<std::uint32_t>::max() - 1;
constexpr std::size_t most_bytes = std::size_t{8} << 20U;

/// How the two kinds differ.
struct file_kind {
  std::string_view field;  ///< In a service, and at the top.
  std::string_view one;    ///< For people.
  std::string_view folder; ///< Where a path without a slash in front counts from.
};
constexpr file_kind secrets{"secrets", "secret", "/run/secrets/"};
constexpr file_kind configs{"configs", "config", "/"};

std::optional<secret> read_content(const node& n) {
  const auto field = n.get("content");
  if (!field)
    return std::nullopt;
  const auto hidden = field->hidden();
  if (!hidden.is(value::kind::map))
    return secret{hidden.text()};
  check_members(hidden, {base64_member}, "a content");
  const auto* text = hidden.raw().find(base64_member);
  auto bytes =
    text == nullptr || text->as_text() == nullptr ? std::nullopt : from_base64(*text->as_text());
  if (!bytes)
    hidden.refuse("text, or a map with " + std::string{base64_member});
  return secret{bytes.value_or("")};
}

bool is_external(const node& n) {
  const auto field = n.get("external");
  return field && (field->is(value::kind::map) || field->boolean());
}

file_contents read_contents(const node& root, const file_kind& kind) {
  file_contents out;
  const auto field = root.get(kind.field);
  if (!field)
    return out;
  const auto whose = "a " + std::string{kind.one};
  for (const auto& [name, val] : field->members()) {
    const auto place = val.of(std::string{kind.one} + ' ' + name);
    check_members(place, {"content", "environment", "external", "file", "name"}, whose);
    if (is_external(place))
      place.reject("external is not supported: there is no swarm that has it; name a file with "
                   "file, or a variable with environment");
    if (const auto other = place.get("name"))
      (void)other->text(); // how a swarm would call it
    out.emplace(name, read_content(place));
  }
  return out;
}

/// As a service asks for a file.
struct reference {
  std::string source;
  service_file file;
};

std::uint32_t read_id(const node& n) {
  const auto number = n.integer();
  if (number < 0 || number > most_id)
    n.refuse("the number of a user or group");
  return static_cast<std::uint32_t>(std::clamp<std::int64_t>(number, 0, most_id));
}

/// A path that cannot lead elsewhere than it seems.
bool is_plain(std::string_view path) {
  if (path.empty() || path.back() == '/' || path.find('\0') != std::string_view::npos)
    return false;
  for (path.remove_prefix(1);;) {
    const auto end = std::min(path.find('/'), path.size());
    const auto part = path.substr(0, end);
    if (part.empty() || part == "." || part == "..")
      return false;
    if (end == path.size())
      return true;
    path.remove_prefix(end + 1);
  }
}

std::optional<reference> read_reference(const node& n, const file_kind& kind) {
  reference out;
  std::string target;
  if (n.is(value::kind::map)) {
    check_members(n, {"gid", "mode", "source", "target", "uid"}, "a " + std::string{kind.one});
    if (const auto field = n.get("source"))
      out.source = field->text();
    if (const auto field = n.get("target"))
      target = field->text();
    if (const auto field = n.get("uid"))
      out.file.uid = read_id(*field);
    if (const auto field = n.get("gid"))
      out.file.gid = read_id(*field);
    if (const auto field = n.get("mode"))
      out.file.mode = static_cast<std::uint32_t>(read_mode(*field, most_bits));
  } else {
    out.source = n.text();
  }
  if (out.source.empty()) {
    n.reject("the source is missing; name one of the " + std::string{kind.field}
             + " at the top of the file");
    return std::nullopt;
  }
  if (target.empty())
    target = out.source;
  out.file.target = target[0] == '/' ? target : std::string{kind.folder} + target;
  if (is_plain(out.file.target))
    return out;
  n.reject("found the target " + target + ", expected the path of a file without . and ..");
  return std::nullopt;
}

/// Tells files apart without telling what is in them: the salt is this device's own.
std::string name_of(
  const app_setting& app, const file_kind& kind, const std::string& source, const service_file& x) {
  std::string all;
  for (const auto& part : {app.device.files_salt.reveal(),
         app.uuid.value,
         std::string{kind.field},
         source,
         std::to_string(x.uid),
         std::to_string(x.gid),
         std::to_string(x.mode),
         x.content.reveal()})
    all.append(std::to_string(part.size())).append(":").append(part);
  return sha256(all).substr(0, service_file_name_size);
}

std::set<std::string> mount_targets(const container_config& config) {
  std::set<std::string> out = config.anonymous_volumes;
  for (const auto& bind : config.binds) {
    const auto target = bind.substr(std::min(bind.find(':'), bind.size() - 1) + 1);
    out.insert(target.substr(0, target.find(':')));
  }
  for (const auto& m : config.mounts)
    out.insert(m.target);
  return out;
}

void read_kind(const node& n,
  const file_kind& kind,
  const file_contents& known,
  const app_setting& app,
  target_service& service) {
  const auto field = n.get(kind.field);
  if (!field)
    return;
  for (const auto& item : field->items()) {
    auto found = read_reference(item, kind);
    if (!found)
      continue;
    const auto& source = found->source;
    const auto it = known.find(source);
    if (it == known.end() || !it->second) {
      item.reject(std::string{kind.one} + ' ' + source
                  + (it == known.end() ? " does not stand under " : " has no content under ")
                  + std::string{kind.field}
                  + " at the top of the file; add it there with file or environment");
      continue;
    }
    auto file = std::move(found->file);
    if (mount_targets(service.config).contains(file.target)) {
      item.reject("something else is mounted at " + file.target + "; give it another target");
      continue;
    }
    file.content = *it->second;
    file.name = name_of(app, kind, source, file);
    mount m;
    m.type = "bind";
    m.source = app.device.files_root + '/' + file.name;
    m.target = file.target;
    m.read_only = true;
    service.config.mounts.push_back(std::move(m));
    service.files.push_back(std::move(file));
  }
}

} // namespace

named_files read_named_files(const node& root) {
  return {read_contents(root, secrets), read_contents(root, configs)};
}

void read_service_files(
  const node& n, const named_files& known, const app_setting& app, target_service& service) {
  read_kind(n, secrets, known.secrets, app, service);
  read_kind(n, configs, known.configs, app, service);
}

void check_total(const node& root, const target_release& release) {
  std::map<std::string, std::size_t> sizes;
  for (const auto& service : release.services) {
    for (const auto& file : service.files)
      sizes[file.name] = file.content.reveal().size();
  }
  std::size_t total = 0;
  for (const auto& [name, size] : sizes)
    total += size;
  if (total > most_bytes)
    root.reject("the secrets and configs of all services have " + std::to_string(total)
                + " bytes, and are held in memory; expected at most " + std::to_string(most_bytes));
}

} // namespace copal::planning
