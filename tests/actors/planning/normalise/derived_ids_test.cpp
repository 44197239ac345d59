#include "actors/planning/normalise/derived_ids.hpp"

#include <string>

#include <doctest/doctest.h>

namespace copal::planning {
namespace {

TEST_SUITE("planning") {
  TEST_CASE("derived ids: they never change, since they stand in labels on devices") {
    CHECK(derived_app_uuid("shop").value == "260191a87eb6096e12f499e4ad266983");
    CHECK(derived_app_id("shop").value == 1787566997);
    const auto services = derived_service_ids("shop", {{"web"}, {"db"}});
    CHECK(services.at({"web"}).value == 1602065114);
    CHECK(services.at({"db"}).value == 1470849225);
  }

  TEST_CASE("derived ids: services keep theirs when others come, go or stand elsewhere") {
    const auto few = derived_service_ids("shop", {{"web"}, {"db"}});
    const auto many = derived_service_ids("shop", {{"db"}, {"cache"}, {"web"}});
    CHECK(few.at({"web"}) == many.at({"web"}));
    CHECK(few.at({"db"}) == many.at({"db"}));
    CHECK(derived_service_ids("other", {{"web"}}).at({"web"}) != few.at({"web"}));
  }

  TEST_CASE("derived ids: many names have many numbers, all between 2 and 2^31 - 1") {
    std::vector<service_name> names;
    names.reserve(20000);
    for (int i = 0; i < 20000; ++i)
      names.push_back({"service-" + std::to_string(i)});
    std::map<std::int64_t, service_name> seen;
    for (const auto& [name, id] : derived_service_ids("shop", names)) {
      CHECK(id.value >= 2);
      CHECK(id.value <= 2147483647);
      seen.emplace(id.value, name);
    }
    CHECK(seen.size() == names.size());
  }

  TEST_CASE("derived commit: it follows the content, not the writing") {
    const auto web = value::map({{"image", "web:1"}, {"tty", true}});
    const auto file = value::map({{"name", "shop"}, {"services", value::map({{"web", web}})}});
    const auto with_web = [](value service) {
      return value::map(
        {{"name", "shop"}, {"services", value::map({{"web", std::move(service)}})}});
    };
    const auto joined = [&with_web](value networks) {
      return with_web(value::map({{"image", "web:1"}, {"networks", std::move(networks)}}));
    };
    const auto front_back = value::map({{"front", value{}}, {"back", value{}}});
    const auto back_front = value::map({{"back", value{}}, {"front", value{}}});
    const struct {
      std::string name;
      value a, b;
      bool same;
    } rows[] = {
      {"itself", file, file, true},
      {"the order of keys",
        file,
        value::map(
          {{"services", value::map({{"web", value::map({{"tty", true}, {"image", "web:1"}})}})},
            {"name", "shop"}}),
        true},
      {"version and x- members",
        file,
        value::map({{"version", "3"},
          {"x-note", "hello"},
          {"name", "shop"},
          {"services", value::map({{"web", web}})}}),
        true},
      {"x- members of a service",
        file,
        with_web(value::map({{"image", "web:1"}, {"tty", true}, {"x-a", 1}})),
        true},
      {"what begins with x- further down is somebody's content",
        with_web(value::map({{"environment", value::map({{"x-a", "1"}})}})),
        with_web(value::map({{"environment", value::map({})}})),
        false},
      {"a null says nothing",
        file,
        with_web(value::map({{"image", "web:1"}, {"tty", true}, {"ports", value{}}})),
        true},
      {"another image", file, with_web(value::map({{"image", "web:2"}, {"tty", true}})), false},
      {"a text is not a number",
        with_web(value::map({{"user", 1}})),
        with_web(value::map({{"user", "1"}})),
        false},
      {"the order of a list",
        with_web(value::map({{"dns", value::list({"a", "b"})}})),
        with_web(value::map({{"dns", value::list({"b", "a"})}})),
        false},
      {"the order of a service's networks: the first is its network mode",
        joined(front_back),
        joined(back_front),
        false},
      {"the order of the file's networks",
        value::map({{"name", "shop"}, {"networks", front_back}}),
        value::map({{"name", "shop"}, {"networks", back_front}}),
        true},
      {"where a word ends",
        with_web(value::map({{"command", value::list({"ab", "c"})}})),
        with_web(value::map({{"command", value::list({"a", "bc"})}})),
        false},
    };
    for (const auto& row : rows) {
      CAPTURE(row.name);
      CHECK((derived_commit(row.a) == derived_commit(row.b)) == row.same);
      CHECK(derived_commit(row.a).value.size() == 32);
    }
  }
}

} // namespace
} // namespace copal::planning
