#include "actors/planning/normalise/service_volumes.hpp"

#include "actors/planning/identity.hpp"
#include "actors/planning/normalise/bind_mounts.hpp"
#include "actors/planning/normalise/fields.hpp"
#include "actors/planning/normalise/quantities.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>

namespace copal::planning {

namespace {

constexpr std::int64_t most_mode = 07777;

std::string trimmed(std::string_view text) {
  constexpr std::string_view blanks = " \t\r\n";
  text.remove_prefix(std::min(text.find_first_not_of(blanks), text.size()));
  return std::string{text.substr(0, text.find_last_not_of(blanks) + 1)};
}

std::vector<std::string> split_trimmed(std::string_view text) {
  std::vector<std::string> parts;
  while (true) {
    const auto colon = text.find(':');
    parts.push_back(trimmed(text.substr(0, colon)));
    if (colon == std::string_view::npos)
      return parts;
    text.remove_prefix(colon + 1);
  }
}

bool is_absolute(const std::string& target) {
  return !target.empty() && target[0] == '/';
}

/// A word of a volume's mode, of which only one of each kind may be given.
struct mode_word {
  std::string_view word;
  int kind;
};

/// What one engine at least takes; from kind 4 on that is podman.
/// Source: moby, volume/mounts/linux_parser.go; podman-run(1), `--volume`.
constexpr mode_word mode_words[] = {
  {"ro", 0},
  {"rw", 0},
  {"Z", 1},
  {"z", 1},
  {"copy", 2},
  {"nocopy", 2},
  {"cached", 3},
  {"consistent", 3},
  {"delegated", 3},
  {"private", 4},
  {"rprivate", 4},
  {"rshared", 4},
  {"rslave", 4},
  {"shared", 4},
  {"slave", 4},
  {"dev", 5},
  {"nodev", 5},
  {"exec", 6},
  {"noexec", 6},
  {"nosuid", 7},
  {"suid", 7},
  {"U", 8},
};

/// Words between commas.
bool is_volume_mode(std::string_view mode) {
  std::set<int> kinds;
  for (bool more = true; more;) {
    const auto end = mode.find(',');
    const auto it = std::find_if(std::begin(mode_words),
      std::end(mode_words),
      [word = mode.substr(0, end)](const mode_word& known) { return known.word == word; });
    if (it == std::end(mode_words) || !kinds.insert(it->kind).second)
      return false;
    more = end != std::string_view::npos;
    mode.remove_prefix(more ? end + 1 : 0);
  }
  return true;
}

void read_short(const node& n, const app_setting& app, container_config& config) {
  const auto text = n.text();
  const auto parts = split_trimmed(text);
  if (parts.size() == 1) {
    if (is_absolute(parts[0]))
      config.anonymous_volumes.insert(text);
    else
      n.refuse("volume:/path[:mode] or /path");
    return;
  }
  if (is_path(parts[0]))
    return read_short_bind(n, parts, app.folder, config);
  if (parts.size() > 3 || parts[0].empty() || !is_absolute(parts[1])
      || (parts.size() == 3 && parts[2].empty())) {
    n.refuse("volume:/path[:mode]");
    return;
  }
  if (parts.size() == 3 && !is_volume_mode(parts[2])) {
    n.refuse("volume:/path:mode with a mode that engines know, like ro, rw, z, Z or nocopy");
    return;
  }
  auto bind = volume_name(app.id, parts[0]) + ':' + parts[1];
  if (parts.size() == 3)
    bind += ':' + parts[2];
  config.binds.push_back(std::move(bind));
}

bool flag(const node& n, std::string_view key) {
  const auto field = n.get(key);
  return field && field->boolean();
}

/// Bytes, in digits or like "64m".
std::int64_t read_tmpfs_size(const node& n) {
  const auto* number = n.raw().as_integer();
  const auto* text = n.raw().as_text();
  const auto bytes = number != nullptr ? std::optional{*number}
                     : text != nullptr ? parse_bytes(*text)
                                       : std::nullopt;
  if (bytes && *bytes >= 0)
    return *bytes;
  n.refuse("a size like 64m or 67108864");
  return 0;
}

/// The options of one type of volume; those of another say nothing to it.
std::optional<node> options_for(const node& n, std::string_view type, const mount& m) {
  auto options = n.get(type);
  if (!options || m.type == type)
    return options;
  options->unsupported("the type of this volume is " + m.type, "remove it");
  return std::nullopt;
}

/// `tmpfs.size`, `tmpfs.mode` and `volume.nocopy`, and nothing else of those maps.
void read_options(const node& n, mount& m) {
  (void)options_for(n, "bind", m);
  if (const auto volume = options_for(n, "volume", m)) {
    check_members(*volume, {"nocopy"}, "volume options");
    m.no_copy = flag(*volume, "nocopy");
  }
  if (const auto tmpfs = options_for(n, "tmpfs", m)) {
    check_members(*tmpfs, {"mode", "size"}, "tmpfs options");
    if (const auto size = tmpfs->get("size"))
      m.tmpfs_bytes = read_tmpfs_size(*size);
    if (const auto mode = tmpfs->get("mode"))
      m.tmpfs_mode = read_mode(*mode, most_mode);
  }
}

void read_long(const node& n, const app_setting& app, container_config& config) {
  check_members(
    n, {"bind", "read_only", "source", "target", "tmpfs", "type", "volume"}, "a volume");
  mount m;
  if (const auto type = n.get("type"))
    m.type = type->text();
  if (const auto source = n.get("source"))
    m.source = source->text();
  if (const auto target = n.get("target"))
    m.target = target->text();
  if (m.type == "bind")
    return read_long_bind(n, app.folder, config);
  if (is_path(m.source)) {
    n.unsupported("its source is a path", "use type bind, or a named volume");
    return;
  }
  const bool known = m.type == "volume" || (m.type == "tmpfs" && m.source.empty());
  if (!known) {
    n.unsupported(
      "this type of volume is not supported", "use type volume, or tmpfs without source");
    return;
  }
  if (!is_absolute(m.target)) {
    n.reject("the target is missing or not an absolute path; add target: /path");
    return;
  }
  m.read_only = flag(n, "read_only");
  read_options(n, m);
  if (!m.source.empty())
    m.source = volume_name(app.id, m.source);
  config.mounts.push_back(std::move(m));
}

/// Those that are equal count once: an engine would refuse the second.
template <class T>
void take_each_once(std::vector<T>& items) {
  std::set<T> seen;
  std::erase_if(items, [&seen](const T& item) { return !seen.insert(item).second; });
}

} // namespace

void read_service_volumes(const node& n, const app_setting& app, container_config& config) {
  for (const auto& item : n.items()) {
    if (item.is(value::kind::map))
      read_long(item, app, config);
    else
      read_short(item, app, config);
  }
  take_each_once(config.binds);
  take_each_once(config.mounts);
}

std::vector<std::string> read_tmpfs(const node& n) {
  std::map<std::string, std::string> found; // path to options
  for (const auto& item : n.items_or_self()) {
    const auto text = item.text();
    const auto colon = std::min(text.find(':'), text.size());
    const auto path = text.substr(0, colon);
    const auto options = text.substr(std::min(colon + 1, text.size()));
    if (!is_absolute(path)) {
      item.refuse("/path or /path:options");
      continue;
    }
    auto& taken = found.try_emplace(path, options).first->second;
    if (taken == options)
      continue;
    if (item.strict())
      item.reject("there is another tmpfs on " + path + " with other options; keep one of the two");
    else
      item.warn("there is another tmpfs on " + path + " with other options: this one counts");
    taken = options;
  }
  std::vector<std::string> out;
  out.reserve(found.size());
  for (const auto& [path, options] : found) {
    auto& entry = out.emplace_back(path);
    if (!options.empty())
      entry.append(":").append(options);
  }
  return out;
}

} // namespace copal::planning
