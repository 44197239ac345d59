// Lists of what the engine has, images, and short answers.

#include "adapters/engine/codec.hpp"
#include "adapters/engine/forgetful.hpp"
#include "adapters/engine/parts.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include <nlohmann/json.hpp>

namespace copal::engine_wire {

namespace {

/// Reads a document with a function from its root to a value.
template <class Read>
auto read_document(std::string_view text, Read read)
  -> result<decltype(read(std::declval<const json_node&>()))> {
  const auto document = parse_json(text);
  if (!document)
    return fail(document.error());
  json_reader reader{*document};
  auto out = read(reader.root());
  return reader.finish(std::move(out));
}

/// Reads a list whose items are read by one function.
template <class Read>
auto read_items(const json_node& list, Read read) {
  std::vector<decltype(read(list))> out;
  for (const auto& x : list.items())
    out.push_back(read(x));
  return out;
}

/// A container has one name of its own (`/web`) and one for each link to it (`/app/web`).
std::string own_name(const std::vector<std::string>& names) {
  for (const auto& x : names) {
    if (x.rfind('/') == 0 || x.find('/') == std::string::npos)
      return plain_name(x);
  }
  return names.empty() ? std::string{} : plain_name(names.front());
}

/// Of "Up 2 minutes (healthy)" or "Up 3 seconds (health: starting)".
health_state health_in(std::string_view status) {
  constexpr std::string_view before_first = "health: ";
  const auto open = status.rfind('(');
  if (open == std::string_view::npos || !status.starts_with("Up") || !status.ends_with(')'))
    return health_state::none;
  auto word = status.substr(open + 1, status.size() - open - 2);
  if (word.starts_with(before_first))
    word.remove_prefix(before_first.size());
  return health_word(word);
}

container_summary summary(const json_node& x) {
  const auto status = x["Status"].text();
  const bool up = status.starts_with("Up");
  std::set<std::string> joined;
  for (const auto& [name, how] : x["NetworkSettings"]["Networks"].members())
    joined.insert(name);
  return {container_id{x["Id"].required().text()},
    own_name(x["Names"].texts()),
    state_part(x["State"].required().text(), up),
    x["Labels"].text_map(),
    std::move(joined),
    health_in(status)};
}

engine_network network(const json_node& x) {
  engine_network out{
    network_engine_id{x["Id"].required().text()}, x["Name"].required().text(), network_part(x)};
  out.config.labels = x["Labels"].text_map();
  recall(out.config);
  return out;
}

engine_volume volume(const json_node& x) {
  engine_volume out{x["Name"].required().text(), volume_part(x)};
  out.config.labels = x["Labels"].text_map();
  recall(out.config);
  return out;
}

std::set<std::string> image_names(const json_node& shown) {
  std::set<std::string> out;
  for (auto& x : shown.texts()) {
    if (!x.starts_with("<none>"))
      out.insert(std::move(x));
  }
  return out;
}

engine_image image(const json_node& x) {
  return {engine_image_id{x["Id"].required().text()},
    image_names(x["RepoTags"]),
    image_names(x["RepoDigests"])};
}

image_facts facts(const json_node& x) {
  image_facts out;
  out.env = env_part(x["Env"]);
  out.command = x["Cmd"].texts();
  out.entrypoint = x["Entrypoint"].texts();
  out.user = x["User"].text();
  out.working_dir = x["WorkingDir"].text();
  out.stop_signal = x["StopSignal"].text();
  out.labels = x["Labels"].text_map();
  for (const auto& [path, nothing] : x["Volumes"].members())
    out.volumes.insert(path);
  out.healthcheck = health_part(x["Healthcheck"]);
  return out;
}

/// The machine's word for its processor, in the words of image indexes. A word that is not known is
/// taken as it is. Source: `uname -m`; OCI image index, "platform".
platform platform_part(const json_node& shown) {
  struct known {
    std::string_view machine;
    std::string_view architecture;
    std::string_view variant;
  };
  constexpr std::array<known, 10> names{{{"x86_64", "amd64", ""},
    {"aarch64", "arm64", ""},
    {"armv8l", "arm", "v7"},
    {"armv7l", "arm", "v7"},
    {"armv6l", "arm", "v6"},
    {"i386", "386", ""},
    {"i686", "386", ""},
    {"loongarch64", "loong64", ""},
    {"mips64el", "mips64le", ""},
    {"armv5tel", "arm", "v5"}}};
  platform out;
  if (auto os = shown["OSType"].text(); !os.empty())
    out.os = std::move(os);
  out.architecture = shown["Architecture"].required().text();
  const auto* it = std::find_if(
    names.begin(), names.end(), [&out](const known& x) { return x.machine == out.architecture; });
  if (it != names.end()) {
    out.architecture = it->architecture;
    out.variant = it->variant;
  }
  return out;
}

/// Registries that are marked as not secure. Ranges of addresses are passed over: a name would have
/// to be looked up for them.
std::vector<std::string> insecure_part(const json_node& shown) {
  std::vector<std::string> out;
  for (const auto& [name, config] : shown["IndexConfigs"].members()) {
    if (!config["Secure"].boolean(true))
      out.push_back(name);
  }
  return out;
}

/// Fields that the engine takes off a container, with a warning, on this kernel. What it does not
/// tell it can do. Source: engine API 1.41, "Get system information"; memory reservations have no
/// word of their own and go with the memory controller.
engine_features lacks_part(const json_node& shown) {
  struct known {
    std::string_view word;
    engine_feature what;
  };
  static constexpr known words[] = {
    {"MemoryLimit", engine_feature::mem_limit},
    {"SwapLimit", engine_feature::memswap_limit},
    {"CPUShares", engine_feature::cpu_shares},
    {"CpuCfsQuota", engine_feature::cpu_quota},
    {"CPUSet", engine_feature::cpuset},
    {"PidsLimit", engine_feature::pids_limit},
    {"OomKillDisable", engine_feature::oom_kill_disable},
  };
  engine_features out;
  for (const auto& x : words) {
    if (!shown[x.word].boolean(true))
      out.insert(x.what);
  }
  return out;
}

std::int64_t minor_version(const json_node& x) {
  constexpr std::string_view major = "1.";
  const auto text = x.required().text();
  std::int64_t out = 0;
  const auto* end = text.data() + text.size();
  const bool ours = text.starts_with(major);
  const auto [stop, ec] = std::from_chars(ours ? text.data() + major.size() : end, end, out);
  if (!ours || ec != std::errc{} || stop != end || out < 0)
    x.reject("an API version like 1.41");
  return out;
}

} // namespace

result<std::vector<container_summary>> read_containers(std::string_view text) {
  return read_document(text, [](const json_node& root) { return read_items(root, summary); });
}

result<std::vector<engine_network>> read_networks(std::string_view text) {
  return read_document(text, [](const json_node& root) { return read_items(root, network); });
}

result<std::vector<engine_volume>> read_volumes(std::string_view text) {
  return read_document(
    text, [](const json_node& root) { return read_items(root["Volumes"], volume); });
}

result<engine_volume> read_volume(std::string_view text) {
  return read_document(text, volume);
}

result<std::vector<engine_image>> read_images(std::string_view text) {
  return read_document(text, [](const json_node& root) { return read_items(root, image); });
}

result<engine::image_details> read_image(std::string_view text) {
  return read_document(text, [](const json_node& root) {
    engine::image_details out{image(root), facts(root["Config"])};
    out.facts.layers = root["RootFS"]["Layers"].texts();
    return out;
  });
}

result<engine::traits> read_traits(std::string_view text) {
  return read_document(text, [](const json_node& root) {
    return engine::traits{root["DockerRootDir"].required().text(),
      platform_part(root),
      insecure_part(root["RegistryConfig"]),
      lacks_part(root)};
  });
}

result<container_id> read_created(std::string_view text) {
  return read_document(
    text, [](const json_node& root) { return container_id{root["Id"].required().text()}; });
}

std::string read_message(std::string_view text) {
  constexpr std::size_t longest = 1024;
  const auto message =
    read_document(text, [](const json_node& root) { return root["message"].required().text(); });
  if (!message)
    return "(no text that an engine would send)";
  auto out = message->substr(0, longest);
  while (!out.empty() && (out.back() == '\n' || out.back() == ' '))
    out.pop_back();
  return out;
}

result<api_range> read_version(std::string_view text) {
  return read_document(text, [](const json_node& root) {
    const auto newest = minor_version(root["ApiVersion"]);
    // Engines from before 1.25 do not name their oldest: it is all they speak.
    const auto oldest =
      root["MinAPIVersion"].absent() ? newest : minor_version(root["MinAPIVersion"]);
    return api_range{oldest, newest};
  });
}

} // namespace copal::engine_wire
