#include "actors/planning/foresee/snapshot.hpp"

#include "messages/protocol/inspect.hpp"
#include "tests/messages/protocol/filler.hpp"

#include <functional>
#include <string>

#include <doctest/doctest.h>

namespace copal::planning {
namespace {

/// Every member of everything has a value of its own.
snapshot filled() {
  snapshot out;
  test::filler f;
  inspect(f, out);
  return out;
}

/// The node at a path of names and, in lists, of places.
value& at(value& doc, std::initializer_list<std::string_view> path) {
  auto* node = &doc;
  for (const auto name : path) {
    if (auto* items = node->as_list(); items != nullptr) {
      node = &items->at(static_cast<std::size_t>(name.front() - '0'));
      continue;
    }
    auto* found = static_cast<value*>(nullptr);
    for (auto& member : *node->as_map()) {
      if (member.key == name)
        found = &member.val;
    }
    REQUIRE_MESSAGE(found != nullptr, name);
    node = found;
  }
  return *node;
}

void drop(value& from, std::string_view name) {
  std::erase_if(*from.as_map(), [name](const value_member& m) { return m.key == name; });
}

TEST_SUITE("planning") {
  TEST_CASE("snapshot: all of it comes back, secrets too") {
    const auto what = filled();
    const auto again = read_snapshot(write_snapshot(what));
    REQUIRE_MESSAGE(again.has_value(), again.error().what);
    CHECK((*again == what));
    CHECK((read_snapshot(write_snapshot({})) == snapshot{}));
  }

  TEST_CASE("snapshot: what is wrong is named by its place, and no value is told") {
    const struct {
      std::string name;
      std::function<void(value&)> spoil;
      std::string error;
    } rows[] = {
      {"no version",
        [](value& d) { drop(d, "copalSnapshot"); },
        "copalSnapshot: there is no such number; this is no state that was saved by `copal plan "
        "--save-current`"},
      {"another version",
        [](value& d) { d.set("copalSnapshot", 1); },
        "copalSnapshot: expected 4, got 1; another version of Copal saved this: save it anew"},
      {"a kind", [](value& d) { d.set("engine", "secret"); }, "engine: expected a map, got text"},
      {"an enumerator",
        [](value& d) {
          at(d, {"engine", "containers", "0", "what", "state"}) = "secret";
        },
        "engine.containers[0].what.state: expected one of created, running, paused, restarting, "
        "removing, exited, dead"},
      {"a missing field",
        [](value& d) {
          drop(at(d, {"engine", "containers", "0", "what"}), "config");
        },
        "engine.containers[0].what: \"config\" is missing"},
      {"an unknown field",
        [](value& d) { at(d, {"images"}).set("size", 1); },
        "images: \"size\" is a field that this version of Copal does not know"},
      {"an unknown field above all",
        [](value& d) { d.set("target", 1); },
        "the snapshot: \"target\" is a field that this version of Copal does not know"},
      {"a number too large",
        [](value& d) {
          at(d, {"device", "listen_port"}) = 70'000;
        },
        "device.listen_port: the number is out of range"},
      {"a key that is no number",
        [](value& d) { at(d, {"commits"}).set("shop", "c1"); },
        "commits: expected integers as keys"},
      {"a list",
        [](value& d) {
          at(d, {"images", "rows"}) = true;
        },
        "images.rows: expected a list, got a boolean"},
    };
    for (const auto& row : rows) {
      CAPTURE(row.name);
      auto doc = write_snapshot(filled());
      row.spoil(doc);
      const auto got = read_snapshot(doc);
      REQUIRE_FALSE(got.has_value());
      CHECK(got.error().code == errc::invalid_input);
      CHECK(got.error().what == row.error);
    }
    CHECK_FALSE(read_snapshot(value{"text"}).has_value());
  }
}

} // namespace
} // namespace copal::planning
