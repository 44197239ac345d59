#include "main/options.hpp"

#include "tests/main/variable.hpp"

#include <doctest/doctest.h>

namespace copal {
namespace {

command parse(std::vector<const char*> words) {
  words.insert(words.begin(), "copal");
  return parse_command_line(static_cast<int>(words.size()), words.data());
}

TEST_SUITE("options") {
  TEST_CASE("options: `copal version` and `--version` print the version") {
    for (const auto* word : {"version", "--version"}) {
      const auto out = std::get<only_print>(parse({word}));
      CHECK(out.exit_code == 0);
      CHECK(out.text.find("copal " COPAL_VERSION) == 0);
    }
  }

  TEST_CASE("options: help names every command, and the exit codes") {
    CHECK(std::get<only_print>(parse({"--help"})).text.find("run ") != std::string::npos);
    const auto text = std::get<only_print>(parse({"run", "--help"})).text;
    for (const auto* word : {"--compose",
           "--target",
           "--listen",
           "--engine",
           "--no-reboot",
           "COPAL_NO_REBOOT",
           "DBUS_SYSTEM_BUS_ADDRESS",
           "Exit codes",
           "75"}) {
      CAPTURE(word);
      CHECK(text.find(word) != std::string::npos);
    }
  }

  TEST_CASE("options: `copal plan` wants a target, or a place to save to") {
    const auto out = std::get<plan_options>(
      parse({"plan", "--current", "c.json", "--target", "t.json", "--json"}));
    CHECK(out.current == "c.json");
    CHECK(out.target == "t.json");
    CHECK(out.json);
    CHECK(std::get<plan_options>(parse({"plan", "--save-current", "s"})).save_current == "s");
    for (const std::vector<const char*>& words : {std::vector<const char*>{"plan"},
           {"plan", "--json"},
           {"plan", "--compose", "a", "--target", "b"},
           {"plan", "--current", "a", "--save-current", "b", "--target", "c"}})
      CHECK(std::get<only_print>(parse(words)).exit_code == 2);
    const auto help = std::get<only_print>(parse({"plan", "--help"})).text;
    for (const auto* word : {"--save-current", "DOCKER_HOST", "secrets", "3 something is to be"}) {
      CAPTURE(word);
      CHECK(help.find(word) != std::string::npos);
    }
  }

  TEST_CASE("options: what is not understood is named, with exit code 2") {
    const struct {
      std::vector<const char*> words;
      std::string named;
    } rows[] = {
      {{}, "a command is missing"},
      {{"walk"}, "walk"},
      {{"run", "--bogus"}, "--bogus"},
      {{"run", "--compose"}, "--compose"},
      {{"run", "--lock-dir", "locks"}, "--lock-dir: locks: expected an absolute path"},
      {{"run", "--files-dir", "./f"}, "--files-dir: ./f: expected an absolute path"},
      {{"plan", "--target", "t", "--lock-dir", "locks"}, "--lock-dir: locks: expected"},
      {{"plan", "--target", "t", "--files-dir", "f"}, "--files-dir: f: expected an absolute path"},
      {{"run", "--compose", "a", "--target", "b"}, "--target"},
    };
    for (const auto& row : rows) {
      CAPTURE(row.named);
      const auto out = std::get<only_print>(parse(row.words));
      CHECK(out.exit_code == 2);
      CHECK(out.text.find(row.named) != std::string::npos);
    }
  }

  TEST_CASE("options: what `copal apps` asks for") {
    const auto stop = std::get<apps_options>(parse({"apps", "stop", "web", "--app", "7"}));
    CHECK(stop.action == "stop");
    CHECK(stop.service == "web");
    CHECK(stop.app == 7);
    CHECK(!stop.force);
    const auto restart = std::get<apps_options>(parse({"apps", "restart", "--force"}));
    CHECK(restart.action == "restart");
    CHECK(restart.service.empty());
    CHECK(!restart.app);
    CHECK(restart.force);
    CHECK(std::get<apps_options>(parse({"apps", "purge"})).action == "purge");
    for (const auto& words : std::vector<std::vector<const char*>>{
           {"apps"}, {"apps", "stop"}, {"apps", "purge", "web"}, {"apps", "restart", "--app", "x"}})
      CHECK(std::get<only_print>(parse(words)).exit_code == 2);
    CHECK(std::get<only_print>(parse({"apps", "purge", "--help"})).text.find("data is lost")
          != std::string::npos);
  }

  TEST_CASE("options: an option, else its variable") {
    const test::variable compose{"COPAL_COMPOSE", "/from/variable.yaml"};
    const test::variable engine{"DOCKER_HOST", "unix:///v.sock"};
    const auto from_variable = std::get<run_options>(parse({"run"}));
    CHECK(from_variable.compose == "/from/variable.yaml");
    CHECK(from_variable.engine == "unix:///v.sock");
    const auto typed =
      std::get<run_options>(parse({"run", "--compose", "c.yaml", "--engine", "unix:///o.sock"}));
    CHECK(typed.compose == "c.yaml");
    CHECK(typed.engine == "unix:///o.sock");
  }

  TEST_CASE("options: how much a fetch leaves free") {
    const auto usual = std::get<run_options>(parse({"run"}));
    CHECK(usual.keep_free == 64);
    CHECK_FALSE(usual.no_space_check);
    const auto typed =
      std::get<run_options>(parse({"run", "--keep-free", "0", "--no-space-check"}));
    CHECK(typed.keep_free == 0);
    CHECK(typed.no_space_check);
    for (const auto* wrong : {"-1", "1048577", "much"}) {
      CAPTURE(wrong);
      const auto out = std::get<only_print>(parse({"run", "--keep-free", wrong}));
      CHECK(out.exit_code == 2);
      CHECK(out.text.find("--keep-free") != std::string::npos);
    }
  }

  TEST_CASE("options: whether the machine may be rebooted") {
    CHECK_FALSE(std::get<run_options>(parse({"run"})).no_reboot);
    CHECK(std::get<run_options>(parse({"run", "--no-reboot"})).no_reboot);
    CHECK_FALSE(std::get<plan_options>(parse({"plan", "--target", "t"})).no_reboot);
    CHECK(std::get<plan_options>(parse({"plan", "--target", "t", "--no-reboot"})).no_reboot);
    const test::variable never{"COPAL_NO_REBOOT", "1"};
    CHECK(std::get<run_options>(parse({"run"})).no_reboot);
    CHECK(std::get<plan_options>(parse({"plan", "--target", "t"})).no_reboot);
  }

  TEST_CASE("options: --listen may be repeated, and its variable is a list") {
    const auto typed =
      std::get<run_options>(parse({"run", "--listen", "127.0.0.1:1", "--listen", "[::1]:2"}));
    CHECK(typed.listen == std::vector<std::string>{"127.0.0.1:1", "[::1]:2"});
    const test::variable listen{"COPAL_LISTEN", "127.0.0.1:1,:2"};
    CHECK(std::get<run_options>(parse({"run"})).listen
          == std::vector<std::string>{"127.0.0.1:1", ":2"});
  }
}

} // namespace
} // namespace copal
