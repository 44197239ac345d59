#include "actors/containers/events.hpp"

#include <string>

#include <doctest/doctest.h>

// What each event leads to. Source of the words: engine API 1.41, "Monitor events".

namespace copal {
namespace {

using engine::object_kind;
using state = container_state;

std::string told(event_reaction x) {
  switch (x) {
    case event_reaction::ignore:
      return "ignore";
    case event_reaction::inspect_container:
      return "inspect";
    case event_reaction::container_gone:
      return "gone";
    case event_reaction::list_networks:
      return "list networks";
    case event_reaction::list_volumes:
      return "list volumes";
    case event_reaction::tell_images:
      return "tell images";
  }
  return "?";
}

std::string react(object_kind kind, const std::string& action, const event_context& context) {
  engine::event e;
  e.kind = kind;
  e.action = action;
  e.supervised = true;
  return told(react_to(e, context));
}

TEST_SUITE("containers: events") {
  TEST_CASE("events: of a container that is known") {
    const struct {
      std::string action;
      state known;
      std::string reaction;
    } rows[] = {
      // It is as the event says: late or doubled.
      {"start", state::running, "ignore"},
      {"unpause", state::running, "ignore"},
      {"pause", state::paused, "ignore"},
      {"die", state::exited, "ignore"},
      {"stop", state::exited, "ignore"},
      // It is not: the engine says what it is.
      {"start", state::created, "inspect"},
      {"start", state::exited, "inspect"},
      {"start", state::restarting, "inspect"},
      {"unpause", state::paused, "inspect"},
      {"pause", state::running, "inspect"},
      {"die", state::running, "inspect"},
      {"die", state::restarting, "inspect"},
      {"die", state::removing, "inspect"},
      {"stop", state::running, "inspect"},
      {"stop", state::dead, "inspect"},
      // What changes besides its state.
      {"rename", state::running, "inspect"},
      {"update", state::running, "inspect"},
      {"oom", state::running, "inspect"},
      {"health_status: healthy", state::running, "inspect"},
      {"health_status: unhealthy", state::running, "inspect"},
      {"health_status", state::running, "inspect"}, // podman's
      // A known container was created before.
      {"create", state::created, "ignore"},
      {"create", state::running, "ignore"},
      // Its end, in whatever state it was.
      {"destroy", state::running, "gone"},
      {"destroy", state::created, "gone"},
      {"destroy", state::dead, "gone"},
      // Words that say nothing of a change, or are followed by one that does.
      {"kill", state::running, "ignore"},
      {"restart", state::running, "ignore"},
      {"attach", state::running, "ignore"},
      {"exec_start: sh", state::running, "ignore"},
      {"", state::running, "ignore"},
      {"START", state::exited, "ignore"},
    };
    for (const auto& row : rows) {
      CAPTURE(row.action);
      const auto known = to_string(row.known);
      CAPTURE(known);
      CHECK(react(object_kind::container, row.action, {row.known, false, false}) == row.reaction);
    }
  }

  TEST_CASE("events: of a container that is not known") {
    const struct {
      std::string action, supervised, other;
    } rows[] = {
      {"create", "inspect", "ignore"},
      {"start", "inspect", "ignore"},
      {"rename", "inspect", "ignore"},
      // Late words on a container that is gone.
      {"die", "ignore", "ignore"},
      {"stop", "ignore", "ignore"},
      {"pause", "ignore", "ignore"},
      {"update", "ignore", "ignore"},
      {"kill", "ignore", "ignore"},
      {"destroy", "ignore", "ignore"},
    };
    for (const auto& row : rows) {
      CAPTURE(row.action);
      engine::event e;
      e.action = row.action;
      CHECK(told(react_to(e, {})) == row.other);
      e.supervised = true;
      CHECK(told(react_to(e, {})) == row.supervised);
    }
  }

  TEST_CASE("events: a step that is under way looks itself when it has ended") {
    const struct {
      std::string name;
      object_kind kind;
      std::string action;
      std::optional<state> known;
      std::string reaction;
    } rows[] = {
      {"its container starts", object_kind::container, "start", state::created, "ignore"},
      {"its container ends", object_kind::container, "die", state::running, "ignore"},
      {"a container appears", object_kind::container, "create", std::nullopt, "ignore"},
      {"a renaming", object_kind::container, "rename", state::running, "ignore"},
      // Nothing can be looked at any more.
      {"its container has gone", object_kind::container, "destroy", state::exited, "gone"},
      {"a stranger has gone", object_kind::container, "destroy", std::nullopt, "ignore"},
      {"a network appears", object_kind::network, "create", std::nullopt, "ignore"},
      {"its container joins", object_kind::network, "connect", state::running, "ignore"},
      {"a volume appears", object_kind::volume, "create", std::nullopt, "ignore"},
      // Images are somebody else's.
      {"an image appears", object_kind::image, "pull", std::nullopt, "tell images"},
    };
    for (const auto& row : rows) {
      CAPTURE(row.name);
      CHECK(react(row.kind, row.action, {row.known, false, true}) == row.reaction);
    }
  }

  TEST_CASE("events: of networks") {
    const struct {
      std::string action;
      bool known;
      std::string reaction;
    } rows[] = {
      {"create", false, "list networks"},
      {"create", true, "ignore"},
      {"destroy", true, "list networks"},
      {"destroy", false, "ignore"},
      {"remove", true, "list networks"},
      {"remove", false, "ignore"},
      {"prune", true, "ignore"},
    };
    for (const auto& row : rows) {
      CAPTURE(row.action);
      CAPTURE(row.known);
      CHECK(
        react(object_kind::network, row.action, {std::nullopt, row.known, false}) == row.reaction);
    }
  }

  TEST_CASE("events: a known container that joins or leaves a network is looked at") {
    const std::string actions[] = {"connect", "disconnect"};
    for (const auto& action : actions) {
      CAPTURE(action);
      CHECK(react(object_kind::network, action, {state::running, true, false}) == "inspect");
      CHECK(react(object_kind::network, action, {state::running, false, false}) == "inspect");
      CHECK(react(object_kind::network, action, {std::nullopt, true, false}) == "ignore");
    }
  }

  TEST_CASE("events: of volumes") {
    const struct {
      std::string action;
      bool known;
      std::string reaction;
    } rows[] = {
      {"create", false, "list volumes"},
      {"create", true, "ignore"},
      {"destroy", true, "list volumes"},
      {"destroy", false, "ignore"},
      {"mount", false, "ignore"},
      {"mount", true, "ignore"},
      {"unmount", true, "ignore"},
    };
    for (const auto& row : rows) {
      CAPTURE(row.action);
      CAPTURE(row.known);
      CHECK(
        react(object_kind::volume, row.action, {std::nullopt, row.known, false}) == row.reaction);
    }
  }

  TEST_CASE("events: of images are passed on, whatever they say") {
    const std::string actions[] = {"pull", "delete", "untag", "tag", "load", ""};
    for (const auto& action : actions) {
      CAPTURE(action);
      CHECK(react(object_kind::image, action, {}) == "tell images");
    }
  }
}

} // namespace
} // namespace copal
