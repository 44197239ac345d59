#include "tests/support/create_bodies.hpp"

#include <algorithm>
#include <iterator>

namespace copal::test {

namespace {

using nlohmann::json;

constexpr std::size_t short_id = 12;

/// The order of a list is not part of what is sent, for a field that was a map or a set.
void sort_list(json& list) {
  if (list.is_array())
    std::sort(list.begin(), list.end());
}

} // namespace

void forgive_the_engine(json& sent, json& ours, const json& inspect) {
  sent.erase("name"); // the query says it; a client library of the recorded supervisor repeats it
  // The engine's short id (with `service:`, the other container's) is hostname and alias; a
  // hostname that was given is an alias too.
  if (sent["Hostname"] == "" || inspect["HostConfig"]["NetworkMode"] == "host")
    ours["Hostname"] = sent["Hostname"];
  const auto id = inspect["Id"].get<std::string>().substr(0, short_id);
  for (auto& x : ours["NetworkingConfig"]["EndpointsConfig"]) {
    auto& aliases = x["Aliases"];
    aliases.erase(std::remove(aliases.begin(), aliases.end(), json(id)), aliases.end());
    aliases.erase(std::remove(aliases.begin(), aliases.end(), sent["Hostname"]), aliases.end());
  }
  // The image's labels are merged in again, so that its `io.resin.*` stand beside their
  // `io.balena.*`.
  for (auto it = ours["Labels"].begin(); it != ours["Labels"].end();)
    it = it.key().starts_with("io.resin.") && !sent["Labels"].contains(it.key())
           ? ours["Labels"].erase(it)
           : std::next(it);
  // With the host's processes or memory, the engine switches labelling off.
  auto& options = ours["HostConfig"]["SecurityOpt"];
  if (sent["HostConfig"]["PidMode"] == "host" || sent["HostConfig"]["IpcMode"] == "host")
    options.erase(
      std::remove(options.begin(), options.end(), json("label=disable")), options.end());
  // What was not asked for, the engine has chosen.
  for (const auto* key : {"CgroupnsMode", "LogConfig", "MemorySwap", "Runtime"}) {
    if (!sent["HostConfig"].contains(key))
      ours["HostConfig"].erase(key);
  }
  // A check without a test gets the image's.
  if (!sent["Healthcheck"].contains("Test"))
    ours["Healthcheck"].erase("Test");
  // A null argument (the supervisor's reading of `#`) becomes an empty one.
  for (auto& x : sent["Cmd"])
    x = x.is_null() ? json("") : x;
  for (auto* body : {&sent, &ours})
    sort_list((*body)["Env"]);
}

} // namespace copal::test
