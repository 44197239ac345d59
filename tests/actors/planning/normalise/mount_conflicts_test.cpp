#include "tests/actors/planning/documents.hpp"

#include <algorithm>
#include <string>

#include <doctest/doctest.h>

namespace copal::planning::documents {
namespace {

const auto map = [](std::initializer_list<value_member> members) { return value::map(members); };
const auto list = [](std::initializer_list<value> items) { return value::list(items); };

value long_volume(const char* target) {
  return map({{"type", "volume"}, {"source", "logs"}, {"target", target}});
}

/// The place that is refused; empty when the composition is accepted.
std::string refused_place(const std::string& told) {
  const std::string before = "two things are mounted at ";
  const auto at = told.find(before);
  if (at == std::string::npos)
    return told.starts_with("refused") ? told : "";
  CHECK(told.find(before, at + 1) == std::string::npos);
  return told.substr(at + before.size(), told.find(',', at) - at - before.size());
}

TEST_SUITE("planning: mount conflicts") {
  TEST_CASE("mount conflicts: what a service may have at one place, in both dialects") {
    const struct {
      std::string name;
      value composition;
      std::string refused; ///< The place; empty: accepted.
    } rows[] = {
      {"two places", map({{"volumes", list({"data:/d", "logs:/l"})}}), ""},
      {"one within the other", map({{"volumes", list({"data:/d", "logs:/d/l"})}}), ""},
      {"one volume at two places", map({{"volumes", list({"data:/d", "data:/e"})}}), ""},
      {"two volumes", map({{"volumes", list({"data:/d", "logs:/d"})}}), "/d"},
      {"one, in two modes", map({{"volumes", list({"data:/d", "data:/d:ro"})}}), "/d"},
      {"another spelling", map({{"volumes", list({"data:/d", "logs:/x/..//d/."})}}), "/d"},
      {"short and long", map({{"volumes", list({"data:/d/", long_volume("/d")})}}), "/d"},
      {"two long ones",
        map({{"volumes", list({long_volume("/d"), map({{"type", "tmpfs"}, {"target", "/d"}})})}}),
        "/d"},
      {"a volume and a tmpfs",
        map({{"volumes", list({"data:/d"})}, {"tmpfs", list({"/d:size=1m"})}}),
        "/d"},
      {"a long one and a tmpfs: the tmpfs counts",
        map({{"volumes", list({long_volume("/d")})}, {"tmpfs", list({"/d"})}}),
        ""},
      {"a volume without a name gives way",
        map({{"volumes", list({"/d", "data:/d"})}, {"tmpfs", list({"/e"})}}),
        ""},
      {"the folder of the locks", map({{"volumes", list({"data:/tmp/balena"})}}), "/tmp/balena"},
      {"the folder that it lies in", map({{"tmpfs", list({"/tmp"})}}), ""},
    };
    for (const auto& row : rows) {
      CAPTURE(row.name);
      CHECK(refused_place(effect_in_cloud(row.composition)) == row.refused);
      CHECK(refused_place(effect_in_compose(row.composition)) == row.refused);
    }
  }

  TEST_CASE("mount conflicts: what a label mounts is one too") {
    const auto told = effect_in_cloud(
      map({{"volumes", list({"data:/host/run/dbus"})}}), map({{"io.balena.features.dbus", "1"}}));
    CHECK(
      told
      == "refused: cloud: app shop, service web: two things are mounted at /host/run/dbus, which "
         "engines refuse; give one of them another target");
  }

  TEST_CASE("mount conflicts: the same twice is mounted once") {
    const auto twice = map({{"volumes",
      list({"data:/d:ro", " data : /d:ro", "/a", "/a", long_volume("/l"), long_volume("/l")})}});
    for (const auto& document : {cloud(twice), compose(twice)}) {
      const auto made = container_of(document);
      CHECK(std::count_if(made.binds.begin(), made.binds.end(), [](const std::string& bind) {
        return bind.ends_with("_data:/d:ro");
      }) == 1);
      CHECK(made.mounts.size() == 1);
      CHECK(made.anonymous_volumes.size() == 1);
    }
  }
}

} // namespace
} // namespace copal::planning::documents
