// What would be done, told before anything is done.

#include "tests/integration/support/device.hpp"
#include "tests/integration/support/program.hpp"
#include "tests/integration/support/suite.hpp"

#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <sys/stat.h>

using namespace copal::test;

namespace {

/// `before`: the words of a program that runs it.
std::string plan(const std::vector<std::string>& more,
  int expected_code,
  const std::vector<std::string>& before = {}) {
  auto arguments = before;
  for (const auto* word : {COPAL_PROGRAM, "plan"})
    arguments.emplace_back(word);
  arguments.insert(arguments.end(), more.begin(), more.end());
  program asked{arguments};
  asked.wait_until([&asked] { return !asked.runs(); }, std::chrono::seconds{60});
  CHECK(asked.end() == expected_code);
  std::string said;
  for (const auto& line : asked.lines())
    said += line + '\n';
  return said;
}

/// Where a device's things are, for a live plan.
std::vector<std::string> places_of(device& d) {
  return {"--target=" + (d.folder() / "target.json").string(),
    "--state-dir=" + (d.folder() / "state").string(),
    "--lock-dir=" + (d.folder() / "locks").string(),
    "--engine=unix://" + (d.folder() / "engine.sock").string()};
}

std::vector<std::string> with(std::vector<std::string> some, const std::string& one) {
  some.push_back(one);
  return some;
}

} // namespace

