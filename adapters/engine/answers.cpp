// What the engine's answers mean.

#include "adapters/engine/calls.hpp"
#include "adapters/engine/codec.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <iterator>
#include <utility>

namespace copal::engine_wire {

namespace {

constexpr std::int64_t older_dialect = 41;

/// What an answer means. `done`: it is as asked, by this call or before.
enum class meaning : std::uint8_t {
  done = 0,
  invalid_input = static_cast<std::uint8_t>(errc::invalid_input),
  not_found = static_cast<std::uint8_t>(errc::not_found),
  unavailable = static_cast<std::uint8_t>(errc::unavailable),
  timeout = static_cast<std::uint8_t>(errc::timeout),
  conflict = static_cast<std::uint8_t>(errc::conflict),
  corrupt = static_cast<std::uint8_t>(errc::corrupt),
  exhausted = static_cast<std::uint8_t>(errc::exhausted),
  internal = static_cast<std::uint8_t>(errc::internal),
  broken = static_cast<std::uint8_t>(errc::broken),
};

/// Words (lower case) by which engines tell apart what their status does not. First match counts.
/// Sources: the texts of dockerd 20.10 to 28, podman 4.
struct phrase {
  std::optional<operation> only; ///< Nothing: any operation.
  std::string_view words;
  meaning what;
};

constexpr phrase phrases[] = {
  {std::nullopt, "no space left on device", meaning::exhausted},
  {std::nullopt, "disk quota exceeded", meaning::exhausted},
  {std::nullopt, "client version", meaning::unavailable}, // the engine changed: negotiate anew
  {operation::connect_network, "already exists in network", meaning::done},
  {operation::connect_network, "already attached to network", meaning::done},
  {operation::connect_network, "is already connected to network", meaning::done},
  {operation::rename, "same name as its current name", meaning::done},
  {operation::set_restart, "marked for removal", meaning::conflict},
  {operation::start, "exec format error", meaning::invalid_input},
  {operation::start, "exec: \"", meaning::invalid_input}, // not there, or not allowed
  {operation::start, "port is already allocated", meaning::conflict},
  {operation::start, "address already in use", meaning::conflict},
  {operation::remove_network, "has active endpoints", meaning::conflict},
  {operation::remove_volume, "volume is in use", meaning::conflict},
  {operation::remove_volume, "volume is being used", meaning::conflict},
  {operation::remove_container, "is already in progress", meaning::conflict},
  {operation::create_network, "pool overlaps", meaning::conflict},
  {operation::create_network, "already exists", meaning::conflict},
  {operation::create_network, "already used", meaning::conflict},
  {operation::create_network, "could not find an available", meaning::exhausted},
};

/// Where something of an earlier run of a container is left, in containerd or the runtime, it never
/// starts again: what engines say of it, with the container's id, or a path with it, between the
/// two. Sources: moby issues 20570, 36145, 39630, 50040; containerd, runc, crun, systemd; the first
/// four were seen with 20.10.
struct left_over {
  std::string_view before;
  std::string_view after;
  std::string_view within = {}; ///< A part of what is between them.
};

constexpr left_over left_overs[] = {
  {"task ", " already exists"},
  {"mkdir ", ": file exists", "/io.containerd.runtime"},
  {"container with given id already exists", ""},
  {"id already in use", ""}, // said after one of those
  {"container with id exists", ""},
  {"", ": task already exists"},
  {"container \"", "\": already exists"},
  {"container `", "` already exists"},
  {"unit docker-", ".scope already exists"},
  {"unit docker-", ".scope was already loaded"},
};

/// The words of registries and of the network, for pulls that fail before or within their stream.
constexpr std::pair<std::string_view, errc> pull_phrases[] = {
  {"no space left on device", errc::exhausted},
  {"disk quota exceeded", errc::exhausted},
  {"toomanyrequests", errc::unavailable},
  {"too many requests", errc::unavailable},
  {"rate limit", errc::unavailable},
  {"manifest unknown", errc::not_found},
  {"name unknown", errc::not_found},
  {"repository name not known", errc::not_found},
  {"no matching manifest", errc::not_found},
  {"pull access denied", errc::not_found},
  {"requested access to the resource is denied", errc::not_found},
  {"unauthorized", errc::not_found},
  {"authentication required", errc::not_found},
  {"no basic auth credentials", errc::not_found},
  {"invalid reference", errc::invalid_input},
  {"dial tcp", errc::unavailable},
  {"connection refused", errc::unavailable},
  {"connection reset", errc::unavailable},
  {"no such host", errc::unavailable},
  {"network is unreachable", errc::unavailable},
  {"timeout", errc::unavailable},
  {"deadline exceeded", errc::unavailable},
  {"eof", errc::unavailable},
  {"server gave http response", errc::unavailable},
  {"bad gateway", errc::unavailable},
  {"service unavailable", errc::unavailable},
  {"internal server error", errc::unavailable},
  {"not found", errc::not_found},
  {"denied", errc::not_found},
};

std::string lower(std::string_view text) {
  std::string out{text};
  std::transform(out.begin(), out.end(), out.begin(), [](unsigned char c) {
    return static_cast<char>(std::tolower(c));
  });
  return out;
}

bool is_in(std::string_view words, const left_over& one) {
  if (one.before.empty() || one.after.empty())
    return words.find(one.before.empty() ? one.after : one.before) != std::string_view::npos;
  for (auto at = words.find(one.before); at != std::string_view::npos;
       at = words.find(one.before, at + 1)) {
    const auto rest = words.substr(at + one.before.size());
    const auto between = rest.substr(0, rest.find(one.after));
    if (between.size() < rest.size() && between.find(' ') == std::string_view::npos
        && between.find(one.within) != std::string_view::npos
        && between.find("/rootfs/") == std::string_view::npos) // the image's, not the run's
      return true;
  }
  return false;
}

/// "Gone" is what these want.
bool removes(operation op) {
  return op == operation::stop || op == operation::remove_container || op == operation::remove_image
         || op == operation::remove_network || op == operation::remove_volume;
}

meaning meaning_of(operation op, unsigned status) {
  if (status >= 200 && status < 300)
    return meaning::done;
  switch (status) {
    case 304: // already started, already stopped
      return op == operation::start || op == operation::stop ? meaning::done : meaning::corrupt;
    case 400:
      return meaning::invalid_input;
    case 401:
    case 403:
    case 409:
      return meaning::conflict;
    case 404:
      return removes(op) ? meaning::done : meaning::not_found;
    case 408:
    case 504:
      return meaning::timeout;
    case 429:
    case 502:
    case 503:
      return meaning::unavailable;
    default:
      return status >= 500 ? meaning::internal : meaning::corrupt;
  }
}

meaning meaning_of(operation op, std::string_view message, meaning otherwise) {
  const auto words = lower(message);
  const auto is_left = [&words](const left_over& one) { return is_in(words, one); };
  if (op == operation::start && std::any_of(std::begin(left_overs), std::end(left_overs), is_left))
    return meaning::broken;
  for (const auto& x : phrases) {
    if ((!x.only || *x.only == op) && words.find(x.words) != std::string::npos)
      return x.what;
  }
  return otherwise;
}

std::string told(operation op, std::string_view message) {
  return std::string{doing(op)} + ": the engine says: " + std::string{message};
}

} // namespace

std::string_view doing(operation op) {
  switch (op) {
    case operation::look:
      return "looking";
    case operation::watch:
      return "watching the events";
    case operation::pull:
      return "pulling the image";
    case operation::remove_image:
      return "removing the image";
    case operation::create_container:
      return "creating the container";
    case operation::connect_network:
      return "connecting the container to the network";
    case operation::start:
      return "starting the container";
    case operation::stop:
      return "stopping the container";
    case operation::remove_container:
      return "removing the container";
    case operation::rename:
      return "renaming the container";
    case operation::set_restart:
      return "changing the container's restart policy";
    case operation::create_network:
      return "creating the network";
    case operation::remove_network:
      return "removing the network";
    case operation::create_volume:
      return "creating the volume";
    case operation::remove_volume:
      return "removing the volume";
  }
  return "?";
}

std::optional<error> judge(operation op, unsigned status, std::string_view body) {
  auto what = meaning_of(op, status);
  if (what == meaning::done)
    return std::nullopt;
  const auto message = read_message(body);
  if (op == operation::pull && status >= 400 && status != 400)
    return judge_pull(message);
  what = meaning_of(op, message, what);
  if (what == meaning::done)
    return std::nullopt;
  return error{
    static_cast<errc>(what), told(op, message) + " (status " + std::to_string(status) + ')'};
}

error judge_pull(std::string_view failure) {
  const auto words = lower(failure);
  auto code = errc::internal;
  for (const auto& [phrase, meant] : pull_phrases) {
    if (words.find(phrase) != std::string::npos) {
      code = meant;
      break;
    }
  }
  return {code, told(operation::pull, failure)};
}

std::optional<error> judge_volume(
  const engine::create_volume& asked, const engine_volume& answered) {
  if (answered.config == asked.config)
    return std::nullopt;
  return error{
    errc::conflict, "creating the volume: '" + asked.name + "' exists with another configuration"};
}

result<std::int64_t> choose_version(const api_range& theirs) {
  if (theirs.newest >= newer_dialect)
    return std::max(theirs.oldest, newer_dialect);
  if (theirs.newest >= older_dialect)
    return std::max(theirs.oldest, older_dialect);
  const auto spelled = [](std::int64_t minor) { return "1." + std::to_string(minor); };
  return fail(errc::unavailable,
    "the engine speaks API " + spelled(theirs.oldest) + " to " + spelled(theirs.newest)
      + ", we speak " + spelled(older_dialect) + " and later: it is too old");
}

} // namespace copal::engine_wire
