#include "tests/actors/planning/documents.hpp"

#include <string>

#include <doctest/doctest.h>

namespace copal::planning::documents {
namespace {

value service_with(std::string port) {
  return value::map({{"image", "web"}, {"ports", value::list({std::move(port)})}});
}

/// "accepted", or why not.
std::string verdict(const target_document& document) {
  const auto made = normalise_target(document, device());
  return made ? "accepted" : made.error().what;
}

TEST_SUITE("planning: port conflicts") {
  TEST_CASE("port conflicts: what two services of a release may publish") {
    const struct {
      std::string name;
      std::string db;
      std::string web;
      std::string refused; ///< The port that is named; empty: accepted.
    } rows[] = {
      {"the same port", "8080:80", "8080:81", "8080/tcp"},
      {"different ports", "8080:80", "8081:80", ""},
      {"different protocols", "53:53/tcp", "53:53/udp", ""},
      {"the same, udp", "53:53/udp", "53:53/udp", "53/udp"},
      {"the same address", "127.0.0.1:80:80", "127.0.0.1:80:80", "127.0.0.1:80/tcp"},
      {"different addresses", "127.0.0.1:80:80", "127.0.0.2:80:80", ""},
      {"all, spelled out", "80:80", "0.0.0.0:80:80", "0.0.0.0:80/tcp"},
      {"all of the other family", "80:80", "[::]:80:80", "[::]:80/tcp"},
      {"one family each", "0.0.0.0:80:80", "[::]:80:80", ""},
      {"ranges that meet", "80-85:80-85", "85-90:85-90", "85/tcp"},
      {"ranges that meet more than once are told once", "80-85:80-85", "83-90:83-90", "83/tcp"},
      {"of the engine's choice", "127.0.0.1::80", "127.0.0.1::80", ""},
    };
    for (const auto& row : rows) {
      CAPTURE(row.name);
      const auto said = verdict(
        compose_file(value::map({{"db", service_with(row.db)}, {"web", service_with(row.web)}})));
      if (row.refused.empty()) {
        CHECK(said == "accepted");
        continue;
      }
      const auto at =
        said.find("it publishes the host's port " + row.refused + ", as the service ");
      CHECK_MESSAGE(at != std::string::npos, said);
      CHECK_MESSAGE(said.find("it publishes", at + 1) == std::string::npos, said);
      CHECK_MESSAGE(said.find("service web") != std::string::npos, said);
      CHECK_MESSAGE(said.find("service db") != std::string::npos, said);
    }
  }

  TEST_CASE("port conflicts: a release of the cloud") {
    const auto pair = [](value web_more) {
      web_more.set("ports", value::list({"80:80"}));
      return verdict(cloud_release(value::map({{"web", cloud_service(std::move(web_more))},
        {"db",
          cloud_service(value::map({{"ports", value::list({"80:80"})}}), value::map({}), 73)}})));
    };
    CHECK(pair(value::map({})).find("the host's port 80/tcp") != std::string::npos);
    SUBCASE("a service that is not to run holds none") {
      CHECK(pair(value::map({{"running", false}})) == "accepted");
    }
    SUBCASE("nor does one on the host's network") {
      CHECK(pair(value::map({{"network_mode", "host"}})) == "accepted");
    }
  }
}

} // namespace
} // namespace copal::planning::documents
