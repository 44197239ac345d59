#include "actors/planning/compare/resolve.hpp"

#include <string>

#include <doctest/doctest.h>

namespace copal::planning {
namespace {

using namespace std::chrono_literals;
using words = std::vector<std::string>;

image_facts image() {
  image_facts out;
  out.env = {{"PATH", secret{"/bin"}}, {"A", secret{"image"}}};
  out.command = {"run"};
  out.entrypoint = {"/init"};
  out.user = "7:7";
  out.working_dir = "/srv/";
  out.stop_signal = "SIGQUIT";
  out.labels = {{"a", "image"}, {"b", "image"}, {"io.resin.c", "image"}};
  out.volumes = {"/cache"};
  out.healthcheck = {{"CMD", "check"}, 60s, 3s, 5s, 4};
  return out;
}

target_service service() {
  target_service out;
  out.image_name = "web:1";
  out.config.env = {{"A", secret{"mine"}}};
  out.config.labels = {{"a", "mine"}};
  out.config.anonymous_volumes = {"/anon"};
  return out;
}

TEST_SUITE("planning") {
  TEST_CASE("resolve: what the composition leaves out comes from the image") {
    const auto facts = image();
    const auto made = resolve(service(), &facts, {"sha256:1"});
    CHECK(made.image == "sha256:1");
    CHECK((made.command == words{"run"}));
    CHECK((made.entrypoint == words{"/init"}));
    CHECK(made.user == "7:7");
    CHECK(made.working_dir == "/srv");
    CHECK(made.stop_signal == "SIGQUIT");
    CHECK((made.healthcheck == facts.healthcheck));
    CHECK((made.env == environment{{"A", secret{"mine"}}, {"PATH", secret{"/bin"}}}));
    CHECK((made.labels == label_map{{"a", "mine"}, {"b", "image"}, {"io.balena.c", "image"}}));
    CHECK((made.anonymous_volumes == std::set<std::string>{"/anon", "/cache"}));
  }

  TEST_CASE("resolve: what the composition says wins") {
    const auto facts = image();
    auto wanted = service();
    wanted.overrides.command = words{"x"};
    wanted.overrides.entrypoint = words{"sh"};
    wanted.overrides.user = "0";
    wanted.overrides.working_dir = "/";
    wanted.overrides.stop_signal = "SIGINT";
    const auto made = resolve(wanted, &facts, {"sha256:1"});
    CHECK((made.command == words{"x"}));
    CHECK((made.entrypoint == words{"sh"}));
    CHECK(made.user == "0");
    CHECK(made.working_dir == "/");
    CHECK(made.stop_signal == "SIGINT");
  }

  TEST_CASE("resolve: an empty text is the image's, as it is for an engine") {
    auto wanted = service();
    wanted.overrides.user = "";
    wanted.overrides.working_dir = "";
    wanted.overrides.stop_signal = "";
    const auto facts = image();
    const auto made = resolve(wanted, &facts, {"sha256:1"});
    CHECK(made.user == "7:7");
    CHECK(made.working_dir == "/srv");
    CHECK(made.stop_signal == "SIGQUIT");
    const image_facts bare;
    const auto without = resolve(wanted, &bare, {"sha256:1"});
    CHECK(without.user.empty());
    CHECK(without.working_dir.empty());
    CHECK(without.stop_signal == "SIGTERM");
  }

  TEST_CASE("resolve: entrypoint and command are joined with the image's as an engine does it") {
    using given = std::optional<words>;
    const struct {
      std::string name;
      given entrypoint, command; ///< Of the composition.
      words of_image;            ///< Its entrypoint; its command is "run".
      words expected_entrypoint, expected_command;
    } rows[] = {
      {"nothing given", {}, {}, {"/init"}, {"/init"}, {"run"}},
      {"nothing given, and the image has no entrypoint", {}, {}, {}, {}, {"run"}},
      {"no command behind the image's entrypoint", {}, words{}, {"/init"}, {"/init"}, {}},
      {"no command behind one's own", words{"sh"}, words{}, {"/init"}, {"sh"}, {}},
      {"no command, and no entrypoint anywhere", {}, words{}, {}, {}, {"run"}},
      {"no command, and the entrypoint taken away", words{}, words{}, {"/init"}, {}, {"run"}},
      {"a command, and the entrypoint taken away", words{}, words{"x"}, {"/init"}, {}, {"x"}},
      {"the entrypoint taken away alone", words{}, {}, {"/init"}, {}, {"run"}},
      {"an entrypoint of one empty word", words{""}, words{"x"}, {"/init"}, {}, {"x"}},
      {"the same, and no command", words{""}, words{}, {"/init"}, {}, {"run"}},
      {"one of the image's", {}, {}, {""}, {}, {"run"}},
      {"a command of one empty word is one", words{}, words{""}, {"/init"}, {}, {""}},
    };
    for (const auto& row : rows) {
      CAPTURE(row.name);
      auto facts = image();
      facts.entrypoint = row.of_image;
      auto wanted = service();
      wanted.overrides.entrypoint = row.entrypoint;
      wanted.overrides.command = row.command;
      const auto made = resolve(wanted, &facts, {"sha256:1"});
      CHECK((made.entrypoint == row.expected_entrypoint));
      CHECK((made.command == row.expected_command));
    }
  }

  TEST_CASE("resolve: overriding the entrypoint keeps the image's command, unlike compose") {
    const auto facts = image();
    auto wanted = service();
    wanted.overrides.entrypoint = words{"sh"};
    CHECK((resolve(wanted, &facts, {"sha256:1"}).command == words{"run"}));
  }

  TEST_CASE("resolve: without its image a service has its defaults and the image's name") {
    const auto made = resolve(service(), nullptr, {});
    CHECK(made.image == "web:1");
    CHECK(made.command.empty());
    CHECK(made.entrypoint.empty());
    CHECK(made.stop_signal == "SIGTERM");
    CHECK((made.healthcheck.test == words{"NONE"}));
  }

  TEST_CASE("resolve: each given part of a healthcheck overlays the image's") {
    const auto facts = image();
    const image_facts bare;
    const health_check none{{"NONE"}, {}, {}, {}, 0};
    const struct {
      std::string name;
      const image_facts* image;
      std::optional<health_check> given;
      health_check expected;
    } rows[] = {
      {"nothing anywhere", &bare, std::nullopt, none},
      {"the image's", &facts, std::nullopt, facts.healthcheck},
      {"all given",
        &bare,
        health_check{{"CMD", "x"}, 1s, 2s, 3s, 5},
        {{"CMD", "x"}, 1s, 2s, 3s, 5}},
      {"no test: the image's stays",
        &facts,
        health_check{{}, 600s, {}, {}, 0},
        {{"CMD", "check"}, 600s, 3s, 5s, 4}},
      {"switched off: the image's times stay",
        &facts,
        health_check{{"NONE"}, {}, {}, {}, 0},
        {{"NONE"}, 60s, 3s, 5s, 4}},
      {"times without any test",
        &bare,
        health_check{{}, 600s, {}, {}, 0},
        {{"NONE"}, 600s, {}, {}, 0}},
    };
    for (const auto& row : rows) {
      CAPTURE(row.name);
      auto wanted = service();
      wanted.overrides.healthcheck = row.given;
      CHECK((resolve(wanted, row.image, {"sha256:1"}).healthcheck == row.expected));
    }
  }
}

} // namespace
} // namespace copal::planning