TEST_SUITE("stories") {
  TEST_CASE(
    "story: `copal plan` tells what `copal run` then does, the same bytes live and offline") {
    device d{shared_engine()};
    wanted_app app;
    app.services = {{"db"}, {"web"}};
    app["web"].environment["SECRET"] = "canary-one";
    REQUIRE(d.install(app));
    const auto there = d.inventory();
    const auto ids = d.ids();
    const auto places = places_of(d);
    CHECK(plan(places, 0) == "Nothing to do: the device is at this target.\n");

    // While it is down, its target changes.
    REQUIRE(d.stop() == 0);
    app.commit = "c71";
    app.release = 71;
    app["web"].environment["SECRET"] = "canary-two";
    app["db"].image = "test/base:2";
    d.want(app);
    d.forget_calls();
    const auto state = d.folder() / "state-now.json";
    const auto live = plan(with(places, "--save-current=" + state.string()), 3);
    CHECK_MESSAGE(d.changes().empty(), d.changes());
    CHECK(d.inventory() == there);
    CHECK(d.ids() == ids);
    CHECK(live.find("canary") == std::string::npos);
    CHECK(live.find("env(SECRET): differs; its values are not shown") != std::string::npos);
    CHECK(live.find("test/base:2 (the engine does not have it)") != std::string::npos);
    CHECK(live.find("Then the device is at its target.\n") != std::string::npos);
    CHECK(live.find("Down meanwhile: ") != std::string::npos);
    struct stat facts {};
    REQUIRE(::stat(state.c_str(), &facts) == 0);
    CHECK((facts.st_mode & 0777U) == 0600U);

    const std::vector<std::string> offline{
      "--current=" + state.string(), "--target=" + (d.folder() / "target.json").string()};
    CHECK(plan(offline, 3) == live);
    CHECK(plan(with(offline, "--json"), 3) == plan(with(places, "--json"), 3));

    // The steps on services are those that are then taken.
    const auto answer = nlohmann::json::parse(plan(with(offline, "--json"), 3));
    std::vector<std::string> foreseen;
    for (const auto& one : answer["steps"])
      foreseen.push_back(one["text"].get<std::string>());
    d.start();
    // Until the file has been read, the target is the one before.
    for (const auto& one : foreseen) {
      const auto words = one.substr(0, one.find(" ("));
      CHECK_MESSAGE(d.running().wait_for(words, 0, std::chrono::seconds{120}), words);
    }
    REQUIRE(
      d.eventually([&d] { return d.explain({}, {}).find("The device is at its target.") == 0; }));
    CHECK(plan(places, 0) == "Nothing to do: the device is at this target.\n");

    // How long it took is remembered.
    app["web"].environment["SECRET"] = "canary-three";
    REQUIRE(d.stop() == 0);
    d.want(app);
    CHECK(plan(places, 3).find("; the last time for ") != std::string::npos);
  }

  TEST_CASE(
    "story: `copal plan` tells how much is to be fetched and who is in the way, offline too") {
    device d{shared_engine()};
    d.in_its_network = true;
    wanted_app app;
    app.services = {{"db"}, {"web"}};
    REQUIRE(d.install(app));
    REQUIRE(d.stop() == 0);
    app.commit = "c71";
    app.release = 71;
    app["db"].image = "test/base:2";
    app["web"].image = "test/large:1";
    d.want(app);
    const auto lock = d.folder() / "locks" / "7" / "web" / "updates.lock";
    std::ofstream{lock} << "a user's";
    const std::vector<std::string> in_network{
      "/usr/bin/nsenter", "--net=/run/netns/" + d.engine().network(), "--"};
    const auto places = places_of(d);
    const auto state = d.folder() / "state-now.json";
    const auto live = plan(with(places, "--save-current=" + state.string()), 3, in_network);
    const auto json = nlohmann::json::parse(plan(with(places, "--json"), 3, in_network));
    CAPTURE(live);
    REQUIRE(json["bytesToFetch"].is_number());
    CHECK(json["bytesToFetch"].get<std::int64_t>() > 1'000'000);
    CHECK(live.find("To fetch: 2 images, ") != std::string::npos);
    CHECK(live.find("is not known") == std::string::npos);
    CHECK(live.find(lock.string()) != std::string::npos);

    // Without the registry, the engine, the state folder and the locks.
    const std::vector<std::string> offline{
      "--current=" + state.string(), "--target=" + (d.folder() / "target.json").string()};
    std::filesystem::remove(lock);
    CHECK(plan(offline, 3) == live);
    CHECK(nlohmann::json::parse(plan(with(offline, "--json"), 3)) == json);
    CHECK(plan(places, 3, in_network) != live);
  }

  TEST_CASE("story: `copal plan` of a compose file is the same live and offline") {
    device d{shared_engine()};
    const auto text = [&d](const std::string& colour) {
      return "services:\n  web:\n    image: " + d.engine().image("test/base:1")
             + "\n    stop_signal: SIGKILL\n    environment:\n      COLOUR: " + colour + '\n';
    };
    d.want_compose(text("red"));
    d.start();
    REQUIRE(d.reached());
    REQUIRE(d.stop() == 0);
    d.want_compose(text("blue"));
    auto places = places_of(d);
    places.front() = "--compose=" + (d.folder() / "compose.yaml").string();
    const auto state = d.folder() / "state-now.json";
    const auto live = plan(with(places, "--save-current=" + state.string()), 3);
    CHECK(live.find("env(COLOUR)") != std::string::npos);
    CHECK(plan({places.front(), "--current=" + state.string()}, 3) == live);
  }

  TEST_CASE("story: `copal plan` says what is in its way") {
    device d{shared_engine()};
    wanted_app app;
    app.services = {{"web"}};
    d.want(app);
    const auto target = "--target=" + (d.folder() / "target.json").string();
    CHECK(plan({target, "--engine=unix:///nowhere.sock", "--state-dir=/nowhere"}, 1)
            .find("copal: looking at the engine at unix:///nowhere.sock: ")
          == 0);
    CHECK(plan({target, "--current=/nowhere.json"}, 1).find("/nowhere.json") != std::string::npos);
    const auto spoilt = d.folder() / "spoilt.json";
    std::ofstream{spoilt} << R"({"copalSnapshot":4,"device":{}})";
    CHECK(plan({target, "--current=" + spoilt.string()}, 1)
          == "copal: " + spoilt.string() + ": device: \"uuid\" is missing\n");
  }
}
