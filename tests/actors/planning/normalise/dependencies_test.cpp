#include "tests/actors/planning/documents.hpp"

#include <string>
#include <vector>

#include <doctest/doctest.h>

// `depends_on`, read from both dialects. Source: spec/state-engine.md §2, the Compose
// specification.

namespace copal::planning::documents {
namespace {

value map(value::map_type members) {
  return value{std::move(members)};
}
value list(value::list_type items) {
  return value{std::move(items)};
}

/// "db: service_healthy, optional, restart", one after the other; or the refusal.
std::string told(const target_document& document) {
  const auto made = normalise_target(document, device());
  if (!made)
    return "refused: " + made.error().what;
  std::string out;
  for (const auto& on : web(made->target)->depends_on)
    out += (out.empty() ? "" : "; ") + on.service.value + ": " + to_string(on.condition)
           + (on.required ? "" : ", optional") + (on.restart ? ", restart" : "");
  return out;
}

std::string in_cloud(value depends_on, value db = map({})) {
  return told(
    cloud_release(map({{"web", cloud_service(map({{"depends_on", std::move(depends_on)}}))},
      {"db", cloud_service(std::move(db), map({}), 73)}})));
}

std::string in_compose(value depends_on, value db = map({})) {
  db.set("image", "db");
  return told(compose_file(
    map({{"web", map({{"image", "web"}, {"depends_on", std::move(depends_on)}})}, {"db", db}})));
}

value on_db(value how) {
  return map({{"db", std::move(how)}});
}
value condition(const char* word) {
  return on_db(map({{"condition", word}}));
}

const std::string cloud_place = "refused: cloud: app shop, service web: ";
const std::string compose_place = "refused: compose.yaml: service web: ";

TEST_SUITE("planning: dependencies") {
  TEST_CASE("dependencies: the long form, in both dialects") {
    const struct {
      const char* name;
      value given;
      const char* told;
    } rows[] = {
      {"a list", list({"db"}), "db: service_started"},
      {"a map without a word", on_db(value{}), "db: service_started"},
      {"an empty map", on_db(map({})), "db: service_started"},
      {"started", condition("service_started"), "db: service_started"},
      {"healthy", condition("service_healthy"), "db: service_healthy"},
      {"not required", on_db(map({{"required", false}})), "db: service_started, optional"},
      {"with restart",
        on_db(map({{"condition", "service_healthy"}, {"restart", true}})),
        "db: service_healthy, restart"},
      {"all of it",
        on_db(map({{"condition", "service_healthy"}, {"required", false}, {"restart", true}})),
        "db: service_healthy, optional, restart"},
    };
    for (const auto& row : rows) {
      CAPTURE(row.name);
      CHECK(in_cloud(row.given) == row.told);
      CHECK(in_compose(row.given) == row.told);
    }
  }

  TEST_CASE("dependencies: what is not understood is refused with field and value") {
    const struct {
      const char* name;
      value given;
      const char* told;
    } rows[] = {
      {"an unknown condition",
        condition("service_ready"),
        "depends_on.db.condition: found \"service_ready\", expected service_started, "
        "service_healthy or service_completed_successfully"},
      {"a condition of another kind",
        on_db(map({{"condition", 3}})),
        "depends_on.db.condition: found 3, expected service_started, service_healthy or "
        "service_completed_successfully"},
      {"required is no boolean",
        on_db(map({{"required", "maybe"}})),
        "depends_on.db.required: found \"maybe\", expected true or false"},
      {"restart is no boolean",
        on_db(map({{"restart", "always"}})),
        "depends_on.db.restart: found \"always\", expected true or false"},
      {"no map at all", on_db("service_healthy"), "depends_on.db: found \"service_healthy\", "},
    };
    for (const auto& row : rows) {
      CAPTURE(row.name);
      const auto cloud = cloud_place + "composition." + row.told;
      CHECK(in_cloud(row.given).substr(0, cloud.size()) == cloud);
      const auto compose = compose_place + row.told;
      CHECK(in_compose(row.given).substr(0, compose.size()) == compose);
    }
  }

  TEST_CASE("dependencies: what could never be met is refused") {
    const auto job = condition("service_completed_successfully");
    const auto healthy = condition("service_healthy");
    const std::string job_told = "db: service_completed_successfully";
    const std::string endless =
      "it waits until the service db has completed, which is started again whenever it ends "
      "(restart: always); give db restart: \"no\" or on-failure";
    const std::string unchecked =
      "it waits until the service db is healthy, whose healthcheck is switched off; give db a "
      "healthcheck, or depend on it with service_started";
    CHECK(in_cloud(job) == cloud_place + endless); // always, when nothing is said
    CHECK(in_cloud(job, map({{"restart", "always"}})) == cloud_place + endless);
    CHECK(in_compose(job, map({{"restart", "always"}})) == compose_place + endless);
    CHECK(in_compose(job) == compose_place + endless);
    for (const auto* policy : {"no", "on-failure"}) {
      CHECK(in_cloud(job, map({{"restart", policy}})) == job_told);
      CHECK(in_compose(job, map({{"restart", policy}})) == job_told);
    }
    const auto off = map({{"healthcheck", map({{"disable", true}})}});
    CHECK(in_cloud(healthy, off) == cloud_place + unchecked);
    CHECK(in_compose(healthy, off) == compose_place + unchecked);
    CHECK(
      in_cloud(job, map({{"network_mode", "service:web"}})).find("lead back") != std::string::npos);
  }

  TEST_CASE("dependencies: a service that is not there") {
    const auto gone = map({{"gone", map({{"condition", "service_healthy"}})}});
    const auto optional = map({{"gone", map({{"required", false}})}});
    CHECK(in_cloud(gone) == "");
    CHECK(in_compose(gone)
          == compose_place + "it depends on the service gone, which the file does not have");
    CHECK(in_cloud(optional) == "");
    CHECK(in_compose(optional) == "");
  }

  TEST_CASE("dependencies: a shared network is one, and keeps what was said of it") {
    const auto shared = [](value depends_on) {
      return told(cloud_release(map({
        {"web",
          cloud_service(
            map({{"network_mode", "service:db"}, {"depends_on", std::move(depends_on)}}))},
        {"db", cloud_service(map({}), map({}), 73)},
      })));
    };
    CHECK(shared(list({})) == "db: service_started");
    CHECK(shared(condition("service_healthy")) == "db: service_healthy");
  }

  TEST_CASE("dependencies: a container is the same whatever it waits for") {
    for (const auto& how :
      {list({"db"}), condition("service_healthy"), on_db(map({{"restart", true}}))})
      CHECK(effect_in_cloud(map({{"depends_on", how}})) == "");
  }
}

} // namespace
} // namespace copal::planning::documents
