// Lines of the engine's streams.

#include "adapters/engine/codec.hpp"
#include "adapters/engine/parts.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include <nlohmann/json.hpp>

namespace copal::engine_wire {

namespace {

using engine::object_kind;

constexpr std::size_t longest_failure = 1024;

std::optional<object_kind> kind_part(std::string_view word) {
  for (const auto x :
    {object_kind::container, object_kind::image, object_kind::network, object_kind::volume}) {
    if (word == to_string(x))
      return x;
  }
  return std::nullopt;
}

/// What happens inside a running container and changes nothing of it. `exec_create: command` also
/// holds a command line, which may hold a password.
bool inside(std::string_view action) {
  constexpr std::array words = {
    "attach", "detach", "resize", "top", "copy", "export", "archive-path", "extract-to-dir"};
  return action.starts_with("exec_")
         || std::find(words.begin(), words.end(), action) != words.end();
}

std::optional<std::int64_t> exit_code_part(const json_node& shown) {
  const auto text = shown.text();
  std::int64_t out = 0;
  const auto [stop, ec] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (text.empty() || ec != std::errc{} || stop != text.data() + text.size())
    return std::nullopt;
  return out;
}

wall_time event_time(const json_node& root) {
  constexpr std::int64_t latest_s = 9'000'000'000; // in nanoseconds still an int64
  if (const auto ns = root["timeNano"].integer(); ns != 0)
    return wall_time{std::chrono::nanoseconds{ns}};
  return wall_time{std::chrono::seconds{root["time"].integer(0, 0, latest_s)}};
}

} // namespace

result<std::optional<engine::event>> read_event(std::string_view line) {
  const auto document = parse_json(line);
  if (!document)
    return fail(document.error());
  json_reader reader{*document};
  const auto root = reader.root();
  const auto actor = root["Actor"];
  const auto attributes = actor["Attributes"];
  const auto kind = kind_part(root["Type"].required().text());
  engine::event out;
  out.action = root["Action"].required().text();
  out.id = actor["ID"].text();
  out.name = attributes["name"].text();
  out.container = attributes["container"].text();
  out.supervised =
    !attributes["io.balena.supervised"].absent() || !attributes["io.resin.supervised"].absent();
  out.exit_code = exit_code_part(attributes["exitCode"]);
  out.signal = attributes["signal"].text();
  out.at = event_time(root);
  std::optional<engine::event> told;
  if (kind && !inside(out.action)) {
    out.kind = *kind;
    told = std::move(out);
  }
  return reader.finish(std::move(told));
}

result<pull_line> read_pull_line(std::string_view line) {
  const auto document = parse_json(line);
  if (!document)
    return fail(document.error());
  json_reader reader{*document};
  const auto root = reader.root();
  const auto detail = root["progressDetail"];
  pull_line out;
  out.layer = root["id"].text();
  out.status = root["status"].text();
  out.current = detail["current"].integer();
  out.total = detail["total"].integer();
  out.failure = root["errorDetail"]["message"].text();
  if (out.failure.empty())
    out.failure = root["error"].text();
  if (out.failure.size() > longest_failure)
    out.failure.resize(longest_failure);
  if (out.failure.empty() && !(root["error"].absent() && root["errorDetail"].absent()))
    out.failure = "the engine gave no reason";
  return reader.finish(std::move(out));
}

} // namespace copal::engine_wire
