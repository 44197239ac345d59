#include "adapters/engine/pull_meter.hpp"

#include <string>
#include <vector>

#include <doctest/doctest.h>

using namespace copal::engine_wire;

namespace {

std::vector<int> percents(const std::vector<std::string>& lines) {
  pull_meter meter;
  std::vector<int> out;
  for (const auto& x : lines) {
    const auto line = read_pull_line(x);
    REQUIRE(line);
    meter.take(*line);
    out.push_back(meter.percent());
  }
  return out;
}

} // namespace

TEST_SUITE("engine: wire") {

  TEST_CASE("pull: the percentage counts layers, fetching as one half and unpacking as the other") {
    CHECK(
      percents({
        R"({"status":"Pulling from a","id":"latest"})",
        R"({"status":"Already exists","progressDetail":{},"id":"l1"})",
        R"({"status":"Pulling fs layer","progressDetail":{},"id":"l2"})",
        R"({"status":"Downloading","progressDetail":{"current":50,"total":100},"progress":"[=> ]","id":"l2"})",
        R"({"status":"Verifying Checksum","progressDetail":{},"id":"l2"})",
        R"({"status":"Download complete","progressDetail":{},"id":"l2"})",
        R"({"status":"Extracting","progressDetail":{"current":50,"total":100},"id":"l2"})",
        R"({"status":"Pull complete","progressDetail":{},"id":"l2"})",
        R"({"status":"Digest: sha256:1"})",
        R"({"status":"Status: Downloaded newer image for a"})",
      })
      == std::vector<int>{0, 0, 0, 62, 75, 75, 87, 99, 99, 99});
  }

  TEST_CASE("pull: the percentage never goes down") {
    CHECK(percents({
            R"({"status":"Downloading","progressDetail":{"current":90,"total":100},"id":"l1"})",
            R"({"status":"Pulling fs layer","id":"l2"})",
            R"({"status":"Downloading","progressDetail":{"current":1,"total":100},"id":"l1"})",
            R"({"status":"Retrying in 5 seconds","id":"l1"})",
            R"({"status":"Downloading","progressDetail":{"current":5,"total":-1},"id":"l2"})",
          })
          == std::vector<int>{45, 45, 45, 45, 45});
  }

  TEST_CASE("pull: failures within the stream are seen") {
    CHECK(
      read_pull_line(R"({"errorDetail":{"message":"boom"},"error":"boom"})")->failure == "boom");
    CHECK(read_pull_line(R"({"error":"boom"})")->failure == "boom");
    CHECK(read_pull_line(R"({"errorDetail":{}})")->failure == "the engine gave no reason");
    CHECK(read_pull_line(R"({"status":"Waiting"})")->failure.empty());
    CHECK_FALSE(read_pull_line(R"({"progressDetail":{"current":"x"}})"));
  }

} // TEST_SUITE
