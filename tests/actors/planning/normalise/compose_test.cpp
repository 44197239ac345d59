#include "actors/planning/normalise/derived_ids.hpp"
#include "tests/actors/planning/documents.hpp"

#include <string>

#include <doctest/doctest.h>

namespace copal::planning::documents {
namespace {

const auto map = [](std::initializer_list<value_member> members) { return value::map(members); };

const auto web_service = map({{"web", map({{"image", "web"}})}});

std::string refusal(value doc) {
  const auto made = normalise_target({dialect::compose, "compose.yaml", std::move(doc)}, device());
  return made ? "accepted" : made.error().what;
}

TEST_SUITE("planning: compose") {
  TEST_CASE("compose: a file is the whole target: one app with the project's name") {
    const auto made = normalise_target(compose(map({})), device());
    REQUIRE(made);
    CHECK(made->warnings.empty());
    CHECK(made->target.name == "my-device");
    CHECK(made->target.config.empty());
    REQUIRE(made->target.apps.size() == 1);
    const auto& app = made->target.apps[0];
    CHECK(app.name == "shop");
    CHECK((app.id == derived_app_id("shop")));
    CHECK((app.uuid == derived_app_uuid("shop")));
    REQUIRE(app.release);
    CHECK(app.release->commit.value.size() == 32);
    REQUIRE(app.release->services.size() == 2);
    const auto& service = app.release->services[1];
    CHECK(service.name.value == "web");
    CHECK(service.image_name == "web:latest");
    CHECK(service.running);
    CHECK(service.config.labels.at("io.balena.service-id") == to_string(service.id));
    CHECK(service.config.labels.at("io.balena.app-id") == to_string(app.id));
    CHECK((service.config.restart.mode == restart_mode::always));
    CHECK_FALSE(service.config.tty);
  }

  TEST_CASE("compose: the order of its keys has no meaning") {
    const auto a = compose_file(
      map({{"web", map({{"image", "web"}, {"user", "1"}})}, {"db", map({{"image", "db"}})}}));
    const auto b = compose_file(
      map({{"db", map({{"image", "db"}})}, {"web", map({{"user", "1"}, {"image", "web"}})}}));
    CHECK((normalise_target(a, device()) == normalise_target(b, device())));
  }

  TEST_CASE("compose: what stands at the top") {
    const auto file = [](std::string key, value given) {
      auto doc = map({{"name", "shop"}, {"services", web_service}});
      doc.set(key, std::move(given));
      return doc;
    };
    const struct {
      std::string name;
      value doc;
      std::string told;
    } rows[] = {
      {"name and services suffice", file("x-note", 1), "accepted"},
      {"version says nothing", file("version", "3.8"), "accepted"},
      {"networks: {default: null}", file("networks", map({{"default", value{}}})), "accepted"},
      {"nothing is to run", file("services", map({})), "accepted"},
      {"no name",
        map({{"services", web_service}}),
        "compose.yaml: the project has no name; add name: <project> at the top of the file"},
      {"a name that is none",
        file("name", "My Shop"),
        "compose.yaml: name: found \"My Shop\", expected a project name: lower-case letters, "
        "digits, '_' and '-', a letter or digit first"},
      {"no services",
        map({{"name", "shop"}}),
        "compose.yaml: the file has no services; add services: (\"services: {}\" stops "
        "everything)"},
      {"secrets that nobody uses", file("secrets", map({})), "accepted"},
      {"secrets that are no map",
        file("secrets", value::list({"a"})),
        "compose.yaml: secrets: found a list, expected a map"},
      {"include",
        file("include", "b.yaml"),
        "compose.yaml: include: not supported in a compose file; remove it"},
      {"a network with a name of its own",
        file("networks", map({{"front", map({{"name", "mine"}})}})),
        "compose.yaml: networks.front.name: not supported; network names are given by the "
        "supervisor; remove it"},
      {"a network from elsewhere",
        file("networks", map({{"front", map({{"external", true}})}})),
        "compose.yaml: networks.front.external: not supported; networks belong to their app; "
        "remove it"},
      {"a volume from elsewhere",
        file("volumes", map({{"data", map({{"external", true}})}})),
        "compose.yaml: volumes.data.external: not supported; volumes belong to their app; remove "
        "it"},
      {"a service without image",
        file("services", map({{"web", map({{"user", "1"}})}})),
        "compose.yaml: service web: the service has no image; add image: <name>"},
      {"an empty service",
        file("services", map({{"web", value{}}})),
        "compose.yaml: service web: found null, expected a map"},
      {"a bad image name",
        file("services", map({{"web", map({{"image", "a b"}})}})),
        "compose.yaml: service web: image: image name 'a b': it holds white space; expected "
        "[registry/]repository[:tag][@digest]"},
      {"a dependency that is not there",
        file("services",
          map({{"web", map({{"image", "web"}, {"depends_on", value::list({"gone"})}})}})),
        "compose.yaml: service web: it depends on the service gone, which the file does not have"},
    };
    for (const auto& row : rows) {
      CAPTURE(row.name);
      const auto told = refusal(row.doc);
      CHECK(told.substr(0, told.find('\n')) == row.told);
    }
  }

  TEST_CASE("compose: a refusal names the line") {
    auto service = map({{"image", value{"web"}.at_line(4)}});
    service.set("privileged", value{"yes"}.at_line(5));
    const auto made = normalise_target(compose_file(map({{"web", service.at_line(3)}})), device());
    REQUIRE(!made);
    CHECK(made.error().what
          == "compose.yaml:5: service web: privileged: found \"yes\", expected true or false");
  }

  TEST_CASE("compose: the only pull policy is missing, which is what is done") {
    CHECK(effect_in_compose(map({{"pull_policy", "missing"}})).empty());
    CHECK(effect_in_compose(map({{"pull_policy", "if_not_present"}})).empty());
    for (const auto* other : {"always", "never", "build", "daily"}) {
      CHECK(effect_in_compose(map({{"pull_policy", other}}))
            == "refused: compose.yaml: service web: pull_policy: found \"" + std::string{other}
                 + "\", expected missing: an image that is there is not fetched; for a newer one "
                   "change its tag");
    }
    CHECK(
      warnings_of(cloud(map({{"pull_policy", "always"}})))
      == "cloud: app shop, service web: composition.pull_policy: it is always missing, and this "
         "is ignored");
  }

  TEST_CASE("compose: no value of the environment is ever told") {
    for (const auto& environment : {value{"s3cret"},
           map({{"A", value::list({"s3cret"})}}),
           value::list({map({{"s3cret", 1}})}),
           value::list({"s3cret"}),
           value::list({"=s3cret"})}) {
      const auto told = refusal(compose(map({{"environment", environment}})).doc);
      CAPTURE(told);
      CHECK(told != "accepted");
      CHECK(told.find("s3cret") == std::string::npos);
    }
  }
}

} // namespace
} // namespace copal::planning::documents
