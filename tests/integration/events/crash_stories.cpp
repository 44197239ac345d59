// What a user sees after Copal was killed, or its store was damaged.

#include "tests/integration/support/device.hpp"
#include "tests/integration/support/suite.hpp"
#include "tests/support/random.hpp"

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>
#include <random>
#include <string>
#include <vector>

#include <doctest/doctest.h>

using namespace copal::test;
using namespace std::chrono_literals;

namespace {

namespace fs = std::filesystem;
using clock_type = std::chrono::steady_clock;

/// Two images, two networks, a volume.
wanted_app everything() {
  wanted_app app;
  app.networks["back"] = nlohmann::json::object();
  app.volumes["data"] = nlohmann::json::object();
  app.services = {{"db", "test/large:1"}, {"web"}};
  app["db"].composition = {{"volumes", {"data:/data"}}, {"networks", {"back"}}};
  app["web"].composition = {{"networks", {"back", "default"}}, {"depends_on", {"db"}}};
  return app;
}

std::uint64_t number_from(const char* variable, std::uint64_t usual) {
  const auto* text = std::getenv(variable);
  return text == nullptr || *text == '\0' ? usual : std::stoull(text);
}

/// All that is left behind by a program at its target.
std::vector<std::string> remains(device& d) {
  REQUIRE(d.stop() == 0);
  auto out = d.inventory();
  for (auto& row : d.rows())
    out.push_back(std::move(row));
  return out;
}

std::string lines(const std::vector<std::string>& all) {
  std::string out;
  for (const auto& one : all)
    out += one + '\n';
  return out;
}

void overwrite(const fs::path& path, std::uintmax_t from, const std::string& bytes) {
  std::fstream file{path, std::ios::in | std::ios::out | std::ios::binary};
  file.seekp(static_cast<std::streamoff>(from));
  file << bytes;
  REQUIRE(file.good());
}

} // namespace

TEST_SUITE("stories") {

  TEST_CASE("story: killed at any moment of an install, it ends where an undisturbed one does") {
    const auto seed = number_from("COPAL_KILL_SEED", std::random_device{}());
    const auto kills = number_from("COPAL_KILLS", 6);
    std::cout << kills << " kills; COPAL_KILL_SEED=" << seed << '\n';
    CAPTURE(seed);
    std::string undisturbed;
    std::chrono::milliseconds length{};
    {
      device d{shared_engine()};
      const auto begin = clock_type::now();
      REQUIRE(d.install(everything()));
      length = std::chrono::duration_cast<std::chrono::milliseconds>(clock_type::now() - begin);
      undisturbed = lines(remains(d));
    }
    random_source chance{seed};
    for (std::uint64_t i = 0; i < kills; ++i) {
      const std::chrono::milliseconds moment{chance.between(1, length.count())};
      CAPTURE(moment.count());
      device d{shared_engine()};
      d.want(everything());
      d.start();
      d.running().let_run(moment);
      d.kill();
      d.start();
      REQUIRE(d.reached());
      CHECK(lines(remains(d)) == undisturbed);
    }
  }

  TEST_CASE("story: a damaged store is set aside, and the containers are adopted as they run") {
    const struct {
      const char* name;
      bool set_aside;
      std::function<void(const fs::path&)> harm;
    } rows[] = {
      {"header", true, [](const fs::path& p) { overwrite(p, 0, "not a database!!"); }},
      {"middle",
        true,
        [](const fs::path& p) { overwrite(p, fs::file_size(p) / 2, std::string(4096, '\x55')); }},
      // The log up to its first bad frame is an older state, whole in itself.
      {"log",
        false,
        [](const fs::path& p) {
          const auto log = p.string() + "-wal";
          overwrite(log, fs::file_size(log) / 2, std::string(64, '\x55'));
        }},
    };
    for (const auto& row : rows) {
      CAPTURE(row.name);
      device d{shared_engine()};
      REQUIRE(d.install(everything()));
      const auto before = d.ids();
      if (row.set_aside)
        REQUIRE(d.stop() == 0);
      else
        d.kill(); // the log is there to be damaged
      row.harm(d.store());
      d.forget_calls();
      d.start();
      REQUIRE(d.reached());
      CHECK(d.changes() == "");
      CHECK(d.ids() == before);
      const auto aside = d.store().string() + ".corrupt-1";
      CHECK(fs::exists(aside) == row.set_aside);
      CHECK(d.running().has_said(aside) == row.set_aside);
      d.forget_calls();
      REQUIRE(d.stop() == 0);
      d.start();
      REQUIRE(d.reached());
      CHECK(d.changes() == "");
    }
  }

} // TEST_SUITE
