#include "actors/planning/compare/shown.hpp"

#include <chrono>
#include <map>
#include <string>
#include <vector>

#include <doctest/doctest.h>

// The two sides of a change as people read them.

namespace copal::planning {
namespace {

TEST_SUITE("planning: comparison") {
  TEST_CASE("told apart: long values are cut to where they begin to differ") {
    const std::string x(100, 'x');
    const std::string umlauts =
      x + "\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4";
    const struct {
      std::string a, b, told_a, told_b;
    } cases[] = {
      {"a", "b", "a", "b"},
      {x + "1", x + "2", x + "1", x + "2"},
      {"1" + x + x, "2", "1" + x + std::string(19, 'x') + "...", "2"},
      {x + x, x + x + "1", "..." + std::string(40, 'x'), "..." + std::string(40, 'x') + "1"},
      {x + x + x,
        x + x + "1" + x,
        "..." + std::string(120, 'x').substr(0, 120) + "...",
        "..." + std::string(40, 'x') + "1" + std::string(79, 'x') + "..."},
      // Both cuts would fall within an umlaut.
      {"yyyyyyyyyyyyyyyyyyyyy" + umlauts + "1",
        "yyyyyyyyyyyyyyyyyyyyy" + umlauts + "2",
        "..." + std::string(24, 'x') + umlauts.substr(100) + "1",
        "..." + std::string(24, 'x') + umlauts.substr(100) + "2"},
      {std::string(119, 'x') + umlauts.substr(100), "1", std::string(119, 'x') + "...", "1"},
    };
    for (const auto& c : cases) {
      CHECK(told_apart("f", c.a, c.b) == field_difference{"f", c.told_a, c.told_b});
      CHECK(told_apart("f", c.b, c.a) == field_difference{"f", c.told_b, c.told_a});
    }
  }

  TEST_CASE("told apart: values that differ read differently") {
    const auto apart = [](const auto& a, const auto& b) { CHECK(shown(a) != shown(b)); };
    using texts = std::vector<std::string>;
    apart(texts{}, texts{""});
    apart(texts{"a, b"}, texts{"a", "b"});
    apart(std::map<std::string, std::string>{{"a", "1, b=2"}},
      std::map<std::string, std::string>{{"a", "1"}, {"b", "2"}});
    apart(endpoint{{}, {}, {}, {"169.254.1.1"}}, endpoint{{}, {}, {}, {"169.254.1.2"}});
    apart(endpoint{{}, {}, "fd00::2", {}}, endpoint{{}, {}, "fd00::3", {}});
    const device_request gpu{"nvidia", 0, {"0"}, {{"gpu"}}, {{"a", "1"}}};
    for (auto change : {+[](device_request& r) { r.driver = "other"; },
           +[](device_request& r) { r.count = 1; },
           +[](device_request& r) { r.device_ids = {"1"}; },
           +[](device_request& r) { r.capabilities = {{"compute"}}; },
           +[](device_request& r) {
             r.options = {{"a", "2"}};
           }}) {
      auto other = gpu;
      change(other);
      apart(std::vector{gpu}, std::vector{other});
    }
    const address_pool pool{"10.0.0.0/24", "10.0.0.1", "", {{"router", "10.0.0.2"}}};
    auto other_pool = pool;
    other_pool.aux_addresses["router"] = "10.0.0.3";
    apart(std::vector{pool}, std::vector{other_pool});
    health_check check{{"CMD", "true"}, std::chrono::milliseconds{1}, {}, {}, 0, {}};
    auto later = check;
    later.interval += std::chrono::nanoseconds{1};
    apart(check, later);
  }
}

} // namespace
} // namespace copal::planning
