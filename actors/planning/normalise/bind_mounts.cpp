#include "actors/planning/normalise/bind_mounts.hpp"

#include <algorithm>
#include <optional>

namespace copal::planning {

namespace {

constexpr std::string_view propagations[] = {
  "private", "rprivate", "rshared", "rslave", "shared", "slave"};
constexpr std::string_view propagation_names =
  "private, rprivate, shared, rshared, slave or rslave";

bool is_propagation(std::string_view text) {
  return std::find(std::begin(propagations), std::end(propagations), text)
         != std::end(propagations);
}

bool is_bind_option(std::string_view text) {
  return text == "ro" || text == "rw" || text == "z" || text == "Z" || is_propagation(text);
}

/// The place on the host; nothing, and a refusal, when that cannot be known or is not allowed.
std::optional<std::string> source_of(
  const node& n, const std::string& source, const std::string& folder) {
  if (!n.strict()) {
    n.unsupported("bind mounts are not supported", {});
    return std::nullopt;
  }
  if (source[0] == '/' || source[0] == '~') {
    n.reject("bind mounts of absolute paths are not supported; use a named volume, a path that "
             "begins with ./ or ../, or a label io.balena.features.*");
    return std::nullopt;
  }
  if (folder.empty()) {
    n.reject("the host does not see the folder of this file, from which the path counts; put the "
             "file below the host's root (--root)");
    return std::nullopt;
  }
  return joined(folder, source);
}

/// The engine's short form, which makes a folder that is not there.
void add_bind(const node& n,
  const std::string& source,
  const std::string& target,
  const std::string& options,
  container_config& config) {
  if (source.find(':') != std::string::npos || target.find(':') != std::string::npos)
    return n.reject("found a colon in " + source + " or " + target
                    + ", which only a map can have: type: bind, source, target, and bind with "
                      "create_host_path: false");
  config.binds.push_back(source + ':' + target + (options.empty() ? "" : ':' + options));
}

struct bind_options {
  std::string propagation;
  std::string selinux;
  bool makes_folder = true;
};

std::string read_word(
  const node& n, bool (*is_known)(std::string_view), std::string_view expected) {
  auto text = n.text();
  if (!is_known(text))
    n.refuse(expected);
  return text;
}

bind_options read_bind_options(const node& n) {
  bind_options out;
  const auto options = n.get("bind");
  if (!options)
    return out;
  check_members(*options, {"create_host_path", "propagation", "selinux"}, "bind options");
  if (const auto field = options->get("propagation"))
    out.propagation = read_word(*field, is_propagation, propagation_names);
  if (const auto field = options->get("create_host_path"))
    out.makes_folder = field->boolean();
  const auto selinux = options->get("selinux");
  if (!selinux)
    return out;
  out.selinux = read_word(
    *selinux, [](std::string_view text) { return text == "z" || text == "Z"; }, "z or Z");
  if (!out.makes_folder)
    selinux->reject("the engine takes it only where it makes a missing folder; remove it, or "
                    "create_host_path: false");
  return out;
}

} // namespace

std::string read_folder(const node& root) {
  const auto field = root.strict() ? root.get(folder_member) : std::nullopt;
  return field ? field->text() : std::string{};
}

std::string joined(const std::string& folder, std::string_view relative) {
  std::vector<std::string_view> parts;
  const auto add = [&parts](std::string_view path) {
    while (!path.empty()) {
      const auto end = std::min(path.find('/'), path.size());
      const auto part = path.substr(0, end);
      path.remove_prefix(std::min(end + 1, path.size()));
      if (part == ".." && !parts.empty())
        parts.pop_back();
      else if (!part.empty() && part != "." && part != "..")
        parts.push_back(part);
    }
  };
  add(folder);
  add(relative);
  std::string out;
  for (const auto part : parts)
    out.append("/").append(part);
  return out.empty() ? "/" : out;
}

bool is_path(const std::string& source) {
  return !source.empty() && (source[0] == '/' || source[0] == '.' || source[0] == '~');
}

void read_short_bind(const node& n,
  const std::vector<std::string>& parts,
  const std::string& folder,
  container_config& config) {
  const auto source = source_of(n, parts[0], folder);
  if (!source)
    return;
  if (parts.size() > 3 || parts[1].empty() || parts[1][0] != '/')
    return n.refuse("./path:/path[:options]");
  std::string_view rest = parts.size() == 3 ? std::string_view{parts[2]} : "rw";
  for (bool more = true; more;) {
    const auto end = rest.find(',');
    if (!is_bind_option(rest.substr(0, end)))
      return n.refuse(
        "./path:/path with the options ro, rw, z, Z, " + std::string{propagation_names});
    more = end != std::string_view::npos;
    rest.remove_prefix(more ? end + 1 : 0);
  }
  add_bind(n, *source, parts[1], parts.size() == 3 ? parts[2] : std::string{}, config);
}

void read_long_bind(const node& n, const std::string& folder, container_config& config) {
  const auto text_at = [&n](std::string_view key) {
    const auto field = n.get(key);
    return field ? field->text() : std::string{};
  };
  const auto given = text_at("source");
  const auto target = text_at("target");
  if (n.strict() && given.empty())
    return n.reject("the source is missing; add source: ./path");
  const auto source = source_of(n, given.empty() ? "." : given, folder);
  if (!source)
    return;
  if (target.empty() || target[0] != '/')
    return n.reject("the target is missing or not an absolute path; add target: /path");
  const auto options = read_bind_options(n);
  const auto read_only = n.get("read_only");
  const bool is_read_only = read_only && read_only->boolean();
  for (const auto* other : {"tmpfs", "volume"}) {
    if (const auto field = n.get(other))
      field->reject("the type of this volume is bind; remove it");
  }
  if (!options.makes_folder) {
    mount m;
    m.type = "bind";
    m.source = *source;
    m.target = target;
    m.read_only = is_read_only;
    m.propagation = options.propagation;
    config.mounts.push_back(std::move(m));
    return;
  }
  std::string words = is_read_only ? "ro" : "";
  for (const auto& word : {options.propagation, options.selinux})
    words += (words.empty() || word.empty() ? "" : ",") + word;
  add_bind(n, *source, target, words, config);
}

} // namespace copal::planning
